"""Convolution of each channel by a filter of its own: a vector times a matrix for each channel.

The three kernels are those of :mod:`graphnet.ops.convolve`. Rows of images are short, and numpy is
fast on long runs of elements. So a whole image is one run: its rows follow each other with the
padding between them, and what a position in the window sees of all windows is that run, moved on.
Such runs are the rows of a matrix. What is computed across the ends of rows is thrown away.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from graphnet.ops.windows import Ints, Windows, at_once, runs
from graphnet.ops.workspace import workspace

Array = npt.NDArray[Any]


def applies(weight: Ints, groups: int) -> bool:
    """Whether each channel has one filter: a weight of shape ``(groups, 1, *kernel)``."""
    return groups > 1 and weight[0] == groups and weight[1] == 1


class _Lattice(NamedTuple):
    """Every ``stride``-th element of padded images, from one on, and what windows see there.

    Attributes:
        elements: the index of the images' elements.
        taps: the numbers of the positions in the window that lie there.
        counts: how many those are, in each dimension.
        start: the element, of the lattice as a run, that the first of them sees first.
        steps: from one of them to the next, in each dimension.
    """

    elements: tuple[Any, ...]
    taps: list[int]
    counts: Ints
    start: int
    steps: Ints


class _Geometry:
    """Windows over images of one size.

    Windows that move by two elements see every second one: on each of the four lattices that those
    make they move by one. All have the size of the largest. With a stride of 1 there is one.

    Attributes:
        padded: the sizes of the images with zeros around them.
        interior: the index of the images there.
        sizes: those of a lattice.
        rows: the shape of results, with those across the ends of rows.
        length: the elements of a lattice from the first window's to the last one's.
        lattices: those that windows see anything of.
        taps: the numbers of all positions in the window, by lattice.
    """

    def __init__(self, windows: Windows, spatial: Ints, places: Ints) -> None:
        self.padded = windows.padded(spatial)
        self.interior = windows.interior(spatial)
        self.sizes = tuple(-(-n // s) for n, s in zip(self.padded, windows.stride, strict=True))
        self.rows = (places[0], *self.sizes[1:])
        self.pitches = [math.prod(self.sizes[d + 1 :]) for d in range(len(self.sizes))]
        self.length = 1 + sum((n - 1) * p for n, p in zip(places, self.pitches, strict=True))
        remainders = itertools.product(*map(range, windows.stride))
        lattices = [self._lattice(windows, remainder) for remainder in remainders]
        self.lattices = [lattice for lattice in lattices if lattice.taps]
        self.taps = [tap for lattice in self.lattices for tap in lattice.taps]

    def _lattice(self, windows: Windows, remainder: Ints) -> _Lattice:
        elements: list[Any] = [...]
        cuts, counts, start, steps = [], [], 0, []
        sizes = zip(windows.kernel, windows.stride, windows.dilation, strict=True)
        for (k, s, d), first, pitch in zip(sizes, remainder, self.pitches, strict=True):
            period = s // math.gcd(s, d)
            begin = next((p for p in range(min(k, period)) if p * d % s == first), k)
            elements.append(slice(first, None, s))
            cuts.append(slice(begin, None, period))
            counts.append(len(range(begin, k, period)))
            start += begin * d // s * pitch
            steps.append(period * d // s * pitch)
        numbers = np.arange(math.prod(windows.kernel)).reshape(windows.kernel)
        taps = numbers[tuple(cuts)].reshape(-1).tolist()
        return _Lattice(tuple(elements), taps, tuple(counts), start, tuple(steps))

    def parts(self, images: Array) -> Iterator[tuple[_Lattice, Array]]:
        """What all windows see of images, as views by lattice and position in the window."""
        padded = workspace.zeros((*images.shape[:2], *self.padded), images.dtype)
        padded[self.interior] = images
        for lattice in self.lattices:
            flat = _as_runs(padded[lattice.elements], self.sizes)
            seen = _pieces(flat[..., lattice.start :], lattice.counts, lattice.steps, self.length)
            yield lattice, seen


def _pieces(run: Array, counts: Ints, steps: Sequence[int], length: int) -> Array:
    """Pieces of runs as views: that of the first elements, and those that lie steps away."""
    shape = (*run.shape[:2], *counts, length)
    strides = (*run.strides[:2], *(step * run.itemsize for step in steps), run.itemsize)
    return as_strided(run, shape, strides)


def _as_runs(x: Array, sizes: Ints) -> Array:
    """``x`` with zeros behind it up to ``sizes``, as runs; in its own memory if it is as large."""
    if x.shape[2:] != sizes or not x.flags.c_contiguous:
        whole = workspace.zeros((*x.shape[:2], *sizes), x.dtype)
        whole[tuple(map(slice, x.shape))] = x
        x = whole
    return x.reshape(*x.shape[:2], -1)


def _first(flat: Array, sizes: Ints, shape: Ints) -> Array:
    """The first ``shape`` of runs that are arrays of ``sizes``."""
    return flat.reshape(*flat.shape[:2], *sizes)[tuple(map(slice, shape))]


def _groups(x: Array, geometry: _Geometry) -> Iterator[tuple[slice, slice]]:
    """Images and channels that are done at once; what they take of the workspace goes back."""
    count, channels = x.shape[:2]
    each = len(geometry.taps) * geometry.length * x.itemsize
    for channel in itertools.starmap(slice, runs(channels, at_once(channels, each))):
        for image in itertools.starmap(slice, runs(count, at_once(count, channels * each))):
            with workspace:
                yield image, channel


def convolve(out: Array, x: Array, weight: Array, bias: Array | None, windows: Windows) -> None:
    """Correlate each channel of ``x`` with its filter, into ``out``."""
    geometry = _Geometry(windows, x.shape[2:], out.shape[2:])
    filters = weight.reshape(len(weight), 1, -1)[..., geometry.taps]
    shift = None if bias is None else bias.reshape(-1, *(1,) * len(windows.kernel))
    for image, channel in _groups(x, geometry):
        images, result = x[image, channel], out[image, channel]
        matrix = workspace.take((*images.shape[:2], len(geometry.taps), geometry.length), x.dtype)
        row = 0
        for lattice, seen in geometry.parts(images):
            # To split a dimension in the middle copies nothing.
            np.copyto(matrix[..., row : row + len(lattice.taps), :].reshape(seen.shape), seen)
            row += len(lattice.taps)
        rows = workspace.take((*images.shape[:2], 1, math.prod(geometry.rows)), x.dtype)
        np.matmul(filters[channel], matrix, out=rows[..., : geometry.length])
        found = _first(rows[..., 0, :], geometry.rows, result.shape)
        if shift is None:
            result[...] = found
        else:
            np.add(found, shift[channel], out=result)


def weight_gradient(x: Array, g: Array, windows: Windows) -> Array:
    """Contract input ``x`` and the result's gradient ``g`` to the gradient of the weight."""
    geometry = _Geometry(windows, x.shape[2:], g.shape[2:])
    total = np.zeros((x.shape[1], math.prod(windows.kernel)), x.dtype)
    inside = (slice(None),) * 2 + (None,) * len(windows.kernel)
    for image, channel in _groups(x, geometry):
        gradients = _as_runs(g[image, channel], geometry.rows)[..., : geometry.length]
        for lattice, seen in geometry.parts(x[image, channel]):
            products = np.vecdot(seen, gradients[inside]).sum(axis=0)
            total[channel, lattice.taps] += products.reshape(len(products), -1)
    return total.reshape(x.shape[1], 1, *windows.kernel)


