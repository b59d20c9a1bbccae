"""Initial values for parameters: each function fills a tensor in place and returns it.

None of them is seen by the backward pass. Those that draw random numbers take a ``generator`` and
use the default one when it is left out. Source: PyTorch's page "torch.nn.init".
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.autograd import no_grad
from graphnet.errors import ValueRangeError

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much to widen a layer's initial weights to make up for the nonlinearity after it.

    Args:
        nonlinearity: the name of a function of :mod:`graphnet.nn.functional`, such as ``"relu"``.
        param: the negative slope of ``"leaky_relu"``, 0.01 when left out.

    Raises ValueError for a name that is not known, and for a slope that is no number.

    >>> import graphnet as torch
    >>> torch.nn.init.calculate_gain("leaky_relu", 0.2)
    1.3867504905630728
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise ValueRangeError(f"negative_slope {slope} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueRangeError(
            f"Unsupported nonlinearity {nonlinearity}",
            cure=f"use one of {', '.join(_GAINS)}, leaky_relu",
        )
    return _GAINS[nonlinearity]


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with draws from the uniform distribution between ``a`` and ``b``.

    >>> import graphnet as torch
    >>> torch.nn.init.uniform_(torch.empty(3), 2.0, 5.0).min() >= 2
    tensor(True)
    """
    with no_grad():
        tensor.uniform_(a, b, generator=generator)
    return tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with draws from the normal distribution of that mean and standard deviation."""
    with no_grad():
        tensor.normal_(mean, std, generator=generator)
    return tensor


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Fill with draws from the normal distribution, cut off below ``a`` and above ``b``.

    Draws are made until all are accepted: from the normal distribution where most of it lies
    between the bounds, else from the uniform one, thinned by the normal density.

    >>> import graphnet as torch
    >>> torch.nn.init.trunc_normal_(torch.empty(1000)).abs().max() <= 2
    tensor(True)
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            f"mean ({mean}) is more than 2 std ({std}) from [a, b] = [{a}, {b}] in "
            "nn.init.trunc_normal_. The distribution of values may be incorrect.",
            stacklevel=2,
        )
    likely = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std) > 0.3
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2

    def draw() -> Tensor:
        fresh = fn.empty_like(tensor)
        if likely:
            fresh.normal_(mean, std, generator=generator)
        else:
            fresh.uniform_(a, b, generator=generator)
        return fresh

    def refused(drawn: Tensor) -> Tensor:
        if likely:
            outside: Tensor = (drawn < a) | (drawn > b)
            return outside
        log_density = ((drawn - mean) / std) ** 2 * -0.5 - peak
        chances = fn.empty_like(tensor).uniform_(generator=generator)
        return fn.gt(fn.log(chances), log_density)

    if tensor.is_meta:  # there is nothing to draw, nor to refuse
        return tensor
    with no_grad():
        result = draw()
        pending = refused(result)
        while pending.any():
            fresh = draw()
            result = fn.where(pending, fresh, result)
            pending = pending & refused(fresh)
        tensor.copy_(result)
    return tensor


def _normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    with no_grad():
        tensor.fill_(val)
    return tensor


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Make a matrix the identity: ones where row and column are equal, else zeros.

    Raises ValueError unless the tensor has two dimensions.
    """
    _require_dims("eye_", tensor, tensor.dim() == 2, "Only tensors with 2 dimensions are supported")
    with no_grad():
        tensor.copy_(fn.eye(*tensor.shape))
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Make the kernels of a convolution pass their input on, as many channels as fit.

    Args:
        tensor: weights of shape ``(out, in, *spatial)``, one to three spatial dimensions.
        groups: in how many parts of the output channels the input is passed on.

    Raises ValueError for another number of dimensions, and when ``groups`` does not divide ``out``.

    >>> import graphnet as torch
    >>> torch.nn.init.dirac_(torch.empty(1, 1, 3))
    tensor([[[0., 1., 0.]]])
    """
    message = "Only tensors with 3, 4, or 5 dimensions are supported"
    _require_dims("dirac_", tensor, tensor.dim() in (3, 4, 5), message)
    out_channels, in_channels, *spatial = tensor.shape
    if out_channels % groups:
        raise ValueRangeError(
            f"dirac_: dim 0 must be divisible by groups, but {out_channels} % {groups} != 0"
        )
    per_group = out_channels // groups
    passed = min(per_group, in_channels)
    centre = tuple(size // 2 for size in spatial)
    with no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(passed):
                tensor[(group * per_group + channel, channel, *centre)] = 1
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with uniform draws that keep the variance through forward and backward pass.

    The bound is ``gain * sqrt(6 / (fan_in + fan_out))``. Raises ValueError below two dimensions.
    Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
    neural networks".
    """
    std = _xavier_std(tensor, gain)
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with normal draws that keep the variance through forward and backward pass.

    The standard deviation is ``gain * sqrt(2 / (fan_in + fan_out))``. Raises ValueError below two
    dimensions. Source: as for :func:`xavier_uniform_`.
    """
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    # Only an empty tensor has no fan at all, and there is nothing to draw for it.
    return gain * math.sqrt(2.0 / float(max(fan_in + fan_out, 1)))


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """Fill with uniform draws that keep the variance through a layer and the rectifier after it.

    Args:
        tensor: weights of at least two dimensions.
        a: the negative slope of the rectifier, for ``"leaky_relu"``.
        mode: ``"fan_in"`` keeps the variance in the forward pass, ``"fan_out"`` in the backward.
        nonlinearity: the function after the layer, see :func:`calculate_gain`.
        generator: where the random numbers come from.

    The bound is ``gain * sqrt(3 / fan)``. Raises ValueError below two dimensions and for a mode or
    nonlinearity that is not known. Source: He et al. 2015, "Delving deep into rectifiers".
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """Fill with normal draws that keep the variance through a layer and the rectifier after it.

    The standard deviation is ``gain / sqrt(fan)``; arguments, errors and source are
    :func:`kaiming_uniform_`'s.
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    return normal_(tensor, 0.0, std, generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """The standard deviation, or None, with a warning, for a tensor without elements."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueRangeError(f"Mode {mode} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """From how many inputs each output is made, and into how many outputs each input goes."""
    message = "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
    _require_dims("nn.init", tensor, tensor.dim() >= 2, message)
    out_channels, in_channels, *spatial = tensor.shape
    field = math.prod(spatial)
    return in_channels * field, out_channels * field


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fill with a random matrix whose rows, or columns if there are fewer, are orthonormal.

    Dimensions after the first count as columns; ``gain`` scales all. Raises ValueError below two
    dimensions. Source: Saxe et al. 2013, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks".

    >>> import graphnet as torch
    >>> w = torch.nn.init.orthogonal_(torch.empty(2, 5))
    >>> torch.allclose(w @ w.T, torch.eye(2), atol=1e-6)
    True
    """
    from graphnet import linalg

    message = "Only tensors with 2 or more dimensions are supported"
    _require_dims("orthogonal_", tensor, tensor.dim() >= 2, message)
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    with no_grad():
        drawn = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
        wide = rows < columns
        q, r = linalg.qr(drawn.t() if wide else drawn)
        # The factors are unique, and the matrix uniform among all, once the diagonal is positive.
        q = q * r.diagonal().sign()
        tensor.copy_((q.t() if wide else q).reshape(tensor.shape)).mul_(gain)
    return tensor


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fill a matrix with normal draws, and a fraction of each column with zeros.

    Args:
        tensor: the matrix.
        sparsity: the fraction; the number of zeros is rounded up.
        std: the standard deviation of the others.
        generator: where the random numbers come from.

    Raises ValueError unless the tensor has two dimensions. Source: Martens 2010, "Deep learning via
    Hessian-free optimization".
    """
    message = "Only tensors with 2 dimensions are supported"
    _require_dims("sparse_", tensor, tensor.dim() == 2, message)
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            # As in PyTorch, which rows are zero is up to the default generator.
            tensor[fn.randperm(rows)[:zeros], column] = 0
    return tensor


def _require_dims(function: str, tensor: Tensor, fits: bool, message: str) -> None:
    if not fits:
        raise ValueRangeError(f"{function}: {message}, got shape {tuple(tensor.shape)}")


def _deprecated(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function under its old name, without the underscore, which warns."""
    new = function.__name__
    old = new.removesuffix("_")

    @functools.wraps(function)
    def warning(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    warning.__name__ = warning.__qualname__ = old
    warning.__doc__ = f"Do what :func:`{new}` does; the old name, which warns."
    return warning


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)


# Programs that came before `trunc_normal_` did, and those that copied PyTorch's file, call these.
_no_grad_fill_, _no_grad_zero_ = constant_, zeros_
_no_grad_normal_, _no_grad_trunc_normal_, _no_grad_uniform_ = normal_, trunc_normal_, uniform_
