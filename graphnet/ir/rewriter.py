"""Rebuilding a graph node by node: what most passes do."""

from __future__ import annotations

from collections.abc import Mapping

from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value


class Rewriter:
    """Copies a graph in topological order, asking :meth:`visit` what stands for each node.

    Subclasses override :meth:`visit`. Operands are given already rewritten, so a rule that looks
    at an operand's definition sees what earlier rules made of it. The nodes' locations, phases
    and labels carry over to whatever replaces them.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.builder = Builder()
        self.mapping: dict[Value, Value] = {}

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        """The values that replace the node's results, or None to keep the node."""
        return None

    def kept(self, node: Node) -> None:
        """Called with each node that stays, its operands rewritten."""

    def run(self) -> Graph:
        """The rewritten graph."""
        mapping, builder = self.mapping, self.builder
        with builder:
            for node in self.graph.nodes:
                operands = tuple([mapping[operand] for operand in node.operands])
                builder.stand_for(node)
                replaced = self.visit(node, operands)
                if replaced is None:
                    copy = builder.add(node.reading(operands))
                    self.kept(copy)
                    replaced = copy.results
                for old, new in zip(node.results, replaced, strict=True):
                    mapping[old] = new
                    if old.gradient_of and new is not old:
                        carry_gradients(self.graph, old, new, mapping)
        return self.rebuilt(builder.nodes)

    def rebuilt(self, nodes: list[Node]) -> Graph:
        """A graph of ``nodes`` with this graph's interface carried over."""
        mapping, graph = self.mapping, self.graph
        return Graph(
            nodes,
            [mapping[value] for value in graph.inputs],
            [mapping[value] for value in graph.outputs],
            [(mapping[target], mapping[new]) for target, new in graph.updates],
            graph.name,
        )


def carry_gradients(graph: Graph, old: Value, new: Value, mapping: Mapping[Value, Value]) -> None:
    """Let a new value know whose gradient it is; those of the old graph know theirs."""
    if new.node not in graph:
        targets = tuple(mapping.get(value, value) for value in old.gradient_of)
        new.gradient_of = tuple(dict.fromkeys(new.gradient_of + targets))
