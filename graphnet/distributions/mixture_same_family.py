"""Mixtures of distributions of one family."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.categorical import Categorical
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_shapes
from graphnet.grad_mode import no_grad
from graphnet.ir.types import Size
from graphnet.nn.functional import log_softmax

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """A mixture whose components are the last batch dimension of a distribution.

    Raises:
        ValueRangeError: (a ValueError) the two do not fit together.

    >>> import graphnet as torch
    >>> from graphnet import distributions as D
    >>> mix = D.Categorical(torch.ones(2))
    >>> D.MixtureSameFamily(mix, D.Normal(torch.tensor([0.0, 2.0]), torch.ones(2))).mean
    tensor(1.)
    """

    arg_constraints: Any = {}

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        if not isinstance(mixture_distribution, Categorical):
            raise ValueRangeError(
                "The Mixture distribution needs to be an instance of "
                "torch.distributions.Categorical"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueRangeError(
                "The Component distribution need to be an instance of "
                "torch.distributions.Distribution"
            )
        mixture, components = mixture_distribution.batch_shape, component_distribution.batch_shape
        for ours, theirs in zip(reversed(mixture), reversed(components[:-1]), strict=False):
            if 1 not in (ours, theirs) and ours != theirs:
                raise ValueRangeError(
                    f"`mixture_distribution.batch_shape` ({mixture}) is not compatible with "
                    f"`component_distribution.batch_shape` ({components})"
                )
        count = mixture_distribution.logits.shape[-1]
        if components[-1] != count:
            raise ValueRangeError(
                f"`mixture_distribution component` ({count}) does not equal "
                f"`component_distribution.batch_shape[-1]` ({components[-1]})"
            )
        self._num_component = count
        event_shape = component_distribution.event_shape
        self._event_ndims = len(event_shape)
        super().__init__(
            broadcast_shapes(tuple(mixture), tuple(components[:-1])),
            event_shape,
            validate_args=validate_args,
        )

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        count = self._num_component
        made._component_distribution = self._component_distribution.expand((*batch_shape, count))
        made._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        made._num_component, made._event_ndims = count, self._event_ndims
        return self._with_shape(batch_shape, self.event_shape, made)

    @constraints.dependent_property
    def support(self) -> Any:
        """That of the components."""
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """Which component a value is drawn from."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components."""
        return self._component_distribution

    def _weights(self) -> Tensor:
        probs = self.mixture_distribution.probs
        weights: Tensor = probs.reshape((*probs.shape, *(1,) * self._event_ndims))
        return weights

    @property
    def mean(self) -> Tensor:
        """The weighted mean of the components' means."""
        dim = -1 - self._event_ndims
        mean: Tensor = (self._weights() * self.component_distribution.mean).sum(dim)
        return mean

    @property
    def variance(self) -> Tensor:
        """Within the components, and between their means."""
        dim, weights = -1 - self._event_ndims, self._weights()
        within = (weights * self.component_distribution.variance).sum(dim)
        means = self.component_distribution.mean
        between = (weights * (means - self._padded(self.mean)).pow(2.0)).sum(dim)
        variance: Tensor = within + between
        return variance

    def _padded(self, x: Tensor) -> Tensor:
        padded: Tensor = x.unsqueeze(-1 - self._event_ndims)
        return padded

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        found = self.component_distribution.cdf(self._padded(value))
        cdf: Tensor = (found * self.mixture_distribution.probs).sum(-1)
        return cdf

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        components = self.component_distribution.log_prob(self._padded(value))
        shares = log_softmax(self.mixture_distribution.logits, dim=-1)
        density: Tensor = (components + shares).logsumexp(dim=-1)
        return density

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw from all components, and choose."""
        shape = Size(sample_shape)
        with no_grad():
            dim = len(shape) + len(self.batch_shape)
            chosen = self.mixture_distribution.sample(shape)
            samples = self.component_distribution.sample(shape)
            index = chosen.reshape((*chosen.shape, *(1,) * (self._event_ndims + 1)))
            index = index.expand((*chosen.shape, 1, *self.event_shape))
            sample: Tensor = samples.gather(dim, index).squeeze(dim)
        return sample

    def __repr__(self) -> str:
        parts = f"\n  {self.mixture_distribution},\n  {self.component_distribution}"
        return f"MixtureSameFamily({parts})"
