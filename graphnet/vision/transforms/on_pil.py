"""Geometry and colour of PIL images, by Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.errors import ValueRangeError
from graphnet.vision.pillow import pillow_image
from graphnet.vision.transforms import on_tensors, resampling
from graphnet.vision.transforms.conversion import pil_to_tensor, to_pil_image
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


def brightness(image: Any, factor: float) -> Any:
    """Between black (0), the image (1) and beyond."""
    return _enhanced("Brightness", image, factor)


def contrast(image: Any, factor: float) -> Any:
    """Between its mean grey (0), the image (1) and beyond."""
    return _enhanced("Contrast", image, factor)


def saturation(image: Any, factor: float) -> Any:
    """Between its greys (0), the image (1) and beyond."""
    return _enhanced("Color", image, factor)


def hue(image: Any, turn: float) -> Any:
    """Colours moved along the circle by a part of a turn."""
    if image.mode in ("1", "I", "F", "L"):
        return image
    hues, *others = image.convert("HSV").split()
    turned = hues.point([(value + int(turn * 255)) % 256 for value in range(256)])
    return pillow_image("hue").merge("HSV", (turned, *others)).convert(image.mode)


def gamma(image: Any, power: float, gain: float) -> Any:
    """``gain * image ** power``, of values from 0 to 1."""
    table = [int((255 + 1 - 1e-3) * gain * (value / 255) ** power) for value in range(256)]
    return image.convert("RGB").point(table * 3).convert(image.mode)


def invert(image: Any) -> Any:
    """The negative."""
    from PIL import ImageOps

    return ImageOps.invert(image)


def solarize(image: Any, threshold: float) -> Any:
    """The negative of the values from ``threshold`` on."""
    from PIL import ImageOps

    return ImageOps.solarize(image, math.ceil(threshold))


def blur(image: Any, kernel_size: Sequence[int], sigma: Sequence[float]) -> Any:
    """Convolved with a Gaussian, as a tensor is."""
    return to_pil_image(on_tensors.blur(pil_to_tensor(image), kernel_size, sigma), mode=image.mode)


def _enhanced(name: str, image: Any, factor: float) -> Any:
    from PIL import ImageEnhance

    return getattr(ImageEnhance, name)(image).enhance(factor)


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
