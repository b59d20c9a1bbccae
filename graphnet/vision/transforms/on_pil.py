"""Geometry and colour of PIL images, by Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.errors import ValueRangeError
from graphnet.vision.pillow import pillow_image
from graphnet.vision.transforms import resampling
from graphnet.vision.transforms.interpolation import InterpolationMode, pillow_number

Fill = float | Sequence[float] | None


def dimensions(image: Any) -> tuple[int, int, int]:
    """Channels, height and width."""
    return len(image.getbands()), image.height, image.width


def pad(image: Any, sides: tuple[int, int, int, int], fill: Fill, mode: str) -> Any:
    """Add (or, where negative, take away) pixels left, top, right and bottom."""
    left, top, right, bottom = sides
    if mode == "constant":
        size = (image.width + left + right, image.height + top + bottom)
        module = pillow_image("pad")
        padded = module.new(image.mode, size, _colour(image, fill))
        padded.paste(image, (left, top))
    else:
        rows = resampling.padded_index(image.height, top, bottom, mode)
        columns = resampling.padded_index(image.width, left, right, mode)
        pixels = np.asarray(image)[rows[:, None], columns]
        size = (pixels.shape[1], pixels.shape[0])
        padded = pillow_image("pad").frombytes(image.mode, size, _packed(pixels))
    if image.mode == "P":
        padded.putpalette(image.getpalette())
    return padded


def crop(image: Any, top: int, left: int, height: int, width: int) -> Any:
    """A window, zero where it reaches over the edges."""
    return image.crop((left, top, left + width, top + height))


def resize(image: Any, size: tuple[int, int], mode: InterpolationMode, smooth: bool) -> Any:
    """Resample to (height, width). Pillow smooths whatever ``smooth`` says."""
    del smooth
    return image.resize((size[1], size[0]), pillow_number(mode))


def rotate(
    image: Any,
    angle: float,
    mode: InterpolationMode,
    expand: bool,
    center: Sequence[float] | None,
    fill: Fill,
) -> Any:
    """Turn counter-clockwise."""
    return image.rotate(angle, pillow_number(mode), expand, center, fillcolor=_colour(image, fill))


def hflip(image: Any) -> Any:
    """Left to right."""
    return image.transpose(pillow_image("hflip").Transpose.FLIP_LEFT_RIGHT)


def vflip(image: Any) -> Any:
    """Top to bottom."""
    return image.transpose(pillow_image("vflip").Transpose.FLIP_TOP_BOTTOM)


def grayscale(image: Any, channels: int) -> Any:
    """The luma, as mode "L" or as "RGB" of three equal channels."""
    grey = image.convert("L")
    return grey if channels == 1 else pillow_image("grayscale").merge("RGB", (grey, grey, grey))


def _colour(image: Any, fill: Fill) -> Any:
    """``fill`` as Pillow wants it for this image: a number, or a tuple of one for each channel."""
    channels = len(image.getbands())
    values = tuple(fill) if isinstance(fill, Sequence) else (0 if fill is None else fill,)
    if len(values) == 1:
        values *= channels
    if len(values) != channels:
        raise ValueRangeError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(values)} != {channels})"
        )
    if image.mode != "F":
        values = tuple(int(value) for value in values)
    return values[0] if channels == 1 else values


def _packed(pixels: np.ndarray[Any, Any]) -> bytes:
    """Pixels in the layout of Pillow's raw format for their mode; that of "1" has bits."""
    if pixels.dtype == np.bool_:
        return np.packbits(pixels, axis=-1).tobytes()
    return np.ascontiguousarray(pixels).tobytes()
