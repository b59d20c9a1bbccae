"""Continuous relaxations of the categorical distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.categorical import Categorical
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE, broadcast_all, clamp_probs
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import ExpTransform
from graphnet.functions.factories import full_like
from graphnet.functions.sampling import rand
from graphnet.ir.types import Size

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(Distribution):
    """The logarithms of a relaxed one-hot vector. Source: Maddison et al. (2017)."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        temperature: Any,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shape = self._categorical.param_shape
        super().__init__(self._categorical.batch_shape, shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.temperature = self.temperature
        made._categorical = self._categorical.expand(batch_shape)
        return self._with_shape(batch_shape, self.event_shape, made)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._categorical.param_shape

    @property
    def logits(self) -> Tensor:
        """The logarithms of the probabilities."""
        logits: Tensor = self._categorical.logits
        return logits

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        probs: Tensor = self._categorical.probs
        return probs

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Gumbel noise on the logarithms, divided by the temperature and normalised."""
        shape = self._extended_shape(sample_shape)
        uniforms = clamp_probs(rand(shape, dtype=self.logits.dtype))
        gumbels = -((-(uniforms.log())).log())
        scores = (self.logits + gumbels) / self.temperature
        sample: Tensor = scores - scores.logsumexp(dim=-1, keepdim=True)
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density; as in PyTorch it has the dimensions of the temperature."""
        if self._validate_args:
            self._validate_sample(value)
        count = self._categorical._num_events
        logits, value = broadcast_all(self.logits, value)
        temperature = self.temperature
        scale = full_like(temperature, float(count)).lgamma() - temperature.log().mul(-(count - 1))
        score = logits - value.mul(temperature)
        density: Tensor = (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + scale
        return density


class RelaxedOneHotCategorical(TransformedDistribution):
    """Vectors of a simplex that are nearly one-hot at low temperatures.

    >>> import graphnet as torch
    >>> m = torch.distributions.RelaxedOneHotCategorical(torch.tensor(2.2), torch.ones(4))
    >>> m.probs
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True
    base_dist: ExpRelaxedCategorical

    def __init__(
        self,
        temperature: Any,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The logarithms of the probabilities."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self.base_dist.probs
