"""Where the values of a trace stand: what a backward pass asks about a segment it goes through."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from graphnet.ir.node import Node, Value
from graphnet.passes.residuals import history
from graphnet.trace.state import Place, Slot, State, Trace


class Below(NamedTuple):
    """What some values were computed from, differentiably.

    Attributes:
        nodes: the nodes that computed them, and those before.
        leaves: the slots of the leaves among these, in order.
    """

    nodes: frozenset[Node]
    leaves: tuple[Slot, ...]


def is_start(value: Value) -> bool:
    """Whether a value that requires a gradient was computed from none that does: it is a leaf."""
    return not any(operand.requires_grad for operand in value.node.operands)


class Chart:
    """The trace on the way to a state, with the places of its values. Each state has one.

    Attributes:
        state: the state.
        nodes: all nodes.
        values: all values, by slot.
    """

    def __init__(self, state: State) -> None:
        trace = state.trace or Trace.to(state)
        self.state = state
        self.nodes = trace.nodes
        self.values = trace.values
        self._below: dict[tuple[Place, ...], Below] = {}
        self._readers: dict[tuple[Place, tuple[Place, ...]], tuple[int, int]] = {}
        self._leading: dict[tuple[Place, ...], frozenset[Value]] = {}
        self._unread: dict[tuple[frozenset[Node], ...], tuple[Value, ...]] = {}

    @classmethod
    def of(cls, state: State) -> Chart:
        """That of a state; made when it is first asked for."""
        if state.chart is None:
            state.chart = cls(state)
        return state.chart

    @cached_property
    def positions(self) -> dict[Node, int]:
        """For each node how many there are before it."""
        return {node: position for position, node in enumerate(self.nodes)}

    @cached_property
    def slots(self) -> dict[Value, Slot]:
        """For each value its first slot."""
        return {self.values[slot]: slot for slot in reversed(range(len(self.values)))}

    @cached_property
    def _last_slots(self) -> dict[Value, Slot]:
        """The last slots of those values that have several."""
        slots = self.slots
        return {value: slot for slot, value in enumerate(self.values) if slots[value] != slot}

    @cached_property
    def _steps(self) -> tuple[list[int], list[Slot]]:
        """For each step the position of its first node, and the first slot of what it computed."""
        starts, firsts, position = [], [], 0
        for step in self.state.path():
            starts.append(position)
            firsts.append(step.first)
            position += len(step.nodes)
        return starts, firsts

    @cached_property
    def _inputs(self) -> list[int]:
        """The positions of the input nodes."""
        return [n for n, node in enumerate(self.nodes) if node.op.name == "input"]

    def last_slot(self, value: Value) -> Slot | None:
        """The last slot of a value; None if it has none."""
        return self._last_slots.get(value, self.slots.get(value))

    def made_at(self, node: Node) -> Slot:
        """The first slot of what the step of a node computed."""
        starts, firsts = self._steps
        return firsts[bisect_right(starts, self.positions[node]) - 1]

    def given(self, value: Value) -> int:
        """The number of a value among the inputs; -1 if it is none."""
        if value.node.op.name != "input":
            return -1
        return bisect_left(self._inputs, self.positions[value.node])

    def value(self, place: Place) -> Value:
        """The value at a place."""
        return place if isinstance(place, Value) else self.values[place]

    def place(self, value: Value) -> Place:
        """The place of a value: its first slot, if it has one."""
        return self.slots.get(value, value)

    def first(self, place: Place) -> Place:
        """The place of the value that is at a place."""
        return self.place(self.value(place))

    def position(self, place: Place) -> int:
        """How many nodes there are before the one that makes the value at a place."""
        return self.positions[self.value(place).node]

    def reader(self, place: Place, places: tuple[Place, ...]) -> tuple[int, int]:
        """What a leaf gets its last contribution from, of what values at some places were made by.

        Returns:
            The position of its first reader, and where among the operands it stands, in PyTorch's
            order; its own position if nothing reads it.
        """
        found = self._readers.get((place, places))
        if found is None:
            value, nodes = self.value(place), self.below(places).nodes
            readers = (node for node in self.nodes if value in node.operands and node in nodes)
            first = next(readers, None)
            if first is None:
                found = self.position(place), 0
            else:
                edges = list(first.op.edges(first.operands))
                found = self.positions[first], edges.index(value) if value in edges else -1
            self._readers[place, places] = found
        return found

    def below(self, places: tuple[Place, ...]) -> Below:
        """What the values at these places were computed from."""
        found = self._below.get(places)
        if found is None:
            nodes = frozenset(history(self.nodes, map(self.value, places)))
            starts = [value for node in nodes for value in node.results if is_start(value)]
            slots = sorted(self.slots[value] for value in starts if value in self.slots)
            found = self._below[places] = Below(nodes, tuple(slots))
        return found

    def leading(self, targets: tuple[Place, ...]) -> frozenset[Value]:
        """The values at some places, and all that was computed from them."""
        found = self._leading.get(targets)
        if found is None:
            values = set(map(self.value, targets))
            for node in self.nodes:
                if not values.isdisjoint(node.operands):
                    values.update(node.results)
            found = self._leading[targets] = frozenset(values)
        return found

    def unread(self, spent: tuple[frozenset[Node], ...]) -> tuple[Value, ...]:
        """The values that no backward pass can read any more when nodes are spent."""
        found = self._unread.get(spent)
        if found is None:
            gone: frozenset[Node] = frozenset().union(*spent)
            over: dict[Value, bool] = {}
            for node in self.nodes:
                if any(operand.requires_grad for operand in node.operands):
                    for value in (*node.operands, *node.results):
                        over[value] = over.get(value, True) and node in gone
            found = self._unread[spent] = tuple(value for value in over if over[value])
        return found

    def walk(self, values: Iterable[Value], low: int) -> list[Node]:
        """The nodes from a position on that gradients at some values go through, in order."""
        positions = self.positions
        reached: set[int] = set()
        stack = [value.node for value in values]
        while stack:
            node = stack.pop()
            position = positions[node]
            if position >= low and position not in reached:
                reached.add(position)
                stack.extend(value.node for value in node.operands if value.requires_grad)
        return [self.nodes[position] for position in sorted(reached)]
