"""Continuous relaxations of the Bernoulli distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.bernoulli import OfProbability
from graphnet.distributions.parameters import ONE, broadcast_all, clamp_probs
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import SigmoidTransform
from graphnet.functions.sampling import rand

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(OfProbability):
    """The log-odds of a relaxed Bernoulli number. Source: Maddison et al. (2017)."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    has_rsample = True

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._set_either(probs, logits, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.temperature = self.temperature
        return super().expand(batch_shape, _instance=made)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """A logistic number, moved by the log-odds and divided by the temperature."""
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        uniforms = clamp_probs(rand(shape, dtype=probs.dtype))
        odds = uniforms.log() - (-uniforms).log1p() + probs.log() - (-probs).log1p()
        sample: Tensor = odds / self.temperature
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        difference = logits - value.mul(self.temperature)
        temperature = broadcast_all(self.temperature, difference)[0]
        density: Tensor = temperature.log() + difference - 2 * difference.exp().log1p()
        return density


class RelaxedBernoulli(TransformedDistribution):
    """Numbers in (0, 1) that are nearly 0 or 1 at low temperatures.

    >>> import graphnet as torch
    >>> torch.distributions.RelaxedBernoulli(torch.tensor([2.2]), torch.tensor([0.5])).probs
    tensor([0.5000])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    base_dist: LogitRelaxedBernoulli

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The log-odds."""
        logits: Tensor = self.base_dist.logits
        return logits

    @property
    def probs(self) -> Tensor:
        """The probability."""
        probs: Tensor = self.base_dist.probs
        return probs
