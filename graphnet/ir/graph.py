"""The graph: nodes in a ``networkx.MultiDiGraph``, with declared inputs, outputs and updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
        import networkx

        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.updates = tuple(updates)
        self.name = name
        self.nx: networkx.MultiDiGraph[Node] = networkx.MultiDiGraph(name=name)
        nodes = list(nodes)
        self.nx.add_nodes_from(nodes)
        self.nx.add_edges_from(
            (operand.node, node, slot, {"result": operand.index})
            for node in nodes
            for slot, operand in enumerate(node.operands)
            # networkx would take in the other node; so the verifier finds that it is missing.
            if operand.node in self.nx
        )

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes sorted topologically; ties keep the order in which they were recorded."""
        import networkx

        order = {node: position for position, node in enumerate(self.nx)}
        return tuple(networkx.lexicographical_topological_sort(self.nx, key=order.__getitem__))

    @property
    def results(self) -> tuple[Value, ...]:
        """Everything the run must compute: the outputs, then the updates' new values."""
        return self.outputs + tuple(new for _, new in self.updates)

    def users(self, value: Value) -> list[Node]:
        """The nodes that read ``value``, once for each operand slot that does."""
        edges: Iterator[tuple[Any, Node, Mapping[str, Any]]] = self.nx.out_edges(
            value.node, data=True
        )
        return [user for _, user, data in edges if data["result"] == value.index]

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
        stack += [node for node in self.nx if node.op.is_(Trait.RANDOM)]
        while stack:
            node = stack.pop()
            if node not in keep:
                keep.add(node)
                stack.extend(operand.node for operand in node.operands)
        return keep

    def __len__(self) -> int:
        return len(self.nx)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __contains__(self, node: object) -> bool:
        return node in self.nx

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
