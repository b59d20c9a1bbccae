"""Matrix products computed transposed, where BLAS is faster that way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.rewriter import Rewriter
from graphnet.ir.types import TensorType
from graphnet.ops.matmul import Matmul
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Permute, Reshape, T, Transpose
from graphnet.passes.base import Pass

_TRANSPOSING = (T(), Transpose(0, 1), Transpose(1, 0), Permute((1, 0)))


@dataclass(frozen=True)
class TransposedProducts(Pass):
    """``x @ W.T`` becomes ``(W @ x.T).T``, and elementwise operations follow it.

    BLAS rearranges a transposed right factor first, which costs as much as a fifth of the product
    when ``x`` has few rows. The other way round the small factor is rearranged. The result then lies
    in memory column by column. Elementwise operations that read it do so, too, and products read it
    as quickly either way; so this is done where nothing else reads it.
    """

    name: ClassVar[str] = "transposed-products"

    def transform(self, graph: Graph) -> Graph:
        """Find out whose order does not matter, then rewrite."""
        if not graph.find("matmul"):
            return graph
        rewriting = _Transposing(graph)
        made = rewriting.run()
        return made if rewriting.changed else graph


class _Transposing(Rewriter):
    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.changed = False
        self.readers: dict[Value, list[Node]] = {}
        for node in graph.nodes:
            for operand in node.operands:
                self.readers.setdefault(operand, []).append(node)
        self.free = self._free()

    def _free(self) -> set[Value]:
        """The matrices whose order in memory does not matter to anyone."""
        results = set(self.graph.results)
        free: set[Value] = set()
        for node in reversed(self.graph.nodes):
            for value in node.results:
                if (
                    _is_matrix(value)
                    and value not in results
                    and all(
                        reader.op in _TRANSPOSING
                        or isinstance(reader.op, (Matmul, Sum))
                        or (_is_elementwise(reader) and reader.result in free)
                        for reader in self.readers.get(value, ())
                    )
                ):
                    free.add(value)
        return free

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        if len(node.results) != 1 or node.result not in self.free:
            return None
        made: Value | None = None
        if isinstance(node.op, Matmul):
            x, y = operands
            if _is_matrix(x) and _source(y) is not None and x.shape[0] < y.shape[1]:
                made = _product(x, y)
        elif _is_elementwise(node) and any(_source(operand) is not None for operand in operands):
            made = self._follow(node, operands)
        if made is None:
            return None
        self.changed = True
        return (made,)

    def _follow(self, node: Node, operands: tuple[Value, ...]) -> Value | None:
        """An elementwise operation on the transposes of its operands, transposed."""
        flipped: list[Value] = []
        for before, operand in zip(node.operands, operands, strict=True):
            other = self._flipped(before, operand, node.result.shape)
            if other is None:
                return None
            flipped.append(other)
        result: Value = T()(node.op(*flipped))
        return result

    def _flipped(self, before: Value, value: Value, shape: tuple[int, ...]) -> Value | None:
        """What stands for an operand where the result is transposed, if that costs nothing."""
        flipped: Value | None = _source(value)
        if value.type.weak or value.numel == 1:
            flipped = value if value.ndim < 2 else Reshape(())(value)
        elif value.ndim == 1:
            flipped = Reshape((shape[1], 1))(value)
        elif flipped is None and isinstance(value.op, Matmul) and len(self.readers[before]) == 1:
            product = _product(*value.node.operands)
            flipped = None if product is None else _source(product)
        return flipped


def _product(x: Value, y: Value) -> Value | None:
    """``x @ y`` as ``(y.T @ x.T).T``."""
    if not (_is_matrix(x) and _is_matrix(y)):
        return None
    result: Value = T()(Matmul()(_transpose(y), _transpose(x)))
    return result


def _transpose(x: Value) -> Value:
    source = _source(x)
    transposed: Value = T()(x) if source is None else source
    return transposed


def _source(x: Value) -> Value | None:
    """The matrix that ``x`` is the transpose of, if it is one."""
    return x.node.operands[0] if x.op in _TRANSPOSING and _is_matrix(x) else None


def _is_matrix(x: Value) -> bool:
    kind = x.type
    return isinstance(kind, TensorType) and kind.ndim == 2 and not kind.weak


def _is_elementwise(node: Node) -> bool:
    return node.op.is_(Trait.ELEMENTWISE) and len(node.results) == 1
