"""Tensors on the memory of Python's own objects."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.options import finish

__all__ = ["frombuffer"]


def frombuffer(
    buffer: Any,
    *,
    dtype: dtypes.dtype,
    count: int = -1,
    offset: int = 0,
    requires_grad: bool = False,
) -> Tensor:
    """A vector on the memory of an object: each sees what is written to the other.

    Args:
        buffer: what has Python's buffer protocol: bytes, a bytearray, a memoryview, an array.
        dtype: of what type the elements are.
        count: how many there are; all that fit if negative.
        offset: how many bytes to skip first.
        requires_grad: whether gradients are wanted of it.

    Raises:
        ValueRangeError: (a ValueError) it is no buffer, or too short, or not of a whole number of
            elements.

    Source: PyTorch's page ``torch.frombuffer``.

    >>> import graphnet as torch
    >>> torch.frombuffer(bytearray([1, 0, 2, 0]), dtype=torch.int16)
    tensor([1, 2], dtype=torch.int16)
    """
    try:
        memory = memoryview(buffer).cast("B")
    except TypeError:
        raise ValueRangeError("object does not implement Python buffer protocol.") from None
    size, length = dtype.itemsize, memory.nbytes
    if not length or not count:
        raise ValueRangeError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueRangeError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length "
            f"({length} bytes) minus 1"
        )
    if count < 0:
        if (length - offset) % size:
            raise ValueRangeError(
                f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a "
                f"multiple of element size ({size})"
            )
        count = (length - offset) // size
    elif offset + count * size > length:
        raise ValueRangeError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must "
            f"not be greater than actual buffer length ({length} bytes)"
        )
    if memory.readonly:
        warnings.warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. "
            "Writing to this tensor fails. You may want to copy the buffer first.",
            stacklevel=2,
        )
    array = np.frombuffer(memory, dtype.numpy, count, offset)
    return finish(Tensor._from_array(array, shared=True), None, requires_grad)
