"""The categorical distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE, lazy_property, logits_to_probs, probs_to_logits
from graphnet.dtypes import finfo, int64
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_tensors
from graphnet.functions.factories import full
from graphnet.functions.ranges import arange
from graphnet.functions.sampling import multinomial
from graphnet.grad_mode import no_grad
from graphnet.ir.types import Size

__all__ = ["Categorical"]


class Categorical(Distribution):
    """One of the whole numbers from 0 on, with given probabilities or their logarithms.

    The last dimension of ``probs``, or ``logits``, goes over the numbers; they are normalised.

    >>> import graphnet as torch
    >>> torch.distributions.Categorical(torch.tensor([1.0, 3.0])).probs
    tensor([0.2500, 0.7500])

    Raises:
        ValueRangeError: (a ValueError) both or none of them are given, or one is out of range.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = one_of(probs, logits)
        if given.dim() < 1:
            name = "logits" if probs is None else "probs"
            raise ValueRangeError(f"`{name}` parameter must be at least one-dimensional.")
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = given - given.logsumexp(dim=-1, keepdim=True)
        self._num_events = given.size()[-1]
        super().__init__(given.size()[:-1], validate_args=validate_args)

    @property
    def _param(self) -> Tensor:
        param: Tensor = self.__dict__["probs" if "probs" in self.__dict__ else "logits"]
        return param

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        for name in ("probs", "logits"):
            if name in self.__dict__:
                setattr(made, name, self.__dict__[name].expand((*batch_shape, self._num_events)))
        made._num_events = self._num_events
        return self._with_shape(batch_shape, (), made)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """The whole numbers below the number of categories."""
        return constraints.integer_interval(0, self._num_events - 1)

    @lazy_property
    def logits(self) -> Any:
        """The logarithms of the probabilities."""
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self) -> Any:
        """The probabilities."""
        return logits_to_probs(self.logits)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        found: Size = self._param.size()
        return found

    @property
    def mean(self) -> Tensor:
        """NaN: the numbers are only names."""
        return full(self._extended_shape(), float("nan"), dtype=self.probs.dtype)

    @property
    def mode(self) -> Tensor:
        """The most probable category."""
        mode: Tensor = self.probs.argmax(dim=-1)
        return mode

    @property
    def variance(self) -> Tensor:
        """NaN, as the mean."""
        return self.mean

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw categories, as int64."""
        shape = Size(sample_shape)
        with no_grad():
            rows = self.probs.reshape(-1, self._num_events)
            drawn = multinomial(rows, shape.numel(), True).T
            sample: Tensor = drawn.reshape(self._extended_shape(shape))
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        chosen, logits = broadcast_tensors(value.to(int64).unsqueeze(-1), self.logits)
        found: Tensor = logits.gather(-1, chosen[..., :1]).squeeze(-1)
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        entropy: Tensor = -(logits * self.probs).sum(-1)
        return entropy

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All categories, along a new first dimension."""
        batch = self._batch_shape
        values = arange(self._num_events, dtype=int64).view((-1, *(1,) * len(batch)))
        found: Tensor = values.expand((-1, *batch)) if expand else values
        return found


def one_of(probs: Any, logits: Any) -> Any:
    """The parameter that was given.

    Raises:
        ValueRangeError: (a ValueError) both were, or none.
    """
    if (probs is None) == (logits is None):
        raise ValueRangeError("Either `probs` or `logits` must be specified, but not both.")
    return logits if probs is None else probs
