"""The logistic-normal distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.independent import Independent
from graphnet.distributions.normal import Normal
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import StickBreakingTransform

__all__ = ["LogisticNormal"]


class LogisticNormal(TransformedDistribution):
    """Shares of a whole, broken off by the logistic function of normal numbers."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.simplex
    has_rsample = True
    base_dist: Independent

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base: Any = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    @property
    def _normal(self) -> Any:
        return self.base_dist.base_dist

    @property
    def loc(self) -> Tensor:
        """The means."""
        loc: Tensor = self._normal.loc
        return loc

    @property
    def scale(self) -> Tensor:
        """The standard deviations."""
        scale: Tensor = self._normal.scale
        return scale
