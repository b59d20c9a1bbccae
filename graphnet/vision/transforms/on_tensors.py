"""Geometry and colour of images that are tensors: ``(..., C, H, W)``, computed by operations."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.dtypes import dtype as DType
from graphnet.dtypes import float32, float64, iinfo, uint8
from graphnet.errors import ArgumentError, ShapeError, ValueRangeError
from graphnet.nn import functional
from graphnet.vision.transforms import resampling
from graphnet.vision.transforms.conversion import convert_image_dtype
from graphnet.vision.transforms.interpolation import InterpolationMode

Fill = float | Sequence[float] | None
_LUMA = (0.2989, 0.587, 0.114)


def dimensions(image: Tensor) -> tuple[int, int, int]:
    """Channels, height and width. Raises TypeError below two dimensions."""
    if image.dim() < 2:
        raise ArgumentError(
            f"Tensor is not a torch image: it has shape {tuple(image.shape)}, wanted (..., H, W)"
        )
    channels = 1 if image.dim() == 2 else image.shape[-3]
    return channels, image.shape[-2], image.shape[-1]


def pad(image: Tensor, sides: tuple[int, int, int, int], fill: Fill, mode: str) -> Tensor:
    """Add (or, where negative, take away) pixels left, top, right and bottom."""
    left, top, right, bottom = sides
    _, height, width = dimensions(image)
    rows = resampling.padded_index(height, top, bottom, mode)
    columns = resampling.padded_index(width, left, right, mode)
    return _window(image, rows, columns, fill)


def crop(image: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    """A window, zero where it reaches over the edges."""
    _, own_height, own_width = dimensions(image)
    rows = resampling.cropped_index(own_height, top, height)
    columns = resampling.cropped_index(own_width, left, width)
    return _window(image, rows, columns, 0)


def resize(image: Tensor, size: tuple[int, int], mode: InterpolationMode, smooth: bool) -> Tensor:
    """Resample to (height, width). Integer images are computed in float32 and rounded.

    Raises RuntimeError where there is nothing to resample, and NotImplementedError for modes that
    tensors do not have.
    """
    _, height, width = dimensions(image)
    if min(height, width, *size) <= 0:
        raise ShapeError(
            "Input and output sizes should be greater than 0, but got input "
            f"(H: {height}, W: {width}) output (H: {size[0]}, W: {size[1]})"
        )
    if mode in (InterpolationMode.NEAREST, InterpolationMode.NEAREST_EXACT):
        exact = mode is InterpolationMode.NEAREST_EXACT
        rows = resampling.nearest_index(height, size[0], exact)
        return _window(image, rows, resampling.nearest_index(width, size[1], exact), 0)
    if mode.value not in resampling.SMOOTH_MODES:
        raise NotImplementedError(f"tensors can't be resized with interpolation {mode.value!r}")
    values = _as_real(image)
    kind = values.dtype
    down = resampling.weights(height, size[0], mode.value, smooth)
    across = resampling.weights(width, size[1], mode.value, smooth)
    resized = fn.tensor(down, dtype=kind) @ values @ fn.tensor(across.T.copy(), dtype=kind)
    if mode is InterpolationMode.BICUBIC and image.dtype == uint8:
        resized = resized.clamp(0, 255)
    return _as_before(resized, image)


def rotate(
    image: Tensor,
    angle: float,
    mode: InterpolationMode,
    expand: bool,
    center: Sequence[float] | None,
    fill: Fill,
) -> Tensor:
    """Turn counter-clockwise. Raises ValueError for modes other than nearest and bilinear."""
    channels, height, width = dimensions(image)
    if isinstance(fill, Sequence) and len(fill) not in (1, channels):
        raise ValueRangeError(
            "The number of elements in 'fill' cannot broadcast to match the number of channels of "
            f"the image ({len(fill)} != {channels})"
        )
    precision = np.float64 if image.dtype == float64 else np.float32
    places = resampling.Rotation.of(
        width, height, angle, expand=expand, center=center, precision=precision
    )
    if mode is InterpolationMode.NEAREST:
        return _pick(image, np.rint(places.x), np.rint(places.y), fill)
    if mode is InterpolationMode.BILINEAR:
        return _blend(image, places, fill)
    raise ValueRangeError(f"Interpolation mode '{mode.value}' is unsupported with Tensor input")


def hflip(image: Tensor) -> Tensor:
    """Left to right."""
    dimensions(image)
    flipped: Tensor = image.flip(-1)
    return flipped


def vflip(image: Tensor) -> Tensor:
    """Top to bottom."""
    dimensions(image)
    flipped: Tensor = image.flip(-2)
    return flipped


def grayscale(image: Tensor, channels: int) -> Tensor:
    """The luma of an RGB image, in one channel or three equal ones."""
    if image.dim() < 3:
        raise ArgumentError(
            f"Input image tensor should have at least 3 dimensions, but found {image.dim()}"
        )
    if image.shape[-3] not in (1, 3):
        raise ArgumentError(
            f"Input image tensor permitted channel values are [1, 3], but found {image.shape[-3]}"
        )
    grey: Tensor
    if image.shape[-3] == 3:
        red, green, blue = (image.select(-3, channel) for channel in range(3))
        luma = _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue
        grey = luma.to(image.dtype).unsqueeze(-3)
    else:
        grey = image.clone()
    if channels > 1:
        grey = grey.expand(*image.shape[:-3], channels, *image.shape[-2:])
    return grey


def normalize(image: Tensor, mean: Any, std: Any, inplace: bool) -> Tensor:
    """``(image - mean) / std`` by channel.

    Raises TypeError for integers and ValueError for fewer than three dimensions or a zero ``std``.
    """
    if not image.is_floating_point():
        raise ArgumentError(f"Input tensor should be a float tensor. Got {image.dtype}.")
    if image.dim() < 3:
        raise ValueRangeError(
            "Expected tensor to be a tensor image of size (..., C, H, W). "
            f"Got tensor.size() = {image.size()}"
        )
    middle, spread = _by_channel(mean, image), _by_channel(std, image)
    if not isinstance(std, Tensor) and 0 in np.asarray(std):
        raise ValueRangeError(
            f"std evaluated to zero after conversion to {image.dtype}, leading to division by zero."
        )
    for name, values in (("mean", middle), ("std", spread)):
        if values.dim() == 3 and values.shape[0] not in (1, image.shape[-3]):
            raise ShapeError(
                f"normalize: {name} has {values.shape[0]} channels, the image {image.shape[-3]}"
            )
    made: Tensor = image.sub_(middle).div_(spread) if inplace else (image - middle) / spread
    return made


def brightness(image: Tensor, factor: float) -> Tensor:
    """Between black (0), the image (1) and beyond."""
    _check_channels(image)
    return _mixed(image, fn.zeros_like(image), factor)


def contrast(image: Tensor, factor: float) -> Tensor:
    """Between its mean grey (0), the image (1) and beyond."""
    greys = grayscale(image, 1) if _check_channels(image) == 3 else image
    return _mixed(image, _as_real(greys).mean((-3, -2, -1), keepdim=True), factor)


def saturation(image: Tensor, factor: float) -> Tensor:
    """Between its greys (0), the image (1) and beyond."""
    if _check_channels(image) == 1:
        return image
    return _mixed(image, grayscale(image, 1), factor)


def hue(image: Tensor, turn: float) -> Tensor:
    """Colours moved along the circle by a part of a turn."""
    if _check_channels(image) == 1:
        return image
    hues, saturations, values = hsv(convert_image_dtype(image, float32))
    turned = rgb((hues + turn) % 1.0, saturations, values)
    return convert_image_dtype(turned, image.dtype)


def gamma(image: Tensor, power: float, gain: float) -> Tensor:
    """``gain * image ** power``, of values from 0 to 1."""
    _check_channels(image)
    real = image if image.is_floating_point() else convert_image_dtype(image, float32)
    return convert_image_dtype((gain * real.pow(power)).clamp(0, 1), image.dtype)


def invert(image: Tensor) -> Tensor:
    """The negative."""
    _check_channels(image)
    negative: Tensor = _white(image) - image
    return negative


def solarize(image: Tensor, threshold: float) -> Tensor:
    """The negative of the values from ``threshold`` on."""
    if threshold > _white(image):
        raise ArgumentError("Threshold should be less than bound of img.")
    solarized: Tensor = fn.where(image >= threshold, invert(image), image)
    return solarized


def blur(image: Tensor, kernel_size: Sequence[int], sigma: Sequence[float]) -> Tensor:
    """Convolve each channel with a Gaussian; what lies outside is mirrored."""
    real = _as_real(image)
    across, down = (
        _bell(size, deviation, real.dtype)
        for size, deviation in zip(kernel_size, sigma, strict=True)
    )
    channels = dimensions(image)[0]
    kernel = (down / down.sum())[:, None] @ (across / across.sum())[None, :]
    x, y = (size // 2 for size in kernel_size)
    images = real.reshape(-1, channels, *image.shape[-2:])
    padded = functional.pad(images, (x, x, y, y), mode="reflect")
    kernels = kernel.expand(channels, 1, -1, -1)
    return _as_before(functional.conv2d(padded, kernels, groups=channels).view_as(image), image)


def _bell(size: int, deviation: float, kind: DType) -> Tensor:
    reach = (size - 1) * 0.5
    places = fn.linspace(-reach, reach, size, dtype=kind) / deviation
    heights: Tensor = (-0.5 * places.pow(2)).exp()
    return heights


def hsv(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Hues, from 0 to 1 around the circle from red to red, saturations and values of colours."""
    red, green, blue = image.unbind(-3)
    values, lowest = image.amax(-3), image.amin(-3)
    spread, is_grey = values - lowest, values == lowest
    divisor = fn.where(is_grey, 1.0, spread)
    r, g, b = ((values - channel) / divisor for channel in (red, green, blue))
    sixths = fn.where(values == red, b - g, fn.where(values == green, 2.0 + r - b, 4.0 + g - r))
    return (sixths / 6.0 + 1.0).fmod(1.0), spread / fn.where(is_grey, 1.0, values), values


