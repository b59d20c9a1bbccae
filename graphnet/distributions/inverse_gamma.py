"""The inverse gamma distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.gamma import Gamma
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import PowerTransform
from graphnet.functions.mixing import where

__all__ = ["InverseGamma"]


class InverseGamma(TransformedDistribution):
    """The reciprocal of a gamma number.

    >>> import graphnet as torch
    >>> torch.distributions.InverseGamma(torch.tensor(3.0), torch.tensor(2.0)).mean
    tensor(1.)
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    has_rsample = True
    base_dist: Gamma

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        power = PowerTransform(exponent=-base.rate.new_ones(()))
        super().__init__(base, power, validate_args=validate_args)

    @property
    def concentration(self) -> Tensor:
        """The concentration."""
        return self.base_dist.concentration

    @property
    def rate(self) -> Tensor:
        """The rate."""
        return self.base_dist.rate

    @property
    def mean(self) -> Tensor:
        """``rate / (concentration - 1)``, infinite for a concentration of 1 or less."""
        mean: Tensor = where(self.concentration > 1, self.rate / (self.concentration - 1), math.inf)
        return mean

    @property
    def mode(self) -> Tensor:
        """``rate / (concentration + 1)``."""
        mode: Tensor = self.rate / (self.concentration + 1)
        return mode

    @property
    def variance(self) -> Tensor:
        """Infinite for a concentration of 2 or less."""
        a = self.concentration
        variance: Tensor = where(a > 2, self.rate.square() / ((a - 1).square() * (a - 2)), math.inf)
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        a = self.concentration
        entropy: Tensor = a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()
        return entropy
