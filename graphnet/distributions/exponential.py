"""The exponential distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE
from graphnet.functions.factories import empty, zeros_like
from graphnet.functions.pointwise import exp, log

__all__ = ["Exponential"]


class Exponential(Univariate, ExponentialFamily):
    """Exponential with a rate: the time until an event.

    >>> import graphnet as torch
    >>> torch.distributions.Exponential(torch.tensor(4.0)).mean
    tensor(0.2500)
    """

    parameter_names = ("rate",)
    arg_constraints = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0
    rate: Tensor

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, rate=rate)

    @property
    def mean(self) -> Tensor:
        """``1 / rate``."""
        mean: Tensor = self.rate.reciprocal()
        return mean

    @property
    def mode(self) -> Tensor:
        """0."""
        return zeros_like(self.rate)

    @property
    def stddev(self) -> Tensor:
        """``1 / rate``."""
        return self.mean

    @property
    def variance(self) -> Tensor:
        """``1 / rate ** 2``."""
        variance: Tensor = self.rate.pow(-2)
        return variance

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Noise of rate 1, divided by the rate."""
        noise = empty(self._extended_shape(sample_shape), dtype=self.rate.dtype).exponential_()
        sample: Tensor = noise / self.rate
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        density: Tensor = self.rate.log() - self.rate * value
        return density

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        found: Tensor = 1 - exp(-self.rate * value)
        return found

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        found: Tensor = -(-value).log1p() / self.rate
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = 1.0 - log(self.rate)
        return found

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (-self.rate,)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        found: Tensor = -log(-natural_params[0])
        return found
