"""The memory of intermediate values: blocks that are used again as soon as they are free."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import ref

import numpy as np

from graphnet.ir.types import TensorType

_ALIGNMENT = 64


class Pool:
    """The blocks of plans that never run at once, so that they can use each other's.

    It keeps none alive: a block goes with the last plan that has a buffer in it.
    """

    def __init__(self) -> None:
        # Of a view of a view numpy remembers the array at the bottom only: that one lives as long
        # as there are buffers in it.
        self._owners: list[ref[Any]] = []

    def blocks(self) -> list[Any]:
        """All blocks there are."""
        alive = [owner for each in self._owners if (owner := each()) is not None]
        self._owners = [ref(owner) for owner in alive]
        return [_aligned(owner) for owner in alive]

    def make(self, size: int) -> Any:
        """A new block, which plans made from now on may use."""
        owner = np.empty(size + _ALIGNMENT, np.uint8)
        self._owners.append(ref(owner))
        return _aligned(owner)


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
        # By size: a long plan has thousands of blocks free, of a few sizes.
        self._free: dict[int, list[Any]] = {}
        for block in self._pool.blocks():
            self._put(block)
        self._mine: set[int] = set()
        # One array for each way a block is seen: a plan may see it so a hundred times.
        self._arrays: dict[tuple[int, TensorType], Any] = {}

    def take(self, type_: TensorType) -> Buffer:
        """A buffer for a value: the smallest free block it fits in, or a new one."""
        size = _rounded(type_.nbytes)
        fitting = [nbytes for nbytes in self._free if size <= nbytes <= 2 * size]
        block = self._get(min(fitting)) if fitting else self._pool.make(size)
        if id(block.base) not in self._mine:
            self._mine.add(id(block.base))
            self.nbytes += block.nbytes
        return Buffer(block, self._seen_as(block, type_))

    def _seen_as(self, block: Any, type_: TensorType) -> Any:
        array = self._arrays.get((id(block), type_))
        if array is None:
            dtype = type_.dtype.numpy
            array = block[: type_.numel * dtype.itemsize].view(dtype).reshape(type_.shape)
            self._arrays[id(block), type_] = array
        return array

    def release(self, buffer: Buffer) -> None:
        """Give a buffer's block back."""
        self._put(buffer.block)

    def _get(self, nbytes: int) -> Any:
        """The free block of this size that was used last: the caches may hold it still."""
        blocks = self._free[nbytes]
        block = blocks.pop()
        if not blocks:
            del self._free[nbytes]
        return block

    def _put(self, block: Any) -> None:
        self._free.setdefault(block.nbytes, []).append(block)


class Buffer(NamedTuple):
    """A block of the arena seen as an array of one type."""

    block: Any
    array: Any


def _rounded(nbytes: int) -> int:
    """The size of the block for so many bytes: one of four between two powers of two.

    A program whose shapes grow step by step then finds blocks that serve the next few shapes, too.
    """
    step = max(_ALIGNMENT, (1 << nbytes.bit_length()) >> 3)
    return -(-max(nbytes, 1) // step) * step


def _aligned(owner: Any) -> Any:
    """The part of an array's memory that begins at a multiple of the alignment."""
    start = -owner.ctypes.data % _ALIGNMENT
    return owner[start : start + owner.nbytes - _ALIGNMENT]
