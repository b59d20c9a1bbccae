"""Matrix products computed transposed, where BLAS is faster that way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.rewriter import Rewriter
from graphnet.ir.types import TensorType
from graphnet.ops.matmul import Matmul
from graphnet.ops.shape import Permute, T, Transpose
from graphnet.ops.tiles import tile_for
from graphnet.passes.base import Pass

_TRANSPOSING = (T(), Transpose(0, 1), Transpose(1, 0), Permute((1, 0)))

_SMALL = 1_000_000
"""Up to so many multiplications BLAS rearranges nothing, so there is nothing to gain; nor is there
where the product is cut into tiles of fewer."""

_DEPTH = 3
"""How many times as deep as ``x`` has rows the product must be. To rearrange an element costs a
third of what it costs to put one of the result back in order."""

_ROWS = 128
"""With more rows than these, putting the result back in order costs more in proportion: what is
read one after the other lies as many elements apart, and fights for the same places in a cache."""


@dataclass(frozen=True)
class TransposedProducts(Pass):
    """``x @ W.T`` becomes ``(W @ x.T).T`` where ``x`` has few rows.

    BLAS rearranges a transposed right factor before it multiplies, which then costs as much as a
    fifth of the product. The other way round it rearranges the smaller factor; what reads the
    result has to put that back in order. Both ways give the same bits.
    """

    name: ClassVar[str] = "transposed-products"

    def transform(self, graph: Graph) -> Graph:
        """One walk."""
        if not graph.find("matmul"):
            return graph
        rewriting = _Transposing(graph)
        made = rewriting.run()
        return made if rewriting.changed else graph


class _Transposing(Rewriter):
    changed = False

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        if not isinstance(node.op, Matmul):
            return None
        x, y = operands
        if not (_is_matrix(x) and _is_matrix(y) and y.op in _TRANSPOSING):
            return None
        rows, depth, columns = *x.shape, y.shape[1]
        if rows == 1 or rows * depth * columns <= _SMALL:
            return None
        if depth < _DEPTH * rows * max(1, rows / _ROWS):
            return None
        if tile_for(x.type.dtype.numpy, x.shape, y.shape):
            return None
        self.changed = True
        (weight,) = y.node.operands
        product: Value = T()(Matmul()(weight, T()(x)))
        return (product,)


def _is_matrix(x: Value) -> bool:
    kind = x.type
    return isinstance(kind, TensorType) and kind.ndim == 2 and not kind.weak
