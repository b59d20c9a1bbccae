"""Chooses memory for every value of a graph, and writes the numpy code that fills it."""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Direct, Kernel, Op, Trait
from graphnet.ir.types import TensorType
from graphnet.runtime.arena import Arena, Buffer, Pool
from graphnet.runtime.code import FILE as FILE
from graphnet.runtime.code import Code
from graphnet.runtime.liveness import Liveness


class Planner:
    """Walks the graph once, in order, writing a line for each step.

    A value is kept in one of four ways: in a buffer of the arena, or as a view of one, which is an
    array known now; in memory of its own, if it is a result or if its kernel makes it; as a numpy
    scalar, if it is a single number computed by an operator, which is several times faster than
    with arrays; or, if it is the new value of an update, where it belongs.
    """

    def __init__(
        self, graph: Graph, memory: Sequence[int], poison: bool, pool: Pool | None = None
    ) -> None:
        self.graph = graph
        self.poison = poison
        self.live = Liveness.of(graph)
        self.kernels = {node: _kernel(node) for node in graph.nodes}
        self.arena = Arena(pool)
        self.code = Code()
        self.names: dict[Value, str] = {}
        self.scalars: dict[Value, str] = {}
        self.buffers: dict[Value, Buffer] = {}
        # What lies in the arena, as arrays: buffers and views of them.
        self.arrays: dict[Value, Any] = {}
        # The views taken of those arrays, which are kept: one for each operation.
        self.views: dict[tuple[int, Op], Any] = {}
        # The variables that keep alive what a kernel made in memory of its own, and views of it.
        self.holders: dict[Value, list[str]] = {}
        # Python numbers as arrays: the names of those that are there already.
        self.numbers: dict[tuple[Value, np.dtype[Any]], str] = {}
        self.step = 0
        self.steps = 0
        self.in_place = 0
        self.memory = dict(zip(graph.inputs, memory, strict=True))
        self.destination = self._destinations()
        self.escaping = _escaping(graph, self.live, self.destination)

    # ------------------------------------------------------------------ analysis

    def _destinations(self) -> dict[Value, Value]:
        """Updated inputs whose new value may be computed right into their memory."""
        last_read: dict[int, int] = {}
        order = {node: step for step, node in enumerate(self.graph.nodes)}
        for step, node in enumerate(self.graph.nodes):
            for operand in node.operands:
                group = self.memory.get(self.live.origin[operand])
                if group is not None:
                    last_read[group] = step
        for value in (*self.graph.outputs, *(new for _, new in self.graph.updates)):
            group = self.memory.get(self.live.origin[value])
            if group is not None:
                last_read[group] = len(self.graph.nodes)
        targets: dict[Value, Value] = {}
        for target, new in self.graph.updates:
            step = order[new.node]
            read = last_read.get(self.memory[target], -1)
            if new in targets or self.live.origin[new] is not new or self.kernels[new.node] is None:
                continue
            if read < step or (read == step and self._reads_safely(new, target)):
                targets[new] = target
        return targets

    def _reads_safely(self, new: Value, target: Value) -> bool:
        """Whether ``new``'s node may write into ``target`` while it reads it."""
        node = new.node
        for slot, operand in enumerate(node.operands):
            origin = self.live.origin[operand]
            if self.memory.get(origin) != self.memory[target]:
                continue
            if operand is not target or not _may_overwrite(node, slot, new.index):
                return False
        return True

    # ------------------------------------------------------------------ code

    def run(self) -> None:
        """Write the code."""
        names = []
        for position, value in enumerate(self.graph.inputs):
            self.names[value] = f"x{position}"
            names.append(f"x{position}")
        if names:
            self.code.line(f"{', '.join(names)}, = inputs")
        for step, node in enumerate(self.graph.nodes):
            self.step = step
            if node.op.name != "input":
                self._emit(node)
                self.steps += not node.op.is_(Trait.SOURCE)
            self._release(node)
        self.code.line(f"return [{', '.join(self._results())}]")

    def _emit(self, node: Node) -> None:
        if isinstance(node.op, Constant):
            self.names[node.result] = self._number(node.op)
        elif _is_scalar(node):
            self._emit_scalar(node)
        elif self.kernels[node] is not None:
            self._emit_into(node, self.kernels[node])
        elif not self._known_view(node):
            self._emit_made(node)

    def _number(self, op: Constant) -> str:
        number = op.kernel()
        plain = op.dtype is None and (isinstance(number, int) or cmath.isfinite(number))
        return repr(number) if plain else self.code.bind("c", number)

    def _emit_scalar(self, node: Node) -> None:
        """An operator between numpy scalars and Python numbers."""
        operands = [self._scalar(operand) for operand in node.operands]
        symbol: str = node.op.symbol  # type: ignore[attr-defined]  # _is_scalar asked for it
        text = f" {symbol} ".join(operands) if len(operands) > 1 else f"{symbol}{operands[0]}"
        name = self.scalars[node.result] = self._variable("s")
        self.code.line(f"{name} = {text}", node)

    def _scalar(self, value: Value) -> str:
        """A single number in a form that operators take."""
        if value not in self.scalars:
            if value.type.weak:
                return self.names[value]
            self.scalars[value] = self._variable("s")
            self.code.line(f"{self.scalars[value]} = {self.names[value]}[()]")
        return self.scalars[value]

    def _array(self, value: Value) -> str:
        """A value in a form that every kernel takes."""
        if value not in self.names:
            if value.type.weak:
                return self.scalars[value]
            self.names[value] = self._variable("v")
            self.code.line(f"{self.names[value]} = np.asarray({self.scalars[value]})")
        return self.names[value]

    def _emit_into(self, node: Node, kernel: Kernel | None) -> None:
        """A kernel that writes into memory it is given."""
        if isinstance(kernel, Direct):
            arguments = self._quick_arguments(node)
            outs = [self._out(value) for value in node.results]
            target = f"out={outs[0]}" if kernel.keyword else outs[0]
            name = self.code.function_name(kernel.function, f"{node.op.name}_")
            text = f"{name}({', '.join([*arguments, target])})"
        else:
            arguments = [self._array(operand) for operand in node.operands]
            outs = [self._out(value) for value in node.results]
            name = self.code.bind(f"{node.op.name}_", kernel)
            several = hasattr(node.op, "into_all")
            target = f"({', '.join(outs)},)" if several else outs[0]
            text = f"{name}({', '.join([target, *arguments])})"
        self.code.line(text, node)

    def _quick_arguments(self, node: Node) -> list[str]:
        """Operands in the forms that numpy's functions take most quickly.

        They take numpy scalars where they take arrays. A Python number they would first turn into
        an array of the other operands' dtype, at every call; that is done here, once.
        """
        dtypes = {o.type.dtype for o in node.operands if not o.type.weak}
        dtype = dtypes.pop() if len(dtypes) == 1 else None
        arguments = []
        for operand in node.operands:
            if not operand.type.weak:
                arguments.append(self.scalars.get(operand) or self._array(operand))
            elif dtype is None or not dtype.is_floating_point or operand.type.dtype.is_complex:
                arguments.append(self._array(operand))
            else:
                arguments.append(self._number_among(operand, dtype.numpy))
        return arguments

    def _number_among(self, value: Value, dtype: np.dtype[Any]) -> str:
        """A Python number as an array of a dtype."""
        name = self.numbers.get((value, dtype))
        if name is None:
            if isinstance(value.op, Constant):
                name = self.code.number(value.op.kernel(), dtype)
            else:
                name = self._variable("w")
                made_as = self.code.dtype(dtype)
                self.code.line(f"{name} = np.asarray({self._array(value)}, {made_as})")
            self.numbers[value, dtype] = name
        return name

    def _known_view(self, node: Node) -> bool:
        """Take a view of the arena now, once and for all; says whether that could be done."""
        source = self.arrays.get(node.operands[0]) if len(node.operands) == 1 else None
        if source is None or not node.op.is_(Trait.VIEW):
            return False
        view = self.views.get((id(source), node.op))
        if view is None:
            view = node.op.kernel(source)
            if not np.may_share_memory(view, source):  # a reshape that has to copy
                return False
            self.views[id(source), node.op] = view
        self.arrays[node.result] = view
        self.names[node.result] = self.code.bind("b", view)
        return True

    def _emit_made(self, node: Node) -> None:
        """A kernel that makes its results."""
        kernel = node.op.bind([operand.type for operand in node.operands])
        arguments = ", ".join([self._array(operand) for operand in node.operands])
        made = ", ".join([self._local(value) for value in node.results])
        name = self.code.function_name(kernel, f"{node.op.name}_")
        self.code.line(f"{made} = {name}({arguments})", node)

    def _variable(self, prefix: str) -> str:
        return f"{prefix}{len(self.names) + len(self.scalars) + len(self.numbers)}"

    def _local(self, value: Value) -> str:
        name = self.names[value] = self._variable("v")
        origin = self.live.origin[value]
        if self.kernels[origin.node] is None and not origin.op.is_(Trait.SOURCE):
            self.holders.setdefault(origin, []).append(name)
        return name

    # ------------------------------------------------------------------ memory

    def _out(self, value: Value) -> str:
        """The name of the array that a step writes ``value`` into."""
        target = self.destination.get(value)
        if target is not None:
            self.in_place += 1
            self.names[value] = self.names[target]
            return self.names[target]
        kind = value.type
        if value in self.escaping:
            name = self._local(value)
            dtype = self.code.dtype(kind.dtype.numpy)
            self.code.line(f"{name} = np.empty({tuple(kind.shape)!r}, {dtype})")
            return name
        victim = self._overwritten(value)
        if victim is not None:
            self.buffers[value] = self.buffers.pop(self.live.origin[victim])
            self.arrays[value] = self.arrays[victim]
            name = self.names[value] = self.names[victim]
            return name
        buffer = self.buffers[value] = self.arena.take(kind)
        self.arrays[value] = buffer.array
        name = self.names[value] = self.code.bind("b", buffer.array)
        return name

    def _overwritten(self, value: Value) -> Value | None:
        """An operand of the same type that dies here, in whose memory the result may lie."""
        node = value.node
        for slot, operand in enumerate(node.operands):
            origin = self.live.origin[operand]
            if (
                origin in self.buffers
                and operand in self.arrays
                and self.live.last_use[origin] == self.step
                and operand.type == value.type
                and sum(self.live.origin[other] is origin for other in node.operands) == 1
                and self.arrays[operand].flags.carray  # not what expand makes
                and _may_overwrite(node, slot, value.index)
            ):
                return operand
        return None

    def _release(self, node: Node) -> None:
        """Give back the memory that nobody reads any more."""
        for value in dict.fromkeys(self.live.origin[v] for v in (*node.operands, *node.results)):
            if self.live.last_use[value] != self.step:
                continue
            if value in self.holders:
                self.code.line(f"del {', '.join(self.holders.pop(value))}")
            elif value in self.buffers:
                buffer = self.buffers.pop(value)
                if self.poison and buffer.array.dtype.kind in "fc":
                    self.code.line(f"{self.code.bind('b', buffer.array)}.fill(np.nan)")
                self.arena.release(buffer)

    # ------------------------------------------------------------------ results

    def _results(self) -> list[str]:
        """Names of the results: outputs made their own, updates written."""
        own = self.code.bind("own", _own)
        taken: set[Value] = set()
        results = []
        for value in self.graph.outputs:
            origin = self.live.origin[value]
            if value in self.escaping and value not in taken and self._is_fresh(value):
                taken.add(value)
                results.append(self.names[value])
                continue
            name = f"r{len(results)}"
            if value in self.scalars and value not in self.names:
                self.code.line(f"{name} = np.array({self.scalars[value]})")
            else:
                free = origin not in taken and origin not in self.destination
                free = free and value.node.op.name != "input"
                arguments = f"{self._array(value)}, {self.code.dtype(value.type.dtype.numpy)}"
                if free and origin is not value and self._is_fresh(origin):
                    whole = self.code.bind("whole", _own_whole)
                    self.code.line(f"{name} = {whole}({arguments})")
                else:
                    self.code.line(f"{name} = {own}({arguments}, {free and origin is value})")
            taken.add(origin)
            results.append(name)
        self._write_updates()
        return results + [self.names[target] for target, _ in self.graph.updates]

    def _write_updates(self) -> None:
        """Copy new values to where they belong, unless they were computed there.

        Those that lie in an input's memory are put aside first: it may be overwritten, too.
        """
        pending = [
            (target, new)
            for target, new in self.graph.updates
            if new is not target and self.destination.get(new) is not target
        ]
        aside: dict[Value, str] = {}
        for _, new in pending:
            if new not in aside and self.live.origin[new] in self.memory:
                aside[new] = f"aside{len(aside)}"
                self.code.line(f"{aside[new]} = np.array({self.names[new]})")
        for target, new in pending:
            if new in self.scalars:
                self.code.line(f"{self.names[target]}[()] = {self.scalars[new]}")
            else:
                value = aside.get(new) or self.names[new]
                self.code.line(f"np.copyto({self.names[target]}, {value})")

    def _is_fresh(self, value: Value) -> bool:
        return self.kernels[value.node] is not None and value not in self.destination


