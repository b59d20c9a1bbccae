"""The negative binomial distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.bernoulli import OfProbability
from graphnet.distributions.categorical import one_of
from graphnet.distributions.gamma import Gamma
from graphnet.distributions.parameters import ONE, lazy_property
from graphnet.functions import sampling
from graphnet.functions.pointwise import exp
from graphnet.grad_mode import no_grad
from graphnet.nn.functional import logsigmoid

__all__ = ["NegativeBinomial"]


class NegativeBinomial(OfProbability):
    """The number of successes before ``total_count`` failures; ``probs`` is that of a success.

    >>> import graphnet as torch
    >>> torch.distributions.NegativeBinomial(6, torch.tensor([0.25])).mean
    tensor([2.])
    """

    parameter_names = ("total_count", "probs", "logits")
    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer
    total_count: Tensor

    def __init__(
        self,
        total_count: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        given = one_of(probs, logits)
        name = "logits" if probs is None else "probs"
        self._set(validate_args, total_count=total_count, **{name: given})
        self.total_count = self.total_count.type_as(self._param)

    @property
    def mean(self) -> Tensor:
        """``total_count * odds``."""
        mean: Tensor = self.total_count * exp(self.logits)
        return mean

    @property
    def mode(self) -> Tensor:
        """The most probable number."""
        mode: Tensor = ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)
        return mode

    @property
    def variance(self) -> Tensor:
        """``mean / (1 - p)``."""
        variance: Tensor = self.mean / (1 - self.probs)
        return variance

    @lazy_property
    def _gamma(self) -> Any:
        return Gamma(self.total_count, exp(-self.logits), validate_args=False)

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw numbers of successes."""
        with no_grad():
            return sampling.poisson(self._gamma.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        unnormalized = self.total_count * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
        normalizer = -(self.total_count + value).lgamma() + (1.0 + value).lgamma()
        normalizer = normalizer + self.total_count.lgamma()
        normalizer = normalizer.masked_fill(self.total_count + value == 0.0, 0.0)
        density: Tensor = unnormalized - normalizer
        return density
