"""Filling tensors with random numbers, in place.

The same seed gives PyTorch's own numbers, whatever the tensor's strides: memory is filled in the
order of addresses. ``generator`` is their source; the default one if none is given.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, GraphnetError
from graphnet.functions.arguments import integer
from graphnet.functions.methods import method
from graphnet.functions.ordering import stride_of
from graphnet.ir.op import Op
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.random import (
    Bernoulli,
    BernoulliFrom,
    Cauchy,
    Exponential,
    Geometric,
    LogNormal,
    Normal,
    RandomIntegers,
    Uniform,
)
from graphnet.ops.unsupported import refuse
from graphnet.random import Generator, draw

__all__: list[str] = []


class DistributionError(GraphnetError, RuntimeError):
    """Parameters that no distribution has."""


def integer_bounds(function: str, low: Any, high: Any) -> tuple[int, int]:
    bottom, top = integer(function, "low", low), integer(function, "high", high)
    if bottom >= top:
        raise DistributionError(
            f"random_ expects 'from' to be less than 'to', but got from={bottom} >= to={top}"
        )
    return bottom, top


def mean_and_std(function: str, mean: Any, std: Any) -> tuple[float, float]:
    if std < 0:
        raise DistributionError(f"{function} expects std >= 0.0, but found std {std}")
    return float(mean), float(std)


def probability(function: str, p: Any) -> float:
    if not 0 <= p <= 1:
        raise DistributionError(f"{function} expects p to be in [0, 1], but got p={p}")
    return float(p)


def check_permutation(n: int, dtype: dtypes.dtype) -> None:
    """Refuse a permutation of numbers for which a dtype has no room.

    Raises:
        DistributionError: (a RuntimeError) there are too many.
    """
    if dtype is dtypes.bool:
        raise refuse("randperm", dtype, "take an integer dtype")
    if is_integral(dtype):
        limit = dtypes.iinfo(dtype).max + 1
    else:
        limit = int(2 / dtypes.finfo(dtype).eps) + 1
    if n > limit and dtype is not dtypes.bfloat16:  # which PyTorch lets round
        raise DistributionError(f"randperm: {dtype} has no room for the numbers below {n}")


def _fill(self: Tensor, op: Op, *parameters: float, generator: Generator | None) -> Tensor:
    self._check_writable()
    return self._write(draw(op, *parameters, generator=generator, device=self.device))


def _require_float(function: str, x: Tensor) -> None:
    if is_integral(x.dtype):
        raise refuse(function, x.dtype, "fill a floating-point tensor, or use random_")


@method
def uniform_(
    self: Tensor,
    from_: float = 0.0,
    to: float = 1.0,
    *,
    generator: Generator | None = None,
    **old: float,
) -> Tensor:
    """Fill with uniform numbers in [from, to).

    Raises:
        DistributionError: (a RuntimeError) ``from`` is greater than ``to``.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(2).uniform_(-1, 1)
    tensor([-0.0075,  0.5364])
    """
    # `from` is a word of the language, so it can only come by way of a dictionary.
    low = old.pop("from", from_)
    if old:
        raise ArgumentError(f"uniform_() got an unexpected keyword argument '{next(iter(old))}'")
    _require_float("uniform_", self)
    if low > to:
        raise DistributionError(
            f"uniform_ expects to return a [from, to) range, but found from={low} > to={to}"
        )
    op = Uniform(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, op, float(low), float(to), generator=generator)


@method
def normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with normal numbers.

    Raises:
        DistributionError: (a RuntimeError) ``std`` is negative.
    """
    _require_float("normal_", self)
    op = Normal(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, op, *mean_and_std("normal", mean, std), generator=generator)


@method
def log_normal_(
    self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with the exponentials of normal numbers of this mean and standard deviation.

    Raises:
        DistributionError: (a RuntimeError) ``std`` is not positive.
    """
    _require_float("log_normal_", self)
    if std <= 0:
        raise DistributionError(f"log_normal_ expects std > 0.0, but found std={std}")
    op = LogNormal(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, op, float(mean), float(std), generator=generator)


@method
def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with exponentially distributed numbers of rate ``lambd``.

    Raises:
        DistributionError: (a RuntimeError) the rate is not positive.
    """
    _require_float("exponential_", self)
    if lambd <= 0:
        raise DistributionError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
    op = Exponential(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, op, float(lambd), generator=generator)


@method
def cauchy_(
    self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers of the Cauchy distribution.

    Raises:
        DistributionError: (a RuntimeError) ``sigma`` is not positive.
    """
    _require_float("cauchy_", self)
    if sigma <= 0:
        raise DistributionError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma}")
    op = Cauchy(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, op, float(median), float(sigma), generator=generator)


@method
def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with the numbers of trials up to the first success, of probability ``p``.

    Raises:
        DistributionError: (a RuntimeError) ``p`` is not within (0, 1).
    """
    if not 0 < p < 1:
        raise DistributionError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    op = Geometric(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, op, float(p), generator=generator)


@method
def bernoulli_(
    self: Tensor, p: float | Tensor = 0.5, *, generator: Generator | None = None
) -> Tensor:
    """Fill with ones, with probability ``p``, and zeros; ``p`` may be a tensor that broadcasts.

    Raises:
        DistributionError: (a RuntimeError) ``p`` is a number outside [0, 1].
    """
    self._check_writable()
    if isinstance(p, Tensor):
        probabilities = p.detach().expand(self.shape)
        op = BernoulliFrom(self.dtype, stride_of(self))
        return self._write(draw(op, probabilities, generator=generator, device=self.device))
    filled = Bernoulli(tuple(self.shape), self.dtype, stride_of(self))
    return _fill(self, filled, probability("bernoulli_", p), generator=generator)


@method
def random_(
    self: Tensor, *bounds: int | None, generator: Generator | None = None, **named: int | None
) -> Tensor:
    """Fill with uniform whole numbers.

    Forms: ``random_()``, over all the dtype's non-negative whole numbers (for floating point, those
    up to which there are no gaps); ``random_(to)``; ``random_(from, to)``.

    Raises:
        DistributionError: (a RuntimeError) there is no number in the range.
    """
    low, high = _random_bounds(bounds, named)
    op = RandomIntegers(tuple(self.shape), self.dtype, stride_of(self))
    if low is None and high is None:
        return _fill(self, op, generator=generator)
    start = 0 if low is None else low
    if high is None:
        return _fill(self, op, start, generator=generator)
    return _fill(self, op, *integer_bounds("random_", start, high), generator=generator)


def _random_bounds(
    bounds: tuple[int | None, ...], named: dict[str, int | None]
) -> tuple[int | None, int | None]:
    if len(bounds) == 1 and not named:
        return None, bounds[0]
    low, high = (*bounds, None, None)[:2]
    low, high = named.pop("from", low), named.pop("to", high)
    if named or len(bounds) > 2:
        raise ArgumentError("random_(): takes a generator, and an end or a start and an end")
    return low, high
