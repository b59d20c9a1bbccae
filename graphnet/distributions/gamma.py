"""The gamma distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE
from graphnet.dtypes import finfo
from graphnet.functions.arithmetic import xlogy
from graphnet.functions.pointwise import log
from graphnet.functions.sampling import _standard_gamma
from graphnet.functions.special_functions import digamma, igamma, lgamma

__all__ = ["Gamma"]


class Gamma(Univariate, ExponentialFamily):
    """Gamma with a concentration (shape) and a rate.

    >>> import graphnet as torch
    >>> torch.distributions.Gamma(torch.tensor(3.0), torch.tensor(2.0)).mean
    tensor(1.5000)
    """

    parameter_names = ("concentration", "rate")
    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0
    concentration: Tensor
    rate: Tensor

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, concentration=concentration, rate=rate)

    @property
    def mean(self) -> Tensor:
        """``concentration / rate``."""
        mean: Tensor = self.concentration / self.rate
        return mean

    @property
    def mode(self) -> Tensor:
        """``(concentration - 1) / rate``, or 0."""
        mode: Tensor = ((self.concentration - 1) / self.rate).clamp(min=0)
        return mode

    @property
    def variance(self) -> Tensor:
        """``concentration / rate ** 2``."""
        variance: Tensor = self.concentration / self.rate.pow(2)
        return variance

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Numbers of rate 1, divided by the rate; differentiable by both parameters."""
        shape = self._extended_shape(sample_shape)
        value = _standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        sample: Tensor = value.clamp(min=finfo(value.dtype).tiny)
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        density: Tensor = (
            xlogy(self.concentration, self.rate)
            + xlogy(self.concentration - 1, value)
            - self.rate * value
            - lgamma(self.concentration)
        )
        return density

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        return igamma(self.concentration, self.rate * value)

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        entropy: Tensor = (
            self.concentration
            - log(self.rate)
            + lgamma(self.concentration)
            + (1.0 - self.concentration) * digamma(self.concentration)
        )
        return entropy

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        x, y = natural_params
        normalizer: Tensor = lgamma(x + 1) + (x + 1) * log(-y.reciprocal())
        return normalizer
