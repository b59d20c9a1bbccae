"""Convolution with the channels of a place next to each other, where rows of places are short.

The three kernels are those of :mod:`graphnet.ops.convolve`. What numpy copies and adds at a time is
a run in memory: a row of places, with strides between them, or all channels of a place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ops.windows import Ints, Windows, at_once, runs
from graphnet.ops.workspace import workspace

Array = npt.NDArray[Any]

_CHANNELS = 16
_PLACES = 12
"""Channels from which on, and places in a row up to which, the former are the better runs."""

_BYTES = 1 << 22
"""What the windows of the images that are done at once may take."""


def applies(depth: int, places: Ints, windows: Windows, groups: int) -> bool:
    """Whether it pays for so many channels and places of the result."""
    is_narrow = places[-1] <= _PLACES and depth >= _CHANNELS
    return is_narrow and groups == 1 and math.prod(windows.kernel) > 1


def _matrix(weight: Array) -> Array:
    """A row for each filter, with the channels of a position in the window next to each other."""
    filters, depth = weight.shape[:2]
    matrix = workspace.take((filters, math.prod(weight.shape[2:]), depth), weight.dtype)
    np.copyto(matrix, weight.reshape(filters, depth, -1).swapaxes(1, 2))
    return matrix.reshape(filters, -1)


def _lines(images: Array) -> Array:
    """A row for each place, with its channels."""
    lines = workspace.take((len(images), *images.shape[2:], images.shape[1]), images.dtype)
    np.copyto(lines, np.moveaxis(images, 1, -1))
    return lines.reshape(-1, images.shape[1])


def _columns(x: Array, windows: Windows) -> Array:
    """A row for each window, with the channels of a position next to each other."""
    spatial, depth = x.shape[2:], x.shape[1]
    padded = workspace.zeros((len(x), *windows.padded(spatial), depth), x.dtype)
    channels_first = np.moveaxis(padded, -1, 1)
    channels_first[windows.interior(spatial)] = x
    seen, count = windows.view(channels_first), len(spatial)
    seen = seen.transpose(0, *range(2 + count, seen.ndim), *range(2, 2 + count), 1)
    columns = workspace.take(seen.shape, x.dtype)
    np.copyto(columns, seen)
    return columns.reshape(math.prod(seen.shape[: 1 + count]), -1)


def _together(images: Array, depth: int, places: Ints, windows: Windows) -> int:
    each = math.prod(places) * math.prod(windows.kernel) * depth * images.itemsize
    return at_once(len(images), each, _BYTES)


def convolve(out: Array, x: Array, weight: Array, bias: Array | None, windows: Windows) -> None:
    """Correlate ``x`` with ``weight``, into ``out``."""
    filters, places = len(weight), out.shape[2:]
    with workspace:
        matrix = _matrix(weight)
        for start, stop in runs(len(x), _together(x, x.shape[1], places, windows)):
            with workspace:
                columns = _columns(x[start:stop], windows)
                product = workspace.take((len(columns), filters), x.dtype)
                np.matmul(columns, matrix.T, out=product)
                if bias is not None:
                    product += bias
                found = product.reshape(stop - start, *places, filters)
                np.copyto(out[start:stop], np.moveaxis(found, -1, 1))


def weight_gradient(x: Array, g: Array, windows: Windows) -> Array:
    """Contract input ``x`` and the result's gradient ``g`` to the gradient of the weight."""
    filters, depth = g.shape[1], x.shape[1]
    size = math.prod(windows.kernel)
    total = np.zeros((filters, size * depth), x.dtype)
    for start, stop in runs(len(x), _together(x, depth, g.shape[2:], windows)):
        with workspace:
            columns = _columns(x[start:stop], windows)
            product = workspace.take(total.shape, x.dtype)
            np.matmul(_lines(g[start:stop]).T, columns, out=product)
            total += product
    by_channel = total.reshape(filters, size, depth).swapaxes(1, 2)
    return np.ascontiguousarray(by_channel).reshape(filters, depth, *windows.kernel)


def input_gradient(out: Array, g: Array, weight: Array, windows: Windows) -> None:
    """Contract the result's gradient and ``weight`` to the gradient of the input, in ``out``."""
    depth, places, spatial = weight.shape[1], g.shape[2:], out.shape[2:]
    with workspace:
        matrix = _matrix(weight)
        for start, stop in runs(len(g), _together(g, depth, places, windows)):
            with workspace:
                lines = _lines(g[start:stop])
                product = workspace.take((len(lines), matrix.shape[1]), g.dtype)
                np.matmul(lines, matrix, out=product)
                columns = product.reshape(stop - start, *places, -1, depth)
                images = workspace.zeros((stop - start, *windows.padded(spatial), depth), g.dtype)
                channels_first = np.moveaxis(images, -1, 1)
                for position, index in enumerate(windows.positions(places)):
                    channels_first[index] += np.moveaxis(columns[..., position, :], -1, 1)
                np.copyto(out[start:stop], channels_first[windows.interior(spatial)])
