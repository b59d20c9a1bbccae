"""Conversions that only the newer transforms have."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.nn import Module
from graphnet.vision.transforms.v2.functional import to_dtype, to_image


class ToImage(Module):
    """A PIL image or an array as a tensor whose channels come first."""

    def forward(self, inpt: Any) -> Tensor:
        """Convert one image."""
        return to_image(inpt)


class ToDtype(Module):
    """A tensor in another dtype, its range of numbers that of images if ``scale``."""

    def __init__(self, dtype: dtypes.dtype, scale: bool = False) -> None:
        super().__init__()
        self.dtype = dtype
        self.scale = scale

    def forward(self, inpt: Any) -> Any:
        """Convert one image; what is no tensor stays."""
        return to_dtype(inpt, self.dtype, self.scale) if isinstance(inpt, Tensor) else inpt

    def extra_repr(self) -> str:
        """The options."""
        return f"scale={self.scale}"
