"""Layers that cut images into overlapping blocks and put them together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured

Sizes = int | Sequence[int]


@dataclass(eq=False, repr=False)
class Unfold(Configured):
    """Cuts images into blocks, each of which becomes a column.

    Args:
        kernel_size: the size of a block.
        dilation: how far apart the elements of a block are.
        padding: how many zeros are added at either end.
        stride: how far apart the blocks begin.

    Shapes: ``(N, C, H, W)`` to ``(N, C * block, number of blocks)``, with or without ``N``. Source:
    PyTorch's page "Unfold".

    >>> import graphnet as torch
    >>> torch.nn.Unfold((2, 3))(torch.ones(2, 5, 3, 4)).shape
    torch.Size([2, 30, 4])
    """

    kernel_size: Sizes
    dilation: Sizes = 1
    padding: Sizes = 0
    stride: Sizes = 1

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


@dataclass(eq=False, repr=False)
class Fold(Configured):
    """Puts blocks into images, adding up where they overlap.

    Args:
        output_size: the size of the images.
        kernel_size: the size of a block.
        dilation: how far apart the elements of a block are.
        padding: how many elements at either end are left out.
        stride: how far apart the blocks begin.

    Shapes: ``(N, C * block, number of blocks)`` to ``(N, C, H, W)``, with or without ``N``. Source:
    PyTorch's page "Fold".

    >>> import graphnet as torch
    >>> torch.nn.Fold((4, 5), (2, 2))(torch.ones(1, 12, 12)).shape
    torch.Size([1, 3, 4, 5])
    """

    output_size: Sizes
    kernel_size: Sizes
    dilation: Sizes = 1
    padding: Sizes = 0
    stride: Sizes = 1

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(
            input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride
        )
