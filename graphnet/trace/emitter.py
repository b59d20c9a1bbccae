"""The nodes of a stage of a backward pass, made at its first visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Trait
from graphnet.ops.create import Full
from graphnet.ops.custom import Custom
from graphnet.passes.autodiff import differentiate, seed
from graphnet.trace.chart import is_start
from graphnet.trace.state import Import, Place, Slot, Stage
from graphnet.trace.versions import reads, second_time

if TYPE_CHECKING:
    from graphnet.trace.history import Past
    from graphnet.trace.segment import Segment
    from graphnet.trace.stages import StageKey


class Emitter:
    """Differentiates the nodes of a segment from a position on.

    Args:
        segment: what is differentiated.
        past: the history it is part of.
        key: the position, where gradients arrive, and what is wanted.
    """

    def __init__(self, segment: Segment, past: Past, key: StageKey) -> None:
        self.segment = segment
        self.past = past
        self.key = key

    def __call__(self, *operands: Value) -> tuple[Value, ...]:
        """Emit the nodes, given the gradients that arrive."""
        self.chart = chart = self.past.chart(self.segment)
        key = self.key
        self.results: list[Value] = []
        self._saved = _Saved()
        arriving: dict[Value, Value] = {}
        given = iter(operands)
        for place, is_seeded in zip_longest(key.places, key.seeded):
            value = chart.value(place)
            gradient = self._seed(value) if is_seeded else next(given)
            before = arriving.get(value)
            arriving[value] = gradient if before is None else before + gradient
        # What arrives as it was given, and is not added to, is left to a later stage as it is.
        self._given = set(operands) & set(arriving.values())
        self._arriving = dict(arriving)
        nodes = chart.walk(arriving, key.low)
        if key.targets is not None:
            # What lies on no way to them is not differentiated, nor are its saved values used up.
            leading = chart.leading(key.targets)
            nodes = [node for node in nodes if not leading.isdisjoint(node.operands)]
        self._visited = _Visited(self.segment)
        self._walked = frozenset(nodes)
        primal = None if key.past is None else self._saved.read
        found = differentiate(nodes, arriving, primal=primal, visit=self._visited)
        self._choose(found)
        self._saved.drop_unread(self.results)
        # They come first: the slot that a leaf entered with is the first slot of its value.
        return (*(here for _, here in self._saved.inputs), *self.results)

    def _seed(self, root: Value) -> Value:
        if self.key.past is None:
            return seed(root)
        # Another thread has run the segment since the root entered it.
        builder = Builder.current()
        builder.phase = Phase.BACKWARD
        with builder.at(root.node.location):
            one: Value = Full(root.shape, root.dtype)(1)
        return one

    def _choose(self, found: Mapping[Value, Value]) -> None:
        """Choose what gets a slot: what is complete, what goes on, and what may be asked for."""
        chart, low, targets = self.chart, self.key.low, self.key.targets
        complete: dict[Place, Value] = {}
        pending: dict[Place, Value] = {}
        kept: set[Value] = set()
        leading = None if targets is None else chart.leading(targets)
        for value, gradient in found.items():
            if chart.positions[value.node] >= low:
                if targets is None and is_start(value):
                    complete[chart.place(value)] = gradient
            elif gradient in self._given and gradient is self._arriving.get(value):
                kept.add(value)
            elif leading is None or value in leading:
                pending[chart.place(value)] = gradient
        for place in targets or ():
            value = chart.value(place)
            if value in found and chart.positions[value.node] >= low:
                complete[place] = found[value]
        if targets is None:
            complete = {slot: complete[slot] for slot in sorted(complete)}
        self._kept = tuple(place for place in self.key.places if chart.value(place) in kept)
        self._complete = [(place, self._result(gradient)) for place, gradient in complete.items()]
        self._pending = [(place, self._result(gradient)) for place, gradient in pending.items()]
        self._by_slot = {
            chart.slots[value]: self._result(gradient)
            for value, gradient in found.items()
            if self.key.past is None and value in chart.slots and value not in kept
        }

    def _result(self, value: Value) -> int:
        """Give a value a slot; returns the number among the results."""
        self.results.append(value)
        return len(self.results) - 1

    def finish(self, first: Slot) -> Stage:
        """What was found.

        Args:
            first: the slot of the first result.
        """
        chart, inputs = self.chart, self._saved.inputs
        start = first + len(inputs)
        return Stage(
            complete=tuple((place, start + number) for place, number in self._complete),
            pending=tuple((place, start + number) for place, number in self._pending),
            kept=self._kept,
            by_slot={slot: start + number for slot, number in self._by_slot.items()},
            imports=tuple(
                Import(value, chart.place(value), chart.given(value), slot)
                for slot, (value, _) in enumerate(inputs, first)
            ),
            spent=frozenset(self._visited.spent),
            walked=self._walked,
            reads=reads(chart, self._visited.reads),
        )


class _Saved:
    """The values of an earlier segment, read where its nodes are differentiated.

    Segments that begin alike share the states, and so the values, of their beginnings: a stage
    reads those of one segment.

    Attributes:
        inputs: pairs of a value and the input that stands for it.
    """

    def __init__(self) -> None:
        self.inputs: list[tuple[Value, Value]] = []
        self._known: dict[Value, Value] = {}

    def read(self, value: Value) -> Value:
        """What stands for a value."""
        here = self._known.get(value)
        if here is None:
            builder = Builder.current()
            op = value.op
            if isinstance(op, Constant):
                here = builder.constant(op.value)
            elif op.is_(Trait.VIEW):
                operands = [self.read(operand) for operand in value.node.operands]
                # Formulas ask which of their operands want a gradient: the view does if it did.
                enabled, builder.grad_enabled = builder.grad_enabled, value.requires_grad
                here = builder.emit(op, *operands)
                builder.grad_enabled = enabled
            else:
                here = builder.input(value.type, "saved", requires_grad=value.requires_grad)
                self.inputs.append((value, here))
            self._known[value] = here
        return here

    def drop_unread(self, results: Iterable[Value]) -> None:
        """Keep only those inputs that the results were computed from."""
        builder = Builder.current()
        made = set(builder.nodes)
        needed: set[Value] = set()
        stack = list(results)
        while stack:
            value = stack.pop()
            if value not in needed and value.node in made:
                needed.add(value)
                stack.extend(value.node.operands)
        unread = {here.node for _, here in self.inputs if here not in needed}
        builder.nodes = [node for node in builder.nodes if node not in unread]
        self.inputs = [(value, here) for value, here in self.inputs if here in needed]


class _Visited:
    """Notes what the gradients of a segment's nodes read; refuses what is there no more."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.spent: set[Node] = set()
        self.reads: list[tuple[Node, Value]] = []

    def __call__(self, node: Node, values: Sequence[Value]) -> None:
        """The gradient of ``node`` reads these forward values."""
        # The hook that knows the gradient of a user's function ends with the first pass.
        is_over = isinstance(node.op, Custom)
        if values or node.op.saves is not None or is_over:
            if is_over or self.segment.is_spent(node):
                raise second_time(f"{node.op.name} ({node.location})")
            self.spent.add(node)
        self.reads += [(node, value) for value in values]
