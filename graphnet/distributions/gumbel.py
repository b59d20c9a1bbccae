"""The Gumbel distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.parameters import broadcast_all
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import AffineTransform, ExpTransform
from graphnet.distributions.uniform import Uniform
from graphnet.dtypes import finfo
from graphnet.functions.factories import full_like, ones_like

__all__ = ["Gumbel"]

EULER = 0.57721566490153286060


class Gumbel(TransformedDistribution):
    """Gumbel, the distribution of extremes, with mode ``loc`` and width ``scale``.

    >>> import graphnet as torch
    >>> torch.distributions.Gumbel(torch.tensor(1.0), torch.tensor(2.0)).mean
    tensor(2.1544)
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = finfo(self.loc.dtype)
        low, high = full_like(self.loc, limits.tiny), full_like(self.loc, 1 - limits.eps)
        base = Uniform(low, high, validate_args=validate_args)
        transforms = [
            ExpTransform().inv,
            AffineTransform(loc=0, scale=-ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(loc=self.loc, scale=-self.scale),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.loc, made.scale = self.loc.expand(batch_shape), self.scale.expand(batch_shape)
        return super().expand(batch_shape, _instance=made)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        y = (self.loc - value) / self.scale
        density: Tensor = (y - y.exp()) - self.scale.log()
        return density

    @property
    def mean(self) -> Tensor:
        """``loc + scale * euler``."""
        found: Tensor = self.loc + self.scale * EULER
        return found

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def stddev(self) -> Tensor:
        """``pi / sqrt(6) * scale``."""
        return (math.pi / math.sqrt(6)) * self.scale  # type: ignore[no-any-return]  # a tensor

    @property
    def variance(self) -> Tensor:
        """Its square."""
        variance: Tensor = self.stddev.pow(2)
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        entropy: Tensor = self.scale.log() + (1 + EULER)
        return entropy