def rgb(hues: Tensor, saturations: Tensor, values: Tensor) -> Tensor:
    """The colours of these hues, saturations and values; the inverse of :func:`hsv`."""
    sixth = (hues * 6.0).floor()
    rest = hues * 6.0 - sixth
    low = (values * (1.0 - saturations)).clamp(0.0, 1.0)
    falling = (values * (1.0 - saturations * rest)).clamp(0.0, 1.0)
    rising = (values * (1.0 - saturations * (1.0 - rest))).clamp(0.0, 1.0)
    # Each channel goes through the same six sixths, a third of the circle behind the one before.
    course = [values, falling, low, low, rising, values]
    place = (sixth % 6).long().unsqueeze(-3)
    channels = (fn.stack(course[-turn:] + course[:-turn], -3) for turn in (6, 2, 4))
    return fn.cat([channel.gather(-3, place) for channel in channels], -3)


def _check_channels(image: Tensor) -> int:
    channels = dimensions(image)[0]
    if channels not in (1, 3):
        raise ArgumentError(
            f"Input image tensor permitted channel values are [1, 3], but found {channels}"
        )
    return channels


def _white(image: Tensor) -> float:
    """The greatest value of an image of this dtype."""
    return 1.0 if image.is_floating_point() else iinfo(image.dtype).max


