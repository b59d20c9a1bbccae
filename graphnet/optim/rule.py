"""Update formulas, written on IR values: a whole optimizer step is nodes of the graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from graphnet.errors import ArgumentError
from graphnet.ir.node import Value
from graphnet.ir.types import TensorType
from graphnet.ops.create import Full


@dataclass(frozen=True)
class UpdateRule(ABC):
    """How one parameter is updated. The fields are the options that shape the formula.

    Attributes of every rule:
        reads: how many state tensors it is given; it returns a new value for each.
    """

    @property
    @abstractmethod
    def reads(self) -> int:
        """How many state tensors the formula reads and replaces."""

    @abstractmethod
    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """The new parameter, then the new value of each state tensor, then created ones."""

    @classmethod
    def over(cls, count: int, *options: bool) -> RuleOver:
        """The rule of these options, applied to ``count`` parameters at once; one object for each.

        A step is looked up by it, so it is made once and compared by identity.
        """
        return _over(cls, count, *options)


@dataclass(frozen=True, eq=False)
class RuleOver:
    """A rule applied to several parameters: what the recorder records as one step.

    Its operands are, for each parameter, the parameter, its gradient and its state; then numbers.
    """

    rule: UpdateRule
    count: int

    @cached_property
    def writes(self) -> tuple[int, ...]:
        """The positions of the operands that are written to: all tensors but the gradients."""
        width = 2 + self.rule.reads
        return tuple(place for place in range(width * self.count) if place % width != 1)

    def __call__(self, *operands: Value) -> tuple[Value, ...]:
        """New values of all that is written, parameter by parameter, then what is created."""
        width = 2 + self.rule.reads
        numbers = operands[width * self.count :]
        written: list[Value] = []
        created: list[Value] = []
        for start in range(0, width * self.count, width):
            param, grad, *state = operands[start : start + width]
            made = self.rule.formula(param, grad, state, numbers)
            written += made[: width - 1]
            created += made[width - 1 :]
        return (*written, *created)

    def __str__(self) -> str:
        return f"{type(self.rule).__name__} over {self.count} parameters"


@lru_cache(maxsize=4096)
def _over(rule: type[UpdateRule], count: int, *options: bool) -> RuleOver:
    return RuleOver(rule(*options), count)


def zeros_like(value: Value) -> Value:
    """Zeros of a value's shape and dtype, whatever it holds: ``value * 0`` would keep a NaN."""
    kind = value.type
    if not isinstance(kind, TensorType):
        raise ArgumentError(f"zeros_like: {value} is no tensor, but {kind}")
    zeros: Value = Full(kind.shape, kind.dtype)(0)
    return zeros
