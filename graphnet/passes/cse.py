"""Common-subexpression elimination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.rewriter import Rewriter
from graphnet.passes.base import Pass


@dataclass(frozen=True)
class CommonSubexpressions(Pass):
    """Computes equal expressions once: the same operation on the same operands."""

    name: ClassVar[str] = "cse"

    def transform(self, graph: Graph) -> Graph:
        """Replace each repetition by the first occurrence."""
        sharing = _Sharing(graph)
        made = sharing.run()
        return made if sharing.changed else graph


class _Sharing(Rewriter):
    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.seen: dict[tuple[Op, tuple[Value, ...]], tuple[Value, ...]] = {}
        self.changed = False

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        op = node.op
        if op.name == "input" or op.is_(Trait.RANDOM):
            return None
        before = self.seen.get(_key(op, operands))
        if before is not None:
            self.changed = True
            return before
        return None

    def kept(self, node: Node) -> None:
        """Remember a node that stays."""
        self.seen[_key(node.op, node.operands)] = node.results


def _key(op: Op, operands: tuple[Value, ...]) -> tuple[Op, tuple[Value, ...]]:
    if op.is_(Trait.COMMUTATIVE):
        operands = tuple(sorted(operands, key=id))
    return op, operands
