"""Parts of images taken away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.nn import Module
from graphnet.vision.transforms import functional as F

_ATTEMPTS = 10


class RandomErasing(Module):
    """With probability ``p``, a random window of a tensor image filled.

    Args:
        p: the probability.
        scale: the range of the window's part of the area.
        ratio: the range of its height divided by its width.
        value: a number, one for each channel, or "random" for normal noise.
        inplace: write into the image itself.

    Source: Z. Zhong et al., "Random Erasing Data Augmentation", 2017.
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(value, int | float | str | tuple | list):
            raise ArgumentError("Argument value should be either a number or str or a sequence")
        if isinstance(value, str) and value != "random":
            raise ValueRangeError("If value is str, it should be 'random'")
        if not 0 <= scale[0] <= scale[1] <= 1:
            raise ValueRangeError("Scale should be between 0 and 1")
        if not 0 <= p <= 1:
            raise ValueRangeError("Random erasing probability should be between 0 and 1")
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value = value
        self.inplace = inplace

    @staticmethod
    def get_params(
        img: Tensor,
        scale: Sequence[float],
        ratio: Sequence[float],
        value: Sequence[float] | None = None,
    ) -> tuple[int, int, int, int, Tensor]:
        """Top, left, height and width of a window, and what is stored there: noise for None."""
        channels, height, width = img.shape[-3:]
        narrow, wide = fn.tensor(ratio).log().tolist()
        for _ in range(_ATTEMPTS):
            area = height * width * fn.empty(1).uniform_(scale[0], scale[1]).item()
            aspect = fn.empty(1).uniform_(narrow, wide).exp().item()
            h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if h >= height or w >= width:
                continue
            if value is None:
                stored = fn.empty(channels, h, w).normal_()
            else:
                stored = fn.tensor(value)[:, None, None]
            top = int(fn.randint(0, height - h + 1, (1,)).item())
            left = int(fn.randint(0, width - w + 1, (1,)).item())
            return top, left, h, w, stored
        return 0, 0, height, width, img

    def forward(self, img: Tensor) -> Tensor:
        """Erase, or not."""
        if fn.rand(1).item() >= self.p:
            return img
        value = None if isinstance(self.value, str) else self.value
        if isinstance(value, int | float):
            value = [float(value)]
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueRangeError(
                "If value is a sequence, it should have either a single value or "
                f"{img.shape[-3]} (number of input channels)"
            )
        return F.erase(img, *self.get_params(img, self.scale, self.ratio, value), self.inplace)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(p={self.p}, scale={self.scale}, ratio={self.ratio}, "
            f"value={self.value}, inplace={self.inplace})"
        )
