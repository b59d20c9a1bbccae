"""Tensors of a given shape: zeros, ones, ranges, the identity."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet.errors import ArgumentError, GraphnetError
from graphnet.functions.arguments import integer
from graphnet.functions.methods import method
from graphnet.functions.options import as_dtype, as_shape, finish, require_tensor
from graphnet.ir.types import Number
from graphnet.ops.convert import Cast
from graphnet.ops.create import Arange, Eye, Full, Linspace, TriangleIndices
from graphnet.ops.dtype_rules import UnsupportedDtypeError, is_integral
from graphnet.ops.power import Pow
from graphnet.tensor import Tensor, apply

__all__ = [
    "arange",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "range",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
]


class RangeError(GraphnetError, RuntimeError):
    """Bounds, steps or sizes that do not make a range."""


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
        layout, pin_memory: have no meaning here.
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
    return _filled("zeros", sizes, size, 0, dtype, device, requires_grad)


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
    return _filled("ones", sizes, size, 1, dtype, device, requires_grad)


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
    return _filled("empty", sizes, size, 0, dtype, device, requires_grad)


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
        layout, pin_memory: have no meaning here.
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
            else dtypes.number_dtype(type(_number("full", "fill_value", fill_value)))
        )
    return _filled("full", (), size, fill_value, wanted, device, requires_grad)


def _filled(
    function: str,
    sizes: tuple[Any, ...],
    size: Any,
    value: Any,
    dtype: Any,
    device: Any,
    requires_grad: bool,
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
    return finish(apply(Full(shape, wanted), value), device, requires_grad)


def _fitting(function: str, value: Any, dtype: dtypes.dtype) -> Number:
    """A number that can be stored in the dtype, as it will be."""
    number: Number = _number(function, "fill_value", value)
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


def _number(function: str, argument: str, value: Any) -> Any:
    """A Python number out of a number or a tensor of one."""
    if isinstance(value, (bool, int, float, complex)):
        return value
    if isinstance(value, Tensor) or hasattr(value, "item"):
        return value.item()
    raise ArgumentError(
        f"{function}(): argument '{argument}' must be Number, not {type(value).__name__}"
    )


def _like(
    function: str, source: Any, value: Any, dtype: Any, device: Any, requires_grad: bool
) -> Tensor:
    source = require_tensor(function, "input", source)
    wanted = as_dtype(function, dtype) or source.dtype
    number = value if isinstance(value, Tensor) else _fitting(function, value, wanted)
    return finish(apply(Full(tuple(source.shape), wanted), number), device, requires_grad)


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
    return _like("zeros_like", input, 0, dtype, device, requires_grad)


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
    return _like("ones_like", input, 1, dtype, device, requires_grad)


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
    return _like("empty_like", input, 0, dtype, device, requires_grad)


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
    return _like("full_like", input, fill_value, dtype, device, requires_grad)


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
    return _filled("new_zeros", sizes, size, 0, dtype or self.dtype, device, requires_grad)


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
    return _filled("new_ones", sizes, size, 1, dtype or self.dtype, device, requires_grad)


@method("new")
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
    return _filled("new_empty", sizes, size, 0, dtype or self.dtype, device, requires_grad)


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
    wanted = dtype or self.dtype
    return _filled("new_full", (), size, fill_value, wanted, device, requires_grad)


def arange(
    *bounds: Any,
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from ``start`` up to but without ``end``, ``step`` apart.

    Forms: ``arange(end)``, ``arange(start, end)``, ``arange(start, end, step)``.

    Args:
        *bounds: start, end and step; or give them as keywords.
        start, end, step: numbers; start is 0 and step 1 unless given.
        dtype: of the elements; int64 if all numbers are integers, else the default dtype.
        layout, pin_memory: have no meaning here.
        device: the CPU.
        requires_grad: whether gradients are wanted.

    Returns:
        A vector of ``ceil((end - start) / step)`` elements.

    Raises:
        RangeError: (a RuntimeError) the step is 0 or leads away from the end, or a bound is not
            finite.

    >>> import graphnet as torch
    >>> torch.arange(5)
    tensor([0, 1, 2, 3, 4])
    >>> torch.arange(1, 2.5, 0.5)
    tensor([1.0000, 1.5000, 2.0000])
    """
    if len(bounds) == 1 and end is None:
        end = bounds[0]
    elif len(bounds) == 1:
        start = bounds[0]
    elif len(bounds) == 2:
        start, end = bounds
    elif len(bounds) == 3:
        start, end, step = bounds
    if end is None or len(bounds) > 3:
        raise ArgumentError(
            f"arange(): takes one to three numbers, but {len(bounds)} were given",
            cure="write arange(end), arange(start, end) or arange(start, end, step)",
        )
    start, end, step = (
        _number("arange", name, value)
        for name, value in (("start", start), ("end", end), ("step", step))
    )
    whole = all(isinstance(bound, int) for bound in (start, end, step))
    wanted = as_dtype("arange", dtype) or (dtypes.int64 if whole else dtypes.get_default_dtype())
    if wanted is dtypes.bool:
        raise UnsupportedDtypeError("\"arange_cpu\" not implemented for 'Bool'")
    if is_integral(wanted):
        start, end, step = int(start), int(end), int(step)
    length = _range_length("arange", start, end, step)
    return finish(apply(Arange(length, wanted), start, step), device, requires_grad)


