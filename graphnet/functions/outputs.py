"""The ``out=`` argument: results that are written into a tensor which is there already."""

from __future__ import annotations

import warnings
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.functions.factories import empty
from graphnet.functions.options import RangeError
from graphnet.ir.types import Shape


def sized(function: str, out: Any, shape: Shape, dtype: dtypes.dtype | None = None) -> Tensor:
    """The tensor given as ``out``, with this shape: resized, which gives it memory of its own.

    Raises:
        ArgumentError: it is no tensor.
        RangeError: (a RuntimeError) it has another dtype than the one asked for.
    """
    if not isinstance(out, Tensor):
        raise ArgumentError(
            f"{function}(): argument 'out' must be Tensor, not {type(out).__name__}"
        )
    if dtype is not None and dtype is not out.dtype:
        raise RangeError(f"dtype {dtype} does not match dtype of out parameter ({out.dtype})")
    if tuple(out.shape) == shape:
        return out
    if out.numel():
        warnings.warn(
            f"An output with one or more elements was resized since it had shape "
            f"{list(out.shape)}, which does not match the required output shape {list(shape)}. "
            "This behavior is deprecated, and in a future PyTorch release outputs will not be "
            "resized unless they have zero elements. You can explicitly reuse an out tensor t by "
            "resizing it, inplace, to zero elements with t.resize_(0).",
            stacklevel=3,
        )
    out.data = empty(shape, dtype=out.dtype)
    return out


def written(function: str, out: Any, value: Tensor) -> Tensor:
    """A result in the tensor given as ``out``, or itself if there is none."""
    if out is None:
        return value
    return sized(function, out, tuple(value.shape))._write(value)
