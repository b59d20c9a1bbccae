"""Transforms from one kind of image to another."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.dtypes import dtype as DType
from graphnet.nn import Module
from graphnet.vision.transforms import functional as F


class ToTensor:
    """A PIL image or array of bytes (H x W x C) to a tensor (C x H x W) of numbers from 0 to 1.

    >>> import numpy as np
    >>> from graphnet.vision.transforms import ToTensor
    >>> ToTensor()(np.zeros((28, 28), dtype=np.uint8)).shape
    torch.Size([1, 28, 28])
    """

    def __call__(self, pic: Any) -> Tensor:
        """Convert."""
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """A PIL image to a tensor (C x H x W) of the same bytes."""

    def __call__(self, pic: Any) -> Tensor:
        """Convert."""
        return F.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """A tensor (C x H x W) or array (H x W x C) to a PIL image, of the given mode if any."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic: Any) -> Any:
        """Convert."""
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        mode = "" if self.mode is None else f"mode={self.mode}"
        return f"{type(self).__name__}({mode})"


class ConvertImageDtype(Module):
    """A tensor image to another element type, its values scaled to that type's range."""

    def __init__(self, dtype: DType) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, image: Tensor) -> Tensor:
        """Convert."""
        return F.convert_image_dtype(image, self.dtype)
