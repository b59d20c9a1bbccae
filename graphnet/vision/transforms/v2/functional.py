"""Transforms as functions, by their newer names: ``torchvision.transforms.v2.functional``."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.functions.creation import from_numpy
from graphnet.functions.shaping import permute
from graphnet.vision.pillow import is_pil_image
from graphnet.vision.transforms.conversion import convert_image_dtype
from graphnet.vision.transforms.functional import (
    InterpolationMode,
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    center_crop,
    crop,
    erase,
    gaussian_blur,
    get_dimensions,
    get_image_size,
    hflip,
    invert,
    normalize,
    pad,
    pil_to_tensor,
    resize,
    resized_crop,
    rgb_to_grayscale,
    rotate,
    solarize,
    to_pil_image,
    to_tensor,
    vflip,
)

__all__ = [
    "InterpolationMode",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "center_crop",
    "crop",
    "erase",
    "gaussian_blur",
    "get_dimensions",
    "get_image_size",
    "get_size",
    "grayscale_to_rgb",
    "hflip",
    "horizontal_flip",
    "invert",
    "normalize",
    "pad",
    "pil_to_tensor",
    "resize",
    "resized_crop",
    "rgb_to_grayscale",
    "rotate",
    "solarize",
    "to_dtype",
    "to_dtype_image",
    "to_image",
    "to_pil_image",
    "to_tensor",
    "vertical_flip",
    "vflip",
]

horizontal_flip, vertical_flip = hflip, vflip


def get_size(inpt: Any) -> list[int]:
    """Height and width of an image."""
    return get_dimensions(inpt)[-2:]


def to_image(inpt: Any) -> Tensor:
    """A PIL image, an array or a tensor as a tensor whose channels come first.

    Raises:
        ArgumentError: (a TypeError) it is something else.

    >>> import numpy as np
    >>> from graphnet.vision.transforms.v2 import functional
    >>> functional.to_image(np.zeros((4, 5, 3), "uint8")).shape
    torch.Size([3, 4, 5])
    """
    if isinstance(inpt, np.ndarray):
        array = inpt if inpt.ndim > 2 else inpt[..., None]
        image: Tensor = permute(from_numpy(array), (2, 0, 1)).contiguous()
        return image
    if is_pil_image(inpt):
        return pil_to_tensor(inpt)
    if isinstance(inpt, Tensor):
        return inpt
    raise ArgumentError(
        "Input can either be a pure Tensor, a numpy array, or a PIL image, but got "
        f"{type(inpt)} instead."
    )


def to_dtype(inpt: Tensor, dtype: dtypes.dtype = dtypes.float32, scale: bool = False) -> Tensor:
    """A tensor in another dtype; with ``scale`` its range of numbers is made that of images."""
    return convert_image_dtype(inpt, dtype) if scale else inpt.to(dtype)


def to_dtype_image(
    image: Tensor, dtype: dtypes.dtype = dtypes.float32, scale: bool = False
) -> Tensor:
    """The same."""
    return to_dtype(image, dtype, scale)


def grayscale_to_rgb(inpt: Any) -> Any:
    """An image of three channels: its own, or three times the one that it has."""
    if is_pil_image(inpt):
        return inpt.convert("RGB")
    return inpt if inpt.shape[-3] >= 3 else inpt.repeat_interleave(3, -3)
