"""The Kumaraswamy distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.gumbel import EULER
from graphnet.distributions.parameters import broadcast_all
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import AffineTransform, PowerTransform
from graphnet.distributions.uniform import Uniform
from graphnet.functions.factories import full_like
from graphnet.functions.pointwise import exp
from graphnet.functions.special_functions import digamma, lgamma

__all__ = ["Kumaraswamy"]


class Kumaraswamy(TransformedDistribution):
    """Kumaraswamy: like beta, with a distribution function that is easily inverted.

    >>> import graphnet as torch
    >>> torch.distributions.Kumaraswamy(torch.tensor(1.0), torch.tensor(1.0)).mean
    tensor(0.5000)
    """

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        low, high = full_like(self.concentration0, 0), full_like(self.concentration0, 1)
        base = Uniform(low, high, validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=self.concentration0.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(exponent=self.concentration1.reciprocal()),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.concentration1 = self.concentration1.expand(batch_shape)
        made.concentration0 = self.concentration0.expand(batch_shape)
        return super().expand(batch_shape, _instance=made)

    def _moment(self, n: int) -> Tensor:
        a, b = self.concentration1, self.concentration0
        part = 1 + n / a
        moment: Tensor = exp(lgamma(part) + lgamma(b) - lgamma(part + b)) * b
        return moment

    @property
    def mean(self) -> Tensor:
        """The first moment."""
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        """The most probable value; NaN where a concentration is below 1."""
        a, b = self.concentration1, self.concentration0
        mode = (b.reciprocal() * (-b).log1p() - (-b * a).log1p()).exp()
        chosen: Tensor = mode.masked_fill((b < 1) | (a < 1), math.nan)
        return chosen

    @property
    def variance(self) -> Tensor:
        """The second moment less the squared first."""
        variance: Tensor = self._moment(2) - self.mean.pow(2)
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        t1, t0 = 1 - self.concentration1.reciprocal(), 1 - self.concentration0.reciprocal()
        harmonic = digamma(self.concentration0 + 1) + EULER
        entropy: Tensor = t0 + t1 * harmonic - self.concentration1.log() - self.concentration0.log()
        return entropy
