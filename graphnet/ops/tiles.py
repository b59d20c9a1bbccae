"""Matrix products in tiles, where BLAS multiplies small matrices at a higher rate than large ones.

OpenBLAS rearranges the factors of a product before it multiplies, which costs a sixth of the time
and more where there are few rows. On processors with AVX-512 it leaves that out for small products,
and whoever cuts a product of middling size into small ones gains by it: numpy multiplies all tiles
in one call. A product is cut the same way whoever asks, so it has the same bits everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

_MULTIPLICATIONS = 100**3
"""So many at most make a product small, by OpenBLAS's own rule ..."""

_AREA = 1200
"""... and where the right factor is a transposed matrix, so many elements of the result as well."""

_WORTHWHILE = 150_000
"""The multiplications of a product that pay for a tile's call."""

_ELEMENTS = 1 << 20
"""In all three matrices: beyond, tiles would leave the cache before they are read again."""

_ROWS = 512
"""From so many rows on it no longer matters what a transposed right factor costs to rearrange."""

_LANES = 16
"""Elements in a vector register."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The size of the pieces of a product's result.

    >>> Tile.of(128, 784, 512)
    Tile(rows=32, columns=32)
    >>> Tile.of(4096, 4096, 4096) is None
    True
    """

    rows: int
    columns: int

    #: Whether products are cut; whoever chooses the number of BLAS's threads says so.
    enabled: ClassVar[bool] = False

    @classmethod
    @lru_cache(maxsize=4096)
    def of(cls, rows: int, depth: int, columns: int) -> Tile | None:
        """The best tile for a product of these sizes; None where it had better stay whole.

        The fewer elements of the factors are read for one of the result, the better.
        """
        if rows * columns <= _AREA or rows * depth * columns < _WORTHWHILE or rows == 1:
            return None
        if rows * depth + depth * columns + rows * columns > _ELEMENTS:
            return None
        tiles = [
            cls(height, width)
            for width in (*range(_LANES, columns, _LANES), columns)
            if columns % width == 0 and (height := _height(rows, depth, width))
        ]
        return min(tiles, key=lambda tile: 1 / tile.rows + 1 / tile.columns, default=None)

    def multiply(self, x: Any, y: Any, out: Any) -> None:
        """``np.matmul(x, y, out=out)``, tile by tile; the last row of tiles may be less high."""
        (rows, depth), columns = x.shape, y.shape[1]
        height, width = self.rows, self.columns
        along, across = y.strides
        is_small = rows * depth * columns <= _MULTIPLICATIONS
        if rows >= _ROWS if along < across else is_small:
            np.matmul(x, y, out=out)
            return
        factors = y.reshape(depth, columns // width, width).swapaxes(0, 1)
        whole = rows - rows % height
        if whole < rows:
            rest = out[whole:].reshape(rows - whole, columns // width, width).swapaxes(0, 1)
            np.matmul(x[whole:], factors, out=rest)
            x, out = x[:whole], out[:whole]
        count = whole // height
        tiles = out.reshape(count, height, columns // width, width).swapaxes(1, 2)
        np.matmul(x.reshape(count, 1, height, depth), factors, out=tiles)


def _height(rows: int, depth: int, width: int) -> int:
    """How high tiles of a width may be, so that all of them are about as high; 0 if too low."""
    most = min(_AREA // width, _MULTIPLICATIONS // (width * depth))
    if most >= rows:
        return rows
    most -= most % 4
    if most < 8:
        return 0
    bands = -(-rows // most)
    return 4 * -(-rows // (4 * bands))


def product(x: Any, y: Any, out: Any = None) -> Any:
    """``np.matmul`` of two matrices, cut where that pays."""
    tile = tile_for(x.dtype, x.shape, y.shape)
    if tile is None:
        return np.matmul(x, y, out=out)
    if out is None:
        out = np.empty((x.shape[0], y.shape[1]), x.dtype)
    tile.multiply(x, y, out)
    return out


def tile_for(dtype: np.dtype[Any], x: Sequence[int], y: Sequence[int]) -> Tile | None:
    """How the product of matrices of these shapes is cut."""
    if not Tile.enabled or dtype != np.float32 or not len(x) == len(y) == 2:
        return None
    return Tile.of(*x, y[1])
