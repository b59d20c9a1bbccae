"""Layers that work along one dimension: softmax and its relatives, and the gate of GLU."""

from __future__ import annotations

from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured
from graphnet.nn.modules.module import Module


@dataclass(eq=False, repr=False)
class _AlongDim(Configured):
    """What the softmax layers share: the dimension along which results sum to one."""

    dim: int | None = None


class Softmax(_AlongDim):
    """``exp(x)`` divided by its sum along ``dim``.

    Without ``dim`` it warns and takes the first dimension of inputs with 0, 1 or 3 dimensions, else
    the second. Source: PyTorch's page "Softmax".

    >>> import graphnet as torch
    >>> torch.nn.Softmax(dim=1)(torch.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim, _stacklevel=5)


class Softmin(_AlongDim):
    """Softmax of ``-x`` along ``dim``, which is :class:`Softmax`'s.

    Source: PyTorch's page "Softmin".

    >>> import graphnet as torch
    >>> torch.nn.Softmin(dim=1)(torch.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim, _stacklevel=5)


class LogSoftmax(_AlongDim):
    """Logarithm of the softmax along ``dim``, which is :class:`Softmax`'s.

    Source: PyTorch's page "LogSoftmax".

    >>> import graphnet as torch
    >>> torch.nn.LogSoftmax(dim=1)(torch.zeros(1, 2))
    tensor([[-0.6931, -0.6931]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """Softmax over the channels at each place of an image.

    Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Raises ValueError for another number of dimensions.
    Source: PyTorch's page "Softmax2d".

    >>> import graphnet as torch
    >>> torch.nn.Softmax2d()(torch.zeros(4, 1, 2))[0]
    tensor([[0.2500, 0.2500]])
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (3, 4):
            raise ValueRangeError(
                f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead"
            )
        return F.softmax(input, -3, _stacklevel=5)


@dataclass(eq=False, repr=False)
class GLU(Configured):
    """Gated linear unit: half of the input along ``dim``, times the sigmoid of the other half.

    Source: Dauphin et al. 2016, "Language modeling with gated convolutional networks".

    >>> import graphnet as torch
    >>> torch.nn.GLU()(torch.tensor([3.0, 0.0]))
    tensor([1.5000])
    """

    dim: int = -1

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)
