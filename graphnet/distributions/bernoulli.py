"""The Bernoulli distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.categorical import one_of
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import (
    ONE,
    bernoulli_log_prob,
    broadcast_all,
    lazy_property,
    logits_to_probs,
    probs_to_logits,
)
from graphnet.functions.pointwise import exp, log1p
from graphnet.functions.ranges import arange
from graphnet.functions.sampling import bernoulli
from graphnet.grad_mode import no_grad
from graphnet.ir.types import Size
from graphnet.nn.functional import binary_cross_entropy_with_logits

__all__ = ["Bernoulli"]


class OfProbability(Univariate):
    """A family with one parameter: a probability, or its log-odds."""

    parameter_names: ClassVar[tuple[str, ...]] = ("probs", "logits")

    def _set_either(self, probs: Any, logits: Any, validate_args: bool | None) -> None:
        given = one_of(probs, logits)
        self._set(validate_args, **{"logits" if probs is None else "probs": given})

    @property
    def _param(self) -> Tensor:
        param: Tensor = self.__dict__["probs" if "probs" in self.__dict__ else "logits"]
        return param

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        found: Size = self._param.size()
        return found

    @lazy_property
    def logits(self) -> Any:
        """The logarithm of the odds."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Any:
        """The probability."""
        return logits_to_probs(self.logits, is_binary=True)


class Bernoulli(OfProbability, ExponentialFamily):
    """1 with probability ``probs``, else 0; ``logits`` gives the log-odds instead.

    >>> import graphnet as torch
    >>> torch.distributions.Bernoulli(torch.tensor([0.25])).entropy()
    tensor([0.5623])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure = 0

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set_either(probs, logits, validate_args)

    @property
    def mean(self) -> Tensor:
        """``probs``."""
        mean: Tensor = self.probs
        return mean

    @property
    def mode(self) -> Tensor:
        """The more probable of 0 and 1; NaN where both are equally so."""
        mode = (self.probs >= 0.5).to(self.probs.dtype)
        mode[self.probs == 0.5] = float("nan")
        found: Tensor = mode
        return found

    @property
    def variance(self) -> Tensor:
        """``p * (1 - p)``."""
        variance: Tensor = self.probs * (1 - self.probs)
        return variance

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw zeros and ones."""
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        return bernoulli_log_prob(*broadcast_all(self.logits, value))

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        entropy: Tensor = binary_cross_entropy_with_logits(
            self.logits, self.probs, reduction="none"
        )
        return entropy

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 and 1, along a new first dimension."""
        values = arange(2, dtype=self._param.dtype)
        values = values.view((-1, *(1,) * len(self._batch_shape)))
        found: Tensor = values.expand((-1, *self._batch_shape)) if expand else values
        return found

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        return log1p(exp(natural_params[0]))
