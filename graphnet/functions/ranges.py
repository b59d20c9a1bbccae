"""Ranges of numbers, the identity, and the indices of triangles."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError
from graphnet.functions.arguments import integer
from graphnet.functions.options import RangeError, as_dtype, as_number, created, finish
from graphnet.ops.convert import Cast
from graphnet.ops.create import Arange, Eye, Linspace, TriangleIndices
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.power import Pow
from graphnet.ops.unsupported import UnsupportedDtypeError

__all__ = [
    "arange",
    "eye",
    "linspace",
    "logspace",
    "range",
    "tril_indices",
    "triu_indices",
]


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
        as_number("arange", name, value)
        for name, value in (("start", start), ("end", end), ("step", step))
    )
    whole = all(isinstance(bound, int) for bound in (start, end, step))
    wanted = as_dtype("arange", dtype) or (dtypes.int64 if whole else dtypes.get_default_dtype())
    if wanted is dtypes.bool:
        raise UnsupportedDtypeError("\"arange_cpu\" not implemented for 'Bool'")
    if is_integral(wanted):
        start, end, step = int(start), int(end), int(step)
    length = _range_length("arange", start, end, step)
    return finish(
        created(Arange(length, wanted), device, start, step), device, requires_grad, layout
    )


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
    return finish(
        created(Arange(length, wanted), device, start, step), device, requires_grad, layout
    )


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
    return finish(made, device, requires_grad, layout)


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
    return finish(made, device, requires_grad, layout)


def _evenly(function: str, start: Any, end: Any, steps: Any, dtype: dtypes.dtype) -> Tensor:
    count = integer(function, "steps", steps)
    if count < 0:
        raise RangeError(f"{function}: number of steps must be non-negative, got {count}")
    for name, bound in (("start", start), ("end", end)):
        if isinstance(bound, Tensor) and bound.dim():
            raise RangeError(
                f"{function} only supports 0-dimensional start and end tensors, but got {name} "
                f"with {bound.dim()} dimension(s)."
            )
    bounds = (as_number(function, "start", start), as_number(function, "end", end))
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
    return finish(created(Eye(rows, columns, wanted), device), device, requires_grad, layout)


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
    return _triangle("tril_indices", row, col, offset, dtype, device, layout)


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
    return _triangle("triu_indices", row, col, offset, dtype, device, layout)


def _triangle(
    function: str, row: int, col: int, offset: int, dtype: dtypes.dtype, device: Any, layout: Any
) -> Tensor:
    row, col = integer(function, "row", row), integer(function, "col", col)
    offset = integer(function, "offset", offset)
    for name, size in (("row", row), ("col", col)):
        if size < 0:
            raise RangeError(f"{function}: {name} must be non-negative, got {size}")
    indices = TriangleIndices(row, col, offset, function == "triu_indices", dtype)
    return finish(created(indices, device), device, False, layout)
