"""The Poisson distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE, broadcast_all
from graphnet.functions import sampling
from graphnet.functions.pointwise import exp
from graphnet.grad_mode import no_grad

__all__ = ["Poisson"]


class Poisson(Univariate, ExponentialFamily):
    """The number of events in a unit of time, at a rate.

    >>> import graphnet as torch
    >>> torch.distributions.Poisson(torch.tensor(4.0)).variance
    tensor(4.)
    """

    parameter_names = ("rate",)
    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer
    rate: Tensor

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, rate=rate)

    @property
    def mean(self) -> Tensor:
        """The rate."""
        return self.rate

    @property
    def mode(self) -> Tensor:
        """The rate, rounded down."""
        mode: Tensor = self.rate.floor()
        return mode

    @property
    def variance(self) -> Tensor:
        """The rate."""
        return self.rate

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw numbers of events."""
        with no_grad():
            return sampling.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        density: Tensor = value.xlogy(rate) - rate - (value + 1).lgamma()
        return density

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.rate.log(),)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        return exp(natural_params[0])
