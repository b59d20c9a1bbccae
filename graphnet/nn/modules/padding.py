"""Layers that add elements at the ends of the last dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.sizes import repeated

Amounts = int | Sequence[int]
"""One amount for all ends; or those before and after the last dimension, then the one before it."""


class _PadNd(Module):
    """What the padding layers share; they differ in the number of dimensions and the mode.

    Args:
        padding: how many elements are added.

    Shapes: ``(N, C, *spatial)`` or ``(C, *spatial)``.
    """

    _spatial: ClassVar[int]
    _mode: ClassVar[str]

    def __init__(self, padding: Amounts) -> None:
        super().__init__()
        self.padding = repeated(padding, 2 * self._spatial)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    """What those share that add a constant."""

    def __init__(self, padding: Amounts, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPadNd(_ConstantPadNd):
    """What those share that add zeros."""

    def __init__(self, padding: Amounts) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ConstantPad1d(_ConstantPadNd):
    """Adds a constant at the ends of the last dimension.

    Args:
        padding: how many elements, for both ends or for either.
        value: the constant.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "ConstantPad1d".

    >>> import graphnet as torch
    >>> torch.nn.ConstantPad1d(1, 9.0)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[9., 1., 2., 3., 9.]])
    """

    _spatial = 1


class ConstantPad2d(_ConstantPadNd):
    """Adds a constant at the ends of the last two dimensions.

    The amounts are one for all ends, or (left, right, top, bottom). Shapes: ``(N, C, H, W)`` or
    ``(C, H, W)``. Source: PyTorch's page "ConstantPad2d".

    >>> import graphnet as torch
    >>> torch.nn.ConstantPad2d(1, 0.5)(torch.ones(2, 3, 4)).shape
    torch.Size([2, 5, 6])
    """

    _spatial = 2


class ConstantPad3d(_ConstantPadNd):
    """Adds a constant at the ends of the last three dimensions.

    The amounts are one for all ends, or (left, right, top, bottom, front, back). Shapes:
    ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "ConstantPad3d".

    >>> import graphnet as torch
    >>> torch.nn.ConstantPad3d(1, 0.5)(torch.ones(1, 2, 3, 4)).shape
    torch.Size([1, 4, 5, 6])
    """

    _spatial = 3


class ZeroPad1d(_ZeroPadNd):
    """Adds zeros at the ends of the last dimension.

    Args:
        padding: how many elements, for both ends or for either.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "ZeroPad1d".

    >>> import graphnet as torch
    >>> torch.nn.ZeroPad1d((0, 2))(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1., 2., 3., 0., 0.]])
    """

    _spatial = 1


class ZeroPad2d(_ZeroPadNd):
    """Adds zeros at the ends of the last two dimensions.

    The amounts are one for all ends, or (left, right, top, bottom). Shapes: ``(N, C, H, W)`` or
    ``(C, H, W)``. Source: PyTorch's page "ZeroPad2d".

    >>> import graphnet as torch
    >>> torch.nn.ZeroPad2d(1)(torch.ones(2, 3, 4)).shape
    torch.Size([2, 5, 6])
    """

    _spatial = 2


class ZeroPad3d(_ZeroPadNd):
    """Adds zeros at the ends of the last three dimensions.

    The amounts are one for all ends, or (left, right, top, bottom, front, back). Shapes:
    ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "ZeroPad3d".

    >>> import graphnet as torch
    >>> torch.nn.ZeroPad3d(1)(torch.ones(1, 2, 3, 4)).shape
    torch.Size([1, 4, 5, 6])
    """

    _spatial = 3


class ReflectionPad1d(_PadNd):
    """Continues the last dimension back from the edge, which is not repeated.

    Args:
        padding: how many elements, for both ends or for either.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "ReflectionPad1d".

    >>> import graphnet as torch
    >>> torch.nn.ReflectionPad1d(2)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """

    _spatial = 1
    _mode = "reflect"


class ReflectionPad2d(_PadNd):
    """Continues the last two dimensions back from the edge, which is not repeated.

    The amounts are one for all ends, or (left, right, top, bottom). Shapes: ``(N, C, H, W)`` or
    ``(C, H, W)``. Source: PyTorch's page "ReflectionPad2d".

    >>> import graphnet as torch
    >>> torch.nn.ReflectionPad2d(1)(torch.ones(2, 3, 4)).shape
    torch.Size([2, 5, 6])
    """

    _spatial = 2
    _mode = "reflect"


class ReflectionPad3d(_PadNd):
    """Continues the last three dimensions back from the edge, which is not repeated.

    The amounts are one for all ends, or (left, right, top, bottom, front, back). Shapes:
    ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "ReflectionPad3d".

    >>> import graphnet as torch
    >>> torch.nn.ReflectionPad3d(1)(torch.ones(1, 2, 3, 4)).shape
    torch.Size([1, 4, 5, 6])
    """

    _spatial = 3
    _mode = "reflect"


class ReplicationPad1d(_PadNd):
    """Continues the last dimension with the edge, again and again.

    Args:
        padding: how many elements, for both ends or for either.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "ReplicationPad1d".

    >>> import graphnet as torch
    >>> torch.nn.ReplicationPad1d(1)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1., 1., 2., 3., 3.]])
    """

    _spatial = 1
    _mode = "replicate"


class ReplicationPad2d(_PadNd):
    """Continues the last two dimensions with the edge, again and again.

    The amounts are one for all ends, or (left, right, top, bottom). Shapes: ``(N, C, H, W)`` or
    ``(C, H, W)``. Source: PyTorch's page "ReplicationPad2d".

    >>> import graphnet as torch
    >>> torch.nn.ReplicationPad2d(1)(torch.ones(2, 3, 4)).shape
    torch.Size([2, 5, 6])
    """

    _spatial = 2
    _mode = "replicate"


class ReplicationPad3d(_PadNd):
    """Continues the last three dimensions with the edge, again and again.

    The amounts are one for all ends, or (left, right, top, bottom, front, back). Shapes:
    ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "ReplicationPad3d".

    >>> import graphnet as torch
    >>> torch.nn.ReplicationPad3d(1)(torch.ones(1, 2, 3, 4)).shape
    torch.Size([1, 4, 5, 6])
    """

    _spatial = 3
    _mode = "replicate"


class _CircularPadNd(_PadNd):
    """What those share that continue from the other end on."""

    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        alone, batched = self._spatial + 1, self._spatial + 2
        if input.dim() not in (alone, batched):
            raise ValueRangeError(
                f"expected {alone}D or {batched}D input (got {input.dim()}D input)"
            )
        return super().forward(input)


class CircularPad1d(_CircularPadNd):
    """Continues the last dimension from the other end on.

    Args:
        padding: how many elements, for both ends or for either.

    Shapes: ``(N, C, L)`` or ``(C, L)``. Source: PyTorch's page "CircularPad1d".

    >>> import graphnet as torch
    >>> torch.nn.CircularPad1d(1)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 1., 2., 3., 1.]])
    """

    _spatial = 1


class CircularPad2d(_CircularPadNd):
    """Continues the last two dimensions from the other end on.

    The amounts are one for all ends, or (left, right, top, bottom). Shapes: ``(N, C, H, W)`` or
    ``(C, H, W)``. Source: PyTorch's page "CircularPad2d".

    >>> import graphnet as torch
    >>> torch.nn.CircularPad2d(1)(torch.ones(2, 3, 4)).shape
    torch.Size([2, 5, 6])
    """

    _spatial = 2


class CircularPad3d(_CircularPadNd):
    """Continues the last three dimensions from the other end on.

    The amounts are one for all ends, or (left, right, top, bottom, front, back). Shapes:
    ``(N, C, D, H, W)`` or ``(C, D, H, W)``. Source: PyTorch's page "CircularPad3d".

    >>> import graphnet as torch
    >>> torch.nn.CircularPad3d(1)(torch.ones(1, 2, 3, 4)).shape
    torch.Size([1, 4, 5, 6])
    """

    _spatial = 3
