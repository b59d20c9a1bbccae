"""Operations as simpler ones, where the parts can be shared or fused with their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.rewriter import Rewriter
from graphnet.passes.base import Pass


@dataclass(frozen=True)
class Decompose(Pass):
    """Replaces operations that know what they are made of by that.

    It comes last before fusion: until then an operation is one node, as the user wrote it.
    """

    name: ClassVar[str] = "decompose"

    def transform(self, graph: Graph) -> Graph:
        """One walk."""
        decomposing = _Decomposing(graph)
        made = decomposing.run()
        return made if decomposing.changed else graph


class _Decomposing(Rewriter):
    changed = False

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        parts = node.op.decompose(*operands)
        if parts is None:
            return None
        self.changed = True
        return (parts,)
