"""Normalization over the samples of a batch."""

from __future__ import annotations

import sys
from collections.abc import Container
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.lazy import LazyModuleMixin
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.normalization import Affine
from graphnet.nn.parameter import UninitializedBuffer


class NormBase(Affine):
    """What the layers share that may keep a running mean and variance."""

    # Version 2 of the state has num_batches_tracked.
    _version = 2

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._register_affine((num_features,), affine, bias, device, dtype)
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        tracked = track_running_stats
        self.register_buffer("running_mean", fn.zeros(num_features, **made) if tracked else None)
        self.register_buffer("running_var", fn.ones(num_features, **made) if tracked else None)
        self._register_count(device)
        self.reset_parameters()

    def _register_count(self, device: Any) -> None:
        tracked = self.track_running_stats
        count = fn.tensor(0, dtype=dtypes.int64, device=device) if tracked else None
        self.register_buffer("num_batches_tracked", count)

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1, count 0."""
        if self.running_mean is not None:
            self.running_mean.zero_()
        if self.running_var is not None:
            self.running_var.fill_(1)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Forget the batches seen, and set scale to 1 and shift to 0."""
        self.reset_running_stats()
        super().reset_parameters()

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _upgrade_state_dict(
        self, state_dict: dict[str, Any], prefix: str, version: int | None
    ) -> None:
        if (version is None or version < 2) and self.num_batches_tracked is not None:
            state_dict.setdefault(f"{prefix}num_batches_tracked", self.num_batches_tracked)


_NormBase = NormBase  # PyTorch's name


class LazyNormBase(LazyModuleMixin, NormBase):
    """What the lazy forms of these layers share.

    Args:
        eps: added to the variance before its root is taken.
        momentum: how much each batch counts in the running values.
        affine: whether scale and shift are learned, as ``weight`` and ``bias``.
        track_running_stats: whether there are running values.
        device: where parameters and buffers are.
        dtype: their type; the default floating-point type when left out.
        bias: whether there is a shift besides the scale.
    """

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine = affine
        self.track_running_stats = track_running_stats
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        if affine:
            self._leave_open(*(["weight", "bias"] if bias else ["weight"]), **made)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**made)
            self.running_var = UninitializedBuffer(**made)
            self._register_count(device)

    def initialize_parameters(self, input: Tensor) -> None:
        """Take ``num_features`` from the second dimension of the input."""
        self.num_features = input.shape[1]
        if self.has_uninitialized_params():
            names = ("weight", "bias", "running_mean", "running_var")
            self._materialize(dict.fromkeys(names, (self.num_features,)))


