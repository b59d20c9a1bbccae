"""Images: changing their size, cutting them into windows, and exchanging channels for pixels."""

from __future__ import annotations

import math
import warnings
from typing import Any, Final

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.arguments import integer
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.common import sizes
from graphnet.nn.functional.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)
from graphnet.ops.conv import Col2Im, Im2Col
from graphnet.ops.resample import Resample
from graphnet.ops.windows import Ints, Padding

_FILTERS: Final = {
    "nearest": ("nearest", (3, 4, 5)),
    "nearest-exact": ("nearest-exact", (3, 4, 5)),
    "area": ("area", (3, 4, 5)),
    "linear": ("linear", (3,)),
    "bilinear": ("linear", (4,)),
    "bicubic": ("cubic", (4,)),
    "trilinear": ("linear", (5,)),
}
"""For each mode the filter along a line, and the numbers of dimensions it is for."""


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Images, lines or volumes in another size.

    Args:
        input: ``(N, C, *spatial)`` with 1 to 3 spatial dimensions.
        size: the new spatial sizes; or give factors.
        scale_factor: the factors by which sizes grow.
        mode: "nearest", "nearest-exact", "area", "linear" (1 dimension), "bilinear" and "bicubic"
            (2), "trilinear" (3).
        align_corners: for the linear and cubic modes, whether the corner elements' centres stay
            where they are.
        recompute_scale_factor: whether to use the ratio of the sizes instead of the factors.
        antialias: for "bilinear" and "bicubic", whether shrinking takes in all elements.

    Raises:
        ValueRangeError: (a ValueError) arguments that do not go together.
        NotImplementedError: a mode that does not exist for so many dimensions.

    >>> import graphnet as torch
    >>> torch.nn.functional.interpolate(torch.tensor([[[1.0, 3.0]]]), scale_factor=2)
    tensor([[[1., 1., 3., 3.]]])
    >>> torch.nn.functional.interpolate(torch.tensor([[[1.0, 3.0]]]), size=4, mode="linear")
    tensor([[[1.0000, 1.5000, 2.5000, 3.0000]]])
    """
    x = require_tensor("interpolate", "input", input)
    _check_mode(x, mode, align_corners, antialias)
    spatial = tuple(x.shape[2:])
    after, factors = _sizes_after(spatial, size, scale_factor)
    if mode == "area":
        pools = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)
        return pools[len(spatial) - 1](x, after)
    if recompute_scale_factor or factors is None:
        if recompute_scale_factor and size is not None:
            raise ValueRangeError("recompute_scale_factor is not meaningful with an explicit size.")
        steps: tuple[float | None, ...] = (None,) * len(spatial)
    else:
        steps = tuple(1 / factor for factor in factors)
    lines = tuple(
        (_FILTERS[mode][0], before, new, step, bool(align_corners), antialias)
        for before, new, step in zip(spatial, after, steps, strict=True)
    )
    result: Tensor = Resample(lines)(x)
    return result


def _check_mode(x: Tensor, mode: str, align_corners: bool | None, antialias: bool) -> None:
    if mode not in _FILTERS or x.ndim not in _FILTERS[mode][1]:
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported"
            f" (got {x.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | "
            f"area | nearest-exact (got {mode})"
        )
    if align_corners is not None and mode in ("nearest", "area", "nearest-exact"):
        raise ValueRangeError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueRangeError(
            "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D "
            "tensor as input"
        )


def _sizes_after(
    spatial: tuple[int, ...], size: Any, scale_factor: Any
) -> tuple[tuple[int, ...], tuple[float, ...] | None]:
    if (size is None) == (scale_factor is None):
        both = "only one of" if size is not None else "either"
        raise ValueRangeError(f"interpolate: {both} size or scale_factor should be defined")
    count = len(spatial)
    given = size if size is not None else scale_factor
    if isinstance(given, (tuple, list)) and len(given) != count:
        raise ValueRangeError(
            f"Input and output must have the same number of spatial dimensions, but got input with "
            f"spatial dimensions of {list(spatial)} and {list(given)}. Please provide input tensor "
            "in (N, C, d1, d2, ...,dK) format and one number for each of d1 to dK."
        )
    if size is not None:
        return sizes("interpolate", "size", size, count), None
    several = tuple(given) if isinstance(given, (tuple, list)) else (given,) * count
    factors = tuple(float(factor) for factor in several)
    after = tuple(math.floor(n * factor) for n, factor in zip(spatial, factors, strict=True))
    return after, factors


def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """The old name of :func:`interpolate`."""
    warnings.warn(
        "`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of :func:`interpolate` with ``mode="nearest"``."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of :func:`interpolate` with ``mode="bilinear"`` and aligned corners."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def unfold(
    input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Each window of an image as a column.

    Shapes: ``(N, C, H, W)`` gives ``(N, C * window size, windows)``; ``N`` may be missing.

    Raises:
        ShapeError: no window fits, or the input has other dimensions.

    >>> import graphnet as torch
    >>> torch.nn.functional.unfold(torch.arange(6.0).reshape(1, 1, 2, 3), (2, 2))
    tensor([[[0., 1.],
             [1., 2.],
             [3., 4.],
             [4., 5.]]])
    """
    x = require_tensor("unfold", "input", input)
    if x.ndim not in (3, 4):
        raise ShapeError(
            "unfold: Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other "
            f"non-zero dimensions for input, but got: {list(x.shape)}"
        )
    op = Im2Col(*_sliding("unfold", kernel_size, stride, padding, dilation))
    if x.ndim == 4:
        batch: Tensor = op(x)
        return batch
    return fn.squeeze(op(fn.unsqueeze(x, 0)), 0)


