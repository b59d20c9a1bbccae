"""The geometry of resampling, worked out on indices: which source pixels make an output pixel.

Along one axis everything is either an index of the source for each output position (padding,
cropping, nearest neighbour) or a matrix of weights (linear and cubic). None of it looks at an
image.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# In an index, a position outside the source.
OUTSIDE = -1


def padded_index(size: int, before: int, after: int, mode: str) -> Array:
    """The source position of each output position when ``before`` and ``after`` are added.

    Negative numbers take away. ``mode`` is constant (new positions are OUTSIDE), edge, reflect or
    symmetric.

    >>> from graphnet.vision.transforms.resampling import padded_index
    >>> padded_index(4, 2, -1, "reflect").tolist()
    [2, 1, 0, 1, 2]
    """
    inside = np.arange(max(0, -before), size - max(0, -after))
    width = (max(0, before), max(0, after))
    options: dict[str, Any] = {"constant_values": OUTSIDE} if mode == "constant" else {}
    padded: Array = np.pad(inside, width, mode, **options)  # type: ignore[call-overload]  # a str
    return padded


def cropped_index(size: int, start: int, length: int) -> Array:
    """The source positions of a window, which may reach over the edges.

    >>> from graphnet.vision.transforms.resampling import cropped_index
    >>> cropped_index(3, 1, 4).tolist()
    [1, 2, -1, -1]
    """
    index = np.arange(start, start + length)
    return np.where((index >= 0) & (index < size), index, OUTSIDE)


def nearest_index(size: int, length: int, exact: bool) -> Array:
    """The source position of each of ``length`` output positions, by nearest neighbour.

    ``exact`` looks from the middle of the output pixel, as image libraries do; otherwise from its
    edge, as ``interpolate(mode="nearest")`` has always done.
    """
    middle = 0.5 if exact else 0.0
    # In float32, as PyTorch does it: which side a tie falls on depends on it.
    scale = np.float32(size) / np.float32(length)
    index = np.floor((np.arange(length, dtype=np.float32) + np.float32(middle)) * scale)
    within: Array = np.minimum(index.astype(np.int64), size - 1)
    return within


@dataclass(frozen=True, slots=True)
class Kernel:
    """A filter: its weight at a distance from its middle, and how far it reaches."""

    weight: Callable[[float], float]
    reach: float


def _triangle(distance: float) -> float:
    return max(0.0, 1.0 - abs(distance))


def _cubic(sharpness: float) -> Callable[[float], float]:
    """Keys' cubic convolution kernel ("Cubic convolution interpolation", 1981)."""

    def weight(distance: float) -> float:
        x = abs(distance)
        if x < 1:
            return ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1
        if x < 2:
            return sharpness * (((x - 5) * x + 8) * x - 4)
        return 0.0

    return weight


# PyTorch's cubic kernel is sharper when it doesn't smooth: -0.75 against Pillow's -0.5.
_KERNELS = {
    ("bilinear", True): Kernel(_triangle, 1.0),
    ("bilinear", False): Kernel(_triangle, 1.0),
    ("bicubic", True): Kernel(_cubic(-0.5), 2.0),
    ("bicubic", False): Kernel(_cubic(-0.75), 2.0),
}
SMOOTH_MODES = frozenset(mode for mode, _ in _KERNELS)


@functools.lru_cache(maxsize=64)
def weights(size: int, length: int, mode: str, antialias: bool) -> Array:
    """The matrix (length x size) that resamples one axis; every row adds up to one.

    With ``antialias`` the kernel is stretched when shrinking, so that every source pixel counts.

    >>> from graphnet.vision.transforms.resampling import weights
    >>> weights(4, 2, "bilinear", False).tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    kernel = _KERNELS[mode, antialias]
    scale = size / length
    fill_row = _stretched_row if antialias else _sampled_row
    matrix = np.zeros((length, size))
    for position in range(length):
        fill_row(matrix[position], scale * (position + 0.5), scale, kernel)
    return matrix


def _stretched_row(row: Array, middle: float, scale: float, kernel: Kernel) -> None:
    stretch = max(scale, 1.0)
    reach = kernel.reach * stretch
    first = max(int(middle - reach + 0.5), 0)
    last = min(int(middle + reach + 0.5), len(row))
    for source in range(first, last):
        row[source] = kernel.weight((source - middle + 0.5) / stretch)
    row /= row.sum()


def _sampled_row(row: Array, middle: float, _scale: float, kernel: Kernel) -> None:
    exact = middle - 0.5
    below = math.floor(exact)
    reach = int(kernel.reach)
    for source in range(below - reach + 1, below + reach + 1):
        # Beyond the edge, the pixel at the edge stands in.
        row[min(max(source, 0), len(row) - 1)] += kernel.weight(source - exact)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Where the pixels of a rotated image come from: source coordinates, one for each of them."""

    x: Array
    y: Array

    @classmethod
    def of(
        cls,
        width: int,
        height: int,
        angle: float,
        *,
        expand: bool,
        center: Sequence[float] | None,
        precision: type[np.floating[Any]] = np.float32,
    ) -> Rotation:
        """Rotation by ``angle`` degrees counter-clockwise about ``center`` (default: the middle).

        ``expand`` makes the output as large as the whole rotated image. ``precision`` is the type
        the coordinates are computed in.
        """
        turn = math.radians(angle)
        cos, sin = math.cos(turn), math.sin(turn)
        # The pivot, seen from the middle. Output point p comes from pivot + R(p - pivot).
        px, py = (center[0] - width / 2, center[1] - height / 2) if center else (0.0, 0.0)
        matrix = np.array(
            [[cos, -sin, px - cos * px + sin * py], [sin, cos, py - sin * px - cos * py]],
            dtype=precision,
        )
        out_width, out_height = _expanded(matrix, width, height) if expand else (width, height)
        xs = np.arange(out_width, dtype=precision) - precision(0.5 * out_width - 0.5)
        ys = np.arange(out_height, dtype=precision) - precision(0.5 * out_height - 0.5)
        grid = np.stack(np.broadcast_arrays(xs, ys[:, None], precision(1)), axis=-1)
        # Through the [-1, 1] coordinates of PyTorch's grid_sample, whose rounding decides ties.
        size = np.array([width, height], dtype=precision)
        unit = grid @ (matrix.T / (size / 2))
        source = ((unit + 1) * size - 1) / 2
        return cls(source[..., 0], source[..., 1])


def _expanded(matrix: Array, width: int, height: int) -> tuple[int, int]:
    """The size that holds the whole image after the transform."""
    x, y = 0.5 * width, 0.5 * height
    corners = np.array([[-x, -y, 1], [-x, y, 1], [x, y, 1], [x, -y, 1]], dtype=np.float32)
    moved = corners @ matrix.astype(np.float32).T + np.array([x, y], dtype=np.float32)
    # Whole numbers that rounding has put a hair above must not become one pixel more.
    tolerance = 1e-4
    high = np.ceil(np.trunc(moved.max(axis=0) / tolerance) * tolerance)
    low = np.floor(np.trunc(moved.min(axis=0) / tolerance) * tolerance)
    wide, tall = (high - low).astype(int).tolist()
    return wide, tall
