"""The beta distribution."""

from __future__ import annotations

from numbers import Real
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.dirichlet import Dirichlet
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE, broadcast_all
from graphnet.functions.creation import tensor
from graphnet.functions.joining import stack
from graphnet.functions.special_functions import lgamma

__all__ = ["Beta"]


class Beta(ExponentialFamily):
    """Beta: the first of two shares of a whole, with the concentration of each.

    >>> import graphnet as torch
    >>> torch.distributions.Beta(1.0, 3.0).mean
    tensor(0.2500)
    """

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        if isinstance(concentration1, Real) and isinstance(concentration0, Real):
            both = tensor([float(concentration1), float(concentration0)])
        else:
            both = stack(list(broadcast_all(concentration1, concentration0)), -1)
        self._dirichlet = Dirichlet(both, validate_args=validate_args)
        super().__init__(self._dirichlet._batch_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made._dirichlet = self._dirichlet.expand(batch_shape)
        return self._with_shape(batch_shape, (), made)

    @property
    def concentration1(self) -> Tensor:
        """The concentration of the first share."""
        return self._dirichlet.concentration[..., 0]

    @property
    def concentration0(self) -> Tensor:
        """The concentration of the other."""
        return self._dirichlet.concentration[..., 1]

    @property
    def mean(self) -> Tensor:
        """``c1 / (c1 + c0)``."""
        mean: Tensor = self.concentration1 / (self.concentration1 + self.concentration0)
        return mean

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        return self._dirichlet.mode[..., 0]

    @property
    def variance(self) -> Tensor:
        """``c1 * c0 / (total ** 2 * (total + 1))``."""
        total = self.concentration1 + self.concentration0
        variance: Tensor = self.concentration1 * self.concentration0 / (total.pow(2) * (total + 1))
        return variance

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw values in (0, 1)."""
        sample: Tensor = self._dirichlet.rsample(sample_shape).select(-1, 0)
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        return self._dirichlet.log_prob(stack([value, 1.0 - value], -1))

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        return self._dirichlet.entropy()

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return self.concentration1, self.concentration0

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        x, y = natural_params
        normalizer: Tensor = lgamma(x) + lgamma(y) - lgamma(x + y)
        return normalizer
