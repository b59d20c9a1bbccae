"""Windows that slide over the spatial dimensions: what convolution, pooling and unfold share.

Tensors are laid out ``(batch, channels, *spatial)``. A window has a size (``kernel``), moves by
``stride`` and takes every ``dilation``-th element of an input that is surrounded by ``padding``, a
pair (before, after) for each spatial dimension.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Ints = tuple[int, ...]
Padding = tuple[tuple[int, int], ...]

_FEW_BYTES = 1 << 20
"""What unfolded images may take at a time, so that they stay in the cache until they are used."""


@dataclass(frozen=True)
class Windows:
    """The geometry of windows of one size; all fields have one entry a spatial dimension."""

    kernel: Ints
    stride: Ints
    padding: Padding
    dilation: Ints

    def reach(self) -> Ints:
        """From a window's first element to its last, both included."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def padded(self, spatial: Ints) -> Ints:
        """The sizes after padding."""
        return tuple(n + a + b for n, (a, b) in zip(spatial, self.padding, strict=True))

    def places(self, spatial: Ints) -> Ints:
        """How many windows fit, in each dimension.

        >>> Windows((3, 3), (1, 2), ((1, 1), (0, 0)), (1, 1)).places((28, 28))
        (28, 13)
        """
        return tuple(
            (n - r) // s + 1
            for n, r, s in zip(self.padded(spatial), self.reach(), self.stride, strict=True)
        )

    def interior(self, spatial: Ints) -> tuple[Any, ...]:
        """The index of the input inside the padded one."""
        inside = (slice(a, a + n) for n, (a, _) in zip(spatial, self.padding, strict=True))
        return (..., *inside)

    @property
    def is_padded(self) -> bool:
        """Whether there is any padding."""
        return any(a or b for a, b in self.padding)

    @property
    def is_pointwise(self) -> bool:
        """Whether each window is one element, and each element a window."""
        ones = (1,) * len(self.kernel)
        return self.kernel == ones and self.stride == ones and not self.is_padded

    def transposed(self) -> Windows:
        """The windows by which results look at an input that windows of stride 1 were moved over.

        Padding may be negative: then that much of the results lies in no window.
        """
        padding = tuple(
            (r - 1 - a, r - 1 - b) for r, (a, b) in zip(self.reach(), self.padding, strict=True)
        )
        return Windows(self.kernel, self.stride, padding, self.dilation)

    def view(self, padded: Array) -> Array:
        """All windows of a padded input, ``(*leading, *kernel, *places)``, in its own memory."""
        count = len(self.kernel)
        spatial, steps = padded.shape[-count:], padded.strides[-count:]
        places = tuple(
            (n - r) // s + 1 for n, r, s in zip(spatial, self.reach(), self.stride, strict=True)
        )
        return np.lib.stride_tricks.as_strided(
            padded,
            (*padded.shape[:-count], *self.kernel, *places),
            (
                *padded.strides[:-count],
                *(step * d for step, d in zip(steps, self.dilation, strict=True)),
                *(step * s for step, s in zip(steps, self.stride, strict=True)),
            ),
        )

    def positions(self, places: Ints) -> Iterator[tuple[Any, ...]]:
        """For each position in a window, the padded input's index of what all windows have there.

        >>> list(Windows((2,), (3,), ((0, 0),), (1,)).positions((4,)))
        [(Ellipsis, slice(0, 10, 3)), (Ellipsis, slice(1, 11, 3))]
        """
        geometry = list(zip(self.dilation, self.stride, places, strict=True))
        for position in itertools.product(*map(range, self.kernel)):
            index = (
                slice(p * d, p * d + s * (count - 1) + 1, s)
                for p, (d, s, count) in zip(position, geometry, strict=True)
            )
            yield (..., *index)


def padded_with(x: Array, windows: Windows, value: Any) -> Array:
    """``x`` surrounded by the windows' padding, filled with ``value``; ``x`` itself without any."""
    if not windows.is_padded:
        return x
    count = len(windows.kernel)
    spatial = x.shape[-count:]
    padded = np.full((*x.shape[:-count], *windows.padded(spatial)), value, x.dtype)
    padded[windows.interior(spatial)] = x
    return padded


class Unfolded:
    """The windows of a batch of images, of some images at a time."""

    def __init__(self, x: Array, windows: Windows, at_once: int) -> None:
        self._images = x
        self._interior: Array | None = None
        source = x
        if windows.is_padded:
            spatial = x.shape[2:]
            source = np.zeros((at_once, x.shape[1], *windows.padded(spatial)), x.dtype)
            self._interior = source[windows.interior(spatial)]
        self._view = windows.view(source)

    def take(self, start: int, stop: int) -> Array:
        """The windows of images ``start`` to ``stop``; the next call may overwrite them."""
        if self._interior is None:
            return self._view[start:stop]
        self._interior[: stop - start] = self._images[start:stop]
        return self._view[: stop - start]


def at_once(count: int, bytes_each: int, at_most: int = _FEW_BYTES) -> int:
    """How many images to unfold at a time, for all to take so many bytes at most.

    >>> at_once(64, 1 << 18), at_once(64, 1 << 30), at_once(2, 1)
    (4, 1, 2)
    """
    return max(1, min(count, at_most // max(bytes_each, 1)))


def runs(count: int, length: int) -> Iterator[tuple[int, int]]:
    """Start and stop of runs of at most ``length`` of ``count`` images.

    >>> list(runs(5, 2))
    [(0, 2), (2, 4), (4, 5)]
    """
    for start in range(0, count, length):
        yield start, min(start + length, count)
