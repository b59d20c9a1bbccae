"""The graph: nodes in a ``networkx.MultiDiGraph``, with declared inputs, outputs and updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Trait

if TYPE_CHECKING:
    import networkx


class Graph:
    """A program in single-assignment form.

    ``graph.nx`` is the networkx graph: one vertex a :class:`Node`, one edge an operand, from the
    node that defines the value to the node that reads it, keyed by the operand's slot (so that
    ``x * x`` has two edges) and carrying the ``result`` index it reads.

    A graph is built once and not changed: a pass makes a new one.

    Args:
        nodes: all nodes; operands must be among them.
        inputs: values bound when the graph runs, in order.
        outputs: values the run returns.
        updates: (input, value) pairs: the run writes the value into the input's memory.
        name: a name for people.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        inputs: Iterable[Value],
        outputs: Iterable[Value],
        updates: Iterable[tuple[Value, Value]] = (),
        name: str = "graph",
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.updates = tuple(updates)
        self.name = name
        self._members = dict.fromkeys(nodes)

    @cached_property
    def nx(self) -> networkx.MultiDiGraph[Node]:
        """The networkx graph, made when it is first asked for: compiling does without."""
        import networkx

        made: networkx.MultiDiGraph[Node] = networkx.MultiDiGraph(name=self.name)
        made.add_nodes_from(self._members)
        made.add_edges_from(
            (operand.node, node, slot, {"result": operand.index})
            for node in self._members
            for slot, operand in enumerate(node.operands)
            # networkx would take in the other node; so the verifier finds that it is missing.
            if operand.node in self._members
        )
        return made

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes sorted topologically; ties keep the order in which they were recorded.

        Raises:
            CycleError: a node depends on itself.
        """
        return topological_order(self._members)

    @cached_property
    def _readers(self) -> dict[Value, list[Node]]:
        readers: dict[Value, list[Node]] = {}
        for node in self._members:
            for operand in node.operands:
                readers.setdefault(operand, []).append(node)
        return readers

    @property
    def results(self) -> tuple[Value, ...]:
        """Everything the run must compute: the outputs, then the updates' new values."""
        return self.outputs + tuple(new for _, new in self.updates)

    def users(self, value: Value) -> list[Node]:
        """The nodes that read ``value``, once for each operand slot that does."""
        return list(self._readers.get(value, ()))

    def in_phase(self, phase: Phase) -> tuple[Node, ...]:
        """The nodes of one part of the training step."""
        return tuple(node for node in self.nodes if node.phase is phase)

    def find(self, name: str) -> list[Node]:
        """The nodes whose operation has this name."""
        return [node for node in self.nodes if node.op.name == name]

    def reachable(self) -> set[Node]:
        """The nodes the results depend on, inputs and effects included."""
        keep: set[Node] = {value.node for value in self.inputs}
        stack = [value.node for value in self.results]
        stack += [node for node in self._members if node.op.is_(Trait.RANDOM)]
        while stack:
            node = stack.pop()
            if node not in keep:
                keep.add(node)
                stack.extend(operand.node for operand in node.operands)
        return keep

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __contains__(self, node: object) -> bool:
        return node in self._members

    def __str__(self) -> str:
        from graphnet.ir.printer import print_graph

        return print_graph(self)

    def __repr__(self) -> str:
        return (
            f"<Graph {self.name!r}: {len(self)} nodes, {len(self.inputs)} inputs, "
            f"{len(self.outputs)} outputs, {len(self.updates)} updates>"
        )

    @classmethod
    def parse(cls, text: str) -> Graph:
        """Read a graph back from the text that ``str`` gave."""
        from graphnet.ir.parser import parse_graph

        return parse_graph(text)


class CycleError(ValueError):
    """A node of a graph depends on itself."""


def topological_order(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Nodes with each behind those it reads, otherwise in the order given.

    Raises:
        CycleError: there is no such order.
    """
    position = {node: number for number, node in enumerate(nodes)}
    if all(
        position.get(operand.node, -1) < number
        for node, number in position.items()
        for operand in node.operands
    ):
        return tuple(position)
    waiting: dict[Node, int] = {}
    readers: dict[Node, list[Node]] = {}
    for node in position:
        read = {operand.node for operand in node.operands if operand.node in position}
        waiting[node] = len(read)
        for other in read:
            readers.setdefault(other, []).append(node)
    ready = [(number, node) for node, number in position.items() if not waiting[node]]
    heapify(ready)
    ordered: list[Node] = []
    while ready:
        _, node = heappop(ready)
        ordered.append(node)
        for reader in readers.get(node, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heappush(ready, (position[reader], reader))
    if len(ordered) < len(position):
        raise CycleError("the nodes depend on each other in a circle")
    return tuple(ordered)
