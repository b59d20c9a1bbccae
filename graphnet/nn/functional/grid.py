"""Reading images at arbitrary places."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.options import require_tensor
from graphnet.ops.bounds import Clamp
from graphnet.ops.convert import Cast
from graphnet.ops.math import Abs
from graphnet.ops.parts import Select
from graphnet.ops.rounding import Floor, Round

MODES: Final = ("bilinear", "nearest", "bicubic")
PADDINGS: Final = ("zeros", "border", "reflection")

Weighted = tuple[Tensor, Any]
"""A whole place along a dimension, and how much the element there counts."""


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Images (or volumes) read at places between -1 and 1.

    Args:
        input: ``(N, C, H, W)`` or ``(N, C, D, H, W)``.
        grid: places ``(N, h, w, 2)`` or ``(N, d, h, w, 3)``, the last dimension first (x, y, z).
        mode: "bilinear", "nearest", or "bicubic" for images.
        padding_mode: what lies outside: "zeros", "border" (the nearest element) or "reflection".
        align_corners: whether -1 and 1 are the centres of the outermost elements or their outer
            edges, as is the default.

    Source: M. Jaderberg et al., "Spatial Transformer Networks", 2015.

    >>> import graphnet as torch
    >>> image = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> torch.nn.functional.grid_sample(image, torch.zeros(1, 1, 1, 2), align_corners=False)
    tensor([[[[2.5000]]]])
    """
    x = require_tensor("grid_sample", "input", input)
    places = require_tensor("grid_sample", "grid", grid, 2)
    for name, given, known in (("mode", mode, MODES), ("padding_mode", padding_mode, PADDINGS)):
        if given not in known:
            raise ValueRangeError(
                f"nn.functional.grid_sample(): expected {name} to be one of {', '.join(known)}, "
                f"but got: '{given}'"
            )
    count = x.dim() - 2
    if count not in (2, 3) or places.dim() != x.dim():
        raise ShapeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but "
            f"got input with sizes {list(x.shape)} and grid with sizes {list(places.shape)}"
        )
    if places.shape[0] != x.shape[0] or places.shape[-1] != count:
        raise ShapeError(
            "grid_sampler(): expected grid and input to have same batch size, and grid to have "
            f"size {count} in last dimension, but got input with sizes {list(x.shape)} and grid "
            f"with sizes {list(places.shape)}"
        )
    if mode == "bicubic" and count == 3:
        raise ShapeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if not all(x.shape[2:]):
        raise ShapeError(
            "grid_sampler(): expected input to have non-empty spatial dimensions, but input has "
            f"sizes {list(x.shape)}"
        )
    sizes = tuple(x.shape[2:])
    lines = [
        list(_TAPS[mode](_place(places, count, d, sizes, mode, padding_mode, bool(align_corners))))
        for d in range(count)
    ]
    if mode == "bicubic":
        outside = _Outside(padding_mode, bool(align_corners))
        lines = [
            [(outside.brought_in(tap, size), weight) for tap, weight in line]
            for line, size in zip(lines, sizes, strict=True)
        ]
    return _gathered(x, places, lines)


def _place(
    grid: Tensor, count: int, d: int, sizes: tuple[int, ...], mode: str, padding: str, aligned: bool
) -> Tensor:
    """The places along spatial dimension ``d``, in elements."""
    size = sizes[d]
    coordinate: Tensor = Select(grid.dim() - 1)(grid, count - 1 - d)
    span, shift = (size - 1, 0) if aligned else (size, 1)
    place: Tensor = ((coordinate + 1) * span - shift) / 2
    return place if mode == "bicubic" else _Outside(padding, aligned).brought_in(place, size)


class _Outside:
    """What is read beyond the ends of a line."""

    def __init__(self, padding: str, aligned: bool) -> None:
        self.padding, self.aligned = padding, aligned

    def brought_in(self, place: Tensor, size: int) -> Tensor:
        """Places within the line, unless zeros lie outside of it."""
        if self.padding == "zeros":
            return place
        if self.padding == "reflection":
            place = self._reflected(place, size)
        bounded: Tensor = Clamp()(place, 0.0, float(size - 1))
        return bounded

    def _reflected(self, place: Tensor, size: int) -> Tensor:
        """Back and forth between the centres, or the outer edges, of the outermost elements."""
        low, span = (0.0, size - 1) if self.aligned else (-0.5, size)
        if not span:
            return fn.zeros_like(place)
        distance: Tensor = Abs()(place - low)
        turns = Floor()(distance / span)
        rest = distance - turns * span
        odd = turns - Floor()(turns / 2) * 2
        folded: Tensor = fn.where(odd == 0, rest, span - rest) + low
        return folded


