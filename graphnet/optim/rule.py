"""Update formulas, written on IR values: a whole optimizer step is nodes of the graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Self

from graphnet.dtypes import dtype as DType
from graphnet.errors import ArgumentError, DtypeError
from graphnet.ir.node import Value
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.create import Full


@dataclass(frozen=True)
class UpdateRule(ABC):
    """How one parameter is updated. The fields are the options that shape the formula.

    Attributes of every rule:
        keys: the names of the state tensors that the formula reads and replaces.
        takes_complex: whether the formula holds for complex parameters, too.
        varies: whether the formula's numbers are others at every step.
    """

    takes_complex: ClassVar[bool] = False
    varies: ClassVar[bool] = False

    @property
    @abstractmethod
    def keys(self) -> tuple[str, ...]:
        """The names of the state tensors."""

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """The state of a parameter that was never updated: no step, and zeros.

        ``scalar`` is the dtype of single numbers among the state.

        A rule that starts from nothing returns nothing; its formula is then given no state.
        """
        return tuple(
            filled((), 0, scalar) if key == "step" else zeros_like(param) for key in self.keys
        )

    @abstractmethod
    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """The new parameter, then the new value of each state tensor."""

    @classmethod
    def of(cls, *options: Any) -> Self:
        """The rule of these options; one object for each."""
        made: Self = _rule(cls, *options)
        return made

    def over(self, count: int, scalar: DType | None = None) -> RuleOver:
        """This rule, applied to ``count`` parameters at once; one object for each.

        A step is looked up by it, so it is made once and compared by identity.
        """
        made = self._applied.get((count, scalar))
        if made is None:
            made = self._applied[count, scalar] = RuleOver(self, count, scalar)
        return made

    @cached_property
    def first_key(self) -> str | None:
        """The state tensor whose absence says that a parameter has no state yet."""
        return self.keys[0] if self.keys else None

    @cached_property
    def _applied(self) -> dict[tuple[int, DType | None], RuleOver]:
        return {}


@dataclass(frozen=True)
class DescentRule(UpdateRule):
    """How a parameter goes against its gradient.

    Attributes:
        decays: the parameter itself, times a number, is part of the gradient.
        maximize: it goes along with the gradient instead.
    """

    decays: bool
    maximize: bool

    def downhill(self, param: Value, grad: Value, weight_decay: Value) -> Value:
        """What a parameter goes against."""
        if self.maximize:
            grad = -grad
        return grad + param * weight_decay if self.decays else grad


@dataclass(frozen=True, eq=False)
class RuleOver:
    """A rule applied to several parameters: what the recorder records as one step.

    Its operands are, for each parameter, the parameter, its gradient and its state; then numbers.

    Attributes:
        rule: what is done to each.
        count: the number of parameters.
        scalar: for parameters without state yet, which get it now, the dtype of the scalars in it.
    """

    rule: UpdateRule
    count: int
    scalar: DType | None

    @property
    def varies(self) -> bool:
        """Whether the numbers are others at every step."""
        return self.rule.varies

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names of the state tensors among the operands."""
        return self.rule.keys if self.scalar is None else ()

    @cached_property
    def created(self) -> tuple[str, ...]:
        """The names of the state tensors that are made."""
        return () if self.scalar is None else self.rule.keys

    @cached_property
    def writes(self) -> tuple[int, ...]:
        """The positions of the operands that are written to: all tensors but the gradients."""
        width = 2 + len(self.keys)
        return tuple(place for place in range(width * self.count) if place % width != 1)

    def __call__(self, *operands: Value) -> tuple[Value, ...]:
        """New values of all that is written, parameter by parameter, then what is created."""
        width = 2 + len(self.keys)
        numbers = operands[width * self.count :]
        written: list[Value] = []
        created: list[Value] = []
        for start in range(0, width * self.count, width):
            param, grad, *state = operands[start : start + width]
            self._check(param)
            if self.scalar is not None:
                state = list(self.rule.start(param, numbers, self.scalar))
            made = self.rule.formula(param, grad, state, numbers)
            written += made[: width - 1]
            created += made[width - 1 :]
        return (*written, *created)

    def _check(self, param: Value) -> None:
        if _tensor_type(param).dtype.is_complex and not self.rule.takes_complex:
            name = type(self.rule).__name__.removesuffix("Rule")
            raise DtypeError(
                f"{name} does not support complex parameters",
                cure="keep real and imaginary parts as two parameters, or use SGD",
            )

    def __str__(self) -> str:
        return f"{type(self.rule).__name__} over {self.count} parameters"


@lru_cache(maxsize=4096)
def _rule(rule: type[UpdateRule], *options: Any) -> Any:
    return rule(*options)


def _tensor_type(value: Value) -> TensorType:
    kind = value.type
    if not isinstance(kind, TensorType):
        raise ArgumentError(f"{value} is no tensor, but {kind}")
    return kind


def filled(shape: Shape, number: Any, dtype: DType) -> Value:
    """A number everywhere; it may be one of a step's numbers, which change."""
    made: Value = Full(shape, dtype)(number)
    return made


def filled_like(value: Value, number: Any) -> Value:
    """A number everywhere, in a value's shape and dtype."""
    kind = _tensor_type(value)
    return filled(kind.shape, number, kind.dtype)


def zeros_like(value: Value) -> Value:
    """Zeros of a value's shape and dtype, whatever it holds: ``value * 0`` would keep a NaN."""
    return filled_like(value, 0)