def _escaping(graph: Graph, live: Liveness, destination: dict[Value, Value]) -> set[Value]:
    """Values that outlive the run: what the outputs lie in. They never live in the arena."""
    values = {live.origin[value] for value in graph.outputs}
    return {value for value in values if value not in destination}


def _is_scalar(node: Node) -> bool:
    """Whether a node computes a single number by an operator that Python has."""
    if getattr(node.op, "symbol", None) is None:
        return False
    kind = node.result.type
    if kind.weak:  # Python's quotient by zero is an error, numpy's is not
        return kind.dtype.numpy.kind in "fi" and node.op.symbol != "/"  # type: ignore[attr-defined]  # asked for above
    return kind.shape == () and kind.dtype.numpy.kind in "fiu"


def _kernel(node: Node) -> Kernel | None:
    """The kernel of a node that writes into given memory, or None."""
    op = node.op
    if op.is_(Trait.SOURCE) or op.is_(Trait.VIEW) or _is_scalar(node):
        return None
    types = [operand.type for operand in node.operands]
    results = [value.type for value in node.results]
    if not all(isinstance(kind, TensorType) and not kind.weak for kind in results):
        return None
    into_all = getattr(op, "into_all", None)
    if into_all is not None:
        found: Kernel | None = into_all(types, results)
        return found
    return op.into(types, results[0]) if len(results) == 1 else None


def _may_overwrite(node: Node, slot: int, result: int) -> bool:
    """Whether result ``result`` may lie where operand ``slot`` does."""
    op = node.op
    if op.is_(Trait.OVERWRITES):
        return slot == 0
    if not op.is_(Trait.ELEMENTWISE):
        return False
    same = node.operands[slot].type == node.results[result].type
    overwrites = getattr(op, "overwrites", None)
    types = [operand.type for operand in node.operands]
    return same and (overwrites is None or overwrites(types, slot, result))


def _own(array: Any, dtype: Any, free: bool) -> Any:
    """A contiguous array nobody else holds: the one given if it is that, else a copy."""
    if free and isinstance(array, np.ndarray) and array.base is None and array.flags.c_contiguous:
        return array
    return np.array(array, dtype, order="C")


def _own_whole(view: Any, dtype: Any) -> Any:
    """A view of fresh memory, if it is all of it in another shape, else a copy.

    What is expanded to its own shape is such a view, too, but numpy lets nobody write to that.
    """
    memory, flags = view.base, view.flags
    if flags.c_contiguous and flags.writeable and getattr(memory, "size", None) == view.size:
        return view
    return np.array(view, dtype, order="C")
