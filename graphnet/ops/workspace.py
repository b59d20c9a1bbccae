"""Scratch memory that kernels use again, a thread at a time.

Memory fresh from the system costs a page fault for every 4096 bytes when it is first written to,
and is in no cache. A kernel that needs buffers only while it runs takes them from here.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_ALIGNMENT = 64
_LIMIT = 1 << 24
"""How many bytes a thread keeps."""


class Workspace(threading.local):
    """A block of memory for each thread, handed out like a stack.

    What is taken inside a ``with`` block may be used until the block ends; blocks may be nested.
    What does not fit is fresh memory, and the block is larger next time, up to a limit.

    >>> with workspace:
    ...     first = workspace.take((2, 3), np.dtype(np.float32))
    >>> with workspace:
    ...     workspace.take((2, 3), np.dtype(np.float32)).ctypes.data == first.ctypes.data
    True
    """

    def __init__(self) -> None:
        self._block = np.empty(0, np.uint8)
        self._used = 0
        self._most = 0
        self._starts: list[int] = []

    def __enter__(self) -> Workspace:
        if not self._starts and self._most > self._block.nbytes:
            self._block = _aligned(min(self._most, _LIMIT))
        self._starts.append(self._used)
        return self

    def __exit__(self, *exception: object) -> None:
        self._used = self._starts.pop()

    def take(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array whose elements may be anything."""
        size = math.prod(shape) * dtype.itemsize
        start, self._used = self._used, self._used + -(-size // _ALIGNMENT) * _ALIGNMENT
        self._most = max(self._most, self._used)
        if self._used > self._block.nbytes:
            return np.empty(shape, dtype)
        return self._block[start : start + size].view(dtype).reshape(shape)

    def zeros(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array of zeros."""
        array = self.take(shape, dtype)
        array.fill(0)
        return array


def _aligned(size: int) -> Array:
    raw = np.empty(size + _ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return raw[start : start + size]


workspace = Workspace()
"""The scratch memory of the thread that asks."""