class _BatchNorm(NormBase):
    """What the batch normalization layers share; they differ in the inputs they take."""

    _dims: ClassVar[Container[int]]
    _expected: ClassVar[str]

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in self._dims:
            raise ValueRangeError(f"expected {self._expected} input (got {input.dim()}D input)")
        updating = self.training and self.track_running_stats
        momentum = 0.0 if self.momentum is None else self.momentum
        if updating and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked)
        use_running = updating or not self.training
        return F.batch_norm(
            input,
            self.running_mean if use_running else None,
            self.running_var if use_running else None,
            self.weight,
            self.bias,
            self.training or (self.running_mean is None and self.running_var is None),
            momentum,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Normalizes each channel to mean 0 and variance 1 over the batch, then scales and shifts it.

    In evaluation mode the running mean and variance take the place of the batch's.

    Args:
        num_features: the number of channels.
        eps: added to the variance before its root is taken.
        momentum: how much each batch counts in the running values; None weighs all batches alike.
        affine: whether scale and shift are learned, as ``weight`` and ``bias``.
        track_running_stats: whether there are running values; without, the batch's are always used.
        device: where parameters and buffers are.
        dtype: their type; the default floating-point type when left out.
        bias: whether there is a shift besides the scale.

    Shapes: ``(N, C)`` or ``(N, C, L)``. Raises ValueError for another number of dimensions, and in
    training for a single value per channel. Source: Ioffe and Szegedy 2015, "Batch normalization";
    PyTorch's page "BatchNorm1d".

    >>> import graphnet as torch
    >>> layer = torch.nn.BatchNorm1d(1, affine=False)
    >>> layer(torch.tensor([[1.0], [3.0]]))
    tensor([[-1.0000],
            [ 1.0000]])
    >>> layer.running_mean
    tensor([0.2000])
    """

    _dims, _expected = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """Normalizes each channel of images over the batch, then scales and shifts it.

    Arguments, attributes and errors are :class:`BatchNorm1d`'s. Shapes: ``(N, C, H, W)``. Source:
    PyTorch's page "BatchNorm2d".

    >>> import graphnet as torch
    >>> torch.nn.BatchNorm2d(100)(torch.rand(20, 100, 35, 45)).shape
    torch.Size([20, 100, 35, 45])
    """

    _dims, _expected = (4,), "4D"


class BatchNorm3d(_BatchNorm):
    """Normalizes each channel of volumes over the batch, then scales and shifts it.

    Arguments, attributes and errors are :class:`BatchNorm1d`'s. Shapes: ``(N, C, D, H, W)``.
    Source: PyTorch's page "BatchNorm3d".

    >>> import graphnet as torch
    >>> torch.nn.BatchNorm3d(2)(torch.rand(4, 2, 3, 5, 5)).shape
    torch.Size([4, 2, 3, 5, 5])
    """

    _dims, _expected = (5,), "5D"


class SyncBatchNorm(_BatchNorm):
    """Normalizes each channel over the batches of all processes; of one, there is one.

    Arguments, attributes and errors are :class:`BatchNorm1d`'s. Shapes: ``(N, C, ...)``. Source:
    PyTorch's page "SyncBatchNorm".

    Args:
        process_group: the processes that take part; there are no groups, so nothing comes of it.
    """

    _dims, _expected = range(2, sys.maxsize), "at least 2D"

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """A module with layers of this kind in place of all of batch normalization in it.

        >>> import graphnet as torch
        >>> net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
        >>> torch.nn.SyncBatchNorm.convert_sync_batchnorm(net)[1]
        SyncBatchNorm(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
        """
        converted: Module = module
        if isinstance(module, _BatchNorm):
            made = cls(
                module.num_features,
                module.eps,
                module.momentum,
                module.affine,
                module.track_running_stats,
                process_group,
            )
            made.weight, made.bias = module.weight, module.bias
            made.running_mean, made.running_var = module.running_mean, module.running_var
            made.num_batches_tracked = module.num_batches_tracked
            made.training = module.training
            converted = made
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted


class LazyBatchNorm1d(LazyNormBase, _BatchNorm):
    """A :class:`BatchNorm1d` that takes ``num_features`` from its first input.

    The other arguments are :class:`BatchNorm1d`'s, and so is the class, from then on. Source:
    PyTorch's page "LazyBatchNorm1d".

    >>> import graphnet as torch
    >>> torch.nn.LazyBatchNorm1d()(torch.rand(20, 100)).shape
    torch.Size([20, 100])
    """

    cls_to_become = BatchNorm1d
    _dims, _expected = BatchNorm1d._dims, BatchNorm1d._expected


class LazyBatchNorm2d(LazyNormBase, _BatchNorm):
    """A :class:`BatchNorm2d` that takes ``num_features`` from its first input.

    The other arguments are :class:`BatchNorm2d`'s, and so is the class, from then on. Source:
    PyTorch's page "LazyBatchNorm2d".

    >>> import graphnet as torch
    >>> torch.nn.LazyBatchNorm2d()(torch.rand(20, 100, 3, 4)).shape
    torch.Size([20, 100, 3, 4])
    """

    cls_to_become = BatchNorm2d
    _dims, _expected = BatchNorm2d._dims, BatchNorm2d._expected


class LazyBatchNorm3d(LazyNormBase, _BatchNorm):
    """A :class:`BatchNorm3d` that takes ``num_features`` from its first input.

    The other arguments are :class:`BatchNorm3d`'s, and so is the class, from then on. Source:
    PyTorch's page "LazyBatchNorm3d".

    >>> import graphnet as torch
    >>> torch.nn.LazyBatchNorm3d()(torch.rand(4, 2, 3, 5, 5)).shape
    torch.Size([4, 2, 3, 5, 5])
    """

    cls_to_become = BatchNorm3d
    _dims, _expected = BatchNorm3d._dims, BatchNorm3d._expected
