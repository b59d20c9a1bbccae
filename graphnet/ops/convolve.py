"""Convolution as matrix products over unfolded images: three kernels, of which each two transpose.

Convolution is linear in the input, in the weight, and in the gradient of its result: the three
kernels here contract two of these to the third. A few images are unfolded at a time, into a buffer
that is small enough for the cache and used again. Source of the method: Chellapilla et al. 2006,
"High performance convolutional neural networks for document processing".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ops import channels_last, depthwise, winograd
from graphnet.ops.windows import Ints, Unfolded, Windows, at_once, runs

Array = npt.NDArray[Any]

_LARGE = 4
"""Times as many places of the result as filters: with fewer, the weight is the largest matrix."""

_WIDE = 256
"""Columns with which a matrix product is efficient; narrower images are put side by side."""


def widened(x: Array) -> Array:
    """Half precision, for which there is no matrix product, as single; the rest as it is."""
    return x.astype(np.float32) if x.dtype.itemsize <= 2 and x.dtype.kind not in "iub" else x


def convolve(
    out: Array, x: Array, weight: Array, bias: Array | None, windows: Windows, groups: int
) -> None:
    """Correlate ``x``, ``(N, C, *spatial)``, with ``weight``, ``(M, C / groups, *kernel)``.

    The result goes to ``out``. The bias, ``(M,)``, is added to images as soon as they are there.
    """
    if depthwise.applies(weight.shape, groups):
        depthwise.convolve(out, x, weight, bias, windows)
        return
    if winograd.applies(x.dtype, x.shape, weight.shape, windows, groups):
        winograd.convolve(out, x, weight, bias, windows, groups)
        return
    if weight.size <= 4 * x.size and channels_last.applies(
        x.shape[1], out.shape[2:], windows, groups
    ):
        channels_last.convolve(out, x, weight, bias, windows)
        return
    count, length = x.shape[0], math.prod(out.shape[2:])
    filters, rows = weight.shape[0] // groups, math.prod(weight.shape[1:])
    matrices = weight.reshape(groups, filters, rows)
    results = out.reshape(count, groups, filters, length)
    shift = None if bias is None else bias.reshape(groups, filters, 1)
    if windows.is_pointwise:
        np.matmul(matrices, x.reshape(count, groups, rows, length), out=results)
        if shift is not None:
            results += shift
        return
    source = _Columns(x, out.shape[1], out.shape[2:], windows, groups)
    for start, stop in runs(count, source.together):
        part = results[start:stop]
        if length >= _WIDE:
            np.matmul(matrices, source.stacked(start, stop), out=part)
        else:
            product = np.matmul(matrices, source.joined(start, stop))
            part[...] = _apart(product, stop - start)
        if shift is not None:
            part += shift


def _apart(product: Array, count: int) -> Array:
    """Images side by side, ``(groups, rows, count * length)``, as a batch of images."""
    groups, rows, columns = product.shape
    return product.reshape(groups, rows, count, columns // count).transpose(2, 0, 1, 3)


def _joined(images: Array, groups: int) -> Array:
    """A batch of images ``(count, channels, ...)`` side by side: ``(groups, rows, columns)``."""
    count, channels = images.shape[:2]
    length = math.prod(images.shape[2:])
    lines = images.reshape(count, groups, channels // groups, length).transpose(1, 2, 0, 3)
    return lines.reshape(groups, channels // groups, count * length)


class _Columns:
    """The windows of some images at a time as matrices with a window in each column."""

    def __init__(self, x: Array, filters: int, places: Ints, windows: Windows, groups: int) -> None:
        count, channels = x.shape[:2]
        self._length = math.prod(places)
        self._rows = channels // groups * math.prod(windows.kernel)
        lines = groups * self._rows + filters
        self.together = at_once(count, lines * self._length * x.itemsize)
        self._unfolded = Unfolded(x, windows, self.together)
        self._shape = (channels, *windows.kernel, *places)
        self._groups = groups
        self._buffer = np.empty(self.together * math.prod(self._shape), x.dtype)
        split = len(self._shape) - len(places) + 1
        self._batch_inside = (*range(1, split), 0, *range(split, len(self._shape) + 1))
        self._split = split - 1

    def stacked(self, start: int, stop: int) -> Array:
        """One matrix an image and group: ``(count, groups, rows, length)``."""
        count = stop - start
        buffer = self._buffer[: count * math.prod(self._shape)]
        np.copyto(buffer.reshape(count, *self._shape), self._unfolded.take(start, stop))
        return buffer.reshape(count, self._groups, self._rows, self._length)

    def joined(self, start: int, stop: int) -> Array:
        """One matrix a group, with the images side by side: ``(groups, rows, count * length)``."""
        count = stop - start
        buffer = self._buffer[: count * math.prod(self._shape)]
        shape = (*self._shape[: self._split], count, *self._shape[self._split :])
        windows = self._unfolded.take(start, stop).transpose(self._batch_inside)
        np.copyto(buffer.reshape(shape), windows)
        return buffer.reshape(self._groups, self._rows, count * self._length)


def weight_gradient(x: Array, g: Array, windows: Windows, groups: int) -> Array:
    """Contract input ``x`` and the result's gradient ``g`` to the gradient of the weight."""
    filters, depth = g.shape[1], x.shape[1] // groups
    shape = (filters, depth, *windows.kernel)
    if depthwise.applies(shape, groups):
        return depthwise.weight_gradient(x, g, windows)
    if winograd.applies(x.dtype, x.shape, shape, windows, groups):
        return winograd.weight_gradient(x, g, windows, groups)
    if channels_last.applies(depth, g.shape[2:], windows, groups):
        return channels_last.weight_gradient(x, g, windows)
    source = _Columns(x, filters, g.shape[2:], windows, groups)
    length = math.prod(g.shape[2:])
    # The columns are the larger factor and are best on the left; the weight then comes out turned,
    # and where it is larger yet, to turn it back takes the most time of all.
    is_large = _LARGE * filters > x.shape[0] * length
    size = filters // groups, math.prod(shape[1:])
    total = np.zeros((groups, *(size if is_large else size[::-1])), x.dtype)
    for start, stop in runs(x.shape[0], source.together):
        if length >= _WIDE:
            lines = g[start:stop].reshape(-1, groups, filters // groups, length)
            columns = source.stacked(start, stop)
        else:
            lines, columns = _joined(g[start:stop], groups), source.joined(start, stop)
        if is_large:
            product = np.matmul(lines, columns.swapaxes(-1, -2))
        else:
            product = np.matmul(columns, lines.swapaxes(-1, -2))
        total += np.add.reduce(product, axis=0) if product.ndim > total.ndim else product
    return np.ascontiguousarray(total if is_large else total.swapaxes(1, 2)).reshape(shape)


def input_gradient(out: Array, g: Array, weight: Array, windows: Windows, groups: int) -> None:
    """Contract the result's gradient ``g`` and ``weight`` to the gradient of the input, in ``out``.

    Each position in the window contributes one product, added where the windows have it; or ``g``
    is convolved with the weights turned round.
    """
    if depthwise.applies(weight.shape, groups):
        depthwise.input_gradient(out, g, weight, windows)
        return
    if _is_better_turned(g, weight.shape, windows, groups):
        convolve(out, g, _turned(weight, groups), None, windows.transposed(), groups)
        return
    count, spatial = out.shape[0], out.shape[2:]
    filters, depth = g.shape[1] // groups, weight.shape[1]
    if windows.is_pointwise:
        length = math.prod(spatial)
        transposed = weight.reshape(groups, filters, depth).swapaxes(1, 2)
        flat = g.reshape(count, groups, filters, length)
        np.matmul(transposed, flat, out=out.reshape(count, groups, depth, length))
        return
    size = math.prod(windows.kernel)
    is_strided = set(windows.stride) != {1}
    if is_strided and channels_last.applies(depth, g.shape[2:], windows, groups):
        channels_last.input_gradient(out, g, weight, windows)
        return
    by_position = weight.reshape(groups, filters, depth, size).transpose(0, 3, 2, 1)
    matrices = np.ascontiguousarray(by_position).reshape(groups, size * depth, filters)
    spread = _Grid(g, windows) if is_strided else _Rows(g, windows, spatial)
    together = at_once(count, groups * size * depth * spread.length * g.itemsize)
    image = np.empty((together, groups * depth, *windows.padded(spatial)), g.dtype)
    buffer = np.empty(together * groups * size * depth * spread.length, g.dtype)
    for start, stop in runs(count, together):
        some = stop - start
        lines = spread.take(start, stop)
        product = buffer[: some * groups * size * depth * spread.length]
        if spread.length >= _WIDE:
            lines = lines.reshape(some, groups, filters, spread.length)
            product = product.reshape(some, groups, size * depth, spread.length)
            np.matmul(matrices, lines, out=product)
        else:
            product = product.reshape(groups, size * depth, some * spread.length)
            np.matmul(matrices, _joined(lines, groups), out=product)
            product = _apart(product, some)
        padded = image[:some] if windows.is_padded else out[start:stop]
        padded.fill(0)
        columns = product.reshape(some, groups, size, depth, spread.length)
        spread.fold(columns, padded.reshape(some, groups, depth, *padded.shape[2:]))
        if windows.is_padded:
            out[start:stop] = padded[windows.interior(spatial)]


def _is_better_turned(g: Array, weight: Ints, windows: Windows, groups: int) -> bool:
    """Whether to convolve the gradient: to unfold it costs more the more filters there are."""
    if set(windows.stride) != {1} or min(map(min, windows.transposed().padding)) < 0:
        return False
    if weight[0] <= weight[1] * groups:
        return True
    return winograd.applies(g.dtype, g.shape, weight, windows, groups)


def _turned(weight: Array, groups: int) -> Array:
    """The weights from last to first position, channels and filters exchanged."""
    filters, depth, *kernel = weight.shape
    turned = np.flip(weight, tuple(range(2, weight.ndim)))
    by_group = turned.reshape(groups, filters // groups, depth, *kernel).swapaxes(1, 2)
    return by_group.reshape(groups * depth, filters // groups, *kernel)


class _Grid:
    """Gradients as they are; each position's contribution goes to a grid of the padded input."""

    def __init__(self, g: Array, windows: Windows) -> None:
        self._g = g
        self._places = g.shape[2:]
        self._indices = list(windows.positions(self._places))
        self.length = math.prod(self._places)

    def take(self, start: int, stop: int) -> Array:
        """The gradients of some images."""
        return self._g[start:stop]

    def fold(self, columns: Array, padded: Array) -> None:
        """Add ``(count, groups, positions, depth, length)`` to ``(count, groups, depth, ...)``."""
        for position, index in enumerate(self._indices):
            part = columns[:, :, position]
            padded[index] += part.reshape(*part.shape[:3], *self._places)


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
        self._filled: tuple[Any, ...] = (..., *(slice(n) for n in places))
        self._row_shape = (places[0], *padded[1:])
        self._buffer: Array | None = None

    def take(self, start: int, stop: int) -> Array:
        """The gradients of some images with gaps: ``(count, filters, length)``."""
        count, filters = stop - start, self._g.shape[1]
        if self._buffer is None:
            self._buffer = np.zeros((count, filters, *self._row_shape), self._g.dtype)
        buffer = self._buffer[:count]
        buffer[self._filled] = self._g[start:stop]
        return buffer.reshape(count, filters, -1)[:, :, : self.length]

    def fold(self, columns: Array, padded: Array) -> None:
        """Add ``(count, groups, positions, depth, length)`` to ``(count, groups, depth, ...)``."""
        target = padded.reshape(*padded.shape[:3], -1)
        for position, offset in enumerate(self._offsets):
            run = target[..., offset : offset + self.length]
            np.add(run, columns[:, :, position], out=run)
