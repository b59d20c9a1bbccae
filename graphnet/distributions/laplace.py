"""The Laplace distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.parameters import ONE
from graphnet.dtypes import finfo
from graphnet.functions.factories import empty
from graphnet.functions.pointwise import log, log1p

__all__ = ["Laplace"]


class Laplace(Univariate):
    """Laplace, an exponential to both sides of ``loc``, with width ``scale``.

    >>> import graphnet as torch
    >>> torch.distributions.Laplace(0.0, 1.0).variance
    tensor(2.)
    """

    parameter_names = ("loc", "scale")
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
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
    def variance(self) -> Tensor:
        """``2 * scale ** 2``."""
        found: Tensor = 2 * self.scale.pow(2)
        return found

    @property
    def stddev(self) -> Tensor:
        """The root of 2, times ``scale``."""
        deviation: Tensor = (2**0.5) * self.scale
        return deviation

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """By the inverse of the distribution function."""
        shape, dtype = self._extended_shape(sample_shape), self.loc.dtype
        u = empty(shape, dtype=dtype).uniform_(finfo(dtype).eps - 1, 1)
        sample: Tensor = self.loc - self.scale * u.sign() * log1p(-u.abs())
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        found: Tensor = -log(2 * self.scale) - (value - self.loc).abs() / self.scale
        return found

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        distance = value - self.loc
        found: Tensor = 0.5 - 0.5 * distance.sign() * (-distance.abs() / self.scale).expm1()
        return found

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        term = value - 0.5
        found: Tensor = self.loc - self.scale * term.sign() * (-2 * term.abs()).log1p()
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        found: Tensor = 1 + log(2 * self.scale)
        return found
