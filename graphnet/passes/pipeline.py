"""The passes in order, by optimisation level."""

from __future__ import annotations

from graphnet.ir.graph import Graph


def optimize(graph: Graph, level: int, *, verify: bool = False) -> Graph:
    """The graph after all passes of a level."""
    return graph
