"""Runs a region of elementwise operations block by block, so that it stays in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.ir.op import Direct, Kernel
from graphnet.ir.types import Shape, TensorType

if TYPE_CHECKING:
    from graphnet.ops.fused import Fused, Instruction

_BLOCK_BYTES = 128 * 1024


def blocked(region: Fused, operands: Sequence[TensorType], shape: Shape) -> Kernel | None:
    """A kernel ``f(outs, *arrays)``, or None where an operation cannot write into a buffer."""
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
    return _Writer(region, types, shape).function(kernels)


class _Writer:
    """Writes the loop over blocks of the first dimension, with a line for each operation.

    Results are cut into blocks; so are operands of the same shape. What is neither lies in buffers
    of a block's size, each used again as soon as what it holds is no longer read.
    """

    def __init__(self, region: Fused, types: list[TensorType], shape: Shape) -> None:
        self.region = region
        self.types = types
        self.shape = shape
        row = int(np.prod(shape[1:], dtype=np.int64))
        widest = max(step.type.dtype.itemsize for step in region.body)
        self.step = max(1, min(shape[0], _BLOCK_BYTES // max(row * widest, 1)))
        self.last_use = {n: i for i, step in enumerate(region.body) for n in step.operands}
        self.names = {n: f"a{n}" for n in range(region.arity)}
        self.scope: dict[str, Any] = {"np": np}
        self.before: list[str] = []
        self.body: list[str] = []
        self.buffers: list[Any] = []
        self.free: dict[Any, list[str]] = {}
        # The steps that write what a result is made of to where it will be, and which result.
        self.begun: dict[int, int] = {}

    def function(self, kernels: list[Kernel]) -> Kernel:
        """The finished kernel."""
        arguments = ", ".join(self.names.values())
        self._cut_operands()
        self._name_results()
        for position, (step, kernel) in enumerate(zip(self.region.body, kernels, strict=True)):
            self._write(position, step, kernel)
        self.scope["blocks"] = self._blocks()
        holds = "".join(f", k{number}" for number in range(len(self.buffers)))
        lines = [f"def run(outs, {arguments}):", *(f"    {line}" for line in self.before)]
        lines += [f"    for s{holds} in blocks:", *(f"        {line}" for line in self.body)]
        exec("\n".join(lines), self.scope)  # lines written just above
        run: Kernel = self.scope["run"]
        return run

    def _blocks(self) -> list[Any]:
        """For each block the slice of the first dimension, and the buffers, cut at the end."""
        rows, step = self.shape[0], self.step
        starts = range(0, rows, step)
        cuts = [slice(start, min(start + step, rows)) for start in starts]
        if not self.buffers:
            return cuts
        return [(cut, *(buffer[: cut.stop - cut.start] for buffer in self.buffers)) for cut in cuts]

    def _cut_operands(self) -> None:
        for number in range(self.region.arity):
            kind = self.types[number]
            if len(kind.shape) == len(self.shape) and kind.shape[0] == self.shape[0]:
                self.body.append(f"b{number} = a{number}[s]")
                self.names[number] = f"b{number}"

    def _name_results(self) -> None:
        self.before.append("".join(f"r{number}, " for number in self.region.results) + "= outs")
        for result, number in enumerate(self.region.results):
            self.names[number] = f"t{number}"
            begun = self.region.written_at(self.types, result)
            if begun != number - self.region.arity:
                self.begun[begun] = number

    def _write(self, position: int, step: Instruction, kernel: Kernel) -> None:
        number = self.region.arity + position
        operands = [self._operand(n, step) for n in step.operands]
        for used in dict.fromkeys(step.operands):
            name = self.names[used]
            if self.last_use[used] == position and name.startswith("k"):
                self.free.setdefault(self.types[used].dtype, []).append(name)
        if number in self.region.results:
            if number not in self.begun.values():
                self.body.append(f"t{number} = r{number}[s]")
        elif position in self.begun:
            result = self.begun[position]
            self.body.append(f"t{result} = r{result}[s]")
            self.names[number] = self.names[result]
        else:
            self.names[number] = self._buffer(step.type)
        out = self.names[number]
        if isinstance(kernel, Direct):
            function = self._bind(f"{step.op.name}_", kernel.function)
            target = f"out={out}" if kernel.keyword else out
            self.body.append(f"{function}({', '.join([*operands, target])})")
        else:
            function = self._bind(f"{step.op.name}_", kernel)
            self.body.append(f"{function}({', '.join([out, *operands])})")

    def _buffer(self, kind: TensorType) -> str:
        """A buffer that nobody reads any more, perhaps an operand's own, or a new one."""
        free = self.free.get(kind.dtype)
        if free:
            return free.pop()
        self.buffers.append(np.empty((self.step, *self.shape[1:]), kind.dtype.numpy))
        return f"k{len(self.buffers) - 1}"

    def _operand(self, number: int, step: Instruction) -> str:
        """How a step reads a value; a Python number among arrays is made one of them, once."""
        kind = self.types[number]
        if not kind.weak:
            return self.names[number]
        among = {self.types[n].dtype for n in step.operands if not self.types[n].weak}
        dtype = among.pop() if len(among) == 1 else None
        if dtype is None or not dtype.is_floating_point or kind.dtype.is_complex:
            return self.names[number]
        name = f"c{number}_{dtype.numpy.name}"
        line = f"{name} = np.asarray(a{number}, {self._bind('dtype', dtype.numpy)})"
        if line not in self.before:
            self.before.append(line)
        return name

    def _bind(self, prefix: str, thing: Any) -> str:
        name = f"{prefix}{len(self.scope)}"
        self.scope[name] = thing
        return name
