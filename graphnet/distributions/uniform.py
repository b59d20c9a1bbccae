"""The uniform distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.parameters import ONE
from graphnet.errors import ValueRangeError
from graphnet.functions.pointwise import log
from graphnet.functions.sampling import rand

__all__ = ["Uniform"]


class Uniform(Univariate):
    """Uniform in ``[low, high)``.

    Raises:
        ValueRangeError: (a ValueError) ``low`` is not below ``high``.

    >>> import graphnet as torch
    >>> torch.distributions.Uniform(0.0, 4.0).mean
    tensor(2.)
    """

    parameter_names = ("low", "high")
    has_rsample = True
    low: Tensor
    high: Tensor

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, low=low, high=high)
        if self._validate_args and not (self.low < self.high).all():
            raise ValueRangeError("Uniform is not defined when low>= high")

    @property
    def arg_constraints(self) -> Any:
        """Both are real."""
        return {
            "low": constraints.dependent(is_discrete=False, event_dim=0),
            "high": constraints.dependent(is_discrete=False, event_dim=0),
        }

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From ``low`` to ``high``."""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Tensor:
        """The middle."""
        mean: Tensor = (self.high + self.low) / 2
        return mean

    @property
    def mode(self) -> Tensor:
        """NaN: all values are equally probable."""
        mode: Tensor = float("nan") * self.high
        return mode

    @property
    def stddev(self) -> Tensor:
        """The length by the root of 12."""
        deviation: Tensor = (self.high - self.low) / 12**0.5
        return deviation

    @property
    def variance(self) -> Tensor:
        """The squared length by 12."""
        variance: Tensor = (self.high - self.low).pow(2) / 12
        return variance

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """``low + noise * length``."""
        noise = rand(self._extended_shape(sample_shape), dtype=self.low.dtype)
        found: Tensor = self.low + noise * (self.high - self.low)
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density: ``-inf`` outside."""
        if self._validate_args:
            self._validate_sample(value)
        inside = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        found: Tensor = log(inside) - log(self.high - self.low)
        return found

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        part: Tensor = ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)
        return part

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        found: Tensor = value * (self.high - self.low) + self.low
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        return log(self.high - self.low)
