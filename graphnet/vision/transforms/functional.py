"""Transforms as functions of PIL images and tensors: ``torchvision.transforms.functional``.

Raises TypeError for anything that is neither.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.vision.pillow import is_pil_image
from graphnet.vision.transforms import on_pil, on_tensors
from graphnet.vision.transforms.conversion import (
    convert_image_dtype,
    pil_to_tensor,
    to_pil_image,
    to_tensor,
)
from graphnet.vision.transforms.interpolation import InterpolationMode, as_interpolation

__all__ = [
    "InterpolationMode",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "center_crop",
    "convert_image_dtype",
    "crop",
    "erase",
    "gaussian_blur",
    "get_dimensions",
    "get_image_num_channels",
    "get_image_size",
    "hflip",
    "invert",
    "is_pil_image",
    "normalize",
    "pad",
    "pil_to_tensor",
    "resize",
    "resized_crop",
    "rgb_to_grayscale",
    "rotate",
    "solarize",
    "to_grayscale",
    "to_pil_image",
    "to_tensor",
    "vflip",
]

PADDING_MODES = ("constant", "edge", "reflect", "symmetric")


def _family(img: Any) -> ModuleType:
    """The functions for this kind of image."""
    if isinstance(img, Tensor):
        return on_tensors
    if is_pil_image(img):
        return on_pil
    raise ArgumentError(
        f"img should be PIL Image or Tensor. Got {type(img)}",
        cure="put ToTensor() or ToPILImage() first",
    )


def get_dimensions(img: Any) -> list[int]:
    """Channels, height and width of an image.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms.functional import get_dimensions
    >>> get_dimensions(torch.zeros(3, 4, 5))
    [3, 4, 5]
    """
    return list(_family(img).dimensions(img))


def get_image_size(img: Any) -> list[int]:
    """Width and height of an image."""
    _, height, width = get_dimensions(img)
    return [width, height]


def get_image_num_channels(img: Any) -> int:
    """How many channels an image has."""
    return get_dimensions(img)[0]


def normalize(tensor: Any, mean: Any, std: Any, inplace: bool = False) -> Tensor:
    """``(tensor - mean) / std``, channel by channel. Tensors only."""
    if not isinstance(tensor, Tensor):
        raise ArgumentError(f"img should be Tensor Image. Got {type(tensor)}")
    return on_tensors.normalize(tensor, mean, std, inplace)


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """Resize to ``size``: (height, width), or one number for the shorter edge.

    With one number, the longer edge keeps the aspect and is at most ``max_size``.
    """
    mode = as_interpolation(interpolation)
    family = _family(img)
    _, height, width = family.dimensions(img)
    target = _target_size(height, width, size, max_size)
    if target == (height, width):
        return img
    if family is on_pil and antialias is False:
        warnings.warn(
            "Anti-alias option is always applied for PIL Image input. "
            "Argument antialias is ignored.",
            stacklevel=2,
        )
    return family.resize(img, target, mode, bool(antialias))


def pad(
    img: Any,
    padding: int | Sequence[int],
    fill: float | Sequence[float] | None = 0,
    padding_mode: str = "constant",
) -> Any:
    """Add a border: ``padding`` on all sides, or [x, y], or [left, top, right, bottom].

    ``padding_mode`` is constant (``fill``), edge, reflect or symmetric.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms.functional import pad
    >>> pad(torch.tensor([[[1, 2, 3]]]), [2, 0], padding_mode="reflect")
    tensor([[[3, 2, 1, 2, 3, 2, 1]]])
    """
    sides = check_padding(padding)
    check_fill(fill)
    check_padding_mode(padding_mode)
    return _family(img).pad(img, sides, fill, padding_mode)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The window at (top, left); what lies outside the image is zero."""
    return _family(img).crop(img, top, left, height, width)


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The window of ``output_size`` in the middle; a smaller image is padded with zeros."""
    height, width = as_size(output_size)
    _, own_height, own_width = get_dimensions(img)
    spare_x, spare_y = max(width - own_width, 0), max(height - own_height, 0)
    if spare_x or spare_y:
        img = pad(img, [spare_x // 2, spare_y // 2, (spare_x + 1) // 2, (spare_y + 1) // 2], fill=0)
        own_height, own_width = own_height + spare_y, own_width + spare_x
        if (own_height, own_width) == (height, width):
            return img
    return crop(
        img, round((own_height - height) / 2), round((own_width - width) / 2), height, width
    )


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """A window, resized."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def hflip(img: Any) -> Any:
    """Mirror left to right."""
    return _family(img).hflip(img)


def vflip(img: Any) -> Any:
    """Turn upside down, mirrored."""
    return _family(img).vflip(img)


def rotate(
    img: Any,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: float | Sequence[float] | None = None,
) -> Any:
    """Turn by ``angle`` degrees counter-clockwise about ``center`` (x, y; default: the middle).

    ``expand`` enlarges the image so that nothing is cut off; ``fill`` is the colour of the corners.
    """
    mode = as_interpolation(interpolation)
    if not isinstance(angle, int | float):
        raise ArgumentError(f"Argument angle should be int or float, not {type(angle).__name__}")
    if center is not None and not isinstance(center, Sequence):
        raise ArgumentError(f"Argument center should be a sequence, not {type(center).__name__}")
    check_fill(fill)
    return _family(img).rotate(img, angle, mode, expand, center, fill)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """The grey of a colour image, in one channel or three equal ones."""
    if num_output_channels not in (1, 3):
        raise ValueRangeError(
            f"num_output_channels should be either 1 or 3, not {num_output_channels}"
        )
    return _family(img).grayscale(img, num_output_channels)


