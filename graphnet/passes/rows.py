"""Which operations treat the rows of a dimension apart: each by itself, whatever the others are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from graphnet.ir.op import Op, Trait
from graphnet.ir.types import TensorType
from graphnet.ops.convert import Clone, Detach, Identity
from graphnet.ops.embedding import Embedding
from graphnet.ops.gelu import Gelu, GeluTanh
from graphnet.ops.linear import Linear
from graphnet.ops.matmul import Matmul
from graphnet.ops.norm import LayerNorm
from graphnet.ops.parts import Part
from graphnet.ops.reduce import Reduction
from graphnet.ops.shape import Permute, Reshape, T, Transpose, Unsqueeze, View
from graphnet.ops.smooth_activation import Silu
from graphnet.ops.softmax import LogSoftmax, SafeSoftmax, Softmax

Dims = Sequence[int | None]
"""For each operand the dimension whose rows are looked at; None where all rows share it."""

Rule = Callable[[Any, Sequence[TensorType], Dims], int | None]


def row_dim(op: Op, operands: Sequence[TensorType], dims: Dims) -> int | None:
    """The dimension of the result whose rows are made of those of the operands' dimensions.

    None if rows depend on each other, or nothing is known.

    >>> from graphnet import dtypes
    >>> x = TensorType(dtypes.float32, (2, 3))
    >>> row_dim(Softmax(1), [x], [0]), row_dim(Softmax(1), [x], [1])
    (0, None)
    """
    if op.is_(Trait.ELEMENTWISE):
        return _broadcast(op, operands, dims)
    if isinstance(op, Reduction):
        return _reduce(op, operands, dims)
    rule = _RULES.get(type(op))
    return rule(op, operands, dims) if rule is not None else None


def resized(op: Op, dim: int, size: int) -> Op:
    """The operation for another number of rows: its shape, if it names one, has that size."""
    if isinstance(op, View | Reshape):
        return type(op)((*op.shape[:dim], size, *op.shape[dim + 1 :]))
    return op


def _broadcast(op: Op, operands: Sequence[TensorType], dims: Dims) -> int | None:
    """Counted from the last dimension all are the same; what is shared has one row for all."""
    ndim = max(each.ndim for each in operands)
    ahead = [ndim - each.ndim for each in operands]
    places = {dim + n for dim, n in zip(dims, ahead, strict=True) if dim is not None}
    if len(places) != 1:
        return None
    (place,) = places
    for each, n, dim in zip(operands, ahead, dims, strict=True):
        if dim is None and place >= n and each.shape[place - n] != 1:
            return None
    return place


def _same(op: Op, operands: Sequence[TensorType], dims: Dims) -> int | None:
    return dims[0]


def _linear(op: Linear, operands: Sequence[TensorType], dims: Dims) -> int | None:
    x, *others = dims
    apart = x is not None and x < operands[0].ndim - 1 and not any(d is not None for d in others)
    return x if apart else None


def _layer_norm(op: LayerNorm, operands: Sequence[TensorType], dims: Dims) -> int | None:
    x = dims[0]
    return x if x is not None and x < operands[0].ndim - op.count else None


def _along(op: Softmax | LogSoftmax, operands: Sequence[TensorType], dims: Dims) -> int | None:
    return dims[0] if dims[0] != op.dim else None


def _part(op: Part, operands: Sequence[TensorType], dims: Dims) -> int | None:
    return dims[0] if dims[0] != op.dim else None


def _embedding(op: Embedding, operands: Sequence[TensorType], dims: Dims) -> int | None:
    weight, indices = dims
    return indices if weight is None else None


def _matmul(op: Matmul, operands: Sequence[TensorType], dims: Dims) -> int | None:
    x, y = operands
    ndim = max(x.ndim, y.ndim)
    if min(x.ndim, y.ndim) < 2:
        return None
    of_x, of_y = dims
    if of_x is not None and of_y is None and of_x == x.ndim - 2:
        return ndim - 2
    if of_y is not None and of_x is None and of_y == y.ndim - 1:
        return ndim - 1
    return None


def _reshape(op: View | Reshape, operands: Sequence[TensorType], dims: Dims) -> int | None:
    """Rows stay rows where as many elements stand before a dimension of the same size."""
    dim, shape = dims[0], operands[0].shape
    if dim is None:
        return None
    before, size = math.prod(shape[:dim]), shape[dim]
    found = [
        place
        for place, length in enumerate(op.shape)
        if length == size and math.prod(op.shape[:place]) == before
    ]
    return found[0] if len(found) == 1 else None


def _permute(op: Permute | Transpose | T, operands: Sequence[TensorType], dims: Dims) -> int | None:
    return None if dims[0] is None else op.order(operands[0].ndim).index(dims[0])


def _unsqueeze(op: Unsqueeze, operands: Sequence[TensorType], dims: Dims) -> int | None:
    return None if dims[0] is None else dims[0] + (op.dim <= dims[0])


def _reduce(op: Reduction, operands: Sequence[TensorType], dims: Dims) -> int | None:
    dim = dims[0]
    if dim is None or dim in op.dims:
        return None
    return dim if op.keepdim else dim - sum(each < dim for each in op.dims)


_RULES: dict[type[Op], Rule] = {
    **dict.fromkeys((Clone, Detach, Identity, Gelu, GeluTanh, Silu), _same),
    **dict.fromkeys((Softmax, SafeSoftmax, LogSoftmax), _along),
    **dict.fromkeys((View, Reshape), _reshape),
    **dict.fromkeys((Permute, Transpose, T), _permute),
    Unsqueeze: _unsqueeze,
    Part: _part,
    Linear: _linear,
    LayerNorm: _layer_norm,
    Embedding: _embedding,
    Matmul: _matmul,
}
