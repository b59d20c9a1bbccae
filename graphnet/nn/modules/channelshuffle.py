"""A layer that mixes groups of channels."""

from __future__ import annotations

from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured


@dataclass(eq=False, repr=False)
class ChannelShuffle(Configured):
    """Takes one channel of each group in turn: the first ones, then the second ones, and so on.

    Args:
        groups: the number of groups, of which the number of channels is a multiple.

    Shapes: ``(N, C, *)``. Source: Zhang et al. 2018, "ShuffleNet"; PyTorch's page "ChannelShuffle".

    >>> import graphnet as torch
    >>> torch.nn.ChannelShuffle(2)(torch.arange(4.0).reshape(1, 4, 1)).flatten()
    tensor([0., 2., 1., 3.])
    """

    groups: int

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)
