"""Long arrays in blocks, so that what is computed on the way stays in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_SIZE: Final = 1 << 16
"""Elements in a block: few calls of numpy's functions, and some buffers fit into the cache."""


def blocks(size: int, length: int = _SIZE) -> Iterator[slice]:
    """The slices of a vector of ``size`` elements, in order.

    Args:
        size: the elements there are.
        length: those in a block.

    >>> [part.start for part in blocks(150_000)]
    [0, 65536, 131072]
    """
    for start in range(0, size, length):
        yield slice(start, start + length)
