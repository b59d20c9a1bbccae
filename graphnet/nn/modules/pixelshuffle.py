"""Layers that turn channels into pixels and back."""

from __future__ import annotations

from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured


@dataclass(eq=False, repr=False)
class PixelShuffle(Configured):
    """Makes a larger image of more channels: ``r * r`` of them become a square of pixels.

    Args:
        upscale_factor: ``r``, by which height and width grow.

    Shapes: ``(*, C * r * r, H, W)`` to ``(*, C, H * r, W * r)``. Source: Shi et al. 2016,
    "Real-time single image and video super-resolution"; PyTorch's page "PixelShuffle".

    >>> import graphnet as torch
    >>> torch.nn.PixelShuffle(3)(torch.ones(1, 9, 4, 4)).shape
    torch.Size([1, 1, 12, 12])
    """

    upscale_factor: int

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)


@dataclass(eq=False, repr=False)
class PixelUnshuffle(Configured):
    """Makes more channels of an image: a square of ``r * r`` pixels becomes as many channels.

    Args:
        downscale_factor: ``r``, by which height and width shrink.

    Shapes: ``(*, C, H * r, W * r)`` to ``(*, C * r * r, H, W)``. Source: PyTorch's page
    "PixelUnshuffle".

    >>> import graphnet as torch
    >>> torch.nn.PixelUnshuffle(3)(torch.ones(1, 1, 12, 12)).shape
    torch.Size([1, 9, 4, 4])
    """

    downscale_factor: int

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)
