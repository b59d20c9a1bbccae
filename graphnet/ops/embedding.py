"""Looking up rows of a table, and one-hot encoding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError, OutOfRangeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.create import Arange
from graphnet.ops.index import RangeError
from graphnet.ops.row_sums import row_sums
from graphnet.ops.shape import Reshape, Unsqueeze, filled


def _check_rows(index: Any, rows: int) -> None:
    outside = np.asarray(index).astype(np.int64, copy=False).view(np.uint64) >= np.uint64(rows)
    if np.count_nonzero(outside):
        raise OutOfRangeError(
            f"embedding: index out of range in self: index {np.asarray(index)[outside].flat[0]} "
            f"of a table with {rows} rows",
            cure=f"indices are 0 to {rows - 1}; a larger num_embeddings makes room for more",
        )


def _moved(size: int, rows: int, index: Value, batched: bool) -> Value:
    """Indices of each member's table, in a table of all."""
    starts = Arange(size, dtypes.int64)(0, rows)
    ndim = index.ndim - batched
    moved: Value = Reshape((size, *(1,) * ndim))(starts) + index
    return moved


@op("embedding")
class Embedding(Op):
    """The rows of a table, operand 0, at integer indices, operand 1.

    No gradient goes to the row ``padding_idx``. Source: PyTorch's page ``Embedding``.
    """

    padding_idx: int | None = None
    scale_grad_by_freq: bool = False

    def infer(self, weight: TensorType, index: TensorType) -> TensorType:
        """The index's shape with a row at each place.

        Raises:
            ShapeError: the table is not a matrix.
            DtypeError: the indices are not int32 or int64.
        """
        if weight.ndim != 2:
            raise ShapeError(f"embedding: 'weight' must be 2-D, not {list(weight.shape)}")
        if index.dtype not in (dtypes.int32, dtypes.int64):
            raise DtypeError(
                "embedding: Expected tensor for argument #1 'indices' to have one of the following "
                f"scalar types: Long, Int; but got {index.dtype} instead",
                cure="cast the indices, as in `index.long()`",
            )
        return TensorType(weight.dtype, (*index.shape, weight.shape[1]))

    def kernel(self, weight: Any, index: Any) -> Any:
        """``np.take``."""
        _check_rows(index, weight.shape[0])
        return weight.take(index, axis=0)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """``np.take`` with ``out=``, which is direct only where it need not check."""

        def look_up(out: Any, weight: Any, index: Any) -> None:
            _check_rows(index, weight.shape[0])
            weight.take(index, axis=0, out=out, mode="clip")

        return look_up

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """Each row receives the sum over the places that show it."""
        weight, index = operands
        rows = weight.shape[0]
        if self.scale_grad_by_freq:
            g = g / Unsqueeze(index.ndim)(Occurrences(rows, g.dtype)(index))
        return EmbeddingGrad(rows, self.padding_idx)(g, index), None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The tables of a batch are one table, in which the members' indices are moved."""
        weight, index = operands
        if not batched[0]:
            return self(weight, index)
        if self.padding_idx is not None or self.scale_grad_by_freq:
            return None
        rows = weight.shape[1]
        table = Reshape((size * rows, weight.shape[2]))(weight)
        return Embedding()(table, _moved(size, rows, index, batched[1]))


@op("embedding_grad")
class EmbeddingGrad(Op):
    """A table of ``rows`` rows: zeros with the rows of operand 0 added at the indices."""

    rows: int
    padding_idx: int | None

    def infer(self, g: TensorType, index: TensorType) -> TensorType:
        return TensorType(g.dtype, (self.rows, g.shape[-1]))

    def kernel(self, g: Any, index: Any) -> Any:
        """The sums of the rows that have an index in common."""
        flat = np.asarray(index).reshape(-1)
        rows = g.reshape(-1, g.shape[-1])
        if self.padding_idx is not None:
            kept = flat != self.padding_idx
            flat, rows = flat[kept], rows[kept]
        return row_sums(rows, flat, self.rows)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """Look the rows up again; what went nowhere has no influence."""
        index = operands[1]
        rows = Embedding()(g, index)
        if self.padding_idx is not None:
            padding = Unsqueeze(index.ndim)(Equal()(index, self.padding_idx))
            rows = Where()(padding, 0, rows)
        return rows, None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The tables of a batch are one table, in which the members' indices are moved."""
        g, index = operands
        if self.padding_idx is not None:
            return None
        (whole,) = filled(size, [g], batched[:1])
        moved = _moved(size, self.rows, index, batched[1])
        table = EmbeddingGrad(size * self.rows, None)(whole, moved)
        return Reshape((size, self.rows, g.shape[-1]))(table)


@op("occurrences", Trait.NOT_DIFFERENTIABLE)
class Occurrences(Op):
    """How often each index occurs among all, at its place; indices are below ``rows``."""

    rows: int
    dtype: dtypes.dtype

    def infer(self, index: TensorType) -> TensorType:
        return TensorType(self.dtype, index.shape)

    def kernel(self, index: Any) -> Any:
        """Counted, then looked up."""
        index = np.asarray(index)
        counts = np.bincount(index.reshape(-1), minlength=self.rows)
        return counts.astype(self.dtype.numpy).take(index)


@op("one_hot", Trait.NOT_DIFFERENTIABLE, Trait.LEADING)
class OneHot(Op):
    """1 at each class, 0 elsewhere, in a new last dimension. Source: PyTorch's page ``one_hot``."""

    classes: int

    def infer(self, index: TensorType) -> TensorType:
        """One dimension more.

        Raises:
            DtypeError: the classes are not int64.
        """
        if index.dtype is not dtypes.int64:
            raise DtypeError(
                f"one_hot is only applicable to index tensor of type LongTensor, not {index.dtype}",
                cure="cast the classes, as in `index.long()`",
            )
        return TensorType(dtypes.int64, (*index.shape, self.classes))

    def kernel(self, index: Any) -> Any:
        """Compared with all classes.

        Raises:
            RangeError: a class is out of range.
        """
        index = np.asarray(index)
        if index.size and index.min() < 0:
            raise RangeError("one_hot: Class values must be non-negative.")
        if index.size and index.max() >= self.classes:
            raise RangeError(
                f"one_hot: Class values must be smaller than num_classes: {index.max()} is not "
                f"smaller than {self.classes}"
            )
        return np.equal(index[..., None], np.arange(self.classes)).astype(np.int64)