def _range_length(function: str, start: Any, end: Any, step: Any) -> int:
    if step == 0:
        raise RangeError(f"{function}: step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RangeError(f"{function}: unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RangeError(
            f"{function}: upper bound and lower bound inconsistent with step sign: from {start} to "
            f"{end} in steps of {step}"
        )
    if isinstance(start, int) and isinstance(end, int) and isinstance(step, int):
        length: int = -((start - end) // step)
    else:
        length = math.ceil((end - start) / step)
    return length


def range(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from ``start`` to ``end``, which is included, ``step`` apart.

    Deprecated in PyTorch in favour of :func:`arange`.

    >>> import graphnet as torch
    >>> torch.range(1, 3)
    tensor([1., 2., 3.])
    """
    if end is None:
        start, end = 0, start
    wanted = as_dtype("range", dtype) or dtypes.get_default_dtype()
    _range_length("range", start, end, step)
    length = math.floor((end - start) / step) + 1
    return finish(apply(Arange(length, wanted), start, step), device, requires_grad)


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """``steps`` numbers from ``start`` to ``end``, both included, evenly spaced.

    Raises:
        RangeError: (a RuntimeError) ``steps`` is negative.

    >>> import graphnet as torch
    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    wanted = as_dtype("linspace", dtype) or dtypes.get_default_dtype()
    made = _evenly("linspace", start, end, steps, wanted)
    return finish(made, device, requires_grad)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """``steps`` numbers from ``base ** start`` to ``base ** end``, evenly spaced in the exponent.

    Raises:
        RangeError: (a RuntimeError) ``steps`` is negative.

    >>> import graphnet as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    wanted = as_dtype("logspace", dtype) or dtypes.get_default_dtype()
    inner = dtypes.float64 if is_integral(wanted) else wanted
    powers = Pow()(base, _evenly("logspace", start, end, steps, inner))
    made = powers if inner is wanted else Cast(wanted)(powers)
    return finish(made, device, requires_grad)


def _evenly(function: str, start: Any, end: Any, steps: Any, dtype: dtypes.dtype) -> Tensor:
    count = integer(function, "steps", steps)
    if count < 0:
        raise RangeError(f"{function}: number of steps must be non-negative, got {count}")
    bounds = (_number(function, "start", start), _number(function, "end", end))
    made: Tensor = apply(Linspace(count, dtype), *bounds)
    return made


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Ones on the diagonal of a matrix of ``n`` rows and ``m`` columns (as many unless given).

    Raises:
        RangeError: (a RuntimeError) a size is negative.

    >>> import graphnet as torch
    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    rows = integer("eye", "n", n)
    columns = rows if m is None else integer("eye", "m", m)
    for name, size in (("n", rows), ("m", columns)):
        if size < 0:
            raise RangeError(f"eye: {name} must be greater or equal to 0, got {size}")
    wanted = as_dtype("eye", dtype) or dtypes.get_default_dtype()
    return finish(apply(Eye(rows, columns, wanted)), device, requires_grad)


def tril_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: dtypes.dtype = dtypes.int64,
    device: Any = None,
    layout: Any = None,
) -> Tensor:
    """Row and column numbers, a row each, of the elements on and below a diagonal.

    >>> import graphnet as torch
    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _triangle("tril_indices", row, col, offset, dtype, device)


def triu_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: dtypes.dtype = dtypes.int64,
    device: Any = None,
    layout: Any = None,
) -> Tensor:
    """Row and column numbers, a row each, of the elements on and above a diagonal.

    >>> import graphnet as torch
    >>> torch.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """
    return _triangle("triu_indices", row, col, offset, dtype, device)


def _triangle(
    function: str, row: int, col: int, offset: int, dtype: dtypes.dtype, device: Any
) -> Tensor:
    for name, size in (("row", row), ("col", col)):
        if size < 0:
            raise RangeError(f"{function}: {name} must be non-negative, got {size}")
    indices = TriangleIndices(row, col, offset, function == "triu_indices", dtype)
    return finish(apply(indices), device, False)
