"""The Cauchy distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.parameters import ONE
from graphnet.functions.factories import empty, full
from graphnet.functions.pointwise import atan, tan

__all__ = ["Cauchy"]


class Cauchy(Univariate):
    """Cauchy (Lorentz) with median ``loc`` and half width ``scale``.

    >>> import graphnet as torch
    >>> torch.distributions.Cauchy(0.0, 1.0).cdf(torch.tensor(1.0))
    tensor(0.7500)
    """

    parameter_names = ("loc", "scale")
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
    loc: Tensor
    scale: Tensor

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, loc=loc, scale=scale)

    @property
    def mean(self) -> Tensor:
        """NaN: there is none."""
        return full(self._extended_shape(), math.nan, dtype=self.loc.dtype)

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """Infinite."""
        return full(self._extended_shape(), math.inf, dtype=self.loc.dtype)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """``loc + noise * scale``."""
        noise = empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).cauchy_()
        found: Tensor = self.loc + noise * self.scale
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        density: Tensor = (
            -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()
        )
        return density

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        found: Tensor = atan((value - self.loc) / self.scale) / math.pi + 0.5
        return found

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        found: Tensor = tan(math.pi * (value - 0.5)) * self.scale + self.loc
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = math.log(4 * math.pi) + self.scale.log()
        return found
