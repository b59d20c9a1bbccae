"""Convolution as matrix products over unfolded images: three kernels, of which each two transpose.

Convolution is linear in the input, in the weight, and in the gradient of its result: the three
kernels here contract two of these to the third. A few images are unfolded at a time into a buffer
that is used again, small enough for the cache. Source of the method: Chellapilla et al. 2006,
"High performance convolutional neural networks for document processing".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ops.windows import Ints, Unfolded, Windows, at_once, runs

Array = npt.NDArray[Any]


def widened(x: Array) -> Array:
    """Half precision, for which there is no matrix product, as single; the rest as it is."""
    return x.astype(np.float32) if x.dtype.itemsize <= 2 and x.dtype.kind not in "iub" else x


def convolve(
    out: Array, x: Array, weight: Array, bias: Array | None, windows: Windows, groups: int
) -> None:
    """Correlate ``x``, ``(N, C, *spatial)``, with ``weight``, ``(M, C / groups, *kernel)``.

    The bias, ``(M,)``, is added to each image as soon as it is there.
    """
    count, channels = x.shape[:2]
    places = out.shape[2:]
    length = math.prod(places)
    filters, rows = weight.shape[0] // groups, math.prod(weight.shape[1:])
    matrices = weight.reshape(groups, filters, rows)
    results = out.reshape(count, groups, filters, length)
    shift = None if bias is None else bias.reshape(groups, filters, 1)
    if windows.is_pointwise:
        np.matmul(matrices, x.reshape(count, groups, rows, length), out=results)
        if shift is not None:
            results += shift
        return
    together = at_once(count, groups * rows * length * x.itemsize)
    unfolded = Unfolded(x, windows, together)
    buffer = np.empty((together, channels, *windows.kernel, *places), x.dtype)
    columns = buffer.reshape(together, groups, rows, length)
    for start, stop in runs(count, together):
        np.copyto(buffer[: stop - start], unfolded.take(start, stop))
        part = results[start:stop]
        np.matmul(matrices, columns[: stop - start], out=part)
        if shift is not None:
            part += shift


def weight_gradient(x: Array, g: Array, windows: Windows, groups: int) -> Array:
    """Contract input ``x`` and the result's gradient ``g`` to the gradient of the weight."""
    count, channels = x.shape[:2]
    filters, places = g.shape[1], g.shape[2:]
    length = math.prod(places)
    rows = channels // groups * math.prod(windows.kernel)
    together = at_once(count, groups * rows * length * x.itemsize)
    unfolded = Unfolded(x, windows, together)
    order = (*range(1, 2 + len(places)), 0, *range(2 + len(places), 2 + 2 * len(places)))
    total = np.zeros((groups, rows, filters // groups), x.dtype)
    product = np.empty_like(total)
    for start, stop in runs(count, together):
        size = stop - start
        if start == 0 or size < together:
            buffer = np.empty((channels, *windows.kernel, size, *places), x.dtype)
        np.copyto(buffer, unfolded.take(start, stop).transpose(order))
        columns = buffer.reshape(groups, rows, size * length)
        lines = g[start:stop].reshape(size, groups, filters // groups, length)
        lines = lines.transpose(1, 0, 3, 2).reshape(groups, size * length, filters // groups)
        np.matmul(columns, lines, out=product)
        total += product
    shape = (filters, channels // groups, *windows.kernel)
    return np.ascontiguousarray(total.swapaxes(1, 2)).reshape(shape)


def input_gradient(out: Array, g: Array, weight: Array, windows: Windows, groups: int) -> None:
    """Contract the result's gradient ``g`` and ``weight`` to the gradient of the input, in ``out``.

    Each position in the window contributes one product, added where the windows have it.
    """
    count, spatial = out.shape[0], out.shape[2:]
    filters, depth = g.shape[1], weight.shape[1]
    if windows.is_pointwise:
        matrices = weight.reshape(groups, filters // groups, depth).swapaxes(1, 2)
        length = math.prod(spatial)
        lines = g.reshape(count, groups, filters // groups, length)
        np.matmul(matrices, lines, out=out.reshape(count, groups, depth, length))
        return
    size = math.prod(windows.kernel)
    matrices = weight.reshape(groups, filters // groups, depth, size)
    matrices = np.ascontiguousarray(matrices.transpose(0, 3, 2, 1))
    matrices = matrices.reshape(groups, size * depth, filters // groups)
    spread = _Rows(g, windows, spatial) if set(windows.stride) <= {1} else _Grid(g, windows)
    together = at_once(count, groups * size * depth * spread.length * g.itemsize)
    buffer = np.empty((together, groups, size * depth, spread.length), g.dtype)
    image = np.empty((together, groups * depth, *windows.padded(spatial)), g.dtype)
    for start, stop in runs(count, together):
        columns = buffer[: stop - start]
        lines = spread.take(start, stop)
        lines = lines.reshape(stop - start, groups, filters // groups, spread.length)
        np.matmul(matrices, lines, out=columns)
        padded = image[: stop - start] if windows.is_padded else out[start:stop]
        padded.fill(0)
        spread.fold(columns.reshape(stop - start, groups, size, depth, spread.length), padded)
        if windows.is_padded:
            out[start:stop] = padded[windows.interior(spatial)]


class _Grid:
    """Gradients as they are; each position's contribution goes to a grid of the padded input."""

    def __init__(self, g: Array, windows: Windows) -> None:
        self._g = g
        self._places = g.shape[2:]
        self._indices = list(windows.positions(self._places))
        self.length = math.prod(self._places)

    def take(self, start: int, stop: int) -> Array:
        return self._g[start:stop]

    def fold(self, columns: Array, padded: Array) -> None:
        count, groups, _, depth, _ = columns.shape
        target = padded.reshape(count, groups, depth, *padded.shape[2:])
        for position, index in enumerate(self._indices):
            part = columns[:, :, position].reshape(count, groups, depth, *self._places)
            target[index] += part


class _Rows:
    """Gradients with gaps of zeros, so that in memory they lie as in the padded input.

    With stride 1 each position's contribution is then one run of the padded input, where adding is
    several times faster than in a grid; what the gaps contribute is zero.
    """

    def __init__(self, g: Array, windows: Windows, spatial: Ints) -> None:
        padded = windows.padded(spatial)
        places = g.shape[2:]
        steps = [math.prod(padded[d + 1 :]) for d in range(len(padded))]
        self._g = g
        self.length = 1 + sum((n - 1) * step for n, step in zip(places, steps, strict=True))
        self._offsets = [
            sum(p * d * step for p, d, step in zip(position, windows.dilation, steps, strict=True))
            for position in np.ndindex(windows.kernel)
        ]
        self._places, self._padded = places, padded
        self._buffer: Array | None = None

    def take(self, start: int, stop: int) -> Array:
        filters = self._g.shape[1]
        if self._buffer is None:
            # The last rows' gaps are cut off below, but the rows must be there to be viewed.
            shape = (stop - start, filters, self._places[0], *self._padded[1:])
            self._buffer = np.zeros(shape, self._g.dtype)
        buffer = self._buffer[: stop - start]
        buffer[(..., *(slice(n) for n in self._places))] = self._g[start:stop]
        return buffer.reshape(stop - start, filters, -1)[:, :, : self.length]

    def fold(self, columns: Array, padded: Array) -> None:
        count, groups, _, depth, length = columns.shape
        target = padded.reshape(count, groups, depth, -1)
        for position, offset in enumerate(self._offsets):
            run = target[..., offset : offset + length]
            np.add(run, columns[:, :, position], out=run)
