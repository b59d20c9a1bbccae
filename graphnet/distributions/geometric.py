"""The geometric distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.bernoulli import OfProbability
from graphnet.distributions.parameters import ONE, broadcast_all
from graphnet.dtypes import finfo
from graphnet.errors import ValueRangeError
from graphnet.functions.factories import empty, zeros_like
from graphnet.grad_mode import no_grad
from graphnet.nn.functional import binary_cross_entropy_with_logits

__all__ = ["Geometric"]


class Geometric(OfProbability):
    """The number of failures before the first success, whose probability is ``probs``.

    Raises:
        ValueRangeError: (a ValueError) a probability is 0.

    >>> import graphnet as torch
    >>> torch.distributions.Geometric(torch.tensor([0.25])).mean
    tensor([3.])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set_either(probs, logits, validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            raise ValueRangeError(
                f"Expected parameter probs (Tensor of shape {tuple(self.probs.shape)}) of "
                f"distribution {self!r} to be positive but found invalid values:\n{self.probs}"
            )

    @property
    def mean(self) -> Tensor:
        """``1 / p - 1``."""
        mean: Tensor = 1.0 / self.probs - 1.0
        return mean

    @property
    def mode(self) -> Tensor:
        """0."""
        return zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        """``(1 / p - 1) / p``."""
        variance: Tensor = (1.0 / self.probs - 1.0) / self.probs
        return variance

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw numbers of failures."""
        dtype = self.probs.dtype
        with no_grad():
            u = empty(self._extended_shape(sample_shape), dtype=dtype)
            u = u.uniform_(finfo(dtype).tiny, 1)
            sample: Tensor = (u.log() / (-self.probs).log1p()).floor()
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        probs = probs.clone()
        probs[(probs == 1) & (value == 0)] = 0
        density: Tensor = value * (-probs).log1p() + self.probs.log()
        return density

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        odds = binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
        entropy: Tensor = odds / self.probs
        return entropy
