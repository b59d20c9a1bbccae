"""Views of a part of a tensor, and tensors with a part stored in them: their gradients, in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, Stride, TensorType
from graphnet.ops.shape import ViewOp


@op("select", Trait.AXES)
class Select(ViewOp):
    """The slice at one index of ``dim``; the index is an operand, so that it may change."""

    dim: int

    def infer(self, x: TensorType, index: TensorType) -> TensorType:
        """One dimension fewer."""
        return TensorType(x.dtype, x.shape[: self.dim] + x.shape[self.dim + 1 :])

    def kernel(self, x: Any, index: Any) -> Any:
        """Basic indexing; 0-dimensional results stay views."""
        return x[(slice(None),) * self.dim + (index, ...)]

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The dimension goes, the offset stays."""
        offset = scalars[0] * strides[self.dim]
        return strides[: self.dim] + strides[self.dim + 1 :], offset

    def vjp(self, g: Value, out: Value, x: Value, index: Value) -> Sequence[Value | None]:
        """Zeros with the gradient at the index."""
        return SelectScatter(self.dim, x.shape[self.dim])(g, index), None


@op("unbind", Trait.AXES)
class Unbind(Select):
    """One of the slices at all indices of ``dim``."""


@op("select_scatter", Trait.AXES, Trait.STORED)
class SelectScatter(Op):
    """Zeros with the operand at one index of a new dimension ``dim`` of size ``size``."""

    adds_dim = True
    dim: int
    size: int

    def infer(self, g: TensorType, index: TensorType) -> TensorType:
        """One dimension more."""
        return TensorType(g.dtype, (*g.shape[: self.dim], self.size, *g.shape[self.dim :]))

    def kernel(self, g: Any, index: Any) -> Any:
        """Zeros, then a store."""
        out = np.zeros(
            (*np.shape(g)[: self.dim], self.size, *np.shape(g)[self.dim :]), np.asarray(g).dtype
        )
        out[(slice(None),) * self.dim + (index,)] = g
        return out

    def vjp(self, g: Value, out: Value, x: Value, index: Value) -> Sequence[Value | None]:
        """Select."""
        return Select(self.dim)(g, index), None


@op("slice", Trait.AXES)
class Slice(ViewOp):
    """``length`` elements of ``dim``, from ``start`` in steps; the start is an operand."""

    dim: int
    length: int
    step: int = 1

    def infer(self, x: TensorType, start: TensorType) -> TensorType:
        """The dimension shrinks to ``length``."""
        return TensorType(x.dtype, (*x.shape[: self.dim], self.length, *x.shape[self.dim + 1 :]))

    def _index(self, start: int) -> tuple[slice, ...]:
        stop = start + self.step * self.length
        return (*(slice(None),) * self.dim, slice(start, stop, self.step))

    def kernel(self, x: Any, start: Any) -> Any:
        """Basic slicing."""
        return x[self._index(start)]

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The step multiplies the stride."""
        offset = scalars[0] * strides[self.dim]
        wider = strides[self.dim] * self.step
        return (*strides[: self.dim], wider, *strides[self.dim + 1 :]), offset

    def vjp(self, g: Value, out: Value, x: Value, start: Value) -> Sequence[Value | None]:
        """Zeros with the gradient in the slice."""
        return SliceScatter(self.dim, x.shape[self.dim], self.step)(g, start), None


@op("slice_scatter", Trait.AXES, Trait.STORED)
class SliceScatter(Op):
    """Zeros with the operand in a slice of ``dim``, which has ``size`` elements."""

    dim: int
    size: int
    step: int = 1

    def infer(self, g: TensorType, start: TensorType) -> TensorType:
        """The dimension grows to ``size``."""
        return TensorType(g.dtype, (*g.shape[: self.dim], self.size, *g.shape[self.dim + 1 :]))

    def kernel(self, g: Any, start: Any) -> Any:
        """Zeros, then a store."""
        length = g.shape[self.dim]
        out = np.zeros((*g.shape[: self.dim], self.size, *g.shape[self.dim + 1 :]), g.dtype)
        out[Slice(self.dim, length, self.step)._index(start)] = g
        return out

    def vjp(self, g: Value, out: Value, x: Value, start: Value) -> Sequence[Value | None]:
        """Slice."""
        return Slice(self.dim, x.shape[self.dim], self.step)(g, start), None


@op("part", Trait.AXES)
class Part(ViewOp):
    """``length`` elements of ``dim`` from ``start`` on: a slice that is the same in every run.

    So the gradients of all parts of a tensor can be joined without adding them up.
    """

    dim: int
    start: int
    length: int

    def infer(self, x: TensorType) -> TensorType:
        """The dimension shrinks to ``length``."""
        return TensorType(x.dtype, (*x.shape[: self.dim], self.length, *x.shape[self.dim + 1 :]))

    def kernel(self, x: Any) -> Any:
        """Basic slicing."""
        return x[_part(self.dim, self.start, self.length)]

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """All stay."""
        return strides, self.start * strides[self.dim]

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zeros with the gradient in the part."""
        return (PartScatter(self.dim, self.start, x.shape[self.dim])(g),)

    @property
    def grad_name(self) -> str:
        """What makes parts is PyTorch's split."""
        return "SplitBackward0"


