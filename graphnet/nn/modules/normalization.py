"""Normalization of each sample on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn import init
from graphnet.nn.modules.configured import Configured
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.sizes import repeated
from graphnet.nn.parameter import Parameter


class Affine(Module):
    """What the normalizing layers share: a learned scale and shift, or only a scale, or neither."""

    weight: Parameter | None
    bias: Parameter | None

    def _register_affine(
        self, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any
    ) -> None:
        for name, wanted in (("weight", weight), ("bias", weight and bias)):
            empty = Parameter(fn.empty(shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, empty)

    def reset_parameters(self) -> None:
        """Set scale to 1 and shift to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class LayerNorm(Affine):
    """Normalizes the last dimensions to mean 0 and variance 1, then scales and shifts each element.

    Args:
        normalized_shape: the sizes of the last dimensions, or of the last one.
        eps: added to the variance before its root is taken.
        elementwise_affine: whether scale and shift are learned, as ``weight`` and ``bias``.
        bias: whether there is a shift besides the scale.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: ``(*, *normalized_shape)``. Source: Ba et al. 2016, "Layer normalization"; PyTorch's
    page "LayerNorm".

    >>> import graphnet as torch
    >>> torch.nn.LayerNorm(2)(torch.tensor([[1.0, 3.0]])).detach()
    tensor([[-1.0000,  1.0000]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = repeated(normalized_shape, 1)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._register_affine(self.normalized_shape, elementwise_affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(Affine):
    """Normalizes groups of channels to mean 0 and variance 1, then scales and shifts each channel.

    Args:
        num_groups: the number of groups.
        num_channels: the number of channels, a multiple of it.
        eps: added to the variance before its root is taken.
        affine: whether scale and shift are learned, as ``weight`` and ``bias``.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.
        bias: whether there is a shift besides the scale.

    Shapes: ``(N, C, *)``. Raises ValueError when the groups would not be equal. Source: Wu and He
    2018, "Group normalization"; PyTorch's page "GroupNorm".

    >>> import graphnet as torch
    >>> torch.nn.GroupNorm(1, 2)(torch.tensor([[[1.0], [3.0]]])).detach()
    tensor([[[-1.0000],
             [ 1.0000]]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueRangeError(
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._register_affine((num_channels,), affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Affine):
    """Divides the last dimensions by their root mean square, then scales each element.

    Args:
        normalized_shape: the sizes of the last dimensions, or of the last one.
        eps: added to the mean square; the smallest that makes a difference when left out.
        elementwise_affine: whether a scale is learned, as ``weight``.
        device: where the parameter is.
        dtype: its type; the default floating-point type when left out.

    Shapes: ``(*, *normalized_shape)``. Source: Zhang and Sennrich 2019, "Root mean square layer
    normalization"; PyTorch's page "RMSNorm".

    >>> import graphnet as torch
    >>> torch.nn.RMSNorm(2)(torch.tensor([[1.0, 7.0]])).detach()
    tensor([[0.2000, 1.4000]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = repeated(normalized_shape, 1)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._register_affine(self.normalized_shape, elementwise_affine, False, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


@dataclass(eq=False, repr=False)
class LocalResponseNorm(Configured):
    """Divides each element by ``(k + alpha * mean of squares over near channels) ** beta``.

    Args:
        size: how many channels count as near, the element's own included.
        alpha: as in the formula.
        beta: as in the formula.
        k: as in the formula.

    Shapes: ``(N, C, *)``. Source: Krizhevsky et al. 2012, "ImageNet classification with deep
    convolutional networks"; PyTorch's page "LocalResponseNorm".

    >>> import graphnet as torch
    >>> torch.nn.LocalResponseNorm(1, alpha=3.0, beta=0.5)(torch.ones(1, 1, 2))
    tensor([[[0.5000, 0.5000]]])
    """

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
