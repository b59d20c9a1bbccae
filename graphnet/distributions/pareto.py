"""The Pareto distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.exponential import Exponential
from graphnet.distributions.parameters import broadcast_all
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import AffineTransform, ExpTransform

__all__ = ["Pareto"]


class Pareto(TransformedDistribution):
    """Pareto: ``scale`` times the exponential of an exponential number of rate ``alpha``.

    >>> import graphnet as torch
    >>> torch.distributions.Pareto(torch.tensor(1.0), torch.tensor(2.0)).mean
    tensor(2.)
    """

    arg_constraints = {"alpha": constraints.positive, "scale": constraints.positive}

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        transforms = [ExpTransform(), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.scale, made.alpha = self.scale.expand(batch_shape), self.alpha.expand(batch_shape)
        return super().expand(batch_shape, _instance=made)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:  # it depends on the parameters
        """From ``scale`` on."""
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Tensor:
        """Infinite for ``alpha`` of 1 or less."""
        a = self.alpha.clamp(min=1)
        mean: Tensor = a * self.scale / (a - 1)
        return mean

    @property
    def mode(self) -> Tensor:
        """``scale``."""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """Infinite for ``alpha`` of 2 or less."""
        a = self.alpha.clamp(min=2)
        variance: Tensor = self.scale.pow(2) * a / ((a - 1).pow(2) * (a - 2))
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        entropy: Tensor = (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())
        return entropy
