"""Constant folding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from graphnet.errors import GraphnetError
from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.rewriter import Rewriter
from graphnet.passes.base import Pass


@dataclass(frozen=True)
class ConstantFolding(Pass):
    """Computes 0-dimensional results of constants when the graph is compiled."""

    name: ClassVar[str] = "fold"

    def transform(self, graph: Graph) -> Graph:
        """Replace each such node by a constant."""
        folding = _Folding(graph)
        made = folding.run()
        return made if folding.changed else graph


class _Folding(Rewriter):
    changed = False

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        if node.op.is_(Trait.SOURCE) or node.op.is_(Trait.RANDOM) or len(node.results) != 1:
            return None
        result = node.result.type
        if result.shape or not all(isinstance(operand.op, Constant) for operand in operands):
            return None
        try:
            with np.errstate(all="ignore"):
                found: Any = node.op.kernel(*(operand.op.kernel() for operand in operands))
        except (GraphnetError, ArithmeticError, ValueError):
            return None  # it fails when the graph runs, where the error names the user's line
        dtype = None if result.weak else result.dtype
        self.changed = True
        return self.builder.add(
            Node(
                Constant(_number(found), dtype),
                (),
                (result,),
                location=node.location,
                phase=node.phase,
                label=node.label,
            )
        ).results


def _number(found: Any) -> Any:
    return np.asarray(found).item()
