"""The Dirichlet distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE
from graphnet.errors import ValueRangeError
from graphnet.functions.arithmetic import xlogy
from graphnet.functions.mixing import where
from graphnet.functions.ranges import arange
from graphnet.functions.sampling import _sample_dirichlet
from graphnet.functions.special_functions import digamma, lgamma

__all__ = ["Dirichlet"]


class Dirichlet(ExponentialFamily):
    """Shares of a whole, with the concentrations along the last dimension.

    The gradient of a sample is that of gamma numbers divided by their sum: another one than
    PyTorch's, of the same expectation.

    >>> import graphnet as torch
    >>> torch.distributions.Dirichlet(torch.tensor([1.0, 3.0])).mean
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueRangeError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(
            concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args
        )

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.concentration = self.concentration.expand((*batch_shape, *self._event_shape))
        return self._with_shape(batch_shape, self._event_shape, made)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw shares."""
        shape = self._extended_shape(sample_shape)
        return _sample_dirichlet(self.concentration.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        total = self.concentration.sum(-1)
        density: Tensor = (
            xlogy(self.concentration - 1.0, value).sum(-1)
            + lgamma(total)
            - lgamma(self.concentration).sum(-1)
        )
        return density

    @property
    def mean(self) -> Tensor:
        """The concentrations as shares."""
        mean: Tensor = self.concentration / self.concentration.sum(-1, True)
        return mean

    @property
    def mode(self) -> Tensor:
        """The most probable shares; a corner where no concentration exceeds 1."""
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        mask = (self.concentration < 1).all(dim=-1)
        if mask.any():
            corner = mode.nan_to_num().argmax(-1)
            corners = (corner.unsqueeze(-1) == arange(mode.size(-1))).to(mode.dtype)
            mode = where(mask.unsqueeze(-1), corners, mode)
        found: Tensor = mode
        return found

    @property
    def variance(self) -> Tensor:
        """The variance of each share."""
        total = self.concentration.sum(-1, True)
        variance: Tensor = (
            self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))
        )
        return variance

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        k, total = self.concentration.size(-1), self.concentration.sum(-1)
        entropy: Tensor = (
            lgamma(self.concentration).sum(-1)
            - lgamma(total)
            - (k - total) * digamma(total)
            - ((self.concentration - 1.0) * digamma(self.concentration)).sum(-1)
        )
        return entropy

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.concentration,)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        x = natural_params[0]
        normalizer: Tensor = x.lgamma().sum(-1) - lgamma(x.sum(-1))
        return normalizer
