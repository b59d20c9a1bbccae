"""A region of elementwise operations run as one: block by block, so that it stays in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType

_BLOCK_BYTES = 64 * 1024


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
        return _Blocked.of(self, operands, results[0].shape)

    def overwrites(self, slot: int, result: int) -> bool:
        """Whether a result may lie where an operand does: nothing reads that afterwards."""
        made = self.results[result] - self.arity
        return all(
            position <= made for position, step in enumerate(self.body) if slot in step.operands
        )


class _Blocked:
    """Runs a region over blocks of its first dimension, intermediates in small buffers."""

    def __init__(
        self, region: Fused, operands: Sequence[TensorType], shape: Shape, kernels: list[Kernel]
    ) -> None:
        self.rows = shape[0]
        row = int(np.prod(shape[1:], dtype=np.int64))
        widest = max(step.type.dtype.itemsize for step in region.body)
        self.step = max(1, min(self.rows, _BLOCK_BYTES // max(row * widest, 1)))
        self.sliced = [len(o.shape) == len(shape) and o.shape[0] == self.rows for o in operands]
        self.results = region.results
        first = len(operands)
        last_use = {n: i for i, s in enumerate(region.body) for n in s.operands}
        free: dict[Any, list[int]] = {}
        self.buffers: list[Any] = []
        self.program: list[tuple[Kernel, int | None, int, tuple[int, ...]]] = []
        place: dict[int, int] = {}
        for position, (step, kernel) in enumerate(zip(region.body, kernels, strict=True)):
            number = first + position
            buffer: int | None = None
            if number not in region.results:
                pool = free.setdefault(step.type.dtype, [])
                if not pool:
                    self.buffers.append(np.empty((self.step, *shape[1:]), step.type.dtype.numpy))
                    pool.append(len(self.buffers) - 1)
                buffer = place[number] = pool.pop()
            self.program.append((kernel, buffer, number, step.operands))
            for used in set(step.operands):
                if last_use.get(used) == position and used in place:
                    kind = region.body[used - first].type.dtype
                    free.setdefault(kind, []).append(place.pop(used))

    @classmethod
    def of(cls, region: Fused, operands: Sequence[TensorType], shape: Shape) -> Kernel | None:
        """The blocked kernel, or None where an operation cannot write into a buffer."""
        if not shape:
            return None
        types = list(operands)
        kernels = []
        for step in region.body:
            kernel = step.op.into([types[n] for n in step.operands], step.type)
            if kernel is None or step.type.shape != shape:
                return None
            kernels.append(kernel)
            types.append(step.type)
        return cls(region, operands, shape, kernels).run

    def run(self, outs: Sequence[Any], *arrays: Any) -> None:
        """Fill ``outs``."""
        target = dict(zip(self.results, outs, strict=True))
        count = len(arrays) + len(self.program)
        for start in range(0, self.rows, self.step):
            stop = min(start + self.step, self.rows)
            values: list[Any] = [
                array[start:stop] if sliced else array
                for array, sliced in zip(arrays, self.sliced, strict=True)
            ]
            values += [None] * (count - len(arrays))
            for kernel, buffer, number, operands in self.program:
                out = (
                    target[number][start:stop]
                    if buffer is None
                    else self.buffers[buffer][: stop - start]
                )
                kernel(out, *[values[n] for n in operands])
                values[number] = out