def fold(
    input: Tensor,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    """Columns added up where the windows of an image lie: the transpose of :func:`unfold`.

    Shapes: ``(N, C * window size, windows)`` gives ``(N, C, *output_size)``; ``N`` may be missing.

    Raises:
        ShapeError: these are not the columns of such an image.

    >>> import graphnet as torch
    >>> torch.nn.functional.fold(torch.ones(1, 4, 2), (2, 3), (2, 2))
    tensor([[[[1., 2., 1.],
              [1., 2., 1.]]]])
    """
    x = require_tensor("fold", "input", input)
    if x.ndim not in (2, 3):
        raise ShapeError(
            "fold: Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and "
            f"non-zero dimensions for input, but got: {list(x.shape)}"
        )
    spatial = sizes("fold", "output_size", output_size, 2)
    op = Col2Im(*_sliding("fold", kernel_size, stride, padding, dilation), spatial)
    if x.ndim == 3:
        batch: Tensor = op(x)
        return batch
    return fn.squeeze(op(fn.unsqueeze(x, 0)), 0)


def _sliding(
    function: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Ints, Ints, Padding, Ints]:
    pads = tuple((p, p) for p in sizes(function, "padding", padding, 2))
    window = sizes(function, "kernel_size", kernel_size, 2)
    steps = sizes(function, "stride", stride, 2)
    return window, steps, pads, sizes(function, "dilation", dilation, 2)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Groups of ``r * r`` channels as ``r`` by ``r`` pixels.

    Shapes: ``(..., C * r * r, H, W)`` gives ``(..., C, H * r, W * r)``.

    Source: Shi et al. 2016, "Real-time single image and video super-resolution".

    Raises:
        ShapeError: the channels are no multiple of ``r * r``.

    >>> import graphnet as torch
    >>> torch.nn.functional.pixel_shuffle(torch.arange(4.0).reshape(1, 4, 1, 1), 2)
    tensor([[[[0., 1.],
              [2., 3.]]]])
    """
    x = require_tensor("pixel_shuffle", "input", input)
    r = _factor("pixel_shuffle", "upscale_factor", x, upscale_factor)
    *lead, channels, height, width = x.shape
    if channels % (r * r):
        raise ShapeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={channels} is not divisible by {r * r}"
        )
    n = len(lead)
    apart = fn.reshape(x, (*lead, channels // (r * r), r, r, height, width))
    order = (*range(n + 1), n + 3, n + 1, n + 4, n + 2)
    return fn.reshape(fn.permute(apart, order), (*lead, channels // (r * r), height * r, width * r))


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Blocks of ``r`` by ``r`` pixels as ``r * r`` channels: the inverse of :func:`pixel_shuffle`.

    Raises:
        ShapeError: height or width is no multiple of ``r``.

    >>> import graphnet as torch
    >>> torch.nn.functional.pixel_unshuffle(torch.arange(4.0).reshape(1, 1, 2, 2), 2).flatten()
    tensor([0., 1., 2., 3.])
    """
    x = require_tensor("pixel_unshuffle", "input", input)
    r = _factor("pixel_unshuffle", "downscale_factor", x, downscale_factor)
    *lead, channels, height, width = x.shape
    if height % r or width % r:
        raise ShapeError(
            "pixel_unshuffle expects height and width to be divisible by downscale_factor, but "
            f"{height} x {width} is not divisible by {r}"
        )
    n = len(lead)
    apart = fn.reshape(x, (*lead, channels, height // r, r, width // r, r))
    order = (*range(n + 1), n + 2, n + 4, n + 1, n + 3)
    return fn.reshape(fn.permute(apart, order), (*lead, channels * r * r, height // r, width // r))


def _factor(function: str, argument: str, x: Tensor, factor: Any) -> int:
    if x.ndim < 3:
        raise ShapeError(
            f"{function} expects input to have at least 3 dimensions, but got input with {x.ndim} "
            "dimension(s)"
        )
    r = integer(function, argument, factor)
    if r < 1:
        raise ShapeError(f"{function} expects a positive {argument}, but got {r}")
    return r


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Channels of ``groups`` groups taken in turns.

    Source: Zhang et al. 2018, "ShuffleNet".

    Raises:
        ShapeError: the channels cannot be divided into so many groups.

    >>> import graphnet as torch
    >>> torch.nn.functional.channel_shuffle(torch.arange(4).reshape(1, 4, 1), 2).flatten()
    tensor([0, 2, 1, 3])
    """
    x = require_tensor("channel_shuffle", "input", input)
    if x.ndim < 3:
        raise ShapeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(x.shape)}"
        )
    count, channels, *spatial = x.shape
    if groups < 1 or channels % groups:
        raise ShapeError(
            f"Number of channels must be divisible by groups. Got {channels} channels and {groups} "
            "groups."
        )
    apart = fn.reshape(x, (count, groups, channels // groups, *spatial))
    return fn.reshape(fn.transpose(apart, 1, 2), tuple(x.shape))
