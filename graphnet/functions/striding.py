"""A tensor's memory walked in other steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ShapeError
from graphnet.functions.arguments import (
    RefusedError,
    distinct_dims,
    given_sizes,
    integers,
)
from graphnet.functions.factories import empty
from graphnet.functions.methods import method
from graphnet.functions.reinterpretation import whole_memory
from graphnet.functions.shaping import in_place, shaped
from graphnet.ir.types import contiguous_strides
from graphnet.ops.create import Full
from graphnet.ops.join import Cat
from graphnet.ops.parts import Slice
from graphnet.ops.rearrange import Unfold
from graphnet.ops.shape import wrap_dim
from graphnet.ops.strided import AsStrided

__all__ = [
    "as_strided",
    "empty_permuted",
    "empty_strided",
    "resize_as_",
]


@method
def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of ``size`` elements of a dimension, ``step`` apart, as a view with a new last one.

    >>> import graphnet as torch
    >>> torch.arange(4).unfold(0, 2, 1)
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    dim = wrap_dim(dimension, self.ndim)
    length = self.shape[dim] if self.ndim else 1
    if size < 0:
        raise RefusedError(f"size is {size} but must be >= 0")
    if size > length:
        raise RefusedError(
            f"maximum size for tensor at dimension {dim} is {length} but size is {size}"
        )
    if step <= 0:
        raise RefusedError(f"step is {step} but must be > 0")
    if not self.ndim:
        self = shaped(self, (1,))
        first: Tensor = Slice(0, size)(self, 0)
        return first
    windows: Tensor = Unfold(dim, size, step)(self)
    return windows


@method
def as_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """A view of the tensor's memory with these sizes and strides, counted in elements.

    Raises:
        RefusedError: it would reach beyond the memory.

    >>> import graphnet as torch
    >>> torch.arange(5).as_strided((3, 2), (1, 1))
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    shape = integers("as_strided", "size", size)
    strides = integers("as_strided", "stride", stride)
    offset = input.storage_offset() if storage_offset is None else storage_offset
    if len(shape) != len(strides):
        raise ShapeError(
            f"mismatch in length of strides and shape: {list(strides)} and {list(shape)}"
        )
    if any(step < 0 for step in strides):
        raise RefusedError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(strides)}"
        )
    reach = offset + 1 + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    available = input._storage.type.nbytes // input.itemsize
    if 0 not in shape and (reach > available or offset < 0):
        raise RefusedError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {offset}, "
            f"and itemsize {input.itemsize} requiring a storage size of {reach * input.itemsize} "
            f"are out of bounds for storage of size {available * input.itemsize}"
        )
    memory, start = _memory(input, offset, reach)
    seen_as = input.dtype if memory.dtype is not input.dtype else None
    seen: Tensor = AsStrided(shape, strides, seen_as)(memory, start)
    return seen


@method
def resize_(self: Tensor, *sizes: Any, **named: Any) -> Tensor:
    """Give the tensor another shape, in place; memory is added where it is too small.

    What new memory holds is arbitrary.

    Raises:
        RefusedError: the tensor requires grad.
    """
    shape = given_sizes("resize_", "size", sizes, named)
    if self.requires_grad:
        raise RefusedError("cannot resize variables that require grad")
    count = math.prod(shape)
    if self.storage_offset() + count <= self._storage.type.nbytes // self.itemsize:
        resized = as_strided(self, shape, contiguous_strides(shape))
    else:
        missing = apply(Full((count - self.numel(),), self.dtype), 0)
        resized = shaped(Cat(0)(shaped(self, (self.numel(),)), missing), shape)
    self._become(resized)
    return self


@method
def resize_as_(self: Tensor, the_template: Tensor) -> Tensor:
    """Give the tensor the shape of another one, in place."""
    return resize_(self, tuple(the_template.shape))


def _memory(x: Tensor, offset: int, reach: int) -> tuple[Tensor, int]:
    """A contiguous tensor on ``x``'s memory from ``offset`` to ``reach``, and the offset in it."""
    start = x.storage_offset()
    if x.is_contiguous() and start <= offset and reach <= start + x.numel():
        return x, offset - start
    return whole_memory(x), offset


in_place(as_strided, "as_strided_")


def empty_strided(
    size: Sequence[int],
    stride: Sequence[int],
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor to be filled, whose elements lie in memory as ``stride`` says.

    >>> import graphnet as torch
    >>> torch.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    shape = integers("empty_strided", "size", size)
    steps = integers("empty_strided", "stride", stride)
    if len(shape) != len(steps):
        raise RefusedError(
            f"mismatch in length of strides and shape: {list(steps)} and {list(shape)}"
        )
    last = sum((n - 1) * step for n, step in zip(shape, steps, strict=True))
    span = last + 1 if all(shape) else 0
    made = as_strided(empty(span, dtype=dtype, layout=layout, device=device), shape, steps).detach()
    return made.requires_grad_() if requires_grad else made


def empty_permuted(
    size: Sequence[int],
    physical_layout: Sequence[int],
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor to be filled, whose dimensions lie in memory in the order ``physical_layout``.

    >>> import graphnet as torch
    >>> torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride()
    (3, 1, 6)
    """
    shape = integers("empty_permuted", "size", size)
    named = integers("empty_permuted", "physical_layout", physical_layout)
    if len(named) != len(shape):
        raise RefusedError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. "
            f"len(size) = {len(shape)} is not equal to len(physical_layout) = {len(named)}"
        )
    if not all(0 <= d < len(shape) for d in named):
        raise RefusedError(f"Dimension out of range: physical_layout is {list(named)}")
    order = distinct_dims("empty_permuted", named, len(shape))
    steps = dict(zip(order, contiguous_strides(tuple(shape[d] for d in order)), strict=True))
    stride = tuple(steps[d] for d in range(len(shape)))
    return empty_strided(shape, stride, dtype=dtype, device=device, requires_grad=requires_grad)


@method
def new_empty_strided(
    self: Tensor,
    size: Sequence[int],
    stride: Sequence[int],
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """:func:`empty_strided` of this tensor's dtype unless another is given."""
    kind = dtype or self.dtype
    kept: dict[str, Any] = {"layout": layout, "device": device, "requires_grad": requires_grad}
    return empty_strided(size, stride, dtype=kind, **kept)


@method
def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Write a number to where all indices are equal; ``wrap`` starts anew below a tall matrix.

    Raises:
        RefusedError: (a RuntimeError) there are fewer than two dimensions, or more than two of
            several sizes.

    >>> import graphnet as torch
    >>> torch.zeros(2, 2).fill_diagonal_(5)
    tensor([[5., 0.],
            [0., 5.]])
    """
    if self.ndim < 2:
        raise RefusedError(
            f"fill_diagonal_: dimensions must larger than 1, but the shape is {list(self.shape)}"
        )
    if self.ndim > 2 and len(set(self.shape)) > 1:
        raise RefusedError(
            "fill_diagonal_: all dimensions of input must be of equal length, but the shape is "
            f"{list(self.shape)}"
        )
    self._check_writable()
    step = sum(self.stride())
    length = min(self.shape)
    diagonal = as_strided(self, (length,), (step,), self.storage_offset())
    diagonal.copy_(self.new_tensor(fill_value))
    rows, columns = self.shape[0], self.shape[1]
    if wrap and self.ndim == 2 and rows > columns + 1:
        fill_diagonal_(self[columns + 1 :], fill_value, wrap=True)
    return self
