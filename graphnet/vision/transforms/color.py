"""Transforms of the values of pixels."""

from __future__ import annotations

from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.nn import Module
from graphnet.vision.transforms import functional as F


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
