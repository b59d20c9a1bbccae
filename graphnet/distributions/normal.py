"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE, standard_normal
from graphnet.functions.pointwise import erf
from graphnet.functions.sampling import normal
from graphnet.functions.special_functions import erfinv
from graphnet.grad_mode import no_grad

__all__ = ["Normal"]


class Normal(Univariate, ExponentialFamily):
    """Normal (Gaussian) with mean ``loc`` and standard deviation ``scale``.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.distributions.Normal(0.0, 1.0).sample((2,))
    tensor([ 1.5410, -0.2934])
    """

    parameter_names = ("loc", "scale")
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
    _mean_carrier_measure = 0
    loc: Tensor
    scale: Tensor

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, loc=loc, scale=scale)

    @property
    def mean(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def stddev(self) -> Tensor:
        """``scale``."""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """``scale ** 2``."""
        variance: Tensor = self.stddev.pow(2)
        return variance

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw values without gradient."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """``loc + noise * scale``."""
        noise = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        found: Tensor = self.loc + noise * self.scale
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        squared = -((value - self.loc) ** 2)
        density: Tensor = (
            squared / (2 * self.scale**2) - self.scale.log() - math.log(math.sqrt(2 * math.pi))
        )
        return density

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        found: Tensor = 0.5 * (1 + erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))
        return found

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        found: Tensor = self.loc + self.scale * erfinv(2 * value - 1) * math.sqrt(2)
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()
        return found

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return self.loc / self.scale.pow(2), -0.5 * self.scale.pow(2).reciprocal()

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        x, y = natural_params
        found: Tensor = -0.25 * x.pow(2) / y + 0.5 * (-math.pi / y).log()
        return found
