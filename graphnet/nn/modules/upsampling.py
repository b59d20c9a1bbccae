"""Layers that enlarge their input."""

from __future__ import annotations

from collections.abc import Sequence

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.module import Module

Sizes = int | Sequence[int]
Factors = float | Sequence[float]


class Upsample(Module):
    """Enlarges series, images or volumes to a size or by a factor.

    Args:
        size: the new spatial sizes; or give factors.
        scale_factor: the factors by which sizes grow.
        mode: ``"nearest"``, ``"linear"``, ``"bilinear"``, ``"bicubic"`` or ``"trilinear"``.
        align_corners: whether corner elements, not their outer edges, stay where they are.
        recompute_scale_factor: whether to use the factors that the rounded sizes have.

    Shapes: ``(N, C, *spatial)``. Source: PyTorch's page "Upsample".

    >>> import graphnet as torch
    >>> torch.nn.Upsample(scale_factor=2)(torch.tensor([[[1.0, 2.0]]]))
    tensor([[[1., 1., 2., 2.]]])
    """

    def __init__(
        self,
        size: Sizes | None = None,
        scale_factor: Factors | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        self.scale_factor: float | tuple[float, ...] | None
        if scale_factor is None:
            self.scale_factor = None
        elif isinstance(scale_factor, Sequence):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = float(scale_factor)
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        name = "size" if self.scale_factor is None else "scale_factor"
        return f"{name}={getattr(self, name)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Enlarges images by repeating pixels.

    The arguments are the first two of :class:`Upsample`'s. Shapes: ``(N, C, H, W)``. Source:
    PyTorch's page "UpsamplingNearest2d".

    >>> import graphnet as torch
    >>> torch.nn.UpsamplingNearest2d(scale_factor=2)(torch.ones(1, 1, 2, 3)).shape
    torch.Size([1, 1, 4, 6])
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Enlarges images by linear interpolation, the corners staying where they are.

    The arguments are the first two of :class:`Upsample`'s. Shapes: ``(N, C, H, W)``. Source:
    PyTorch's page "UpsamplingBilinear2d".

    >>> import graphnet as torch
    >>> torch.nn.UpsamplingBilinear2d((1, 3))(torch.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1.0000, 1.5000, 2.0000]]]])
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
