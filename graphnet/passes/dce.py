"""Dead-code elimination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph
from graphnet.passes.base import Pass


@dataclass(frozen=True)
class DeadCodeElimination(Pass):
    """Drops nodes that no result depends on. Random draws stay: they advance a generator."""

    name: ClassVar[str] = "dce"

    def transform(self, graph: Graph) -> Graph:
        """Keep what is reachable from the results."""
        keep = graph.reachable()
        if len(keep) == len(graph):
            return graph
        return Graph(
            [node for node in graph.nodes if node in keep],
            graph.inputs,
            graph.outputs,
            graph.updates,
            graph.name,
        )
