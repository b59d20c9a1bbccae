"""The categorical distribution over one-hot vectors."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.categorical import Categorical
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE
from graphnet.functions.ranges import eye
from graphnet.ir.types import Size
from graphnet.nn.functional import one_hot

__all__ = ["OneHotCategorical", "OneHotCategoricalStraightThrough"]


class OneHotCategorical(Distribution):
    """A vector of zeros with a one in the place of the category.

    >>> import graphnet as torch
    >>> torch.distributions.OneHotCategorical(torch.tensor([0.0, 1.0])).sample()
    tensor([0., 1.])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._categorical = Categorical(probs, logits)
        shape = self._categorical.param_shape
        super().__init__(self._categorical.batch_shape, shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made._categorical = self._categorical.expand(batch_shape)
        return self._with_shape(batch_shape, self._event_shape, made)

    @property
    def _param(self) -> Tensor:
        return self._categorical._param

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        probs: Tensor = self._categorical.probs
        return probs

    @property
    def logits(self) -> Tensor:
        """Their logarithms."""
        logits: Tensor = self._categorical.logits
        return logits

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._categorical.param_shape

    @property
    def mean(self) -> Tensor:
        """The probabilities."""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The most probable vector."""
        best = self.probs.argmax(dim=-1)
        mode: Tensor = one_hot(best, num_classes=self.probs.shape[-1]).to(self.probs.dtype)
        return mode

    @property
    def variance(self) -> Tensor:
        """``p * (1 - p)``."""
        variance: Tensor = self.probs * (1 - self.probs)
        return variance

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw one-hot vectors."""
        drawn = self._categorical.sample(Size(sample_shape))
        sample: Tensor = one_hot(drawn, self._categorical._num_events).to(self._param.dtype)
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All vectors, along a new first dimension."""
        n = self.event_shape[0]
        values = eye(n, dtype=self._param.dtype).view((n, *(1,) * len(self.batch_shape), n))
        found: Tensor = values.expand((n, *self.batch_shape, n)) if expand else values
        return found


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """The same, with samples whose gradient is that of the probabilities."""

    has_rsample = True

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw one-hot vectors; the gradient goes straight to the probabilities."""
        found: Tensor = self.sample(sample_shape) + (self.probs - self.probs.detach())
        return found
