"""A region of elementwise operations run as one: block by block, so that it stays in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.region import blocked


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation of a region.

    ``operands`` number what it reads: the region's operands first, then its own results in order.
    """

    op: Op
    operands: tuple[int, ...]
    type: TensorType

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(f'%{number}' for number in self.operands)}) : {self.type}"


@op("fused", Trait.ELEMENTWISE)
class Fused(Op):
    """Several elementwise operations of one shape, in order.

    Args:
        arity: how many operands the region has.
        body: the operations.
        results: the numbers of those values that are results of the region.
    """

    arity: int
    body: tuple[Instruction, ...]
    results: tuple[int, ...]

    def infer(self, *operands: TensorType) -> TensorType | tuple[TensorType, ...]:
        """The types of the results; each operation's own type is checked."""
        types = list(operands)
        for step in self.body:
            inferred = step.op.infer(*(types[number] for number in step.operands))
            if inferred != step.type:
                raise TypeError(f"{step!r} gives {inferred}")
            types.append(step.type)
        found = tuple(types[number] for number in self.results)
        return found if len(found) > 1 else found[0]

    def kernel(self, *arrays: Any) -> Any:
        """One operation after the other, over whole arrays."""
        values = list(arrays)
        for step in self.body:
            values.append(step.op.kernel(*(values[number] for number in step.operands)))
        found = tuple(values[number] for number in self.results)
        return found if len(found) > 1 else found[0]

    def into_all(
        self, operands: Sequence[TensorType], results: Sequence[TensorType]
    ) -> Kernel | None:
        """A kernel ``f(outs, *arrays)`` that works block by block, or None if a step cannot."""
        return blocked(self, operands, results[0].shape)

    def overwrites(self, operands: Sequence[TensorType], slot: int, result: int) -> bool:
        """Whether a result may lie where an operand does: nothing reads that afterwards."""
        return self._last_use(slot) <= self.written_at(operands, result)

    def written_at(self, operands: Sequence[TensorType], result: int) -> int:
        """The step that first writes to the memory of a result.

        It is one before that which makes the result, if what it gives goes into that alone, and it
        is the last to read an operand of the result's type: ``v * 0.9`` of ``v = v * 0.9 + g``.
        Where the result lies in that operand's memory, all stays in place, which takes numpy two
        thirds of the time. Not so of ``x - g * 0.1``: the result is to lie where ``x`` does, which
        is read until the end.
        """
        made = self.results[result] - self.arity
        kind, first = self.body[made].type, self.body[made].operands[0]
        if first < self.arity and operands[first] == kind and self._last_use(first) == made:
            return made
        for number in self.body[made].operands:
            before = number - self.arity
            if before < 0 or number in self.results or self._last_use(number) > made:
                continue
            if self.body[before].type == kind and any(
                slot < self.arity and operands[slot] == kind and self._last_use(slot) == before
                for slot in self.body[before].operands
            ):
                return before
        return made

    def _last_use(self, number: int) -> int:
        """The last step that reads a value; -1 if none does."""
        uses = [position for position, step in enumerate(self.body) if number in step.operands]
        return max(uses, default=-1)
