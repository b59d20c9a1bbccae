"""The log-normal distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.normal import Normal
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import ExpTransform

__all__ = ["LogNormal"]


class LogNormal(TransformedDistribution):
    """The exponential of a normal number.

    >>> import graphnet as torch
    >>> torch.distributions.LogNormal(0.0, 1.0).mode
    tensor(0.3679)
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive
    has_rsample = True
    base_dist: Normal

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Tensor:
        """The mean of the logarithm."""
        return self.base_dist.loc

    @property
    def scale(self) -> Tensor:
        """Its standard deviation."""
        return self.base_dist.scale

    @property
    def mean(self) -> Tensor:
        """``exp(loc + scale ** 2 / 2)``."""
        mean: Tensor = (self.loc + self.scale.pow(2) / 2).exp()
        return mean

    @property
    def mode(self) -> Tensor:
        """``exp(loc - scale ** 2)``."""
        mode: Tensor = (self.loc - self.scale.square()).exp()
        return mode

    @property
    def variance(self) -> Tensor:
        """``(exp(scale ** 2) - 1) * exp(2 * loc + scale ** 2)``."""
        squared = self.scale.pow(2)
        variance: Tensor = squared.expm1() * (2 * self.loc + squared).exp()
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = self.base_dist.entropy() + self.loc
        return found
