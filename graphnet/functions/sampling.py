"""Random tensors.

The same seed gives PyTorch's own numbers. ``generator`` is their source; the default one if none is
given.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.functions.arguments import integer
from graphnet.functions.filling import (
    DistributionError,
    bernoulli_,
    check_permutation,
    integer_bounds,
    mean_and_std,
    normal_,
    probability,
    random_,
    uniform_,
)
from graphnet.functions.methods import method
from graphnet.functions.options import as_dtype, as_number, as_shape, finish, require_tensor
from graphnet.functions.outputs import sized, written
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.index import MaskedFill
from graphnet.ops.random import (
    Bernoulli,
    BernoulliFrom,
    Multinomial,
    Normal,
    Permutation,
    RandomIntegers,
    Uniform,
)
from graphnet.ops.rejection import Binomial, GammaSample, Poisson, StandardGamma
from graphnet.ops.unsupported import refuse
from graphnet.random import Generator, draw

__all__ = [
    "_sample_dirichlet",
    "_standard_gamma",
    "bernoulli",
    "binomial",
    "multinomial",
    "normal",
    "poisson",
    "rand",
    "randint",
    "randn",
    "randperm",
]


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Uniform numbers in [0, 1): ``rand(2, 3)`` or ``rand((2, 3))``.

    Args:
        *sizes: the shape, as integers or as one sequence; or give it as ``size=``.
        size: the same, as a keyword.
        generator: the source of random numbers.
        out: what to fill; given the shape if it has another.
        dtype: floating point; the default dtype unless given.
        layout, pin_memory: have no meaning here.
        device: the CPU.
        requires_grad: whether gradients are wanted.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    shape = as_shape("rand", sizes, size)
    if out is not None:
        return uniform_(sized("rand", out, shape, dtype), generator=generator)
    op = Uniform(shape, float_dtype("rand", dtype))
    return finish(
        draw(op, 0.0, 1.0, generator=generator, device=device), device, requires_grad, layout
    )


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Normal numbers of mean 0 and variance 1; arguments as for :func:`rand`.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randn(2)
    tensor([ 1.5410, -0.2934])
    """
    shape = as_shape("randn", sizes, size)
    if out is not None:
        return normal_(sized("randn", out, shape, dtype), generator=generator)
    op = Normal(shape, float_dtype("randn", dtype))
    return finish(
        draw(op, 0.0, 1.0, generator=generator, device=device), device, requires_grad, layout
    )


def float_dtype(function: str, dtype: Any) -> dtypes.dtype:
    """A ``dtype=`` argument that is floating point or complex; the default dtype if None."""
    wanted = as_dtype(function, dtype) or dtypes.get_default_dtype()
    if is_integral(wanted):
        raise refuse(function, wanted, "take a floating-point dtype, or randint")
    return wanted


