"""The multinomial distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.binomial import Binomial
from graphnet.distributions.categorical import Categorical
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE, broadcast_all
from graphnet.errors import NotSupportedError
from graphnet.functions.creation import tensor
from graphnet.functions.factories import ones_like, zeros
from graphnet.functions.special_functions import lgamma
from graphnet.grad_mode import no_grad
from graphnet.ir.types import Size

__all__ = ["Multinomial"]


class Multinomial(Distribution):
    """How often each category occurs in ``total_count`` draws.

    >>> import graphnet as torch
    >>> torch.distributions.Multinomial(10, torch.tensor([1.0, 4.0])).mean
    tensor([2., 8.])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    total_count: int

    def __init__(
        self,
        total_count: int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotSupportedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        shape = self._categorical.param_shape
        super().__init__(self._categorical.batch_shape, shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.total_count = self.total_count
        made._categorical = self._categorical.expand(batch_shape)
        return self._with_shape(batch_shape, self.event_shape, made)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts that add up to the number of draws."""
        return constraints.multinomial(self.total_count)

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
        """``probs * total_count``."""
        mean: Tensor = self.probs * self.total_count
        return mean

    @property
    def variance(self) -> Tensor:
        """``total_count * p * (1 - p)``."""
        variance: Tensor = self.total_count * self.probs * (1 - self.probs)
        return variance

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw counts."""
        shape = Size(sample_shape)
        with no_grad():
            drawn = self._categorical.sample(Size((self.total_count, *shape)))
            places = drawn.permute((*range(1, drawn.dim()), 0))
            counts = zeros(self._extended_shape(shape), dtype=places.dtype)
            counts = counts.scatter_add(-1, places, ones_like(places))
            sample: Tensor = counts.type_as(self.probs)
        return sample

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        n = tensor(self.total_count)
        cat_entropy = self._categorical.entropy()
        term1 = n * cat_entropy - lgamma(n + 1)
        support = self._binomial.enumerate_support(expand=False)[1:]
        weights = self._binomial.log_prob(support).exp()
        term2 = (weights * lgamma(support + 1)).sum(dim=[0, -1])
        entropy: Tensor = term1 + term2
        return entropy

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.clone()
        factorial_n = lgamma(value.sum(-1) + 1)
        factorial_xs = lgamma(value + 1).sum(-1)
        logits[(value == 0) & (logits == -float("inf"))] = 0
        powers = (logits * value).sum(-1)
        density: Tensor = factorial_n - factorial_xs + powers
        return density
