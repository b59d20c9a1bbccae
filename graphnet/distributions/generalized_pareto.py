"""The generalized Pareto distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.parameters import ONE
from graphnet.functions.comparison import isclose
from graphnet.functions.factories import ones_like, zeros_like
from graphnet.functions.mixing import where
from graphnet.functions.pointwise import exp, expm1, log, log1p
from graphnet.functions.sampling import rand

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Univariate):
    """What lies beyond a threshold: exponential, Pareto and uniform distributions among others.

    The tail is heavy where ``concentration`` is positive, exponential where it is 0, and ends where
    it is negative.

    >>> import graphnet as torch
    >>> torch.distributions.GeneralizedPareto(0.0, 2.0, 0.5).mean
    tensor(4.)
    """

    parameter_names = ("loc", "scale", "concentration")
    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True
    loc: Tensor
    scale: Tensor
    concentration: Tensor

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self._set(validate_args, loc=loc, scale=scale, concentration=concentration)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:  # it depends on the parameters
        """From ``loc`` on; up to an end where ``concentration`` is negative."""
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, where(self.concentration < 0, end, math.inf))

    @property
    def mean(self) -> Tensor:
        """NaN where ``concentration`` is 1 or more."""
        valid = self.concentration < 1
        mean = self.loc + self.scale / (1 - where(valid, self.concentration, 0.5))
        found: Tensor = where(valid, mean, math.nan)
        return found

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """NaN where ``concentration`` is one half or more."""
        valid = self.concentration < 0.5
        c = where(valid, self.concentration, 0.25)
        found: Tensor = where(valid, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.nan)
        return found

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """By the inverse of the distribution function."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        z = (value - self.loc) / self.scale
        is_zero, c = self._concentrations()
        factor = 1 / c + ones_like(z)
        tail = where(factor == 0, factor, factor * log1p(c * z))
        density: Tensor = -log(self.scale) - where(is_zero, z, tail)
        return density

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of values beyond ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        z = (value - self.loc) / self.scale
        is_zero, c = self._concentrations()
        found: Tensor = where(is_zero, -z, -log1p(c * z) / c)
        return found

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of values up to ``value``."""
        return log1p(-exp(self.log_survival_function(value)))

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        return exp(self.log_cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        is_zero, c = self._concentrations()
        beyond = log1p(-value)
        tail = self.loc + self.scale / c * expm1(-c * beyond)
        found: Tensor = where(is_zero, self.loc - self.scale * beyond, tail)
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = log(self.scale) + self.concentration + 1
        expanded: Tensor = found.broadcast_to(self._batch_shape)
        return expanded

    def _concentrations(self) -> tuple[Tensor, Tensor]:
        """Where ``concentration`` is 0, and what can be divided by."""
        is_zero = isclose(self.concentration, zeros_like(self.concentration))
        return is_zero, where(is_zero, ones_like(self.concentration), self.concentration)
