"""What of a graph is shown, and in which part of the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase, Value
from graphnet.viz.captions import Captions


class Scene:
    """The nodes of a graph that a picture shows, each in its part of the training step.

    Parts are phases, with two exceptions. A leaf stands with what reads it first. Operations
    recorded outside an optimizer that only carry gradients on, such as ``w -= lr * w.grad``, are
    updates.

    Attributes:
        graph: the graph.
        captions: what the values are called.
        part: the part each node stands in.
        nodes: the nodes that are shown. Those of the backward pass that lead nowhere are not: a
            recorded graph has the gradients of everything.
        results: the values that are returned or written to inputs.
        seeds: pairs (z, dz/de) of each place where a backward pass starts.
    """

    def __init__(self, graph: Graph, given: Mapping[Value, str]) -> None:
        self.graph = graph
        self.captions = Captions(graph, given)
        self.results = frozenset(graph.results)
        self.part = {node: node.phase for node in graph.nodes}
        self._move_updates()
        self._move_leaves()
        self.seeds = tuple(self._find_seeds())
        useful = self._useful()
        self.nodes = tuple(
            node for node in graph.nodes if self.part[node] is not Phase.BACKWARD or node in useful
        )

    @property
    def size(self) -> int:
        """How many nodes there are to see, apart from numbers and from updates."""
        nodes = self.nodes_in(Phase.FORWARD) + self.nodes_in(Phase.BACKWARD)
        return sum(not isinstance(node.op, Constant) for node in nodes)

    def nodes_in(self, part: Phase) -> list[Node]:
        """The nodes shown in one part."""
        return [node for node in self.nodes if self.part[node] is part]

    def _users(self, node: Node) -> list[Node]:
        return [user for value in node.results for user in self.graph.users(value)]

    def _move_updates(self) -> None:
        differentiated = set()
        for node in reversed(self.graph.nodes):
            if any(u.phase is Phase.BACKWARD or u in differentiated for u in self._users(node)):
                differentiated.add(node)
        for node in self.graph.nodes:
            if node.phase is Phase.FORWARD and node not in differentiated:
                read = {self.part[operand.node] for operand in node.operands}
                if read & {Phase.BACKWARD, Phase.UPDATE}:
                    self.part[node] = Phase.UPDATE

    def _move_leaves(self) -> None:
        order = list(Phase)
        for node in self.graph.nodes:
            if isinstance(node.op, (Constant, Input)):
                readers = [self.part[user] for user in self._users(node)]
                self.part[node] = min(readers or [node.phase], key=order.index)

    def _find_seeds(self) -> Iterable[tuple[Node, Node]]:
        for node in self.graph.find("full"):
            for target in node.result.gradient_of:
                for user in self.graph.users(target) if target.node in self.graph else ():
                    if user.op.name == "identity" and user.phase is Phase.BACKWARD:
                        yield user, node

    def _useful(self) -> set[Node]:
        """What results, gradients or starts of a backward pass depend on."""
        stack = [value.node for value in self.graph.results]
        stack += [z for z, _ in self.seeds]
        stack += [n for n in self.graph.nodes if any(v.gradient_of for v in n.results)]
        stack += [n for n in self.graph.nodes if self.part[n] is not Phase.BACKWARD]
        found: set[Node] = set()
        while stack:
            node = stack.pop()
            if node not in found:
                found.add(node)
                stack.extend(operand.node for operand in node.operands)
        return found