def randint(
    *bounds: Any,
    low: int = 0,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Uniform whole numbers in [low, high).

    Forms: ``randint(high, size)``, ``randint(low, high, size)``; or with keywords.

    Args:
        *bounds: low, high and size, in this order; low may be left out.
        low: the smallest number; 0 unless given.
        high: one above the greatest number.
        size: the shape, a sequence of integers.
        generator: the source of random numbers.
        out: what to fill; given the shape if it has another.
        dtype: int64 unless given.
        layout, pin_memory: have no meaning here.
        device: the CPU.
        requires_grad: whether gradients are wanted.

    Raises:
        DistributionError: (a RuntimeError) there is no number in the range.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randint(0, 10, (4,))
    tensor([4, 9, 3, 0])
    """
    given = list(bounds)
    if given and isinstance(given[-1], (tuple, list)):
        size = given.pop()
    if len(given) == 1 and high is None:
        high = given[0]
    elif len(given) == 1:
        low = given[0]
    elif len(given) == 2:
        low, high = given
    if high is None or size is None or len(given) > 2:
        raise ArgumentError(
            "randint(): takes a high bound and a size, and before them a low bound if wanted",
            cure="write randint(high, size) or randint(low, high, size)",
        )
    shape = as_shape("randint", (), size)
    if out is not None:
        return random_(sized("randint", out, shape, dtype), low, high, generator=generator)
    op = RandomIntegers(shape, as_dtype("randint", dtype) or dtypes.int64)
    made = draw(op, *integer_bounds("randint", low, high), generator=generator, device=device)
    return finish(made, device, requires_grad, layout)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: dtypes.dtype = dtypes.int64,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """The whole numbers from 0 to ``n - 1`` in random order.

    Raises:
        DistributionError: (a RuntimeError) ``n`` is negative, or the dtype has no room for
            ``n - 1``.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randperm(5)
    tensor([4, 0, 1, 3, 2])
    """
    count = integer("randperm", "n", n)
    if count < 0:
        raise DistributionError(f"randperm: n must be non-negative, got {count}")
    wanted = out.dtype if out is not None else as_dtype("randperm", dtype) or dtypes.int64
    check_permutation(count, wanted)
    made = draw(Permutation(count, wanted), generator=generator, device=device)
    return finish(written("randperm", out, made), device, requires_grad, layout)


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Normal numbers whose mean and standard deviation are numbers or tensors.

    Forms: ``normal(mean, std)`` with at least one tensor, element by element;
    ``normal(mean, std, size)`` with numbers.

    Raises:
        DistributionError: (a RuntimeError) the standard deviation is a negative number.
        ArgumentError: (a TypeError) both are numbers, and no size is given.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.normal(torch.tensor([10.0, 20.0]), 0.5)
    tensor([10.7705, 19.8533])
    """
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        if size is None:
            raise ArgumentError(
                "normal(): with two numbers a size is needed", cure="write normal(mean, std, size)"
            )
        wanted = float_dtype("normal", dtype)
        shape, parameters = as_shape("normal", (), size), mean_and_std("normal", mean, std)
        if out is not None:
            return normal_(sized("normal", out, shape, dtype), *parameters, generator=generator)
        made = draw(Normal(shape, wanted), *parameters, generator=generator, device=device)
        return finish(made, device, requires_grad, layout)
    if not isinstance(mean, Tensor):
        mean = as_number("normal", "mean", mean)
    like = _broadcast(mean, std)
    op = Normal(tuple(like.shape), like.dtype)
    if isinstance(std, Tensor):
        sample = draw(op, 0.0, 1.0, generator=generator, device=std.device) * std + mean
    else:
        parameters = mean_and_std("normal", 0.0, std)
        sample = draw(op, *parameters, generator=generator, device=mean.device) + mean
    return finish(written("normal", out, sample.detach()), device, requires_grad, layout)


def _broadcast(mean: Any, std: Any) -> Tensor:
    """Something of the shape and dtype that the tensors among mean and deviation meet in."""
    if not isinstance(std, Tensor):
        return require_tensor("normal", "mean", mean)
    if not isinstance(mean, Tensor):
        return std
    total: Tensor = mean + std
    return total


@method
def bernoulli(
    input: Tensor,
    p: float | None = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """1 with the probability in the same place of ``input``, or with probability ``p``, else 0.

    The result has the dtype of ``input``, whose values do not matter if ``p`` is given.

    Raises:
        RuntimeError: a probability is outside [0, 1] (noticed when the numbers are drawn).

    >>> import graphnet as torch
    >>> torch.bernoulli(torch.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    x = require_tensor("bernoulli", "input", input)
    if p is not None:
        op = Bernoulli(tuple(x.shape), x.dtype)
        made = draw(op, probability("bernoulli", p), generator=generator, device=x.device)
        return written("bernoulli", out, made)
    if is_integral(x.dtype):
        raise refuse("bernoulli", x.dtype, "take floating-point probabilities")
    if out is not None:
        target = sized("bernoulli", out, tuple(x.shape))
        return bernoulli_(target, x.detach(), generator=generator)
    sample = draw(BernoulliFrom(x.dtype), x.detach(), generator=generator, device=x.device)
    if not x.requires_grad:
        return sample
    # What is drawn changes in steps: the gradient is zero, which is not the same as none.
    linked: Tensor = sample + MaskedFill()(x, True, 0)
    return linked


@method
def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Categories, drawn in proportion to the numbers in each row of ``input``.

    Args:
        input: floating point, not negative, shape (categories,) or (rows, categories). The sum of a
            row need not be 1.
        num_samples: how many to draw of each row.
        replacement: whether a category may be drawn more than once.
        generator: the source of random numbers.
        out: what to fill; given the shape if it has another.

    Returns:
        int64 of shape (num_samples,) or (rows, num_samples).

    Raises:
        RuntimeError: the numbers are no probabilities, or there are too few of them (partly noticed
            when the numbers are drawn).

    >>> import graphnet as torch
    >>> torch.multinomial(torch.tensor([0.0, 1.0]), 1)
    tensor([1])
    """
    x = require_tensor("multinomial", "input", input)
    count = integer("multinomial", "num_samples", num_samples)
    if x.dim() not in (1, 2):
        raise DistributionError(f"prob_dist must be 1 or 2 dim, but its shape is {list(x.shape)}")
    if is_integral(x.dtype):
        raise DistributionError(
            f"multinomial only supports floating-point dtypes for input, got: {x.dtype}",
            cure="cast first, as in `weights.float()`",
        )
    if count <= 0:
        raise DistributionError(f"cannot sample n_sample <= 0 samples, got {count}")
    if not replacement and count > x.shape[-1]:
        raise DistributionError(
            f"cannot sample n_sample > prob_dist.size(-1) samples without replacement: {count} of "
            f"{x.shape[-1]}"
        )
    if out is not None:
        sized("multinomial", out, (*x.shape[:-1], count), dtypes.int64)
    op = Multinomial(count, bool(replacement))
    made = draw(op, x.detach(), generator=generator, device=x.device)
    return written("multinomial", out, made)


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of events, at the rate in the same place of ``input``.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.poisson(torch.tensor([1.0, 30.0]))
    tensor([ 2., 39.])
    """
    return draw(Poisson(), require_tensor("poisson", "input", input), generator=generator)


def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of successes in ``count`` trials, each of probability ``prob``."""
    trials = require_tensor("binomial", "count", count)
    chance = require_tensor("binomial", "prob", prob, 2)
    return draw(Binomial(), trials, chance, generator=generator)


def _standard_gamma(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma numbers of rate 1 and these concentrations, with a gradient by them."""
    given = require_tensor("_standard_gamma", "self", self)
    sample: Tensor = GammaSample()(given, draw(StandardGamma(), given, generator=generator))
    return sample


def _sample_dirichlet(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Shares of a whole, of these concentrations, with a gradient by them.

    They are gamma numbers divided by their sum, and so is the gradient: PyTorch's is another one,
    of the same expectation.
    """
    given = require_tensor("_sample_dirichlet", "self", self)
    drawn = draw(StandardGamma(dtypes.float64), given, generator=generator)
    parts: Tensor = GammaSample()(given, drawn)
    shares: Tensor = (parts / parts.sum(-1, keepdim=True)).clamp(
        dtypes.finfo(parts.dtype).tiny, 1 - dtypes.finfo(parts.dtype).eps / 2
    )
    return shares
