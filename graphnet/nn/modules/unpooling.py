"""Layers that undo max pooling as far as it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.sizes import repeated

Sizes = int | Sequence[int]


class _MaxUnpoolNd(Module):
    """What these layers share; they differ in the function and the number of dimensions."""

    _unpool: ClassVar[Callable[..., Tensor]]
    _spatial: ClassVar[int]

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        self.kernel_size = repeated(kernel_size, self._spatial)
        self.stride = repeated(kernel_size if stride is None else stride, self._spatial)
        self.padding = repeated(padding, self._spatial)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        return self._unpool(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Zeros, with the elements of the input where :class:`MaxPool1d` found them.

    Args:
        kernel_size: the size of the pooling window.
        stride: how far apart the windows began; ``kernel_size`` when left out.
        padding: how much was added at either end.

    Shapes: input and indices ``(N, C, L)`` or ``(C, L)``; ``output_size``, when several sizes are
    possible, is given to the call. Source: PyTorch's page "MaxUnpool1d".

    >>> import graphnet as torch
    >>> pool = torch.nn.MaxPool1d(2, return_indices=True)
    >>> torch.nn.MaxUnpool1d(2)(*pool(torch.tensor([[1.0, 3.0, 2.0, 0.0]])))
    tensor([[0., 3., 2., 0.]])
    """

    _unpool = staticmethod(F.max_unpool1d)
    _spatial = 1


class MaxUnpool2d(_MaxUnpoolNd):
    """Zeros, with the elements of the input where :class:`MaxPool2d` found them.

    The arguments are :class:`MaxUnpool1d`'s. Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Source:
    PyTorch's page "MaxUnpool2d".

    >>> import graphnet as torch
    >>> pool = torch.nn.MaxPool2d(2, return_indices=True)
    >>> torch.nn.MaxUnpool2d(2)(*pool(torch.ones(1, 1, 4, 6))).shape
    torch.Size([1, 1, 4, 6])
    """

    _unpool = staticmethod(F.max_unpool2d)
    _spatial = 2


class MaxUnpool3d(_MaxUnpoolNd):
    """Zeros, with the elements of the input where :class:`MaxPool3d` found them.

    The arguments are :class:`MaxUnpool1d`'s. Shapes: ``(N, C, D, H, W)`` or ``(C, D, H, W)``.
    Source: PyTorch's page "MaxUnpool3d".

    >>> import graphnet as torch
    >>> pool = torch.nn.MaxPool3d(2, return_indices=True)
    >>> torch.nn.MaxUnpool3d(2)(*pool(torch.ones(1, 1, 2, 4, 6))).shape
    torch.Size([1, 1, 2, 4, 6])
    """

    _unpool = staticmethod(F.max_unpool3d)
    _spatial = 3