def to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """As :func:`rgb_to_grayscale`, of PIL images only."""
    if not is_pil_image(img):
        raise ArgumentError(f"Input should be PIL Image. Got {type(img)}")
    return rgb_to_grayscale(img, num_output_channels)


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """Darker below a factor of 1 (black at 0), brighter above."""
    return _family(img).brightness(img, _not_negative("brightness_factor", brightness_factor))


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """Nearer to the mean grey below a factor of 1 (grey at 0), farther from it above."""
    return _family(img).contrast(img, _not_negative("contrast_factor", contrast_factor))


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """Paler below a factor of 1 (greys at 0), more colourful above."""
    return _family(img).saturation(img, _not_negative("saturation_factor", saturation_factor))


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """Move colours along the circle of hues, from -0.5 to 0.5 of a turn."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueRangeError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    return _family(img).hue(img, hue_factor)


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    """``gain * img ** gamma``, of values from 0 to 1.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms.functional import adjust_gamma
    >>> adjust_gamma(torch.tensor([[[0.25, 0.5]]]), 2)
    tensor([[[0.0625, 0.2500]]])
    """
    if gamma < 0:
        raise ValueRangeError("Gamma should be a non-negative real number")
    return _family(img).gamma(img, gamma, gain)


def invert(img: Any) -> Any:
    """The negative."""
    return _family(img).invert(img)


def solarize(img: Any, threshold: float) -> Any:
    """The negative of the values from ``threshold`` on."""
    return _family(img).solarize(img, threshold)


def gaussian_blur(
    img: Any, kernel_size: int | Sequence[int], sigma: float | Sequence[float] | None = None
) -> Any:
    """Convolve with a Gaussian of ``kernel_size`` (x, y) and deviation ``sigma`` (x, y).

    By default ``sigma`` is 0.15 times the size and 0.35.
    """
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    if len(sizes) != 2:
        raise ValueRangeError(
            f"If kernel_size is a sequence its length should be 2. Got {len(sizes)}"
        )
    if any(size % 2 == 0 or size < 0 for size in sizes):
        raise ValueRangeError(
            f"kernel_size should have odd and positive integers. Got {kernel_size}"
        )
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    deviations = list(sigma) if isinstance(sigma, Sequence) else [sigma]
    if len(deviations) not in (1, 2):
        raise ValueRangeError(
            f"If sigma is a sequence, its length should be 2. Got {len(deviations)}"
        )
    if min(deviations) <= 0:
        raise ValueRangeError(f"sigma should have positive values. Got {sigma}")
    return _family(img).blur(img, sizes, deviations * (3 - len(deviations)))


def erase(img: Any, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Tensor:
    """Store ``v`` in the window of height ``h`` and width ``w`` at (i, j). Tensors only."""
    if not isinstance(img, Tensor):
        raise ArgumentError(f"img should be Tensor Image. Got {type(img)}")
    erased = img if inplace else img.clone()
    erased[..., i : i + h, j : j + w] = v
    return erased


def _not_negative(name: str, factor: float) -> float:
    if factor < 0:
        raise ValueRangeError(f"{name} ({factor}) is not non-negative.")
    return factor


def as_size(
    size: Any, message: str = "Please provide only two dimensions (h, w) for size."
) -> tuple[int, int]:
    """(height, width) from one number or one or two of them. Raises ValueError for more."""
    if isinstance(size, int | float):
        return int(size), int(size)
    if isinstance(size, Sequence) and len(size) == 1:
        return size[0], size[0]
    if len(size) != 2:
        raise ValueRangeError(f"{message} Got {size}")
    return size[0], size[1]


def check_padding(padding: Any) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) from any way to write it. Raises TypeError and ValueError."""
    if isinstance(padding, int):
        return padding, padding, padding, padding
    if not isinstance(padding, tuple | list):
        raise ArgumentError(f"Got inappropriate padding arg: {padding!r}")
    if len(padding) == 1:
        return padding[0], padding[0], padding[0], padding[0]
    if len(padding) == 2:
        return padding[0], padding[1], padding[0], padding[1]
    if len(padding) == 4:
        return padding[0], padding[1], padding[2], padding[3]
    raise ValueRangeError(
        f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple"
    )


def check_fill(fill: Any) -> None:
    """Raises TypeError unless this is a colour: a number or a sequence of them."""
    if fill is not None and not isinstance(fill, int | float | tuple | list):
        raise ArgumentError(f"Got inappropriate fill arg: {fill!r}")


def check_padding_mode(mode: Any) -> None:
    """Raises ValueError unless there is such a way to pad."""
    if mode not in PADDING_MODES:
        raise ValueRangeError(
            f"Padding mode should be either constant, edge, reflect or symmetric, not {mode!r}"
        )


def _target_size(height: int, width: int, size: Any, max_size: int | None) -> tuple[int, int]:
    """The (height, width) that ``size`` asks of an image of this height and width."""
    wanted = [size] if isinstance(size, int) else list(size)
    if len(wanted) == 2:
        if max_size is not None:
            raise ValueRangeError(
                "max_size should only be passed if size specifies the length of the smaller edge, "
                "i.e. size should be an int or a sequence of length 1"
            )
        return wanted[0], wanted[1]
    if len(wanted) != 1:
        raise ValueRangeError(
            f"Size must be an int or a 1 or 2 element tuple/list, not a {len(wanted)} element "
            "tuple/list"
        )
    short, long = wanted[0], int(wanted[0] * max(height, width) / min(height, width))
    if max_size is not None:
        if max_size <= short:
            raise ValueRangeError(
                f"max_size = {max_size} must be strictly greater than the requested size for the "
                f"smaller edge size = {size}"
            )
        if long > max_size:
            short, long = int(max_size * short / long), max_size
    return (long, short) if width <= height else (short, long)
