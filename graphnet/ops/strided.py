"""Reading and writing arbitrary views of a storage's memory.

A view of memory that has since been written to is read back from the memory's present value with
``as_strided``; writing through a view gives the memory a new value with ``as_strided_scatter``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, Stride, TensorType
from graphnet.ops.create import Full
from graphnet.ops.shape import ViewOp, filled


def strided(
    base: Any, shape: Shape, strides: Stride, offset: int, dtype: dtypes.dtype | None = None
) -> Any:
    """A view of contiguous ``base`` with strides and offset counted in elements.

    Its bytes are read as elements of ``dtype`` if that is given.
    """
    flat = base.reshape(-1)
    if dtype is not None:
        flat = flat.view(np.uint8)
        flat = flat[: flat.size - flat.size % dtype.itemsize].view(dtype.numpy)
    size, kind = flat.itemsize, flat.dtype
    if not flat.size:
        return flat.reshape(shape)
    if size == 1 and kind.isbuiltin == 2:  # numpy would look for a type of its own by these letters
        return strided(flat.view(np.uint8), shape, strides, offset).view(kind)
    return np.lib.stride_tricks.as_strided(
        flat[offset:], shape, tuple(step * size for step in strides)
    )


@op("as_strided")
class AsStrided(ViewOp):
    """A view of the operand's elements, counted in row-major order; the offset is an operand.

    Attributes:
        dtype: as which the operand's bytes are read, if not as its own; no gradient is known then.
    """

    shape: Shape
    stride: Stride
    dtype: dtypes.dtype | None = None

    def infer(self, x: TensorType, offset: TensorType) -> TensorType:
        """As given."""
        return TensorType(self.dtype or x.dtype, self.shape)

    def kernel(self, x: Any, offset: Any) -> Any:
        """``numpy.lib.stride_tricks.as_strided``."""
        return strided(np.ascontiguousarray(x), self.shape, self.stride, offset, self.dtype)

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """As given."""
        return self.stride, scalars[0]

    def vjp(self, g: Value, out: Value, x: Value, offset: Value) -> Sequence[Value | None]:
        """Each element of memory receives the sum over the places that show it."""
        if self.dtype is not None:
            return None, None
        return AsStridedAdd(x.shape, self.stride)(g, offset), None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The members' memory follows each other."""
        x, offset = operands
        n = _length(x.shape[1:], x.dtype, self.dtype)
        return AsStrided((size, *self.shape), (n, *self.stride), self.dtype)(x, offset)


def _length(shape: Shape, stored: dtypes.dtype, seen: dtypes.dtype | None) -> int:
    """How many elements of the dtype in which memory is seen a tensor's own elements make."""
    n = math.prod(shape)
    return n if seen is None else n * stored.itemsize // seen.itemsize


@op("as_strided_add")
class AsStridedAdd(Op):
    """Zeros of ``shape`` with the operand added into a view of them."""

    shape: Shape
    stride: Stride

    def infer(self, g: TensorType, offset: TensorType) -> TensorType:
        """As given."""
        return TensorType(g.dtype, self.shape)

    def kernel(self, g: Any, offset: Any) -> Any:
        """Add at flat positions, so that overlapping places sum."""
        out = np.zeros(self.shape, np.asarray(g).dtype)
        positions = strided(np.arange(out.size), np.shape(g), self.stride, offset)
        np.add.at(out.reshape(-1), positions, g)
        return out

    def vjp(self, g: Value, out: Value, x: Value, offset: Value) -> Sequence[Value | None]:
        """Read the view."""
        return AsStrided(x.shape, self.stride)(g, offset), None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The members' memory follows each other."""
        g, offset = operands
        n = math.prod(self.shape)
        return AsStridedAdd((size, *self.shape), (n, *self.stride))(g, offset)


@op("as_strided_scatter", Trait.OVERWRITES, Trait.STORED)
class AsStridedScatter(Op):
    """Operand 0 with operand 1 stored in a view of it.

    Attributes:
        dtype: that of operand 1, where the view is one of operand 0's bytes.
    """

    stride: Stride
    dtype: dtypes.dtype | None = None

    def infer(self, base: TensorType, value: TensorType, offset: TensorType) -> TensorType:
        """The type of operand 0."""
        return TensorType(base.dtype, base.shape)

    def kernel(self, base: Any, value: Any, offset: Any) -> Any:
        """Copy, then store."""
        out = np.array(base, order="C")
        strided(out, np.shape(value), self.stride, offset, self.dtype)[...] = value
        return out

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """Store; copy first unless ``out`` is operand 0's own memory."""

        def store(out: Any, base: Any, value: Any, offset: Any) -> None:
            if out is not base:
                np.copyto(out, base)
            strided(out, np.shape(value), self.stride, offset, self.dtype)[...] = value

        return store

    @property
    def grad_name(self) -> str:
        """What PyTorch calls a write through a view."""
        return "CopySlices"

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """What was overwritten has no influence; what was stored has all of it."""
        _, value, offset = operands
        nothing = Full(value.shape, value.dtype)(0)
        kept = AsStridedScatter(self.stride, self.dtype)(g, nothing, offset)
        if self.dtype is not None:
            return kept, None, None
        stored: Value = AsStrided(value.shape, self.stride)(g, offset)
        return kept, stored, None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The members' memory follows each other."""
        base, value, offset = filled(size, operands, batched)
        n = _length(base.shape[1:], base.dtype, self.dtype)
        return AsStridedScatter((n, *self.stride), self.dtype)(base, value, offset)
