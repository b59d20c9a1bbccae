"""Where values and parameters of distributions may lie: ``torch.distributions.constraints``.

A constraint tells which values satisfy it, and how many dimensions, counted from the last, one
value takes. Source: PyTorch's page "Probability distributions", section "Constraints".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.dtypes import finfo
from graphnet.errors import NotSupportedError, ValueRangeError
from graphnet.functions.comparison import isclose
from graphnet.functions.joining import stack as stacked
from graphnet.linalg import cholesky_ex

Bound = float | Tensor


class Constraint:
    """A region of values.

    Attributes:
        is_discrete: whether it is made of isolated points.
        event_dim: how many dimensions one value takes.
    """

    is_discrete = False
    event_dim = 0

    def check(self, value: Tensor) -> Tensor:
        """Which values satisfy it, as a tensor of booleans of the batch's shape."""
        raise NotSupportedError(f"{type(self).__name__} does not say which values satisfy it")

    def __repr__(self) -> str:
        return f"{type(self).__name__.removeprefix('_')}()"


class _Dependent(Constraint):
    """A region that depends on the other parameters: it can't be checked by itself."""

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented):
        self.is_discrete = is_discrete is not NotImplemented and bool(is_discrete)
        self.event_dim = 0 if event_dim is NotImplemented else int(event_dim)
        super().__init__()

    def __call__(
        self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented
    ) -> Any:
        """One of another kind, such as a whole number's."""
        discrete = self.is_discrete if is_discrete is NotImplemented else is_discrete
        return _Dependent(
            is_discrete=discrete,
            event_dim=self.event_dim if event_dim is NotImplemented else event_dim,
        )

    def check(self, value: Tensor) -> Tensor:
        raise ValueRangeError("Cannot determine validity of dependent constraint")


def is_dependent(constraint: Any) -> bool:
    """Whether a region depends on other parameters."""
    return isinstance(constraint, _Dependent)


class _DependentProperty(property, _Dependent):
    """A property of a distribution that gives its region; on the class it is a dependent one."""

    def __init__(
        self,
        fn: Callable[[Any], Any] | None = None,
        *,
        is_discrete: Any = NotImplemented,
        event_dim: Any = NotImplemented,
    ) -> None:
        property.__init__(self, fn)
        _Dependent.__init__(self, is_discrete=is_discrete, event_dim=event_dim)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Decorate the function behind it."""
        if args:
            return _DependentProperty(
                args[0], is_discrete=self.is_discrete, event_dim=self.event_dim
            )
        return _Dependent.__call__(self, **kwargs)


class _IndependentConstraint(Constraint):
    """A region of arrays, all of whose entries satisfy another one."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims
        super().__init__()

    def check(self, value: Tensor) -> Tensor:
        result = self.base_constraint.check(value)
        if result.dim() < self.reinterpreted_batch_ndims:
            expected = self.base_constraint.event_dim + self.reinterpreted_batch_ndims
            raise ValueRangeError(f"Expected value.dim() >= {expected} but got {value.dim()}")
        kept = result.shape[: result.dim() - self.reinterpreted_batch_ndims]
        every: Tensor = result.reshape((*kept, -1)).all(-1)
        return every

    def __repr__(self) -> str:
        base, count = self.base_constraint, self.reinterpreted_batch_ndims
        return f"{type(self).__name__[1:]}({base!r}, {count})"


class _Joined(Constraint):
    """Different regions along a dimension."""

    def __init__(self, cseq: Sequence[Constraint], dim: int) -> None:
        self.cseq, self.dim = list(cseq), dim
        self.is_discrete = any(c.is_discrete for c in self.cseq)
        self.event_dim = max(c.event_dim for c in self.cseq)
        super().__init__()


class MixtureSameFamilyConstraint(Constraint):
    """The region of a mixture: a value must be possible for all components."""

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim
        super().__init__()

    def check(self, value: Tensor) -> Tensor:
        """For all components."""
        found = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        cut = found.dim() - max(found.dim() - (value.dim() - self.event_dim), 0)
        every: Tensor = found.reshape((*found.shape[:cut], -1)).all(-1)
        return every

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_constraint!r})"


class _Cat(_Joined):
    def __init__(
        self, cseq: Sequence[Constraint], dim: int = 0, lengths: Sequence[int] | None = None
    ) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)

    def check(self, value: Tensor) -> Tensor:
        from graphnet.functions.joining import cat as joined

        parts = value.split(self.lengths, self.dim)
        checks = [c.check(part) for c, part in zip(self.cseq, parts, strict=True)]
        return joined(checks, self.dim)


class _Stack(_Joined):
    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        super().__init__(cseq, dim)

    def check(self, value: Tensor) -> Tensor:
        parts = [value.select(self.dim, i) for i in range(value.size(self.dim))]
        checks = [c.check(part) for c, part in zip(self.cseq, parts, strict=True)]
        return stacked(checks, self.dim)


class _Boolean(Constraint):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = (value == 0) | (value == 1)
        return valid


class _OneHot(Constraint):
    is_discrete = True
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        is_boolean = (value == 0) | (value == 1)
        valid: Tensor = is_boolean.all(-1) & value.sum(-1).eq(1)
        return valid


class _Real(Constraint):
    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = value == value  # false for NaN
        return valid


