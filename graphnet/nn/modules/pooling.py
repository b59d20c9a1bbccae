"""Layers that take the largest value, or the mean, of each window of their input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured
from graphnet.nn.modules.sizes import repeated

Sizes = int | Sequence[int]
"""One number for all spatial dimensions, or one for each."""


@dataclass(eq=False, repr=False)
class _MaxPoolNd(Configured):
    """What the max pooling layers share; they differ in the function."""

    _pool: ClassVar[Callable[..., Any]]

    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Sizes = 0
    dilation: Sizes = 1
    return_indices: bool = field(default=False, repr=False)
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        if self.stride is None:
            self.stride = self.kernel_size

    def forward(self, input: Tensor) -> Any:
        return self._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class MaxPool1d(_MaxPoolNd):
    """The largest value of each window along the last dimension.

    Args:
        kernel_size: the size of the window.
        stride: how far apart the windows begin; ``kernel_size`` when left out.
        padding: how many elements of minus infinity are added at either end.
        dilation: how far apart the elements of a window are.
        return_indices: whether to return the places of the largest values, too.
        ceil_mode: whether a last window may reach over the end.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "MaxPool1d".

    >>> import graphnet as torch
    >>> torch.nn.MaxPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[3., 2.]])
    """

    _pool = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    """The largest value of each window over the last two dimensions.

    The arguments are :class:`MaxPool1d`'s: one number, or one for the height and one for the width.
    Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Source: PyTorch's page "MaxPool2d".

    >>> import graphnet as torch
    >>> torch.nn.MaxPool2d(3, stride=2)(torch.ones(20, 16, 51, 33)).shape
    torch.Size([20, 16, 25, 16])
    """

    _pool = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """The largest value of each window over the last three dimensions.

    The arguments are :class:`MaxPool1d`'s: one number, or one for each of depth, height and width.
    Shapes: ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "MaxPool3d".

    >>> import graphnet as torch
    >>> torch.nn.MaxPool3d(2)(torch.ones(1, 2, 4, 6, 8)).shape
    torch.Size([1, 2, 2, 3, 4])
    """

    _pool = staticmethod(F.max_pool3d)


@dataclass(eq=False, repr=False)
class _AvgPoolNd(Configured):
    """What the average pooling layers share."""

    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Sizes = 0
    ceil_mode: bool = field(default=False, repr=False)
    count_include_pad: bool = field(default=True, repr=False)

    def __post_init__(self) -> None:
        if self.stride is None:
            self.stride = self.kernel_size


class AvgPool1d(_AvgPoolNd):
    """The mean of each window along the last dimension.

    Args:
        kernel_size: the size of the window.
        stride: how far apart the windows begin; ``kernel_size`` when left out.
        padding: how many zeros are added at either end.
        ceil_mode: whether a last window may reach over the end.
        count_include_pad: whether the added zeros count as elements.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "AvgPool1d".

    >>> import graphnet as torch
    >>> torch.nn.AvgPool1d(3, stride=2)(torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]))
    tensor([[2., 4., 6.]])
    """

    def __post_init__(self) -> None:
        # Unlike its relatives, this one keeps tuples, and shows them, in PyTorch too.
        self.kernel_size = repeated(self.kernel_size, 1)
        self.stride = self.kernel_size if self.stride is None else repeated(self.stride, 1)
        self.padding = repeated(self.padding, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )


@dataclass(eq=False, repr=False)
class _DividedAvgPoolNd(_AvgPoolNd):
    """What those share that can be told what to divide by; they differ in the function."""

    _pool: ClassVar[Callable[..., Tensor]]

    divisor_override: int | None = field(default=None, repr=False)

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_DividedAvgPoolNd):
    """The mean of each window over the last two dimensions.

    The arguments are :class:`AvgPool1d`'s, each one number, or one for the height and one for the
    width, and ``divisor_override``: what to divide the sums by instead of the number of elements.
    Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Source: PyTorch's page "AvgPool2d".

    >>> import graphnet as torch
    >>> torch.nn.AvgPool2d(2)(torch.tensor([[[1.0, 2.0], [3.0, 6.0]]]))
    tensor([[[3.]]])
    """

    _pool = staticmethod(F.avg_pool2d)


class AvgPool3d(_DividedAvgPoolNd):
    """The mean of each window over the last three dimensions.

    The arguments are :class:`AvgPool2d`'s, for depth, height and width. Shapes: ``(N, C, D, H, W)``
    or ``(C, D, H, W)``. Source: PyTorch's page "AvgPool3d".

    >>> import graphnet as torch
    >>> torch.nn.AvgPool3d(2)(torch.ones(1, 2, 4, 6, 8)).shape
    torch.Size([1, 2, 2, 3, 4])
    """

    _pool = staticmethod(F.avg_pool3d)


@dataclass(eq=False, repr=False)
class _LPPoolNd(Configured):
    """What the norm pooling layers share; they differ in the function."""

    _pool: ClassVar[Callable[..., Tensor]]

    norm_type: float
    kernel_size: Sizes
    stride: Sizes | None = None
    ceil_mode: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )


class LPPool1d(_LPPoolNd):
    """The p-norm of each window along the last dimension.

    Args:
        norm_type: p; 1 makes it the sum, infinity the largest value.
        kernel_size: the size of the window.
        stride: how far apart the windows begin; ``kernel_size`` when left out.
        ceil_mode: whether a last window may reach over the end.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "LPPool1d".

    >>> import graphnet as torch
    >>> torch.nn.LPPool1d(2, 2)(torch.tensor([[3.0, 4.0]]))
    tensor([[5.]])
    """

    _pool = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    """The p-norm of each window over the last two dimensions.

    The arguments are :class:`LPPool1d`'s. Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Source:
    PyTorch's page "LPPool2d".

    >>> import graphnet as torch
    >>> torch.nn.LPPool2d(1, 2)(torch.ones(1, 1, 2, 2))
    tensor([[[[4.]]]])
    """

    _pool = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPoolNd):
    """The p-norm of each window over the last three dimensions.

    The arguments are :class:`LPPool1d`'s. Shapes: ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source:
    PyTorch's page "LPPool3d".

    >>> import graphnet as torch
    >>> torch.nn.LPPool3d(1, 2)(torch.ones(1, 2, 2, 2))
    tensor([[[[8.]]]])
    """

    _pool = staticmethod(F.lp_pool3d)
