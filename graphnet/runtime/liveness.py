"""When each value's memory is last needed."""

from __future__ import annotations

from dataclasses import dataclass

from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ir.op import Trait


@dataclass(frozen=True)
class Liveness:
    """Lifetimes in steps of the graph's order.

    Attributes:
        origin: whose memory each value lies in: its own, or for a view that of what it views.
        last_use: for each origin, the last step at which it or a view of it is read; the number
            of steps if it is a result.
    """

    origin: dict[Value, Value]
    last_use: dict[Value, int]

    @classmethod
    def of(cls, graph: Graph) -> Liveness:
        """Walk the graph once."""
        origin: dict[Value, Value] = {}
        last_use: dict[Value, int] = {}
        for step, node in enumerate(graph.nodes):
            for operand in node.operands:
                last_use[origin[operand]] = step
            for value in node.results:
                views = node.op.is_(Trait.VIEW) and node.operands
                origin[value] = origin[node.operands[0]] if views else value
                last_use.setdefault(origin[value], step)
        for value in graph.results:
            last_use[origin[value]] = len(graph.nodes)
        return cls(origin, last_use)
