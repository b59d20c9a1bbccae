"""Operations that rearrange without computing; most share their operand's memory."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from operator import attrgetter, index, methodcaller
from typing import Any

import numpy as np

from graphnet.errors import OutOfRangeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, Stride, TensorType, contiguous_strides


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front; negative ones count from the back.

    It may be anything that is an index, a tensor of one element for one.

    Raises:
        OutOfRangeError: there is no such dimension.
    """
    dim, span = index(dim), max(ndim, 1)
    if not -span <= dim < span:
        raise OutOfRangeError(
            f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got "
            f"{dim})",
            cure=f"the tensor has {ndim} dimensions: name one of them, from the front or the back",
        )
    return dim % span


def sum_to(g: Value, shape: Shape) -> Value:
    """The gradient of broadcasting: sum ``g`` over what was broadcast from ``shape``."""
    from graphnet.ops.reduce import Sum

    if g.shape == shape:
        return g
    lead = g.ndim - len(shape)
    stretched = [lead + d for d, size in enumerate(shape) if size == 1 and g.shape[lead + d] != 1]
    dims = (*range(lead), *stretched)
    if dims:
        g = Sum(dims, True)(g)
    return Reshape(shape)(g) if g.shape != shape else g


def aligned(operands: Sequence[Value], batched: Sequence[bool]) -> list[Value]:
    """Operands, some with a batch as dimension 0, so that what follows it broadcasts as before."""
    ndim = max(value.ndim - was for value, was in zip(operands, batched, strict=True))
    found = []
    for value, was in zip(operands, batched, strict=True):
        missing = ndim + 1 - value.ndim if was else 0
        ones = (1,) * missing
        found.append(
            Reshape((value.shape[0], *ones, *value.shape[1:]))(value) if missing else value
        )
    return found


def is_tensor(value: Value) -> bool:
    """Whether a value is a tensor: no Python number, and no random state."""
    return isinstance(value.type, TensorType) and not value.type.weak


def filled(size: int, operands: Sequence[Value], batched: Sequence[bool]) -> list[Value]:
    """Operands, all with a batch as dimension 0; Python numbers and random states stay."""
    return [
        value if was or not is_tensor(value) else Expand((size, *value.shape))(value)
        for value, was in zip(operands, batched, strict=True)
    ]


