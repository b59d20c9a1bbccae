"""Normalization of each channel of each sample."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.batchnorm import LazyNormBase, NormBase


class _InstanceNorm(NormBase):
    """What the instance normalization layers share; they differ in the inputs they take."""

    _dims: ClassVar[tuple[int, int]]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Tensor) -> Tensor:
        alone, batched = self._dims
        if input.dim() not in self._dims:
            raise ValueRangeError(
                f"expected {alone}D or {batched}D input (got {input.dim()}D input)"
            )
        self._check_channels(input, input.dim() - alone)
        if input.dim() == batched:
            return self._normalized(input)
        alone_again: Tensor = self._normalized(input.unsqueeze(0)).squeeze(0)
        return alone_again

    def _check_channels(self, input: Tensor, dim: int) -> None:
        found = input.shape[dim]
        if found == self.num_features:
            return
        if self.affine:
            raise ValueRangeError(
                f"expected input's size at dim={dim} to match num_features ({self.num_features}), "
                f"but got: {found}."
            )
        warnings.warn(
            f"input's size at dim={dim} does not match num_features. You can silence this warning "
            "by not passing in num_features, which is not used because affine=False",
            stacklevel=4,
        )

    def _normalized(self, input: Tensor) -> Tensor:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """Normalizes each channel of each series on its own, then scales and shifts it.

    Args:
        num_features: the number of channels.
        eps: added to the variance before its root is taken.
        momentum: how much each batch counts in the running values.
        affine: whether scale and shift are learned, as ``weight`` and ``bias``.
        track_running_stats: whether there are running values, used in evaluation mode.
        device: where parameters and buffers are.
        dtype: their type; the default floating-point type when left out.
        bias: whether there is a shift besides the scale.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Raises ValueError for another number of dimensions or, if
    ``affine``, of channels. Source: Ulyanov et al. 2016, "Instance normalization"; PyTorch's page
    "InstanceNorm1d".

    >>> import graphnet as torch
    >>> torch.nn.InstanceNorm1d(1)(torch.tensor([[[1.0, 3.0]]]))
    tensor([[[-1.0000,  1.0000]]])
    """

    _dims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Normalizes each channel of each image on its own, then scales and shifts it.

    Arguments and errors are :class:`InstanceNorm1d`'s. Shapes: ``(N, C, H, W)`` or
    ``(C, H, W)``. Source: PyTorch's page "InstanceNorm2d".

    >>> import graphnet as torch
    >>> torch.nn.InstanceNorm2d(2)(torch.rand(4, 2, 3, 5)).shape
    torch.Size([4, 2, 3, 5])
    """

    _dims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Normalizes each channel of each volume on its own, then scales and shifts it.

    Arguments and errors are :class:`InstanceNorm1d`'s. Shapes: ``(N, C, D, H, W)`` or
    ``(C, D, H, W)``. Source: PyTorch's page "InstanceNorm3d".

    >>> import graphnet as torch
    >>> torch.nn.InstanceNorm3d(2)(torch.rand(4, 2, 2, 3, 5)).shape
    torch.Size([4, 2, 2, 3, 5])
    """

    _dims = (4, 5)


class LazyInstanceNorm1d(LazyNormBase, _InstanceNorm):
    """An :class:`InstanceNorm1d` that takes ``num_features`` from its first input.

    The other arguments are :class:`InstanceNorm1d`'s, save that ``affine`` and
    ``track_running_stats`` are true when left out; so is the class, from then on. Source: PyTorch's
    page "LazyInstanceNorm1d".

    >>> import graphnet as torch
    >>> torch.nn.LazyInstanceNorm1d()(torch.rand(20, 100, 7)).shape
    torch.Size([20, 100, 7])
    """

    cls_to_become = InstanceNorm1d
    _dims = InstanceNorm1d._dims


class LazyInstanceNorm2d(LazyNormBase, _InstanceNorm):
    """An :class:`InstanceNorm2d` that takes ``num_features`` from its first input.

    The other arguments are :class:`InstanceNorm2d`'s, save that ``affine`` and
    ``track_running_stats`` are true when left out; so is the class, from then on. Source: PyTorch's
    page "LazyInstanceNorm2d".

    >>> import graphnet as torch
    >>> torch.nn.LazyInstanceNorm2d()(torch.rand(20, 100, 3, 4)).shape
    torch.Size([20, 100, 3, 4])
    """

    cls_to_become = InstanceNorm2d
    _dims = InstanceNorm2d._dims


class LazyInstanceNorm3d(LazyNormBase, _InstanceNorm):
    """An :class:`InstanceNorm3d` that takes ``num_features`` from its first input.

    The other arguments are :class:`InstanceNorm3d`'s, save that ``affine`` and
    ``track_running_stats`` are true when left out; so is the class, from then on. Source: PyTorch's
    page "LazyInstanceNorm3d".

    >>> import graphnet as torch
    >>> torch.nn.LazyInstanceNorm3d()(torch.rand(4, 2, 3, 5, 5)).shape
    torch.Size([4, 2, 3, 5, 5])
    """

    cls_to_become = InstanceNorm3d
    _dims = InstanceNorm3d._dims
