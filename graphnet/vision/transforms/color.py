"""Transforms of the values of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.nn import Module
from graphnet.vision.transforms import functional as F

Range: TypeAlias = tuple[float, float] | None


class Normalize(Module):
    """``(image - mean) / std`` of a tensor image, with a ``mean`` and ``std`` for each channel.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms import Normalize
    >>> Normalize((0.5,), (0.25,))(torch.tensor([[[0.0, 0.5, 1.0]]]))
    tensor([[[-2.,  0.,  2.]]])
    """

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        super().__init__()
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def forward(self, tensor: Tensor) -> Tensor:
        """Normalise."""
        return F.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class Grayscale(Module):
    """The grey of a colour image, in one channel or three equal ones."""

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        """Convert."""
        return F.rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class ColorJitter(Module):
    """Brightness, contrast, saturation and hue changed by random factors, in random order.

    Each is a range of factors, or a number: how far from 1 they may be, and from 0 for the hue.

    >>> from graphnet.vision.transforms import ColorJitter
    >>> ColorJitter(brightness=0.5, hue=0.1)
    ColorJitter(brightness=(0.5, 1.5), contrast=None, saturation=None, hue=(-0.1, 0.1))
    """

    def __init__(
        self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0
    ) -> None:
        super().__init__()
        self.brightness = _range("brightness", brightness)
        self.contrast = _range("contrast", contrast)
        self.saturation = _range("saturation", saturation)
        self.hue = _range("hue", hue, center=0, bound=(-0.5, 0.5))

    @staticmethod
    def get_params(
        brightness: Range, contrast: Range, saturation: Range, hue: Range
    ) -> tuple[Tensor, float | None, float | None, float | None, float | None]:
        """The order of the four changes, and a factor for each; None where nothing changes."""
        order = fn.randperm(4)
        b, c, s, h = (
            None if each is None else float(fn.empty(1).uniform_(*each))
            for each in (brightness, contrast, saturation, hue)
        )
        return order, b, c, s, h

    def forward(self, img: Any) -> Any:
        """Change the colours."""
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        changes = F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue
        for which in order.tolist():
            factor = factors[which]
            if factor is not None:
                img = changes[which](img, factor)
        return img

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(brightness={self.brightness}, contrast={self.contrast}, "
            f"saturation={self.saturation}, hue={self.hue})"
        )


def _range(
    name: str, value: Any, center: float = 1, bound: tuple[float, float] = (0, float("inf"))
) -> Range:
    """The factors that ``value`` allows; None if only the one that changes nothing."""
    if isinstance(value, int | float):
        if value < 0:
            raise ValueRangeError(f"If {name} is a single number, it must be non negative.")
        low, high = center - float(value), center + float(value)
        low = max(low, 0.0) if bound[0] == 0 else low
    elif isinstance(value, tuple | list) and len(value) == 2:
        low, high = map(float, value)
    else:
        raise ArgumentError(f"{name} should be a single number or a list/tuple with length 2.")
    if not bound[0] <= low <= high <= bound[1]:
        raise ValueRangeError(f"{name} values should be between {bound}, but got {[low, high]}.")
    return None if low == high == center else (low, high)


class GaussianBlur(Module):
    """Convolution with a Gaussian whose deviation is drawn from a range."""

    def __init__(self, kernel_size: int | Sequence[int], sigma: Any = (0.1, 2.0)) -> None:
        super().__init__()
        self.kernel_size = F.as_size(
            kernel_size, "Kernel size should be a tuple/list of two integers"
        )
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ValueRangeError("Kernel size value should be an odd and positive number.")
        if isinstance(sigma, int | float):
            if sigma <= 0:
                raise ValueRangeError("If sigma is a single number, it must be positive.")
            sigma = sigma, sigma
        elif not (isinstance(sigma, Sequence) and len(sigma) == 2):
            raise ValueRangeError("sigma should be a single number or a list/tuple with length 2.")
        elif not 0.0 < sigma[0] <= sigma[1]:
            raise ValueRangeError("sigma values should be positive and of the form (min, max).")
        self.sigma = sigma

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """A deviation."""
        return float(fn.empty(1).uniform_(sigma_min, sigma_max))

    def forward(self, img: Any) -> Any:
        """Blur."""
        sigma = self.get_params(self.sigma[0], self.sigma[1])
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])

    def __repr__(self) -> str:
        return f"{type(self).__name__}(kernel_size={self.kernel_size}, sigma={self.sigma})"


class RandomInvert(Module):
    """With probability ``p``, the negative of an image."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        """Invert, or not."""
        return F.invert(img) if fn.rand(1).item() < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomSolarize(Module):
    """With probability ``p``, the negative of the values from ``threshold`` on."""

    def __init__(self, threshold: float, p: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold
        self.p = p

    def forward(self, img: Any) -> Any:
        """Solarise, or not."""
        return F.solarize(img, self.threshold) if fn.rand(1).item() < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(threshold={self.threshold},p={self.p})"


class RandomGrayscale(Module):
    """With probability ``p``, the grey of an image, in as many channels as it had."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        """Convert, or not."""
        channels = F.get_image_num_channels(img)
        if fn.rand(1).item() < self.p:
            return F.rgb_to_grayscale(img, channels)
        return img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"
