"""Distributions of transformed values."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.independent import Independent
from graphnet.distributions.parameters import ONE, sum_rightmost
from graphnet.distributions.transform_base import ComposeTransform, Transform
from graphnet.errors import ValueRangeError
from graphnet.grad_mode import no_grad
from graphnet.ir.types import Size

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    """The distribution of what transforms make of the values of another one.

    Args:
        base_distribution: where the values come from.
        transforms: one or several, applied in order.
        validate_args: whether values are checked.

    Raises:
        ValueRangeError: (a ValueError) the values have too few dimensions, or something is no
            transform.

    >>> import graphnet as torch
    >>> from graphnet.distributions import Normal, TransformedDistribution, transforms
    >>> lognormal = TransformedDistribution(Normal(0.0, 1.0), [transforms.ExpTransform()])
    >>> lognormal.cdf(torch.tensor(1.0))
    tensor(0.5000)
    """

    arg_constraints: Any = {}

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | list[Transform],
        validate_args: bool | None = None,
    ) -> None:
        self.transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        if not all(isinstance(t, Transform) for t in self.transforms):
            raise ValueRangeError(
                f"transforms must be a Transform or a list of Transforms, but was {transforms}"
            )
        base_shape = (*base_distribution.batch_shape, *base_distribution.event_shape)
        base_event_dim = len(base_distribution.event_shape)
        transform = ComposeTransform(self.transforms)
        if len(base_shape) < transform.domain.event_dim:
            raise ValueRangeError(
                "base_distribution needs to have shape with size at least "
                f"{transform.domain.event_dim}, but got {Size(base_shape)}."
            )
        forward_shape = transform.forward_shape(base_shape)
        expanded = transform.inverse_shape(forward_shape)
        if tuple(base_shape) != tuple(expanded):
            batch = expanded[: len(expanded) - base_event_dim]
            base_distribution = base_distribution.expand(batch)
        more = transform.domain.event_dim - base_event_dim
        if more > 0:
            base_distribution = Independent(base_distribution, more)
        self.base_dist = base_distribution
        change = transform.codomain.event_dim - transform.domain.event_dim
        event_dim = max(transform.codomain.event_dim, base_event_dim + change)
        cut = len(forward_shape) - event_dim
        super().__init__(forward_shape[:cut], forward_shape[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.transforms = self.transforms
        shape = ComposeTransform(self.transforms).inverse_shape((*batch_shape, *self.event_shape))
        batch = shape[: len(shape) - len(self.base_dist.event_shape)]
        made.base_dist = self.base_dist.expand(batch)
        return self._with_shape(batch_shape, self.event_shape, made)

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        """The codomain of the last transform."""
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        more = len(self.event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]  # that of the base
        """Whether the base has reparameterized samples."""
        return self.base_dist.has_rsample

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Transform what the base draws."""
        with no_grad():
            return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Transform what the base draws."""
        return self._transformed(self.base_dist.rsample(sample_shape))

    def _transformed(self, x: Tensor) -> Tensor:
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Tensor) -> Tensor:
        """The base's density at the inverse, less what the transforms stretch."""
        if self._validate_args:
            self._validate_sample(value)
        event_dim = len(self.event_shape)
        log_prob: Any = 0.0
        y = value
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            stretch = transform.log_abs_det_jacobian(x, y)
            log_prob = log_prob - sum_rightmost(stretch, event_dim - transform.domain.event_dim)
            y = x
        base = self.base_dist.log_prob(y)
        density: Tensor = log_prob + sum_rightmost(
            base, event_dim - len(self.base_dist.event_shape)
        )
        return density

    def _monotonized(self, value: Tensor) -> Tensor:
        """A probability up to a value, where the transforms may turn the order round."""
        sign: Any = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        if isinstance(sign, int) and sign == 1:
            return value
        turned: Tensor = sign * (value - 0.5) + 0.5
        return turned

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._monotonized(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        return self._transformed(self.base_dist.icdf(self._monotonized(value)))