@op("part_scatter", Trait.AXES, Trait.STORED)
class PartScatter(Op):
    """Zeros with the operand from ``start`` on in ``dim``, which has ``size`` elements."""

    dim: int
    start: int
    size: int

    def infer(self, g: TensorType) -> TensorType:
        """The dimension grows to ``size``."""
        return TensorType(g.dtype, (*g.shape[: self.dim], self.size, *g.shape[self.dim + 1 :]))

    def kernel(self, g: Any) -> Any:
        """Zeros, then a store."""
        out = np.zeros((*g.shape[: self.dim], self.size, *g.shape[self.dim + 1 :]), g.dtype)
        out[_part(self.dim, self.start, g.shape[self.dim])] = g
        return out

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The same, in memory that is there."""
        dim, start, stop = self.dim, self.start, self.start + operands[0].shape[self.dim]
        before, inside, after = (
            _part(dim, 0, start),
            _part(dim, start, stop - start),
            _part(dim, stop, self.size - stop),
        )

        def place(out: Any, g: Any) -> None:
            out[before] = 0
            out[inside] = g
            out[after] = 0

        return place

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The part."""
        return (Part(self.dim, self.start, x.shape[self.dim])(g),)


def _part(dim: int, start: int, length: int) -> tuple[slice, ...]:
    """The index of a part."""
    return (*(slice(None),) * dim, slice(start, start + length))


@op("diagonal", Trait.AXES)
class Diagonal(ViewOp):
    """The diagonal of two dimensions, as a new last one."""

    offset: int
    dim1: int
    dim2: int

    def infer(self, x: TensorType) -> TensorType:
        """The two dimensions give way to one."""
        rows, columns = x.shape[self.dim1], x.shape[self.dim2]
        length = min(rows + min(self.offset, 0), columns - max(self.offset, 0))
        rest = tuple(n for d, n in enumerate(x.shape) if d not in (self.dim1, self.dim2))
        return TensorType(x.dtype, (*rest, max(length, 0)))

    def kernel(self, x: Any) -> Any:
        """``np.diagonal``."""
        return np.diagonal(x, self.offset, self.dim1, self.dim2)

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """Both steps at once."""
        rest = tuple(s for d, s in enumerate(strides) if d not in (self.dim1, self.dim2))
        start = (
            self.offset * strides[self.dim2]
            if self.offset >= 0
            else -self.offset * strides[self.dim1]
        )
        return (*rest, strides[self.dim1] + strides[self.dim2]), start

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zeros with the gradient on the diagonal."""
        return (DiagonalScatter(x.shape, self.offset, self.dim1, self.dim2)(g),)


@op("diagonal_scatter", Trait.AXES, Trait.STORED)
class DiagonalScatter(Op):
    """Zeros of ``shape`` with the operand on a diagonal."""

    shape: Shape
    offset: int
    dim1: int
    dim2: int

    def infer(self, g: TensorType) -> TensorType:
        """As given."""
        return TensorType(g.dtype, self.shape)

    def kernel(self, g: Any) -> Any:
        """Zeros, then a store through a strided view."""
        out = np.zeros(self.shape, g.dtype)
        moved = np.moveaxis(out, (self.dim1, self.dim2), (-2, -1))
        length = g.shape[-1]
        rows = np.arange(length) - min(self.offset, 0)
        moved[..., rows, rows + self.offset] = g
        return out

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Take the diagonal."""
        return (Diagonal(self.offset, self.dim1, self.dim2)(g),)
