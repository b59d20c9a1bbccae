"""One tensor with its elements moved, repeated or blanked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, Stride, TensorType
from graphnet.ops.create import Arange
from graphnet.ops.index import IndexPut, RangeError, zeros
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Permute, Reshape, ViewOp


@op("roll", Trait.AXES, Trait.STORED, Trait.IMAGES)
class Roll(Op):
    """Elements moved along ``dims`` by ``shifts``; what leaves at one end enters at the other."""

    shifts: tuple[int, ...]
    dims: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        return np.roll(x, self.shifts, self.dims)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Roll back."""
        return (Roll(tuple(-shift for shift in self.shifts), self.dims)(g),)


@op("repeat", Trait.AXES, Trait.STORED)
class Repeat(Op):
    """The tensor laid out ``repeats[d]`` times along each dimension; there are as many of both."""

    repeats: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        shape = tuple(n * size for n, size in zip(self.repeats, x.shape, strict=True))
        return TensorType(x.dtype, shape)

    def kernel(self, x: Any) -> Any:
        return np.tile(x, self.repeats)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Sum over the repetitions."""
        pairs = [n for pair in zip(self.repeats, x.shape, strict=True) for n in pair]
        return (Sum(tuple(range(0, len(pairs), 2)))(Reshape(tuple(pairs))(g)),)


class _Triangle(Op):
    """One side of a diagonal of the last two dimensions; the other side is zero."""

    diagonal: int

    def infer(self, x: TensorType) -> TensorType:
        """The type stays.

        Raises:
            ShapeError: the operand is no matrix and no batch of matrices.
        """
        if x.ndim < 2:
            raise ShapeError(
                f"{self.name}: input tensor must have at least 2 dimensions, got shape "
                f"{list(x.shape)}"
            )
        return TensorType(x.dtype, x.shape)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The same side of the gradient."""
        return (type(self)(self.diagonal)(g),)


@op("tril", Trait.LEADING)
class Tril(_Triangle):
    """The lower triangle: what stands on the diagonal and below it."""

    diagonal: int = 0

    def kernel(self, x: Any) -> Any:
        return np.tril(x, self.diagonal)


@op("triu", Trait.LEADING)
class Triu(_Triangle):
    """The upper triangle: what stands on the diagonal and above it."""

    diagonal: int = 0

    def kernel(self, x: Any) -> Any:
        return np.triu(x, self.diagonal)


@op("repeat_positions", Trait.NOT_DIFFERENTIABLE)
class RepeatPositions(Op):
    """``i`` repeated ``repeats[i]`` times, for each i: ``length`` positions altogether.

    How many there are is part of the result's type, so whoever records this has added them up.
    """

    length: int

    def infer(self, repeats: TensorType) -> TensorType:
        return TensorType(dtypes.int64, (self.length,))

    def kernel(self, repeats: Any) -> Any:
        if repeats.size and repeats.min() < 0:
            raise RangeError(f"repeats can not be negative, got {repeats.min()}")
        positions = np.repeat(np.arange(repeats.size), repeats)
        if positions.size != self.length:
            raise ShapeError(
                f"repeat_interleave: allocated size does not match required size: output_size is "
                f"{self.length}, but the repeats add up to {positions.size}"
            )
        return positions


@op("unfold", Trait.AXES)
class Unfold(ViewOp):
    """Windows of ``size`` elements of ``dim``, ``step`` apart; each is a row of a new last one."""

    dim: int
    size: int
    step: int

    def infer(self, x: TensorType) -> TensorType:
        count = (x.shape[self.dim] - self.size) // self.step + 1
        return TensorType(
            x.dtype, (*x.shape[: self.dim], count, *x.shape[self.dim + 1 :], self.size)
        )

    def kernel(self, x: Any) -> Any:
        windows = np.lib.stride_tricks.sliding_window_view(x, self.size, self.dim, writeable=True)
        return windows[(slice(None),) * self.dim + (slice(None, None, self.step),)]

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """Windows start ``step`` apart; inside one the dimension's own stride holds."""
        inside = strides[self.dim]
        outside = inside * self.step
        return (*strides[: self.dim], outside, *strides[self.dim + 1 :], inside), 0

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Each element receives the sum over the windows that show it."""
        count = out.shape[self.dim]
        starts = Reshape((count, 1))(Arange(count, dtypes.int64)(0, self.step))
        positions = starts + Arange(self.size, dtypes.int64)(0, 1)
        order = (*range(self.dim + 1), g.ndim - 1, *range(self.dim + 1, g.ndim - 1))
        put = IndexPut((self.dim,), True)
        return (put(zeros(x.shape, g.dtype), Permute(order)(g), positions),)
