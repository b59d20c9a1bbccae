"""Tensors of a given shape with one number everywhere: zeros, ones, full, empty."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.functions.methods import method
from graphnet.functions.options import (
    RangeError,
    as_dtype,
    as_number,
    as_shape,
    created,
    finish,
    require_tensor,
)
from graphnet.functions.ordering import in_order_of
from graphnet.ir.types import Number
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import is_integral

__all__ = [
    "empty",
    "empty_like",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]


def zeros(
    *sizes: Any,
    size: Any = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Zeros of a shape: ``zeros(2, 3)`` or ``zeros((2, 3))``.

    Args:
        *sizes: the shape, as integers or as one sequence; or give it as ``size=``.
        size: the same, as a keyword.
        dtype: of the elements; the default dtype unless given.
        layout: ``torch.strided``.
        pin_memory: has no meaning here.
        device: the CPU.
        requires_grad: whether gradients are wanted.

    Raises:
        ArgumentError: (a TypeError) a size is no integer.
        ShapeError: (a RuntimeError) a size is negative.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return _filled("zeros", sizes, size, 0, dtype, device, requires_grad, layout)


def ones(
    *sizes: Any,
    size: Any = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Ones of a shape; arguments as for :func:`zeros`.

    >>> import graphnet as torch
    >>> torch.ones(2, dtype=torch.int64)
    tensor([1, 1])
    """
    return _filled("ones", sizes, size, 1, dtype, device, requires_grad, layout)


def empty(
    *sizes: Any,
    size: Any = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor to be filled; until then it holds zeros. Arguments as for :func:`zeros`.

    >>> import graphnet as torch
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])
    """
    return _filled("empty", sizes, size, 0, dtype, device, requires_grad, layout)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """One number everywhere.

    Args:
        size: the shape, a sequence of integers.
        fill_value: a number, or a tensor of one.
        dtype: of the elements; unless given that of the number, where Python floats have the
            default dtype.
        layout: ``torch.strided``.
        pin_memory: has no meaning here.
        device: the CPU.
        requires_grad: whether gradients are wanted.

    Raises:
        RangeError: (a RuntimeError) the number does not fit the dtype.

    >>> import graphnet as torch
    >>> torch.full((2, 2), 7)
    tensor([[7, 7],
            [7, 7]])
    """
    if not isinstance(size, (tuple, list)):
        raise ArgumentError(
            f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}"
        )
    wanted = as_dtype("full", dtype)
    if wanted is None:
        wanted = (
            fill_value.dtype
            if isinstance(fill_value, Tensor)
            else dtypes.number_dtype(type(as_number("full", "fill_value", fill_value)))
        )
    return _filled("full", (), size, fill_value, wanted, device, requires_grad, layout)


def _filled(
    function: str,
    sizes: tuple[Any, ...],
    size: Any,
    value: Any,
    dtype: Any,
    device: Any,
    requires_grad: bool,
    layout: Any,
) -> Tensor:
    shape = as_shape(function, sizes, size)
    wanted = as_dtype(function, dtype) or dtypes.get_default_dtype()
    if isinstance(value, Tensor):
        if value.dim():
            raise ArgumentError(
                f"{function}(): argument 'fill_value' (position 2) must be Number, not Tensor of "
                f"shape {list(value.shape)}"
            )
    else:
        value = _fitting(function, value, wanted)
    made = created(Full(shape, wanted), device, value)
    return finish(made, made.device, requires_grad, layout)


def _fitting(function: str, value: Any, dtype: dtypes.dtype) -> Number:
    """A number that can be stored in the dtype, as it will be."""
    number: Number = as_number(function, "fill_value", value)
    if dtype is dtypes.bool:
        return bool(number)
    if is_integral(dtype):
        limits = dtypes.iinfo(dtype)
        lowest = limits.min if dtype.is_signed else -limits.max
        if isinstance(number, complex) or not lowest <= number <= limits.max:
            raise RangeError(
                f"{function}: value cannot be converted to type {dtype.name} without overflow: "
                f"{number}"
            )
        return int(number) if dtype.is_signed else int(number) % 2 ** (8 * dtype.itemsize)
    return number


def _like(
    function: str,
    source: Any,
    value: Any,
    dtype: Any,
    device: Any,
    requires_grad: bool,
    layout: Any,
    memory_format: Any,
) -> Tensor:
    source = require_tensor(function, "input", source)
    wanted = as_dtype(function, dtype) or source.dtype
    number = value if isinstance(value, Tensor) else _fitting(function, value, wanted)
    where = source.device if device is None else device
    made = created(Full(tuple(source.shape), wanted), where, number)
    return finish(in_order_of(source, made, memory_format), made.device, requires_grad, layout)


def zeros_like(
    input: Tensor,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Zeros of another tensor's shape and, unless another is given, dtype.

    >>> import graphnet as torch
    >>> torch.zeros_like(torch.tensor([1, 2]))
    tensor([0, 0])
    """
    return _like("zeros_like", input, 0, dtype, device, requires_grad, layout, memory_format)


def ones_like(
    input: Tensor,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Ones of another tensor's shape and, unless another is given, dtype."""
    return _like("ones_like", input, 1, dtype, device, requires_grad, layout, memory_format)


def empty_like(
    input: Tensor,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor to be filled, of another tensor's shape and, unless another is given, dtype."""
    return _like("empty_like", input, 0, dtype, device, requires_grad, layout, memory_format)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """One number everywhere, in another tensor's shape and, unless another is given, dtype.

    >>> import graphnet as torch
    >>> torch.full_like(torch.zeros(2), 5)
    tensor([5., 5.])
    """
    return _like(
        "full_like", input, fill_value, dtype, device, requires_grad, layout, memory_format
    )


def _new(
    source: Tensor,
    function: str,
    sizes: tuple[Any, ...],
    size: Any,
    value: Any,
    dtype: Any,
    device: Any,
    requires_grad: bool,
    layout: Any,
) -> Tensor:
    """A tensor of a shape, of the dtype and where another is, unless something else is wanted."""
    kind, where = dtype or source.dtype, source.device if device is None else device
    return _filled(function, sizes, size, value, kind, where, requires_grad, layout)


@method
def new_zeros(
    self: Tensor,
    *sizes: Any,
    size: Any = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """Zeros of a shape, of this tensor's dtype unless another is given."""
    return _new(self, "new_zeros", sizes, size, 0, dtype, device, requires_grad, layout)


@method
def new_ones(
    self: Tensor,
    *sizes: Any,
    size: Any = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """Ones of a shape, of this tensor's dtype unless another is given."""
    return _new(self, "new_ones", sizes, size, 1, dtype, device, requires_grad, layout)


@method
def new_empty(
    self: Tensor,
    *sizes: Any,
    size: Any = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor to be filled, of this tensor's dtype unless another is given."""
    return _new(self, "new_empty", sizes, size, 0, dtype, device, requires_grad, layout)


@method
def new_full(
    self: Tensor,
    size: Any,
    fill_value: Any,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """One number everywhere, of this tensor's dtype unless another is given."""
    return _new(self, "new_full", (), size, fill_value, dtype, device, requires_grad, layout)
