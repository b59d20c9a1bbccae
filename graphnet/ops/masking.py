"""Zeroing what a mask excludes, without branches."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_SAME_SIZE_INTEGER = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}


def keep(mask: Any, x: Any, out: Array | None = None) -> Any:
    """``x`` where the mask holds, else +0.

    The bits are multiplied by 0 or 1, as whole numbers: unlike a product of floating-point
    numbers that is right for infinities and NaN, and on masks without a pattern it is several
    times faster than ``np.where``, which branches at each element.

    >>> keep(np.array([True, False]), np.array([1.5, np.nan], np.float32))
    array([1.5, 0. ], dtype=float32)
    """
    integer = _SAME_SIZE_INTEGER.get(x.dtype.itemsize)
    if integer is None:
        result = np.where(mask, x, x.dtype.type(0))
        if out is None:
            return result
        np.copyto(out, result)
        return out
    if out is None:
        return np.multiply(x.view(integer), mask).view(x.dtype)
    np.multiply(x.view(integer), mask, out=out.view(integer))
    return out


def move(mask: Any, x: Array, out: Array) -> None:
    """Move the elements of ``x`` where the mask holds to ``out``, and leave +0 there.

    >>> x, out = np.array([1.5, 2.5]), np.empty(2)
    >>> move(np.array([True, False]), x, out)
    >>> x, out
    (array([0. , 2.5]), array([1.5, 0. ]))
    """
    keep(mask, x, out)
    integer = _SAME_SIZE_INTEGER.get(x.dtype.itemsize)
    if integer is None:
        np.copyto(x, 0, where=mask)
    else:
        np.bitwise_xor(x.view(integer), out.view(integer), out=x.view(integer))
