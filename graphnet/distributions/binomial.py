"""The binomial distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.bernoulli import OfProbability
from graphnet.distributions.categorical import one_of
from graphnet.distributions.parameters import ONE
from graphnet.errors import NotSupportedError
from graphnet.functions import sampling
from graphnet.functions.pointwise import exp, log1p
from graphnet.functions.ranges import arange
from graphnet.functions.special_functions import lgamma
from graphnet.grad_mode import no_grad

__all__ = ["Binomial"]


class Binomial(OfProbability):
    """The number of successes in ``total_count`` trials.

    >>> import graphnet as torch
    >>> torch.distributions.Binomial(100, torch.tensor([0.25])).mean
    tensor([25.])
    """

    parameter_names = ("total_count", "probs", "logits")
    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True
    total_count: Tensor

    def __init__(
        self,
        total_count: Any = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        given = one_of(probs, logits)
        name = "logits" if probs is None else "probs"
        self._set(validate_args, total_count=total_count, **{name: given})
        self.total_count = self.total_count.type_as(self._param)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """From 0 to the number of trials."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        """``total_count * p``."""
        mean: Tensor = self.total_count * self.probs
        return mean

    @property
    def mode(self) -> Tensor:
        """The most probable number."""
        mode: Tensor = ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)
        return mode

    @property
    def variance(self) -> Tensor:
        """``total_count * p * (1 - p)``."""
        variance: Tensor = self.total_count * self.probs * (1 - self.probs)
        return variance

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw numbers of successes."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return sampling.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        ways = lgamma(self.total_count + 1) - lgamma(value + 1)
        ways = ways - lgamma(self.total_count - value + 1)
        logits = self.logits
        negative = logits.clamp(min=0) + log1p(exp(-logits.abs()))
        density: Tensor = value * logits - self.total_count * negative + ways
        return density

    def entropy(self) -> Tensor:
        """The entropy, in nats, where all have the same number of trials."""
        largest = int(self.total_count.max())
        if not (self.total_count == largest).all():
            raise NotSupportedError(
                "Inhomogeneous total count not supported by `entropy` of Binomial"
            )
        log_prob = self.log_prob(self.enumerate_support(False))
        entropy: Tensor = -(exp(log_prob) * log_prob).sum(0)
        return entropy

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All numbers, along a new first dimension."""
        largest = int(self.total_count.max())
        if not (self.total_count == largest).all():
            raise NotSupportedError(
                "Inhomogeneous total count not supported by `enumerate_support`."
            )
        values = arange(1 + largest, dtype=self._param.dtype)
        values = values.view((-1, *(1,) * len(self._batch_shape)))
        found: Tensor = values.expand((-1, *self._batch_shape)) if expand else values
        return found