class ViewOp(Op):
    """An operation whose result is another view of operand 0's memory."""

    family_traits = frozenset({Trait.VIEW, Trait.STORED})

    @abstractmethod
    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The result's strides and how far its first element lies behind operand 0's.

        ``shape`` and ``strides`` are operand 0's; ``scalars`` the integers among the operands.
        """


@op("reshape", Trait.VIEW, Trait.AXES, Trait.STORED)
class Reshape(Op):
    """The same elements, in row-major order, in another shape. Copies where it must."""

    shape: Shape

    def infer(self, x: TensorType) -> TensorType:
        """The number of elements stays.

        Raises:
            ShapeError: it would not.
        """
        if math.prod(self.shape) != x.numel:
            raise ShapeError(
                f"{self.name}: shape '{list(self.shape)}' is invalid for input of size {x.numel}",
                cure="the sizes must multiply to that number; -1 in place of one fits it",
            )
        return TensorType(x.dtype, self.shape)

    def kernel(self, x: Any) -> Any:
        """``np.reshape``."""
        return np.reshape(x, self.shape)

    def bind(self, operands: Sequence[TensorType]) -> Kernel:
        """The array's own method."""
        return methodcaller("reshape", self.shape)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Reshape back."""
        return (Reshape(x.shape)(g),)

    @property
    def grad_name(self) -> str:
        """As PyTorch names views of another shape."""
        return "ViewBackward0"


@op("view")
class View(ViewOp):
    """The same memory in another shape."""

    shape: Shape

    infer = Reshape.infer
    kernel = Reshape.kernel
    vjp = Reshape.vjp

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """Strides of the new shape over the same memory.

        Raises:
            ShapeError: the memory cannot be walked in that shape.
        """
        found = view_strides(shape, strides, self.shape)
        if found is None:
            raise ShapeError(
                "view size is not compatible with input tensor's size and stride (at least one "
                "dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
                cure="reshape copies where it must",
            )
        return found, 0

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """As a reshape: the memory of a batch may be walked in another way."""
        return Reshape((size, *self.shape))(operands[0])


def view_strides(shape: Shape, strides: Stride, new_shape: Shape) -> Stride | None:
    """Strides with which memory laid out as (shape, strides) reads as ``new_shape``, or None.

    >>> view_strides((2, 3), (3, 1), (6,))
    (1,)
    >>> view_strides((3, 2), (1, 3), (6,)) is None
    True
    """
    if math.prod(new_shape) == 0:
        return contiguous_strides(new_shape)
    # Runs of dimensions that are contiguous with each other, the last run first: (size, stride).
    runs: list[tuple[int, int]] = []
    for size, stride in reversed([(n, s) for n, s in zip(shape, strides, strict=True) if n != 1]):
        if runs and stride == runs[-1][0] * runs[-1][1]:
            runs[-1] = (runs[-1][0] * size, runs[-1][1])
        else:
            runs.append((size, stride))
    result: list[int] = []
    left, step = runs.pop(0) if runs else (1, 1)
    for size in reversed(new_shape):
        if size == 1:
            result.append(step)
            continue
        if left == 1 and runs:
            left, step = runs.pop(0)
        if left % size:
            return None
        result.append(step)
        left //= size
        step *= size
    return tuple(reversed(result))


@op("unsqueeze", Trait.AXES)
class Unsqueeze(ViewOp):
    """A dimension of size 1 put in at ``dim``."""

    adds_dim = True
    dim: int

    def infer(self, x: TensorType) -> TensorType:
        """One dimension more."""
        return TensorType(x.dtype, (*x.shape[: self.dim], 1, *x.shape[self.dim :]))

    def kernel(self, x: Any) -> Any:
        """``np.expand_dims``."""
        return np.expand_dims(x, self.dim)

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The new dimension spans the one behind it."""
        step = shape[self.dim] * strides[self.dim] if self.dim < len(shape) else 1
        return (*strides[: self.dim], step, *strides[self.dim :]), 0

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Take it out again."""
        return (Squeeze((self.dim,))(g),)


@op("squeeze", Trait.AXES)
class Squeeze(ViewOp):
    """Dimensions of size 1 taken out.

    Args:
        dims: which.
        named: how they were asked for, as PyTorch numbers it: all there are is 0, one by name 1,
            several 2.
    """

    dims: tuple[int, ...]
    named: int = 1

    def _keep(self, items: Sequence[int]) -> tuple[int, ...]:
        return tuple(item for d, item in enumerate(items) if d not in self.dims)

    def infer(self, x: TensorType) -> TensorType:
        """The dimensions named must have size 1."""
        return TensorType(x.dtype, self._keep(x.shape))

    def kernel(self, x: Any) -> Any:
        """``np.squeeze``."""
        return np.squeeze(x, axis=self.dims)

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The strides of those that stay."""
        return self._keep(strides), 0

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Put them in again."""
        return (Reshape(x.shape)(g),)

    @property
    def grad_name(self) -> str:
        """With the number of the form."""
        return f"SqueezeBackward{self.named}"


class _Permuting(ViewOp):
    """Dimensions in another order."""

    @abstractmethod
    def order(self, ndim: int) -> tuple[int, ...]:
        """Which dimension of the operand stands at each place of the result."""

    def infer(self, x: TensorType) -> TensorType:
        """The sizes move with their dimensions."""
        return TensorType(x.dtype, tuple(x.shape[d] for d in self.order(x.ndim)))

    def kernel(self, x: Any) -> Any:
        """``np.transpose``."""
        return np.transpose(x, self.order(np.ndim(x)))

    def bind(self, operands: Sequence[TensorType]) -> Kernel:
        """The array's own method, or property."""
        order = self.order(operands[0].ndim)
        return attrgetter("T") if order == (1, 0) else methodcaller("transpose", order)

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The strides move with their dimensions."""
        return tuple(strides[d] for d in self.order(len(shape))), 0


@op("permute")
class Permute(_Permuting):
    """Dimensions reordered: result dimension ``i`` is operand dimension ``dims[i]``."""

    dims: tuple[int, ...]

    def order(self, ndim: int) -> tuple[int, ...]:
        """As given."""
        return self.dims

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The inverse order."""
        inverse = tuple(self.dims.index(d) for d in range(x.ndim))
        return (Permute(inverse)(g),)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The batch stays in front."""
        return Permute((0, *(dim + 1 for dim in self.dims)))(operands[0])


@op("transpose", Trait.AXES)
class Transpose(_Permuting):
    """Two dimensions exchanged."""

    dim0: int
    dim1: int

    def order(self, ndim: int) -> tuple[int, ...]:
        """All but the two in place."""
        order = list(range(ndim))
        order[self.dim0], order[self.dim1] = self.dim1, self.dim0
        return tuple(order)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Exchange them back."""
        return (Transpose(self.dim0, self.dim1)(g),)


@op("t")
class T(_Permuting):
    """The transpose of a matrix; fewer dimensions stay as they are."""

    def order(self, ndim: int) -> tuple[int, ...]:
        """Reversed."""
        return tuple(reversed(range(ndim)))

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Transpose back."""
        return (T()(g),)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The transpose of each member."""
        x = operands[0]
        return Transpose(1, 2)(x) if x.ndim == 3 else x


@op("expand")
class Expand(ViewOp):
    """Dimensions of size 1 repeated, without copying, to ``shape``."""

    shape: Shape

    def infer(self, x: TensorType) -> TensorType:
        """Sizes must be equal or 1, counted from the back.

        Raises:
            ShapeError: they are not.
        """
        lead = len(self.shape) - x.ndim
        fits = lead >= 0 and all(
            size in (1, wanted) for size, wanted in zip(x.shape, self.shape[lead:], strict=True)
        )
        if not fits:
            raise ShapeError(
                f"expand: The expanded size {list(self.shape)} must match the existing size "
                f"{list(x.shape)} at non-singleton dimensions"
            )
        return TensorType(x.dtype, self.shape)

    def kernel(self, x: Any) -> Any:
        """``np.broadcast_to``."""
        return np.broadcast_to(x, self.shape)

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """Repeated dimensions have stride 0; new ones of size 1 go on from the one behind."""
        if not shape:
            return (0,) * len(self.shape), 0
        lead = len(self.shape) - len(shape)
        found = [
            0 if size == 1 and wanted != 1 else stride
            for size, wanted, stride in zip(shape, self.shape[lead:], strides, strict=True)
        ]
        for dim in reversed(range(lead)):
            found.insert(0, self.shape[dim + 1] * found[0] if self.shape[dim] == 1 else 0)
        return tuple(found), 0

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Sum over the repetitions."""
        return (sum_to(g, x.shape),)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """New dimensions come between the batch and the others."""
        x = operands[0]
        ones = (1,) * (len(self.shape) + 1 - x.ndim)
        lined = Reshape((size, *ones, *x.shape[1:]))(x) if ones else x
        return Expand((size, *self.shape))(lined)
