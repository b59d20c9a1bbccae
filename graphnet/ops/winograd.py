"""Convolution by windows of three rows with two thirds of the products.

Two neighbouring rows of the result need four rows ``d`` of the input and three ``w`` of the weight.
Four products are enough for both, where six would be had one by one::

    m0 = (d0 - d2) * w0                     y0 = m0 + m1 + m2
    m1 = (d1 + d2) * (w0 + w1 + w2) / 2     y1 = m1 - m2 - m3
    m2 = (d2 - d1) * (w0 - w1 + w2) / 2
    m3 = (d1 - d3) * w2

Here a "product" is a matrix product over channels and over the window's other positions. The even
and the odd rows of the padded images are put apart first: then each ``d`` of all tiles, each sum of
two of them, and each shift along the other dimensions is one run of memory, which numpy adds and
copies several times faster than the short rows of an image.

The factors are powers of two and the sums have few terms, so results are about as exact as those of
plain sums; what differs is that an infinity makes both rows of a tile NaN. Wider tiles would save
more, but lose digits. Sources: Winograd 1980, "Arithmetic complexity of computations"; Lavin and
Gray 2016, "Fast algorithms for convolutional neural networks".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ops.windows import Ints, Windows, at_once
from graphnet.ops.workspace import workspace

Array = npt.NDArray[Any]

_FEWEST_CHANNELS = 8
"""Below this the matrix products are too small a part of the work."""

_FEWEST_PLACES = 2
"""For each filter, and each channel, so many places of the result: to add up the weights takes as
long whatever the number of places, and longer where the weights do not fit into the cache."""

_SMALL_PRODUCT = 1_000_000
"""Multiplications up to which BLAS multiplies matrices as they lie, without packing them first:
for 16 to 64 channels that is a tenth to a quarter faster."""

_SMALL_GRADIENT = 1024
"""The same for the gradient of a weight, where it pays only up to this many elements; then a
product for each position of the window is as fast as one for all, and the sums are not copied."""


def applies(
    dtype: np.dtype[Any], images: Ints, weight: Ints, windows: Windows, groups: int
) -> bool:
    """Whether windows have three rows and move by one, and it pays.

    Args:
        images: the shape of what is convolved, or its gradient's: ``(N, C, *spatial)``.
        weight: the weight's shape.
    """
    filters, depth = weight[0] // groups, weight[1]
    return (
        dtype.kind == "f"
        and min(filters, depth) >= _FEWEST_CHANNELS
        and windows.kernel[0] == 3
        and windows.dilation[0] == 1
        and set(windows.stride) == {1}
        and images[0] * math.prod(images[2:]) >= _FEWEST_PLACES * max(filters, depth)
    )


class _Tiles:
    """How the tiles of an image lie in memory: ``(count, *inner)``, all of it one run.

    Padding after a row is at the same time the padding before the next one.
    """

    def __init__(self, spatial: Ints, windows: Windows) -> None:
        self.places = windows.places(spatial)
        self.count = -(-self.places[0] // 2)
        sizes = zip(self.places[1:], spatial[1:], windows.padding[1:], strict=True)
        self.inner = tuple(max(p, n + max(padding)) for p, n, padding in sizes)
        self.row = math.prod(self.inner)
        self.length = self.count * self.row
        self.kernel = windows.kernel[1:]
        self.steps = tuple(
            math.prod(self.inner[d + 1 :]) * dilation
            for d, dilation in enumerate(windows.dilation[1:])
        )
        self.offsets = [
            sum(p * step for p, step in zip(position, self.steps, strict=True))
            for position in np.ndindex(self.kernel)
        ]
        self.before = tuple(before for before, _ in windows.padding)
        self.spatial = spatial

    def pieces(self, images: int, elements: int) -> int:
        """In how many pieces to multiply the columns of some images by ``elements`` weights.

        Where the least piece is no small product, either, the weights are read once.
        """
        rows = images * self.count
        fitting = _SMALL_PRODUCT // (elements * self.row)
        if not fitting:
            return 1
        return next(n for n in range(1, rows + 1) if rows % n == 0 and rows <= n * fitting)

    def together(self, count: int, channels: int, filters: int, itemsize: int) -> int:
        """How many of ``count`` images to work on at a time, so that all fits into the cache."""
        lines = (2 + len(self.offsets)) * channels + 4 * filters
        return at_once(count, lines * self.length * itemsize)

    def rows(self, array: Array) -> Array:
        """Where the places are in ``(products, channels, images * length)``, images first."""
        shape = (*array.shape[:2], -1, self.count, *self.inner)
        places: tuple[Any, ...] = (..., *(slice(n) for n in self.places[1:]))
        found: Array = array.reshape(shape).swapaxes(1, 2)[places]
        return found


class _Sums:
    """The four sums of the rows of some images, for each channel as one run of memory."""

    def __init__(self, tiles: _Tiles, images: int, target: Array) -> None:
        groups, depth, _ = target.shape
        shape = (2, groups * depth, images, tiles.count + 1, *tiles.inner)
        planes = workspace.zeros(shape, target.dtype)
        self._rows = [self._rows_of(tiles, planes, parity) for parity in (0, 1)]
        even, odd = planes.reshape(2, groups, depth, images, (tiles.count + 1) * tiles.row)
        above, below = slice(tiles.length), slice(tiles.row, None)
        d0, d1, d2, d3 = (rows[..., part] for part in (above, below) for rows in (even, odd))
        self._terms = (
            (np.subtract, d0, d2),
            (np.add, d1, d2),
            (np.subtract, d2, d1),
            (np.subtract, d1, d3),
        )
        self._target = target[..., : images * tiles.length].reshape(d0.shape)

    @staticmethod
    def _rows_of(tiles: _Tiles, planes: Array, parity: int) -> tuple[slice, Array]:
        """Which rows of an image are even or odd after padding, and where they go."""
        first = (parity - tiles.before[0]) % 2
        start = (tiles.before[0] + first) // 2
        count = len(range(first, tiles.spatial[0], 2))
        count = max(min(count, tiles.count + 1 - start), 0)
        inside = (slice(a, a + n) for a, n in zip(tiles.before[1:], tiles.spatial[1:], strict=True))
        index: tuple[Any, ...] = (..., slice(start, start + count), *inside)
        return slice(first, first + 2 * count, 2), planes[parity][index].swapaxes(0, 1)

    def of(self, x: Array) -> Iterator[int]:
        """Put the sums of images ``x`` into the target, one after another, and count them."""
        for rows, plane in self._rows:
            np.copyto(plane, x[:, :, rows])
        for k, (combine, one, other) in enumerate(self._terms):
            combine(one, other, out=self._target)
            yield k


class _Columns:
    """The sums as matrices ``(groups, rows, columns)`` with a window in each column.

    For each position in the window there is a copy of the sums, moved along.
    """

    def __init__(
        self, tiles: _Tiles, images: int, groups: int, depth: int, dtype: np.dtype[Any]
    ) -> None:
        width = images * tiles.length
        columns = workspace.take((groups, len(tiles.offsets), depth, width), dtype)
        self._shifts = []
        for position, offset in enumerate(tiles.offsets[1:], 1):
            stop = max(width - offset, 0)
            columns[:, position, :, stop:] = 0
            self._shifts.append((columns[:, position, :, :stop], columns[:, 0, :, offset:]))
        self.matrices = columns.reshape(groups, -1, width)
        self._sums = _Sums(tiles, images, columns[:, 0])

    def of(self, x: Array) -> Iterator[int]:
        """Make the matrices of each of the sums of images ``x``."""
        for k in self._sums.of(x):
            for shifted, source in self._shifts:
                np.copyto(shifted, source)
            yield k


class _Views:
    """The sums as matrices ``(*kernel, groups, depth, columns)``, all in the same memory."""

    def __init__(
        self, tiles: _Tiles, images: int, groups: int, depth: int, dtype: np.dtype[Any]
    ) -> None:
        width = images * tiles.length
        memory = workspace.zeros((groups, depth, width + tiles.offsets[-1]), dtype)
        steps = (step * dtype.itemsize for step in tiles.steps)
        self.matrices = np.lib.stride_tricks.as_strided(
            memory, (*tiles.kernel, groups, depth, width), (*steps, *memory.strides)
        )
        self.of = _Sums(tiles, images, memory).of


def convolve(
    out: Array, x: Array, weight: Array, bias: Array | None, windows: Windows, groups: int
) -> None:
    """Correlate ``x``, ``(N, C, *spatial)``, with ``weight``, ``(M, C / groups, *kernel)``."""
    filters, depth = weight.shape[:2]
    tiles = _Tiles(x.shape[2:], windows)
    weights = _weights(weight, groups)
    shift = None if bias is None else bias.reshape(filters, 1)
    together = tiles.together(x.shape[0], x.shape[1], filters, x.itemsize)
    for start, stop, images in _even_runs(x.shape[0], together):
        with workspace:
            columns = _Columns(tiles, images, groups, depth, x.dtype)
            products = workspace.take((4, filters, images * tiles.length), x.dtype)
            pieces = tiles.pieces(images, weights[0, 0].size)
            targets = _cut(products.reshape(4, groups, filters // groups, -1), pieces)
            matrices = _cut(columns.matrices, pieces)
            rows = tiles.rows(products)
            for part in range(start, stop, images):
                for k in columns.of(x[part : part + images]):
                    np.matmul(weights[k], matrices, out=targets[k])
                _rows_of_results(products, shift)
                _store(out[part : part + images], rows)


def _cut(matrices: Array, pieces: int) -> Array:
    """Each matrix cut into ``pieces`` of as many columns: ``(..., pieces, rows, columns)``."""
    *lead, width = matrices.shape
    return matrices.reshape(*lead, pieces, width // pieces).swapaxes(-2, -3)


def _even_runs(count: int, together: int) -> Iterator[tuple[int, int, int]]:
    """Start, stop and number of images at a time: as many as may be, then the rest."""
    whole = count - count % together
    if whole:
        yield 0, whole, together
    if whole < count:
        yield whole, count, count - whole


def _weights(weight: Array, groups: int) -> Array:
    """The four sums of the weight's rows: ``(4, groups, 1, filters, positions * depth)``."""
    filters, depth = weight.shape[:2]
    by_row = weight.reshape(filters, depth, 3, -1).transpose(2, 0, 3, 1)
    sums = np.empty((4, *by_row.shape[1:]), weight.dtype)
    sums[0], sums[3] = by_row[0], by_row[2]
    np.add(sums[0], sums[3], out=sums[2])
    middle = np.array(by_row[1])
    np.add(sums[2], middle, out=sums[1])
    np.subtract(sums[2], middle, out=sums[2])
    sums[1:3] *= weight.dtype.type(0.5)
    return sums.reshape(4, groups, 1, filters // groups, -1)


def _rows_of_results(products: Array, shift: Array | None) -> None:
    """Turn products 0 and 1 into the even and the odd rows of the result."""
    m0, m1, m2, m3 = products
    if shift is not None:
        m1 += shift
    m0 += m1
    m0 += m2
    m1 -= m2
    m1 -= m3


def _store(out: Array, rows: Array) -> None:
    """Copy even and odd rows to where they belong; the last odd one may be too many."""
    out[:, :, 0::2] = rows[0]
    out[:, :, 1::2] = rows[1][:, :, : out.shape[2] // 2]


def weight_gradient(x: Array, g: Array, windows: Windows, groups: int) -> Array:
    """Contract input ``x`` and the result's gradient ``g`` to the gradient of the weight.

    The transposes of the sums above: products of the rows' sums with those of the gradient's rows.
    """
    (count, channels), filters = x.shape[:2], g.shape[1]
    tiles = _Tiles(x.shape[2:], windows)
    depth, width, positions = channels // groups, filters // groups, len(tiles.offsets)
    small = depth * width <= _SMALL_GRADIENT
    total = np.zeros((4, groups, positions * depth, width), x.dtype)
    together = tiles.together(count, channels, filters, x.itemsize)
    for start, stop, images in _even_runs(count, together):
        with workspace:
            columns = (_Views if small else _Columns)(tiles, images, groups, depth, x.dtype)
            pieces = tiles.pieces(images, depth * width) if small else 1
            matrices = _cut(columns.matrices, pieces)
            sums = workspace.zeros((4, filters, images * tiles.length), x.dtype)
            lines = _cut(sums.reshape(4, groups, width, -1), pieces).swapaxes(-1, -2)
            shape = (4, *matrices.shape[:-1], width)
            products, whole = workspace.take(shape, x.dtype), workspace.zeros(shape, x.dtype)
            rows = tiles.rows(sums)
            for part in range(start, stop, images):
                _sums_of_gradient(sums, rows, g[part : part + images])
                for k in columns.of(x[part : part + images]):
                    np.matmul(matrices, lines[k], out=products[k])
                whole += products
            total += np.moveaxis(whole.sum(axis=-3), -3, 1).reshape(total.shape)
    half = (total[1:3] * x.dtype.type(0.5)).reshape(2, *total.shape[1:])
    even, odd = half[0] + half[1], half[0] - half[1]
    gradient = np.stack((total[0] + even, odd, even - total[3]))
    gradient = gradient.reshape(3, groups, positions, depth, width)
    found = np.ascontiguousarray(gradient.transpose(1, 4, 3, 0, 2))
    return found.reshape(filters, depth, *windows.kernel)


def _sums_of_gradient(sums: Array, rows: Array, g: Array) -> None:
    """The gradient's even rows, even plus odd, even minus odd, and odd rows."""
    rows[0] = g[:, :, 0::2]
    rows[3][:, :, : g.shape[2] // 2] = g[:, :, 1::2]
    np.add(sums[0], sums[3], out=sums[1])
    np.subtract(sums[0], sums[3], out=sums[2])
