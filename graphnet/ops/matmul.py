"""Matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Direct, Kernel, Op
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.elementwise import broadcast_shapes
from graphnet.ops.shape import Permute, Reshape, aligned
from graphnet.ops.tiles import product, tile_for
from graphnet.ops.unsupported import refuse


def transposed(x: Value) -> Value:
    """``x`` with its last two dimensions exchanged."""
    order = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    result: Value = Permute(order)(x)
    return result


@op("matmul")
class Matmul(Op):
    """Matrix product over the last two dimensions; leading ones broadcast.

    A vector as first operand counts as a row, as second operand as a column, and the dimension
    that was added is dropped from the result. Source: PyTorch's page ``torch.matmul``.
    """

    def infer(self, x: TensorType, y: TensorType) -> TensorType:
        """Inner sizes must agree.

        Raises:
            ShapeError: they don't, or an operand has no dimension.
            DtypeError: element types differ, or are boolean.
        """
        if x.ndim == 0 or y.ndim == 0:
            raise ShapeError(
                f"matmul: both arguments to matmul need to be at least 1D, but they are "
                f"{x.ndim}D and {y.ndim}D",
                cure="use `*` to multiply by a 0-dimensional tensor",
            )
        if x.dtype is not y.dtype:
            raise DtypeError(
                f"matmul: expected m1 and m2 to have the same dtype, but got: {x.dtype} != "
                f"{y.dtype}",
                cure=f"cast one of them, as in `x.to({y.dtype})`",
            )
        if x.dtype is dtypes.bool:
            raise refuse(self.name, x.dtype, "cast first, as in `x.float()`")
        rows, columns = x.shape[:-1], y.shape[-1:] if y.ndim > 1 else ()
        inner = y.shape[-2] if y.ndim > 1 else y.shape[0]
        if x.shape[-1] != inner:
            raise ShapeError(
                f"mat1 and mat2 shapes cannot be multiplied ({_matrix(x)} and {_matrix(y)})",
                cure="matmul: the last size of the first must equal the last but one of the second",
            )
        batch = broadcast_shapes(
            self.name, [TensorType(x.dtype, rows[:-1]), TensorType(y.dtype, y.shape[:-2])]
        )
        return TensorType(x.dtype, (*batch, *rows[-1:], *columns))

    def kernel(self, x: Any, y: Any) -> Any:
        """``np.matmul``; integers keep their dtype, half precision is computed in single."""
        if x.dtype.itemsize == 2 and x.dtype.kind not in "iu":
            return _product(x.astype(np.float32), y.astype(np.float32)).astype(x.dtype)
        return _product(x, y)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """Tiles, or ``np.dot`` for two matrices: it is quicker to call than ``np.matmul``."""
        if result.shape == () or result.dtype.itemsize == 2:
            return None
        x, y = operands
        if x.ndim > 2 and y.ndim == 2:
            return _flat_matmul_into
        tile = tile_for(result.dtype.numpy, x.shape, y.shape)
        if tile is not None:
            return Direct(tile.multiply)
        return Direct(np.dot if x.ndim == y.ndim == 2 else np.matmul)

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``g @ y.T`` and ``x.T @ g``."""
        rows = x if x.ndim > 1 else Reshape((1, *x.shape))(x)
        columns = y if y.ndim > 1 else Reshape((*y.shape, 1))(y)
        shape = list(out.shape)
        if y.ndim == 1:
            shape.append(1)
        if x.ndim == 1:
            shape.insert(len(shape) - 1, 1)
        full = Reshape(tuple(shape))(g) if tuple(shape) != out.shape else g
        gx = full @ transposed(columns)
        if columns.ndim == 2 and rows.ndim > 2:
            # One product over all rows, rather than one a matrix to be summed up.
            gy = transposed(_flat(rows)) @ _flat(full)
        else:
            gy = transposed(rows) @ full
        if x.ndim == 1:
            gx = Reshape((*gx.shape[:-2], gx.shape[-1]))(gx)
        if y.ndim == 1:
            gy = Reshape(gy.shape[:-1])(gy)
        return gx, gy

    @property
    def grad_name(self) -> str:
        """As PyTorch names the product of two matrices."""
        return "MmBackward0"

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """What comes last in PyTorch: the product, or the view as batches or as a vector."""
        x, y = (operand.ndim for operand in operands)
        if max(x, y) > 2:
            return "UnsafeViewBackward0" if min(x, y) > 1 else "SqueezeBackward1"
        names = {(2, 2): self.grad_name, (2, 1): "MvBackward0", (1, 1): "DotBackward0"}
        return names.get((x, y), "SqueezeBackward4")

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Vectors become matrices, so that the batch is one more of the leading dimensions."""
        x, y = operands
        if not batched[1] and (y.ndim == 2 or (y.ndim == 1 and x.ndim > 2)):
            return Matmul()(x, y)
        vectors = (x.ndim - batched[0] == 1, y.ndim - batched[1] == 1)
        rows = Reshape((*x.shape[:-1], 1, x.shape[-1]))(x) if vectors[0] else x
        columns = Reshape((*y.shape, 1))(y) if vectors[1] else y
        found = Matmul()(*aligned([rows, columns], batched))
        shape = list(found.shape)
        if vectors[1]:
            del shape[-1]
        if vectors[0]:
            del shape[-1 if vectors[1] else -2]
        return Reshape(tuple(shape))(found) if any(vectors) else found


def _flat(x: Value) -> Value:
    """All rows of a stack of matrices as one matrix."""
    flat: Value = Reshape((math.prod(x.shape[:-1]), x.shape[-1]))(x)
    return flat


def _product(x: Any, y: Any) -> Any:
    """``np.matmul``; a stack of matrices times one matrix is one product."""
    if x.ndim > 2 and y.ndim == 2:
        flat = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
        return product(flat, y).reshape(*x.shape[:-1], y.shape[-1])
    return product(x, y)


def _flat_matmul_into(out: Any, x: Any, y: Any) -> None:
    rows = math.prod(x.shape[:-1])
    flat = out.reshape(rows, out.shape[-1])
    product(x.reshape(rows, x.shape[-1]), y, flat)


def _matrix(x: TensorType) -> str:
    return "x".join(map(str, x.shape[-2:]))
