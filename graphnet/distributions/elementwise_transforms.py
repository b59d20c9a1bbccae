"""Transforms of numbers, each by itself."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import broadcast_all
from graphnet.distributions.transform_base import Cached, Transform
from graphnet.dtypes import finfo
from graphnet.functions.broadcasting import broadcast_shapes
from graphnet.functions.factories import full_like
from graphnet.functions.rounding import sign
from graphnet.nn.functional import softplus


class ExpTransform(Cached):
    """``y = exp(x)``."""

    domain = constraints.real
    codomain = constraints.positive
    bijective = True
    sign = +1

    def _call(self, x: Tensor) -> Tensor:
        return x.exp()  # type: ignore[no-any-return]  # a tensor

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()  # type: ignore[no-any-return]  # a tensor

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """``x``."""
        return x


class PowerTransform(Transform):
    """``y = x ** exponent``."""

    domain = constraints.positive
    codomain = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        (self.exponent,) = broadcast_all(exponent)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same, with such a cache."""
        if self._cache_size == cache_size:
            return self
        return PowerTransform(self.exponent, cache_size=cache_size)

    @property
    def sign(self) -> Any:
        """That of the exponent."""
        return self.exponent.sign()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and bool(self.exponent.eq(other.exponent).all())

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Tensor:
        return x.pow(self.exponent)  # type: ignore[no-any-return]  # a tensor

    def _inverse(self, y: Tensor) -> Tensor:
        return y.pow(1 / self.exponent)  # type: ignore[no-any-return]  # a tensor

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """``log |exponent * y / x|``."""
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        """Broadcast with the exponent."""
        return broadcast_shapes(shape, tuple(self.exponent.shape))

    inverse_shape = forward_shape


def _clipped_sigmoid(x: Tensor) -> Tensor:
    """The sigmoid, kept within the open interval."""
    limits = finfo(x.dtype)
    image: Tensor = x.sigmoid().clamp(min=limits.tiny, max=1.0 - limits.eps)
    return image


class SigmoidTransform(Cached):
    """``y = 1 / (1 + exp(-x))``, kept within the open interval."""

    domain = constraints.real
    codomain = constraints.unit_interval
    bijective = True
    sign = +1

    def _call(self, x: Tensor) -> Tensor:
        return _clipped_sigmoid(x)

    def _inverse(self, y: Tensor) -> Tensor:
        limits = finfo(y.dtype)
        y = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        found: Tensor = y.log() - (-y).log1p()
        return found

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """``-softplus(-x) - softplus(x)``."""
        return -softplus(-x) - softplus(x)


class SoftplusTransform(Cached):
    """``y = log(1 + exp(x))``."""

    domain = constraints.real
    codomain = constraints.positive
    bijective = True
    sign = +1

    def _call(self, x: Tensor) -> Tensor:
        return softplus(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return (-y).expm1().neg().log() + y  # type: ignore[no-any-return]  # a tensor

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """``-softplus(-x)``."""
        return -softplus(-x)


class TanhTransform(Cached):
    """``y = tanh(x)``; the inverse is inexact far from 0: use a cache."""

    domain = constraints.real
    codomain = constraints.interval(-1.0, 1.0)
    bijective = True
    sign = +1

    def _call(self, x: Tensor) -> Tensor:
        return x.tanh()  # type: ignore[no-any-return]  # a tensor

    def _inverse(self, y: Tensor) -> Tensor:
        return y.atanh()  # type: ignore[no-any-return]  # a tensor

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """``log(1 - y ** 2)``, without cancellation."""
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(Cached):
    """``y = |x|``."""

    domain = constraints.real
    codomain = constraints.positive

    def _call(self, x: Tensor) -> Tensor:
        return x.abs()  # type: ignore[no-any-return]  # a tensor

    def _inverse(self, y: Tensor) -> Tensor:
        return y


class AffineTransform(Transform):
    """``y = loc + scale * x``."""

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.loc, self.scale = loc, scale
        self._event_dim = event_dim

    @property
    def event_dim(self) -> int:
        """How many dimensions one value takes."""
        return self._event_dim

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same, with such a cache."""
        if self._cache_size == cache_size:
            return self
        return AffineTransform(self.loc, self.scale, self.event_dim, cache_size=cache_size)

    @property
    def _region(self) -> Any:
        if self.event_dim == 0:
            return constraints.real
        return constraints.independent(constraints.real, self.event_dim)

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        """All numbers."""
        return self._region

    @constraints.dependent_property(is_discrete=False)
    def codomain(self) -> Any:
        """All numbers."""
        return self._region

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, AffineTransform)
            and _equal(self.loc, other.loc)
            and _equal(self.scale, other.scale)
        )

    __hash__ = object.__hash__

    @property
    def sign(self) -> Any:
        """That of the scale."""
        if isinstance(self.scale, Tensor):
            return sign(self.scale)
        return (self.scale > 0) - (self.scale < 0)

    def _call(self, x: Tensor) -> Tensor:
        return self.loc + self.scale * x  # type: ignore[no-any-return]  # a tensor

    def _inverse(self, y: Tensor) -> Tensor:
        return (y - self.loc) / self.scale  # type: ignore[no-any-return]  # a tensor

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """``log |scale|``, summed over the event."""
        if isinstance(self.scale, Tensor):
            result = self.scale.abs().log()
        else:
            result = full_like(x, math.log(abs(self.scale)))
        shape = tuple(x.shape)
        if self.event_dim:
            kept = tuple(result.shape)[: result.dim() - self.event_dim]
            result = result.reshape((*kept, -1)).sum(-1)
            shape = shape[: len(shape) - self.event_dim]
        return result.expand(shape)

    def forward_shape(self, shape: Any) -> Any:
        """Broadcast with both."""
        return broadcast_shapes(
            shape, getattr(self.loc, "shape", ()), getattr(self.scale, "shape", ())
        )

    inverse_shape = forward_shape


def _equal(one: Any, other: Any) -> bool:
    same = one == other
    return bool(same.all() if isinstance(same, Tensor) else same)


class CumulativeDistributionTransform(Transform):
    """The distribution function of a distribution."""

    bijective = True
    codomain = constraints.unit_interval
    sign = +1

    def __init__(self, distribution: Distribution, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        """The distribution's support."""
        return self.distribution.support

    def _call(self, x: Tensor) -> Tensor:
        return self.distribution.cdf(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """The logarithm of the density."""
        return self.distribution.log_prob(x)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same, with such a cache."""
        if self._cache_size == cache_size:
            return self
        return CumulativeDistributionTransform(self.distribution, cache_size=cache_size)
