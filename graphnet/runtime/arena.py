"""The memory of intermediate values: blocks that are used again as soon as they are free."""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from graphnet.ir.types import TensorType

_ALIGNMENT = 64


class Pool:
    """The blocks of plans that never run at once, so that they can use each other's.

    It keeps none alive: a block goes with the last plan that has a buffer in it.
    """

    def __init__(self) -> None:
        self._blocks: list[ref[Any]] = []

    def blocks(self) -> list[Any]:
        """All blocks there are."""
        alive = [block for each in self._blocks if (block := each()) is not None]
        self._blocks = [ref(block) for block in alive]
        return alive

    def add(self, block: Any) -> None:
        """Let plans made from now on use a block."""
        self._blocks.append(ref(block))


class Arena:
    """Hands out buffers while a plan is made; the plan then uses them at every run.

    Args:
        pool: where it takes blocks from and puts new ones.

    >>> from graphnet import dtypes
    >>> arena, kind = Arena(), TensorType(dtypes.float32, (100,))
    >>> first = arena.take(kind)
    >>> arena.release(first)
    >>> arena.take(kind).array.ctypes.data == first.array.ctypes.data
    True
    """

    def __init__(self, pool: Pool | None = None) -> None:
        self.nbytes = 0
        self._pool = pool or Pool()
        self._free = self._pool.blocks()
        self._mine: set[int] = set()

    def take(self, type_: TensorType) -> Buffer:
        """A buffer for a value: the smallest free block it fits in, or a new one."""
        size = -(-max(type_.nbytes, 1) // _ALIGNMENT) * _ALIGNMENT
        fitting = [block for block in self._free if size <= block.nbytes <= 2 * size]
        if fitting:
            block = min(fitting, key=lambda candidate: candidate.nbytes)
            self._free = [other for other in self._free if other is not block]
        else:
            block = _aligned(size)
            self._pool.add(block)
        if id(block) not in self._mine:
            self._mine.add(id(block))
            self.nbytes += block.nbytes
        return Buffer(block, type_)

    def release(self, buffer: Buffer) -> None:
        """Give a buffer's block back."""
        self._free.append(buffer.block)


class Buffer:
    """A block of the arena seen as an array of one type."""

    def __init__(self, block: Any, type_: TensorType) -> None:
        self.block = block
        dtype = type_.dtype.numpy
        self.array = block[: type_.numel * dtype.itemsize].view(dtype).reshape(type_.shape)


def _aligned(size: int) -> Any:
    raw = np.empty(size + _ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return raw[start : start + size]
