"""The Weibull distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.exponential import Exponential
from graphnet.distributions.gumbel import EULER
from graphnet.distributions.parameters import broadcast_all
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import AffineTransform, PowerTransform
from graphnet.functions.factories import ones_like
from graphnet.functions.pointwise import exp
from graphnet.functions.special_functions import lgamma

__all__ = ["Weibull"]


class Weibull(TransformedDistribution):
    """Weibull: ``scale`` times a power of an exponential number.

    >>> import graphnet as torch
    >>> torch.distributions.Weibull(torch.tensor(2.0), torch.tensor(1.0)).mean
    tensor(2.)
    """

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        self.concentration_reciprocal = self.concentration.reciprocal()
        base = Exponential(ones_like(self.scale), validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=self.concentration_reciprocal),
            AffineTransform(loc=0, scale=self.scale),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        for name in ("scale", "concentration", "concentration_reciprocal"):
            setattr(made, name, getattr(self, name).expand(batch_shape))
        return super().expand(batch_shape, _instance=made)

    @property
    def mean(self) -> Tensor:
        """``scale * gamma(1 + 1 / concentration)``."""
        mean: Tensor = self.scale * exp(lgamma(1 + self.concentration_reciprocal))
        return mean

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        power = (1 - self.concentration_reciprocal) ** self.concentration_reciprocal
        mode: Tensor = self.scale * power
        return mode

    @property
    def variance(self) -> Tensor:
        """The variance."""
        second = exp(lgamma(1 + 2 * self.concentration_reciprocal))
        first = exp(2 * lgamma(1 + self.concentration_reciprocal))
        variance: Tensor = self.scale.pow(2) * (second - first)
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        entropy: Tensor = (
            EULER * (1 - self.concentration_reciprocal)
            + (self.scale * self.concentration_reciprocal).log()
            + 1
        )
        return entropy