def _nearest(place: Tensor) -> Iterator[Weighted]:
    yield Round()(place), None


def _linear(place: Tensor) -> Iterator[Weighted]:
    below: Tensor = Floor()(place)
    after: Tensor = place - below
    yield below, 1 - after
    yield below + 1, after


def _cubic(place: Tensor) -> Iterator[Weighted]:
    """R. Keys, "Cubic convolution interpolation", 1981, with a = -0.75."""
    below: Tensor = Floor()(place)
    after: Tensor = place - below
    a = -0.75
    for offset in (-1, 0, 1, 2):
        t = after - offset if offset <= 0 else offset - after
        if offset in (0, 1):
            weight = ((a + 2) * t - (a + 3)) * t * t + 1
        else:
            weight = ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
        yield below + offset, weight


_TAPS: Final[dict[str, Callable[[Tensor], Iterator[Weighted]]]] = {
    "nearest": _nearest,
    "bilinear": _linear,
    "bicubic": _cubic,
}
"""For each mode the elements of a line that are read, and how much they count."""


def _gathered(x: Tensor, grid: Tensor, lines: list[list[Weighted]]) -> Tensor:
    """The sum over all combinations of places, one along each dimension."""
    batch, channels, *sizes = x.shape
    flat = fn.reshape(x, (batch, channels, -1))
    out = tuple(grid.shape[1:-1])
    total: Any = None
    for taps in itertools.product(*lines):
        index: Any = 0
        inside: Any = True
        weight: Any = None
        for (tap, share), size in zip(taps, sizes, strict=True):
            inside = (tap >= 0) & (tap <= size - 1) & inside
            # What is not a number is read somewhere, and weighted by what is not a number.
            within = fn.nan_to_num(Clamp()(tap.detach(), 0.0, float(size - 1)))
            index = index * size + Cast(dtypes.int64)(within)
            if share is not None:
                weight = share if weight is None else weight * share
        wide = fn.reshape(index, (batch, 1, -1)).expand(batch, channels, -1)
        read = fn.reshape(fn.gather(flat, 2, wide), (batch, channels, *out))
        read = fn.where(fn.unsqueeze(inside, 1), read, 0.0)
        part = read if weight is None else read * fn.unsqueeze(weight, 1)
        total = part if total is None else total + part
    sampled: Tensor = total
    return sampled


def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """The places at which an image, moved by an affine map, is to be read by :func:`grid_sample`.

    Args:
        theta: maps ``(N, 2, 3)`` of images or ``(N, 3, 4)`` of volumes.
        size: the size of the images, ``(N, C, H, W)`` or ``(N, C, D, H, W)``.
        align_corners: as for :func:`grid_sample`.

    >>> import graphnet as torch
    >>> still = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> torch.nn.functional.affine_grid(still, (1, 1, 1, 2), align_corners=True)
    tensor([[[[-1.,  0.],
              [ 1.,  0.]]]])
    """
    maps = require_tensor("affine_grid", "theta", theta)
    if not maps.dtype.is_floating_point:
        raise ValueRangeError(f"Expected theta to have floating point type, but got {maps.dtype}")
    spatial = tuple(int(n) for n in size[2:])
    count = len(spatial)
    if count not in (2, 3) or tuple(maps.shape) != (int(size[0]), count, count + 1):
        raise ValueRangeError(
            f"Expected a batch of {count}D affine matrices of shape {size[0]}x{count}x{count + 1} "
            f"for size {list(size)}. Got {list(maps.shape)}."
        )
    if min(int(n) for n in size) <= 0:
        raise ValueRangeError(f"Expected non-zero, positive output size. Got {list(size)}")
    lines = []
    for d, n in enumerate(spatial):
        line = fn.linspace(-1, 1, n, dtype=maps.dtype) if n > 1 else fn.zeros(1, dtype=maps.dtype)
        if not align_corners:
            line = line * ((n - 1) / n)
        shape = [n if each == d else 1 for each in range(count)]
        lines.append(fn.reshape(line, tuple(shape)).expand(*spatial))
    corner = fn.ones(*spatial, dtype=maps.dtype)
    base = fn.stack([*reversed(lines), corner], -1).reshape(1, -1, count + 1)
    return fn.reshape(fn.matmul(base, maps.mT), (int(size[0]), *spatial, count))
