"""A compiled graph: straight-line numpy code over a buffer arena."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Kernel, Trait
from graphnet.ir.types import TensorType
from graphnet.ops.elementwise import Elementwise
from graphnet.runtime.arena import Arena, Buffer
from graphnet.runtime.blame import blame
from graphnet.runtime.liveness import Liveness


def _quiet() -> Context:
    context = Context()
    context.run(np.seterr, all="ignore")
    return context


@dataclass(frozen=True)
class Plan:
    """Straight-line steps, ready to call numpy. ``str(plan)`` is the Python code that runs.

    Called with what the graph's inputs stand for it returns, in order, a fresh array for each
    output, and for each update the array it was written to. It is not reentrant: the arena is
    part of it.

    Attributes:
        source: the code.
        steps: how many operations it runs.
        arena_bytes: the size of the memory for intermediate values.
        in_place: how many updates are computed where they belong, without a copy.
    """

    source: str
    steps: int
    arena_bytes: int
    in_place: int
    function: Callable[[Sequence[Any]], list[Any]] = field(repr=False)
    lines: dict[int, Node] = field(repr=False)
    # Where numpy's floating point warnings are off: entering it is cheaper than np.errstate.
    context: Context = field(default_factory=_quiet, repr=False)

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        """Run the plan."""
        try:
            return self.context.run(self.function, inputs)
        except Exception as error:
            self._explain(error)
            raise

    def _explain(self, error: Exception) -> None:
        """Say which operation failed and which line of the user's made it."""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == _FILE:
                node = self.lines.get(trace.tb_lineno)
                if node is not None:
                    blame(error, node)
                return
            trace = trace.tb_next

    def __str__(self) -> str:
        return self.source


_FILE = "<graphnet plan>"


def compile_plan(
    graph: Graph, memory: Sequence[int] | None = None, *, poison: bool = False
) -> Plan:
    """Plan a graph: choose memory for every value and write the code.

    Args:
        graph: what to run.
        memory: for each input a number that inputs sharing memory have in common; all different
            unless given.
        poison: overwrite dead buffers with NaN, to prove that nobody reads them.
    """
    return _Planner(graph, memory or range(len(graph.inputs)), poison).plan()


