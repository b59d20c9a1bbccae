"""Which transforms make values of a region: ``biject_to`` and ``transform_to``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet.distributions import constraints, transforms
from graphnet.distributions.constraints import Constraint
from graphnet.distributions.transforms import Transform
from graphnet.errors import ArgumentError, NotSupportedError

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]

Factory = Callable[[Any], Transform]


class ConstraintRegistry:
    """Knows, for each kind of constraint, how to make a transform to its values."""

    def __init__(self) -> None:
        self._registry: dict[type[Any], Factory] = {}

    def register(self, constraint: Any, factory: Factory | None = None) -> Any:
        """Say how; a decorator without ``factory``.

        Raises:
            ArgumentError: (a TypeError) it is no constraint.
        """
        if factory is None:
            return lambda made: self.register(constraint, made)
        kind = type(constraint) if isinstance(constraint, Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, Constraint):
            raise ArgumentError(
                "Expected constraint to be either a Constraint subclass or instance, but got "
                f"{constraint}"
            )
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Transform:
        """The transform from all numbers to the values of a constraint."""
        if type(constraint) not in self._registry:
            raise NotSupportedError(f"Cannot transform {type(constraint).__name__} constraints")
        return self._registry[type(constraint)](constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def _interval(constraint: Any) -> Transform:
    lower, upper = constraint.lower_bound, constraint.upper_bound
    if not hasattr(lower, "dtype") and not hasattr(upper, "dtype") and (lower, upper) == (0, 1):
        return transforms.SigmoidTransform()
    move = transforms.AffineTransform(lower, upper - lower)
    return transforms.ComposeTransform([transforms.SigmoidTransform(), move])


def _above(constraint: Any) -> Transform:
    move = transforms.AffineTransform(constraint.lower_bound, 1)
    return transforms.ComposeTransform([transforms.ExpTransform(), move])


def _below(constraint: Any) -> Transform:
    move = transforms.AffineTransform(constraint.upper_bound, -1)
    return transforms.ComposeTransform([transforms.ExpTransform(), move])


_BOTH: dict[Any, Factory] = {
    constraints.real: lambda c: transforms.identity_transform,
    constraints.greater_than: _above,
    constraints.greater_than_eq: _above,
    constraints.less_than: _below,
    constraints.interval: _interval,
    constraints.half_open_interval: _interval,
    constraints.corr_cholesky: lambda c: transforms.CorrCholeskyTransform(),
}
_ONTO: dict[Any, Factory] = {
    constraints.simplex: lambda c: transforms.SoftmaxTransform(),
    constraints.lower_cholesky: lambda c: transforms.LowerCholeskyTransform(),
    constraints.positive_definite: lambda c: transforms.PositiveDefiniteTransform(),
    constraints.positive_semidefinite: lambda c: transforms.PositiveDefiniteTransform(),
}

for region, how in _BOTH.items():
    biject_to.register(region, how)
    transform_to.register(region, how)
for region, how in _ONTO.items():
    transform_to.register(region, how)
biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())


def _independent(registry: ConstraintRegistry) -> Factory:
    def make(constraint: Any) -> Transform:
        base = registry(constraint.base_constraint)
        return transforms.IndependentTransform(base, constraint.reinterpreted_batch_ndims)

    return make


for registry in (biject_to, transform_to):
    registry.register(constraints.independent, _independent(registry))
