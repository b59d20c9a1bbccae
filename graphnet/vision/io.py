"""Images in files as tensors, and back: ``torchvision.io``. Pillow reads and writes them.

A tensor of an image is ``uint8``, (channels, height, width).
"""

from __future__ import annotations

import io
import os
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, DtypeError, GraphnetError, ShapeError
from graphnet.functions.buffers import frombuffer
from graphnet.functions.creation import from_numpy
from graphnet.vision.pillow import pillow_image

__all__ = [
    "ImageReadMode",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "read_file",
    "read_image",
    "write_file",
    "write_jpeg",
    "write_png",
]


class ImageError(GraphnetError, RuntimeError):
    """A file that is not there, or holds no image."""


class ImageReadMode(Enum):
    """What an image becomes as it is read: its own channels, or those that are named."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


_PILLOW_MODES = {
    ImageReadMode.GRAY: "L",
    ImageReadMode.GRAY_ALPHA: "LA",
    ImageReadMode.RGB: "RGB",
    ImageReadMode.RGB_ALPHA: "RGBA",
}


def read_file(path: str | os.PathLike[str]) -> Tensor:
    """The bytes of a file, as a vector.

    Raises:
        ImageError: (a RuntimeError) there is no such file.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"[Errno {error.errno}] {error.strerror}: '{path}'") from error
    return frombuffer(bytearray(content), dtype=dtypes.uint8)


def write_file(filename: str | os.PathLike[str], data: Tensor) -> None:
    """Write a vector of bytes to a file."""
    Path(filename).write_bytes(data.numpy().tobytes())


def decode_image(
    input: Tensor | str | os.PathLike[str],
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Tensor:
    """The image that bytes, or a file, hold.

    Args:
        input: a vector of bytes, or the path of a file.
        mode: what it becomes, or its name: ``"RGB"``.
        apply_exif_orientation: whether it is turned as the camera says.

    Raises:
        ArgumentError: (a TypeError) it is neither.
        ImageError: (a RuntimeError) there is no image.
    """
    image_module = pillow_image("reading images")
    data = input if isinstance(input, Tensor) else read_file(input)
    if data.dtype is not dtypes.uint8 or data.dim() != 1:
        raise ArgumentError(
            f"decode_image: expected a vector of uint8, but got one of {data.dtype} with shape "
            f"{list(data.shape)}"
        )
    kind = ImageReadMode[mode.upper()] if isinstance(mode, str) else mode
    try:
        with image_module.open(io.BytesIO(data.numpy().tobytes())) as image:
            if apply_exif_orientation:
                from PIL import ImageOps

                image = ImageOps.exif_transpose(image)
            wanted = _PILLOW_MODES.get(kind, "RGB" if image.mode in ("P", "CMYK") else image.mode)
            pixels: Any = np.array(image.convert("L" if wanted == "1" else wanted))
    except image_module.UnidentifiedImageError as error:
        raise ImageError("decode_image: these bytes are no image that Pillow knows") from error
    planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, 2, 0)
    return from_numpy(np.ascontiguousarray(planes))


def read_image(
    path: str | os.PathLike[str],
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Tensor:
    """The image in a file: :func:`decode_image`."""
    return decode_image(read_file(path), mode, apply_exif_orientation)


def decode_png(
    input: Tensor,
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Tensor:
    """The image that the bytes of a PNG file hold."""
    return decode_image(input, mode, apply_exif_orientation)


decode_jpeg = decode_png


def _write(image: Tensor, filename: Any, kind: str, **options: Any) -> None:
    if image.dtype is not dtypes.uint8:
        raise DtypeError(f"write: Input tensor dtype should be uint8, but it is {image.dtype}")
    if image.dim() != 3 or image.shape[0] not in (1, 3):
        raise ShapeError(
            f"write: the image must be (1, H, W) or (3, H, W), but its shape is {list(image.shape)}"
        )
    rows = image.permute(1, 2, 0).numpy()
    array = rows[..., 0] if rows.shape[2] == 1 else rows
    pillow_image("writing images").fromarray(np.ascontiguousarray(array)).save(
        filename, format=kind, **options
    )


def write_png(input: Tensor, filename: str | os.PathLike[str], compression_level: int = 6) -> None:
    """Write an image as a PNG file."""
    _write(input, filename, "PNG", compress_level=compression_level)


def write_jpeg(input: Tensor, filename: str | os.PathLike[str], quality: int = 75) -> None:
    """Write an image as a JPEG file."""
    _write(input, filename, "JPEG", quality=quality)
