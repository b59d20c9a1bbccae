"""The half-normal and half-Cauchy distributions."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.cauchy import Cauchy
from graphnet.distributions.normal import Normal
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import AbsTransform
from graphnet.functions.factories import zeros_like
from graphnet.functions.mixing import where

__all__ = ["HalfCauchy", "HalfNormal"]


class _Half(TransformedDistribution):
    """The magnitudes of numbers around 0."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    @property
    def scale(self) -> Tensor:
        """The width."""
        scale: Tensor = self.base_dist.scale  # type: ignore[attr-defined]  # both bases have one
        return scale

    @property
    def mode(self) -> Tensor:
        """0."""
        return zeros_like(self.scale)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density: twice that of the whole."""
        if self._validate_args:
            self._validate_sample(value)
        doubled = self.base_dist.log_prob(value) + math.log(2)
        density: Tensor = where(value >= 0, doubled, -math.inf)
        return density

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        found: Tensor = 2 * self.base_dist.cdf(value) - 1
        return found

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = self.base_dist.entropy() - math.log(2)
        return found


class HalfNormal(_Half):
    """The magnitude of a normal number of mean 0.

    >>> import graphnet as torch
    >>> torch.distributions.HalfNormal(torch.tensor(1.0)).mean
    tensor(0.7979)
    """

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """``scale * sqrt(2 / pi)``."""
        mean: Tensor = self.scale * math.sqrt(2 / math.pi)
        return mean

    @property
    def variance(self) -> Tensor:
        """``scale ** 2 * (1 - 2 / pi)``."""
        variance: Tensor = self.scale.pow(2) * (1 - 2 / math.pi)
        return variance


class HalfCauchy(_Half):
    """The magnitude of a Cauchy number of median 0."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        base = Cauchy(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """Infinite."""
        return self.variance

    @property
    def variance(self) -> Tensor:
        """Infinite."""
        return self.base_dist.variance