def input_gradient(out: Array, g: Array, weight: Array, windows: Windows) -> None:
    """Contract the result's gradient and ``weight`` to the gradient of the input, in ``out``."""
    geometry = _Geometry(windows, out.shape[2:], g.shape[2:])
    filters = weight.reshape(len(weight), 1, -1)
    size = math.prod(geometry.sizes)
    margin = size  # no position in the window is further on than a lattice has elements
    for image, channel in _groups(g, geometry):
        gradients = _as_runs(g[image, channel], geometry.rows)[..., : geometry.length]
        shape = gradients.shape[:2]
        run = workspace.zeros((*shape, margin + size), g.dtype)
        run[..., margin : margin + geometry.length] = gradients
        padded = workspace.zeros((*shape, *geometry.padded), g.dtype)
        matrix = workspace.take((*shape, len(geometry.taps), size), g.dtype)
        product = workspace.take((*shape, 1, size), g.dtype)
        for lattice in geometry.lattices:
            rows = matrix[..., : len(lattice.taps), :]
            back = [-step for step in lattice.steps]
            seen = _pieces(run[..., margin - lattice.start :], lattice.counts, back, size)
            np.copyto(rows.reshape(seen.shape), seen)
            np.matmul(filters[channel][..., lattice.taps], rows, out=product)
            part = padded[lattice.elements]
            part[...] = _first(product[..., 0, :], geometry.sizes, part.shape)
        out[image, channel] = padded[geometry.interior]
