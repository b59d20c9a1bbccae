"""Tensors made of numbers alone."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graphnet import dtypes
from graphnet.dtypes import dtype as DType
from graphnet.dtypes.rounding import fused_doubles, fused_multiply_add
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType


@op("full", Trait.NOT_DIFFERENTIABLE, Trait.STORED)
class Full(Op):
    """One number, everywhere."""

    shape: Shape
    dtype: DType

    def infer(self, value: TensorType) -> TensorType:
        """As given."""
        self.dtype.require_tensors()
        return TensorType(self.dtype, self.shape)

    def kernel(self, value: Any) -> Any:
        """``np.full``."""
        return np.full(self.shape, value, self.dtype.numpy)


#: How many numbers a register of AVX2 holds.
_LANES: Final = {dtypes.float32: 8, dtypes.float64: 4}


@op("arange", Trait.NOT_DIFFERENTIABLE)
class Arange(Op):
    """``length`` numbers from ``start`` on, ``step`` apart."""

    length: int
    dtype: DType

    def infer(self, start: TensorType, step: TensorType) -> TensorType:
        """A vector."""
        return TensorType(self.dtype, (self.length,))

    def kernel(self, start: Any, step: Any) -> Any:
        """Computed as ``start + i * step`` in double precision or exact integers.

        PyTorch computes as many as a register of AVX2 holds from the first of them, two registers
        at a time. That is seen in the last bits, and so it is done here.
        """
        dtype = self.dtype.numpy
        places = np.arange(self.length)
        lanes = _LANES.get(self.dtype)
        if lanes is None:
            return (start + places * step).astype(dtype)
        in_registers = self.length - self.length % (2 * lanes)
        lane = np.where(places < in_registers, places % lanes, 0)
        step, wide = float(step), np.float64
        first = fused_doubles((places - lane).astype(wide), step, wide(start)).astype(dtype)
        return fused_doubles(lane.astype(wide), step, first.astype(wide)).astype(dtype)


@op("eye", Trait.NOT_DIFFERENTIABLE)
class Eye(Op):
    """Ones on the diagonal of a matrix, zeros elsewhere."""

    rows: int
    columns: int
    dtype: DType

    def infer(self) -> TensorType:
        """A matrix."""
        return TensorType(self.dtype, (self.rows, self.columns))

    def kernel(self) -> Any:
        """``np.eye``."""
        return np.eye(self.rows, self.columns, dtype=self.dtype.numpy)


@op("linspace", Trait.NOT_DIFFERENTIABLE)
class Linspace(Op):
    """``steps`` numbers from ``start`` to ``end``, both included, evenly spaced."""

    steps: int
    dtype: DType

    def infer(self, start: TensorType, end: TensorType) -> TensorType:
        """A vector."""
        return TensorType(self.dtype, (self.steps,))

    def kernel(self, start: Any, end: Any) -> Any:
        """From the nearer end, so that both ends are exact and the numbers symmetric."""
        integral = self.dtype.numpy.kind in "iub"
        number = np.dtype(np.float64) if integral else self.dtype.numpy
        if integral:
            start, end = int(start), int(end)
        first, last = number.type(start), number.type(end)
        if self.steps == 1:
            return np.full(1, first).astype(self.dtype.numpy)
        step = (last - first) / number.type(max(self.steps - 1, 1))
        half = self.steps // 2
        after = np.arange(half).astype(number)
        before = np.arange(half - self.steps + 1, 1).astype(number)
        if number.itemsize <= 2:
            values = [first + step * after, last + step * before]
        else:
            values = [
                fused_multiply_add(after, step, first),
                fused_multiply_add(before, step, last),
            ]
        return np.concatenate(values).astype(self.dtype.numpy)


@op("triangle_indices", Trait.NOT_DIFFERENTIABLE)
class TriangleIndices(Op):
    """The places, row by row, on and below a diagonal of a matrix, or on and above it.

    Row numbers are result row 0, column numbers row 1. Diagonal 0 is the main one, positive ones
    lie above it.
    """

    rows: int
    columns: int
    diagonal: int
    upper: bool
    dtype: DType

    def infer(self) -> TensorType:
        """Two rows."""
        widths = range(self.rows)
        if self.upper:
            counts = (self.columns - min(max(r + self.diagonal, 0), self.columns) for r in widths)
        else:
            counts = (min(max(r + self.diagonal + 1, 0), self.columns) for r in widths)
        return TensorType(self.dtype, (2, sum(counts)))

    def kernel(self) -> Any:
        """``np.triu_indices`` or ``np.tril_indices``."""
        find = np.triu_indices if self.upper else np.tril_indices
        return np.array(find(self.rows, self.diagonal, self.columns), self.dtype.numpy)