def _mixed(image: Tensor, other: Tensor, factor: float) -> Tensor:
    """The image at a factor of 1, the other at 0, what lies between them or beyond."""
    mixed = factor * image + (1.0 - factor) * other
    image_again: Tensor = mixed.clamp(0, _white(image)).to(image.dtype)
    return image_again


def _by_channel(values: Any, image: Tensor) -> Tensor:
    """The values, one or one for each channel, as a tensor that goes with the image's."""
    if isinstance(values, list | tuple):
        return _constant(tuple(values), image.dtype)
    return _as_column(fn.as_tensor(values, dtype=image.dtype))


@functools.lru_cache(maxsize=32)
def _constant(values: tuple[float, ...], dtype: DType) -> Tensor:
    """The same tensor for every image of a dataset: making it takes as long as using it."""
    return fn.tensor(np.reshape(values, (-1, 1, 1)), dtype=dtype)


def _as_column(values: Tensor) -> Tensor:
    """One value for each channel as (C, 1, 1)."""
    column: Tensor = values.reshape(-1, 1, 1) if values.dim() == 1 else values
    return column


def _as_real(image: Tensor) -> Tensor:
    real: Tensor = image if image.dtype in (float32, float64) else image.to(float32)
    return real


def _as_before(values: Tensor, image: Tensor) -> Tensor:
    """Computed values in the type of the image they were computed from."""
    rounded = values if image.is_floating_point() else values.round()
    made: Tensor = rounded.to(image.dtype)
    return made


def _window(image: Tensor, rows: Any, columns: Any, fill: Fill) -> Tensor:
    """The pixels at these rows and columns; ``fill`` where either is OUTSIDE.

    The positions are data, not part of the operation, so that random crops are all one program.
    """
    known_rows, known_columns = rows != resampling.OUTSIDE, columns != resampling.OUTSIDE
    picked: Tensor = image.index_select(-2, fn.from_numpy(np.maximum(rows, 0)))
    picked = picked.index_select(-1, fn.from_numpy(np.maximum(columns, 0)))
    if known_rows.all() and known_columns.all():
        return picked
    known = fn.from_numpy(known_rows[:, None] & known_columns)
    filled: Tensor = fn.where(known, picked, _fill_for(picked, fill))
    return filled


def _fill_for(image: Tensor, fill: Fill) -> Tensor:
    return _as_column(fn.tensor(0 if fill is None else fill, dtype=image.dtype))


def _pick(image: Tensor, x: Any, y: Any, fill: Fill) -> Tensor:
    """The pixel at each (whole) position; ``fill`` outside the image."""
    _, height, width = dimensions(image)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    index = np.where(inside, y * width + x, 0).astype(np.int64)
    flat = image.reshape(*image.shape[:-2], height * width)
    picked = flat.index_select(-1, fn.from_numpy(index.ravel()))
    picked = picked.reshape(*image.shape[:-2], *x.shape)
    filled: Tensor = fn.where(fn.from_numpy(inside), picked, _fill_for(picked, fill))
    return filled


def _blend(image: Tensor, places: resampling.Rotation, fill: Fill) -> Tensor:
    """The weighted four pixels around each position; pixels outside count as ``fill``."""
    _, height, width = dimensions(image)
    values = _as_real(image)
    left, top = np.floor(places.x), np.floor(places.y)
    blended: Any = 0
    covered: Any = 0
    for right_by, down_by in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = left + right_by, top + down_by
        share = (1 - np.abs(places.x - x)) * (1 - np.abs(places.y - y))
        share = np.where((x >= 0) & (x < width) & (y >= 0) & (y < height), share, 0)
        weight = fn.tensor(share, dtype=values.dtype)
        blended = blended + _pick(values, x, y, 0) * weight
        covered = covered + weight
    if fill is not None:
        blended = blended * covered + (1.0 - covered) * _fill_for(values, fill)
    return _as_before(blended, image)
