"""Many images in one: ``torchvision.utils``."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import IO, Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.functions.factories import full
from graphnet.functions.joining import stack
from graphnet.grad_mode import no_grad
from graphnet.vision.pillow import pillow_image

__all__ = ["make_grid", "save_image"]


@no_grad()
def make_grid(
    tensor: Tensor | list[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Images in rows, as one image.

    Args:
        tensor: (N, C, H, W), a list of (C, H, W), or one image.
        nrow: images in a row.
        padding: pixels between them, and around.
        normalize: scale the values to those between 0 and 1.
        value_range: what becomes 0 and 1; the smallest and the greatest value if None.
        scale_each: find the range of each image by itself.
        pad_value: of the pixels between.

    Returns:
        (C, H, W); grey images get three channels.

    Raises:
        ArgumentError: (a TypeError) something else is given, or another kind of range.

    Source: torchvision's page ``make_grid``.

    >>> import graphnet as torch
    >>> from graphnet.vision.utils import make_grid
    >>> make_grid(torch.zeros(6, 1, 4, 4), nrow=3).shape
    torch.Size([3, 14, 20])
    """
    images = _batch(tensor)
    if normalize:
        images = _normalized(images, value_range, scale_each)
    count, channels, height, width = images.shape
    if count == 1:
        single: Tensor = images.squeeze(0)
        return single
    columns = min(nrow, count)
    rows = ceil(count / columns)
    tall, wide = height + padding, width + padding
    size = (channels, tall * rows + padding, wide * columns + padding)
    grid = full(size, pad_value, dtype=images.dtype)
    for place in range(count):
        top = place // columns * tall + padding
        left = place % columns * wide + padding
        grid[:, top : top + height, left : left + width] = images[place]
    return grid


def _batch(tensor: Any) -> Tensor:
    """(N, C, H, W), with three channels where there was one."""
    if isinstance(tensor, list) and all(isinstance(each, Tensor) for each in tensor):
        tensor = stack(tensor)
    if not isinstance(tensor, Tensor):
        raise ArgumentError(f"tensor or list of tensors expected, got {type(tensor).__name__}")
    if tensor.dim() == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 3:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() != 4:
        raise ValueRangeError(f"make_grid takes images of 2 to 4 dimensions, not {tensor.dim()}")
    batch: Tensor = tensor.expand(-1, 3, -1, -1) if tensor.shape[1] == 1 else tensor
    return batch


def _normalized(
    images: Tensor, value_range: tuple[float, float] | None, scale_each: bool
) -> Tensor:
    if value_range is not None and not isinstance(value_range, tuple):
        raise ArgumentError("value_range has to be a tuple (min, max) if specified.")
    if scale_each:
        return stack([_scaled(image, value_range) for image in images])
    return _scaled(images, value_range)


def _scaled(images: Tensor, value_range: tuple[float, float] | None) -> Tensor:
    low, high = value_range or (float(images.min()), float(images.max()))
    scaled: Tensor = images.clamp(low, high).sub(low).div(max(high - low, 1e-5))
    return scaled


@no_grad()
def save_image(
    tensor: Tensor | list[Tensor],
    fp: str | Path | IO[bytes],
    format: str | None = None,
    **kwargs: Any,
) -> None:
    """Write images, those of a batch as a grid, to a file or a binary stream.

    Args:
        tensor: values between 0 and 1, in the shapes that :func:`make_grid` takes.
        fp: where to; the ending of a name says in which format.
        format: the format, as for streams.
        kwargs: options of :func:`make_grid`.

    Source: torchvision's page ``save_image``.
    """
    grid = make_grid(tensor, **kwargs)
    pixels = grid.mul(255).add(0.5).clamp(0, 255).permute(1, 2, 0).to(dtypes.uint8)
    pillow_image("save_image").fromarray(pixels.contiguous().numpy()).save(fp, format=format)
