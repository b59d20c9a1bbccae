"""Fusion of a matrix product and the bias added to it into one ``linear`` operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.patterns import Pattern, Rule, rule
from graphnet.ir.rewriter import Rewriter, with_operands
from graphnet.ops.linear import Linear
from graphnet.ops.matmul import Matmul
from graphnet.ops.shape import Permute, T, Transpose
from graphnet.passes.base import Pass

Pair = tuple[Pattern, Pattern]


@rule
def matrix_and_bias(x: Pattern, weight: Pattern, bias: Pattern) -> Pair:
    """``x @ weight.T + bias``."""
    return x @ T()(weight) + bias, Linear()(x, weight, bias)


@rule
def transposed_and_bias(x: Pattern, weight: Pattern, bias: Pattern) -> Pair:
    """``x @ weight.transpose(0, 1) + bias``."""
    return x @ Transpose(0, 1)(weight) + bias, Linear()(x, weight, bias)


@rule
def permuted_and_bias(x: Pattern, weight: Pattern, bias: Pattern) -> Pair:
    """``x @ weight.permute(1, 0) + bias``."""
    return x @ Permute((1, 0))(weight) + bias, Linear()(x, weight, bias)


RULES: tuple[Rule, ...] = (matrix_and_bias, transposed_and_bias, permuted_and_bias)


@dataclass(frozen=True)
class LinearFusion(Pass):
    """``x @ W.T + b`` becomes ``linear(x, W, b)`` where nothing else reads the product."""

    name: ClassVar[str] = "fuse-linear"

    def transform(self, graph: Graph) -> Graph:
        """Apply the rules where they fit."""
        if not graph.find("matmul"):
            return graph
        fusing = _Fusing(graph)
        made = fusing.run()
        return made if fusing.changed else graph


class _Fusing(Rewriter):
    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.changed = False
        self.results = set(graph.results)

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        if node.op.name != "add" or not self._product_is_private(node):
            return None
        biases = [operand for operand in operands if not isinstance(operand.op, Matmul)]
        if any(bias.type.weak or bias.ndim != 1 for bias in biases):
            return None
        candidate = with_operands(node, operands).result
        for each in RULES:
            replaced = each.apply(candidate)
            if replaced is not None:
                self.changed = True
                return (replaced,)
        return None

    def _product_is_private(self, node: Node) -> bool:
        products = [o for o in node.operands if isinstance(o.op, Matmul)]
        return (
            len(products) == 1
            and len(self.graph.users(products[0])) == 1
            and products[0] not in self.results
        )