class _Bounded(Constraint):
    """A region between bounds; the names of the bounds are those of the constructor."""

    bounds: tuple[str, ...] = ()

    def __init__(self, *bounds: Bound, **named: Bound) -> None:
        given = dict(zip(self.bounds, bounds, strict=False)) | named
        for name in self.bounds:
            setattr(self, name, given[name])
        super().__init__()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)}" for name in self.bounds)
        return f"{type(self).__name__[1:]}({shown})"


class _IntegerInterval(_Bounded):
    is_discrete = True
    bounds = ("lower_bound", "upper_bound")
    lower_bound: Any
    upper_bound: Any

    def check(self, value: Tensor) -> Tensor:
        inside = (self.lower_bound <= value) & (value <= self.upper_bound)
        valid: Tensor = (value % 1 == 0) & inside
        return valid


class _IntegerLessThan(_Bounded):
    is_discrete = True
    bounds = ("upper_bound",)
    upper_bound: Any

    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = (value % 1 == 0) & (value <= self.upper_bound)
        return valid


class _IntegerGreaterThan(_Bounded):
    is_discrete = True
    bounds = ("lower_bound",)
    lower_bound: Any

    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = (value % 1 == 0) & (value >= self.lower_bound)
        return valid


class _GreaterThan(_Bounded):
    bounds = ("lower_bound",)
    lower_bound: Any

    def check(self, value: Tensor) -> Tensor:
        found: Tensor = value > self.lower_bound
        return found


class _GreaterThanEq(_Bounded):
    bounds = ("lower_bound",)
    lower_bound: Any

    def check(self, value: Tensor) -> Tensor:
        found: Tensor = value >= self.lower_bound
        return found


class _LessThan(_Bounded):
    bounds = ("upper_bound",)
    upper_bound: Any

    def check(self, value: Tensor) -> Tensor:
        found: Tensor = value < self.upper_bound
        return found


class _Interval(_Bounded):
    bounds = ("lower_bound", "upper_bound")
    lower_bound: Any
    upper_bound: Any

    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = (self.lower_bound <= value) & (value <= self.upper_bound)
        return valid


class _HalfOpenInterval(_Interval):
    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = (self.lower_bound <= value) & (value < self.upper_bound)
        return valid


class _Simplex(Constraint):
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)
        return valid


class _Multinomial(Constraint):
    """Counts that add up to a number."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, x: Tensor) -> Tensor:
        valid: Tensor = (x >= 0).all(-1) & (x.sum(-1) <= self.upper_bound)
        return valid


class _Matrices(Constraint):
    event_dim = 2


class _LowerTriangular(_Matrices):
    def check(self, value: Tensor) -> Tensor:
        return _all_entries(value.tril() == value)


class _LowerCholesky(_Matrices):
    def check(self, value: Tensor) -> Tensor:
        valid: Tensor = _all_entries(value.tril() == value) & (value.diagonal(0, -2, -1) > 0).all(
            -1
        )
        return valid


class _CorrCholesky(_Matrices):
    def check(self, value: Tensor) -> Tensor:
        tolerance = finfo(value.dtype).eps * value.size(-1) * 10
        norm = value.detach().pow(2).sum(-1).sqrt()
        unit = ((norm - 1).abs() < tolerance).all(-1)
        valid: Tensor = _LowerCholesky().check(value) & unit
        return valid


class _Square(_Matrices):
    def check(self, value: Tensor) -> Tensor:
        from graphnet.functions.factories import full

        square = value.shape[-2] == value.shape[-1]
        return full(tuple(value.shape[:-2]), square)


class _Symmetric(_Square):
    def check(self, value: Tensor) -> Tensor:
        square = super().check(value)
        if not square.all():
            return square
        return _all_entries(isclose(value, value.mT, atol=1e-6))


class _PositiveDefinite(_Symmetric):
    def check(self, value: Tensor) -> Tensor:
        symmetric = super().check(value)
        if not symmetric.all():
            return symmetric
        valid: Tensor = cholesky_ex(value).info.eq(0)
        return valid


class _PositiveSemidefinite(_Symmetric):
    def check(self, value: Tensor) -> Tensor:
        from graphnet.linalg import eigvalsh

        symmetric = super().check(value)
        if not symmetric.all():
            return symmetric
        valid: Tensor = eigvalsh(value).ge(0).all(-1)
        return valid


def _all_entries(valid: Tensor) -> Tensor:
    every: Tensor = valid.reshape((*valid.shape[:-2], -1)).min(-1)[0]
    return every


dependent = _Dependent()
dependent_property = _DependentProperty
independent = _IndependentConstraint
boolean = _Boolean()
one_hot = _OneHot()
nonnegative_integer = _IntegerGreaterThan(0)
positive_integer = _IntegerGreaterThan(1)
integer_interval = _IntegerInterval
real = _Real()
real_vector = independent(real, 1)
positive = _GreaterThan(0.0)
nonnegative = _GreaterThanEq(0.0)
greater_than = _GreaterThan
greater_than_eq = _GreaterThanEq
less_than = _LessThan
multinomial = _Multinomial
unit_interval = _Interval(0.0, 1.0)
interval = _Interval
half_open_interval = _HalfOpenInterval
simplex = _Simplex()
lower_triangular = _LowerTriangular()
lower_cholesky = _LowerCholesky()
corr_cholesky = _CorrCholesky()
square = _Square()
symmetric = _Symmetric()
positive_semidefinite = _PositiveSemidefinite()
positive_definite = _PositiveDefinite()
cat = _Cat
stack = _Stack