class _Planner:
    """Walks the graph once, in order, writing a line for each step."""

    def __init__(self, graph: Graph, memory: Sequence[int], poison: bool) -> None:
        self.graph = graph
        self.poison = poison
        self.live = Liveness.of(graph)
        self.kernels = {node: _kernel(node) for node in graph.nodes}
        self.arena = Arena()
        self.names: dict[Value, str] = {}
        self.buffers: dict[Value, Buffer] = {}
        # The variables that keep alive what a kernel made in memory of its own, and views of it.
        self.holders: dict[Value, list[str]] = {}
        self.scope: dict[str, Any] = {"np": np}
        self.code: list[str] = []
        self.lines: dict[int, Node] = {}
        self.step = 0
        self.memory = dict(zip(graph.inputs, memory, strict=True))
        self.destination = self._destinations()
        self.in_place = 0
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
        for value in self.graph.outputs:
            group = self.memory.get(self.live.origin[value])
            if group is not None:
                last_read[group] = len(self.graph.nodes)
        for _, new in self.graph.updates:
            group = self.memory.get(self.live.origin[new])
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

    def plan(self) -> Plan:
        """Write and compile the code."""
        names = []
        for position, value in enumerate(self.graph.inputs):
            self.names[value] = f"x{position}"
            names.append(f"x{position}")
        if names:
            self.code.append(f"    {', '.join(names)}, = inputs")
        for step, node in enumerate(self.graph.nodes):
            self.step = step
            if node.op.name != "input":
                self._emit(node)
            self._release(node)
        results = self._results()
        self.code.append(f"    return [{', '.join(results)}]")
        source = "\n".join(["def run(inputs):", *self.code])
        exec(compile(source, _FILE, "exec"), self.scope)  # code written just above
        return Plan(
            source,
            sum(not node.op.is_(Trait.SOURCE) for node in self.graph.nodes),
            self.arena.nbytes,
            self.in_place,
            self.scope["run"],
            self.lines,
        )

    def _line(self, text: str, node: Node | None = None) -> None:
        self.code.append(f"    {text}")
        if node is not None:
            self.lines[len(self.code) + 1] = node

    def _bind(self, prefix: str, thing: Any) -> str:
        name = f"{prefix}{len(self.scope)}"
        self.scope[name] = thing
        return name

    def _emit(self, node: Node) -> None:
        op = node.op
        if isinstance(op, Constant):
            number = op.kernel()
            plain = op.dtype is None and (isinstance(number, int) or cmath.isfinite(number))
            self.names[node.result] = repr(number) if plain else self._bind("c", number)
            return
        arguments = [self.names[operand] for operand in node.operands]
        kernel = self.kernels[node]
        if kernel is not None:
            outs = [self._out(value) for value in node.results]
            self._line(_call(self, node, kernel, outs, arguments), node)
            return
        made = ", ".join(self._local(value) for value in node.results)
        self._line(f"{made} = {self._bind(f'{op.name}_', op.kernel)}({', '.join(arguments)})", node)

    def _local(self, value: Value) -> str:
        name = self.names[value] = f"v{len(self.names)}"
        origin = self.live.origin[value]
        if self.kernels[origin.node] is None and not origin.op.is_(Trait.SOURCE):
            self.holders.setdefault(origin, []).append(name)
        return name

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
            dtype = self._bind("t", kind.dtype.numpy)
            self._line(f"{name} = np.empty({tuple(kind.shape)!r}, {dtype})")
            return name
        victim = self._overwritten(value)
        if victim is not None:
            self.buffers[value] = self.buffers.pop(victim)
            name = self.names[value] = self.names[victim]
            return name
        buffer = self.buffers[value] = self.arena.take(kind)
        name = self.names[value] = self._bind("b", buffer.array)
        return name

    def _overwritten(self, value: Value) -> Value | None:
        """An operand of the same type that dies here, in whose buffer the result may lie."""
        node = value.node
        for slot, operand in enumerate(node.operands):
            if (
                operand in self.buffers
                and self.live.last_use[operand] == self.step
                and operand.type == value.type
                and node.operands.count(operand) == 1
                and not any(
                    self.live.origin[other] is operand and other is not operand
                    for other in node.operands
                )
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
                self._line(f"del {', '.join(self.holders.pop(value))}")
            elif value in self.buffers:
                buffer = self.buffers.pop(value)
                if self.poison and buffer.array.dtype.kind in "fc":
                    self._line(f"{self.names[value]}.fill(np.nan)")
                self.arena.release(buffer)

    def _results(self) -> list[str]:
        """Names of the results: outputs made their own, updates written."""
        own = self._bind("own", _own)
        taken: set[Value] = set()
        results = []
        for value in self.graph.outputs:
            name = self.names[value]
            if value in self.escaping and value not in taken and self._is_fresh(value):
                taken.add(value)
                results.append(name)
                continue
            free = value not in taken and self.live.origin[value] is value
            free = free and value not in self.destination and value.node.op.name != "input"
            copied = f"r{len(results)}"
            taken.add(value)
            dtype = self._bind("t", value.type.dtype.numpy)
            self._line(f"{copied} = {own}({name}, {dtype}, {free})")
            results.append(copied)
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
                aside[new] = f"s{len(aside)}"
                self._line(f"{aside[new]} = np.array({self.names[new]})")
        for target, new in pending:
            self._line(f"np.copyto({self.names[target]}, {aside.get(new, self.names[new])})")

    def _is_fresh(self, value: Value) -> bool:
        return self.kernels[value.node] is not None and value not in self.destination


def _escaping(graph: Graph, live: Liveness, destination: dict[Value, Value]) -> set[Value]:
    """Values that outlive the run: what the outputs lie in. They never live in the arena."""
    values = {live.origin[value] for value in graph.outputs}
    return {value for value in values if value not in destination}


def _kernel(node: Node) -> Kernel | None:
    """The kernel of a node that writes into given memory, or None."""
    op = node.op
    if op.is_(Trait.SOURCE) or op.is_(Trait.VIEW):
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
    return same and (overwrites is None or overwrites(slot, result))


# A positional `out` is faster, but numpy deprecates it for these.
_KEYWORD_OUT = (np.maximum, np.minimum)


def _call(
    planner: _Planner, node: Node, kernel: Kernel, outs: list[str], arguments: list[str]
) -> str:
    """The code of a step that writes into ``outs``."""
    if isinstance(node.op, Elementwise):
        ufunc = type(node.op).ufunc
        if isinstance(ufunc, np.ufunc) and getattr(np, ufunc.__name__, None) is ufunc:
            keyword = "out=" if ufunc in _KEYWORD_OUT else ""
            return f"np.{ufunc.__name__}({', '.join([*arguments, keyword + outs[0]])})"
    name = planner._bind(f"{node.op.name}_", kernel)
    if hasattr(node.op, "into_all"):
        return f"{name}(({', '.join(outs)},), {', '.join(arguments)})"
    return f"{name}({', '.join([outs[0], *arguments])})"


def _own(array: Any, dtype: Any, free: bool) -> Any:
    """A contiguous array nobody else holds: the one given if it is that, else a copy."""
    if free and isinstance(array, np.ndarray) and array.base is None and array.flags.c_contiguous:
        return array
    return np.array(array, dtype, order="C")
