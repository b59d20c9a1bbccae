"""Layers that take means, or largest values, of as many windows as are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured


@dataclass(eq=False, repr=False)
class _AdaptiveAvgPoolNd(Configured):
    """What the adaptive average pooling layers share; they differ in the function."""

    _pool: ClassVar[Callable[..., Tensor]]

    output_size: int | Sequence[int | None] | None

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(input, self.output_size)


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Means over windows of such a size that ``output_size`` of them cover the last dimension.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "AdaptiveAvgPool1d".

    >>> import graphnet as torch
    >>> torch.nn.AdaptiveAvgPool1d(2)(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    tensor([[1.5000, 3.5000]])
    """

    _pool = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Means over windows of such a size that ``output_size`` of them cover the last dimensions.

    ``output_size`` is one number, or one for the height and one for the width; None keeps the size
    of the input. Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Source: PyTorch's page
    "AdaptiveAvgPool2d".

    >>> import graphnet as torch
    >>> torch.nn.AdaptiveAvgPool2d((5, None))(torch.ones(1, 64, 8, 9)).shape
    torch.Size([1, 64, 5, 9])
    """

    _pool = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Means over windows of such a size that ``output_size`` of them cover the last dimensions.

    ``output_size`` is one number, or one for each of depth, height and width; None keeps the size
    of the input. Shapes: ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page
    "AdaptiveAvgPool3d".

    >>> import graphnet as torch
    >>> torch.nn.AdaptiveAvgPool3d((1, 2, None))(torch.ones(1, 2, 4, 6, 8)).shape
    torch.Size([1, 2, 1, 2, 8])
    """

    _pool = staticmethod(F.adaptive_avg_pool3d)


@dataclass(eq=False, repr=False)
class _AdaptiveMaxPoolNd(Configured):
    """What the adaptive max pooling layers share; they differ in the function."""

    _pool: ClassVar[Callable[..., Any]]

    output_size: int | Sequence[int | None] | None
    return_indices: bool = field(default=False, repr=False)

    def forward(self, input: Tensor) -> Any:
        return self._pool(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """Largest values of windows of such a size that ``output_size`` cover the last dimension.

    Args:
        output_size: how many windows.
        return_indices: whether to return the places of the largest values, too.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "AdaptiveMaxPool1d".

    >>> import graphnet as torch
    >>> torch.nn.AdaptiveMaxPool1d(2)(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    tensor([[2., 4.]])
    """

    _pool = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """Largest values of windows of such a size that ``output_size`` cover the last dimensions.

    Args:
        output_size: how many windows: one number, or one for the height and one for the width; None
            keeps the size of the input.
        return_indices: whether to return the places of the largest values, too.

    Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Source: PyTorch's page "AdaptiveMaxPool2d".

    >>> import graphnet as torch
    >>> torch.nn.AdaptiveMaxPool2d((5, None))(torch.ones(1, 64, 8, 9)).shape
    torch.Size([1, 64, 5, 9])
    """

    _pool = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """Largest values of windows of such a size that ``output_size`` cover the last dimensions.

    The arguments are :class:`AdaptiveMaxPool2d`'s, for depth, height and width. Shapes: ``(N, C, D,
    H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "AdaptiveMaxPool3d".

    >>> import graphnet as torch
    >>> torch.nn.AdaptiveMaxPool3d((1, 2, None))(torch.ones(1, 2, 4, 6, 8)).shape
    torch.Size([1, 2, 1, 2, 8])
    """

    _pool = staticmethod(F.adaptive_max_pool3d)
