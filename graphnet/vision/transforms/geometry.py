"""Transforms that move pixels. The random ones draw the numbers torchvision draws."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from graphnet import functions as fn
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.nn import Module
from graphnet.vision.transforms import functional as F
from graphnet.vision.transforms.interpolation import InterpolationMode, as_interpolation

_CROP_ATTEMPTS = 10


def _draw_index(count: int) -> int:
    """A number from 0 to ``count - 1``."""
    return int(fn.randint(0, count, (1,)).item())


class Resize(Module):
    """To ``size``: (height, width), or one number for the shorter edge.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms import Resize
    >>> Resize(8)(torch.zeros(1, 16, 32)).shape
    torch.Size([1, 8, 16])
    """

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: Any = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        if not isinstance(size, int | Sequence):
            raise ArgumentError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueRangeError("If size is a sequence, it should have 1 or 2 values")
        self.size = size
        self.interpolation = as_interpolation(interpolation)
        self.max_size = max_size
        self.antialias = antialias

    def forward(self, img: Any) -> Any:
        """Resize."""
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(size={self.size}, interpolation={self.interpolation.value}, "
            f"max_size={self.max_size}, antialias={self.antialias})"
        )


class CenterCrop(Module):
    """The middle, of ``size`` (height, width); smaller images are padded with zeros."""

    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__()
        self.size = F.as_size(size)

    def forward(self, img: Any) -> Any:
        """Crop."""
        return F.center_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class Pad(Module):
    """A border: see :func:`graphnet.vision.transforms.functional.pad`."""

    def __init__(
        self,
        padding: int | Sequence[int],
        fill: float | Sequence[float] = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        F.check_padding(padding)
        F.check_fill(fill)
        F.check_padding_mode(padding_mode)
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img: Any) -> Any:
        """Pad."""
        return F.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, "
            f"padding_mode={self.padding_mode})"
        )


class RandomCrop(Module):
    """A window of ``size`` (height, width) at a random place, after ``padding`` if any.

    ``pad_if_needed`` pads images that are smaller; otherwise they raise ValueError.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms import RandomCrop
    >>> RandomCrop(32, padding=4)(torch.zeros(3, 32, 32)).shape
    torch.Size([3, 32, 32])
    """

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: float | Sequence[float] = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size = F.as_size(size)
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Draw a window: top, left, height, width."""
        _, height, width = F.get_dimensions(img)
        tall, wide = output_size
        if height < tall or width < wide:
            raise ValueRangeError(
                f"Required crop size {(tall, wide)} is larger than input image size "
                f"{(height, width)}",
                cure="use pad_if_needed=True, or Resize first",
            )
        if (height, width) == (tall, wide):
            return 0, 0, height, width
        top = _draw_index(height - tall + 1)
        left = _draw_index(width - wide + 1)
        return top, left, tall, wide

    def forward(self, img: Any) -> Any:
        """Pad and crop."""
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, height, width = F.get_dimensions(img)
        missing = (max(self.size[1] - width, 0), max(self.size[0] - height, 0))
        if self.pad_if_needed and any(missing):
            img = F.pad(img, missing, self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomResizedCrop(Module):
    """A window of random area and aspect at a random place, resized to ``size``.

    Args:
        size: the output, (height, width).
        scale: the area, between these parts of the whole.
        ratio: width by height, between these; drawn on a logarithmic scale.

    Source: C. Szegedy et al., "Going deeper with convolutions", 2014.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size = F.as_size(size)
        if not isinstance(scale, Sequence):
            raise ArgumentError("Scale should be a sequence")
        if not isinstance(ratio, Sequence):
            raise ArgumentError("Ratio should be a sequence")
        if scale[0] > scale[1] or ratio[0] > ratio[1]:
            warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=2)
        self.scale = scale
        self.ratio = ratio
        self.interpolation = as_interpolation(interpolation)
        self.antialias = antialias

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float]
    ) -> tuple[int, int, int, int]:
        """Draw a window: top, left, height, width. After ten that don't fit, take the middle."""
        _, height, width = F.get_dimensions(img)
        low, high = fn.log(fn.tensor(list(ratio))).tolist()
        for _ in range(_CROP_ATTEMPTS):
            area = height * width * fn.empty(1).uniform_(scale[0], scale[1]).item()
            aspect = fn.exp(fn.empty(1).uniform_(low, high)).item()
            wide = round(math.sqrt(area * aspect))
            tall = round(math.sqrt(area / aspect))
            if 0 < wide <= width and 0 < tall <= height:
                top = _draw_index(height - tall + 1)
                left = _draw_index(width - wide + 1)
                return top, left, tall, wide
        tall, wide = height, width
        if width / height < min(ratio):
            tall = round(width / min(ratio))
        elif width / height > max(ratio):
            wide = round(height * max(ratio))
        return (height - tall) // 2, (width - wide) // 2, tall, wide

    def forward(self, img: Any) -> Any:
        """Crop and resize."""
        window = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, *window, self.size, self.interpolation, self.antialias)

    def __repr__(self) -> str:
        scale = tuple(round(part, 4) for part in self.scale)
        ratio = tuple(round(part, 4) for part in self.ratio)
        return (
            f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias})"
        )


class RandomHorizontalFlip(Module):
    """Mirrored left to right with probability ``p``."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        """Flip, or not."""
        return F.hflip(img) if fn.rand(1).item() < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(Module):
    """Mirrored top to bottom with probability ``p``."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        """Flip, or not."""
        return F.vflip(img) if fn.rand(1).item() < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomRotation(Module):
    """Turned by a random angle: between -``degrees`` and ``degrees``, or between two numbers."""

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: Any = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: float | Sequence[float] | None = 0,
    ) -> None:
        super().__init__()
        if fill is not None and not isinstance(fill, int | float | Sequence):
            raise ArgumentError("Fill should be either a sequence or a number.")
        self.degrees = _angles(degrees)
        if center is not None:
            _check_pair("center", center)
        self.interpolation = as_interpolation(interpolation)
        self.expand = expand
        self.center = center
        self.fill = 0 if fill is None else fill

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """Draw an angle."""
        return float(fn.empty(1).uniform_(float(degrees[0]), float(degrees[1])).item())

    def forward(self, img: Any) -> Any:
        """Turn."""
        angle = self.get_params(self.degrees)
        return F.rotate(img, angle, self.interpolation, self.expand, self.center, self.fill)

    def __repr__(self) -> str:
        center = "" if self.center is None else f", center={self.center}"
        return (
            f"{type(self).__name__}(degrees={self.degrees}, "
            f"interpolation={self.interpolation.value}, expand={self.expand}{center}, "
            f"fill={self.fill})"
        )


def _angles(degrees: Any) -> list[float]:
    if isinstance(degrees, int | float):
        if degrees < 0:
            raise ValueRangeError("If degrees is a single number, it must be positive.")
        return [-float(degrees), float(degrees)]
    _check_pair("degrees", degrees)
    return [float(angle) for angle in degrees]


def _check_pair(name: str, value: Any) -> None:
    if not isinstance(value, Sequence):
        raise ArgumentError(f"{name} should be a sequence of length 2.")
    if len(value) != 2:
        raise ValueRangeError(f"{name} should be a sequence of length 2.")
