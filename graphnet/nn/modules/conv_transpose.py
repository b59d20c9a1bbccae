"""Transposed convolutions: from the shape of a convolution's result back to that of its input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.conv import ConvNd, LazyConvNd, Sizes


class _ConvTranspose(ConvNd):
    """What the transposed convolutions share; they differ in the number of spatial dimensions."""

    transposed = True
    padding: tuple[int, ...]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ValueRangeError(
                f'Only "zeros" padding mode is supported for {type(self).__name__}, '
                f"got {padding_mode!r}"
            )
        self._configure(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            padding_mode,
        )
        self._register(bias, device, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        output_padding = self.output_padding
        if output_size is not None:
            output_padding = self._output_padding(input, output_size)
        return self._function(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            output_padding,
            self.groups,
            self.dilation,
        )

    def _output_padding(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """What to add at the end of each dimension so that the result has that size."""
        count = self._spatial
        batched = 2 if input.dim() == count + 2 else 1
        wanted = tuple(output_size)
        if len(wanted) == batched + count:
            wanted = wanted[batched:]
        if len(wanted) != count:
            raise ValueRangeError(
                f"{type(self).__name__}: for {input.dim()}D input, output_size must have "
                f"{count} or {batched + count} elements (got {len(wanted)})"
            )
        given = tuple(input.shape[batched:])
        settings = (self.stride, self.padding, self.dilation, self.kernel_size)
        least = tuple(
            (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1
            for size, stride, padding, dilation, kernel in zip(given, *settings, strict=True)
        )
        added = tuple(size - low for size, low in zip(wanted, least, strict=True))
        if any(not 0 <= extra < stride for extra, stride in zip(added, self.stride, strict=True)):
            most = tuple(low + stride - 1 for low, stride in zip(least, self.stride, strict=True))
            raise ValueRangeError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to "
                f"{most} (for an input of {given})"
            )
        return added


class ConvTranspose1d(_ConvTranspose):
    """The transpose of :class:`Conv1d`: spreads each element of the input over a kernel's size.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the result.
        kernel_size: the size of the kernels.
        stride: how far apart the elements of the input are spread.
        padding: how much is cut off at either end, where the convolution would have padding.
        output_padding: how much is added at one end; several sizes give a convolution's result the
            same size, and this says which one is meant.
        groups: into how many parts the channels are divided that have nothing to do with another.
        bias: whether to add a learned bias.
        dilation: how far apart the elements of a kernel are spread.
        padding_mode: ``"zeros"``.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Called with ``output_size``, it works ``output_padding`` out. Shapes: input ``(N, in_channels,
    L)`` or ``(in_channels, L)``, result alike.

    Attributes:
        weight: ``(in_channels, out_channels / groups, kernel_size)``, from the uniform distribution
            between ``±1 / sqrt(out_channels / groups * kernel_size)``.
        bias: ``(out_channels,)``, from the same distribution; or None.

    Raises ValueError for settings that contradict each other or an output size that cannot be had.
    Source: PyTorch's page "ConvTranspose1d".

    >>> import graphnet as torch
    >>> torch.nn.ConvTranspose1d(16, 33, 3, stride=2)(torch.ones(20, 16, 50)).shape
    torch.Size([20, 33, 101])
    """

    _function = staticmethod(F.conv_transpose1d)
    _spatial = 1


class ConvTranspose2d(_ConvTranspose):
    """The transpose of :class:`Conv2d`: spreads each element of the input over a kernel's size.

    Arguments, attributes and errors are :class:`ConvTranspose1d`'s; sizes are one number, or one
    for the height and one for the width. Shapes: input ``(N, in_channels, H, W)`` or
    ``(in_channels, H, W)``, result alike. Source: PyTorch's page "ConvTranspose2d".

    >>> import graphnet as torch
    >>> upsample = torch.nn.ConvTranspose2d(16, 16, 3, stride=2, padding=1)
    >>> upsample(torch.ones(1, 16, 6, 6), output_size=(12, 12)).shape
    torch.Size([1, 16, 12, 12])
    """

    _function = staticmethod(F.conv_transpose2d)
    _spatial = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of :class:`Conv3d`: spreads each element of the input over a kernel's size.

    Arguments, attributes and errors are :class:`ConvTranspose1d`'s; sizes are one number, or one
    for each of depth, height and width. Shapes: input ``(N, in_channels, D, H, W)`` or
    ``(in_channels, D, H, W)``, result alike. Source: PyTorch's page "ConvTranspose3d".

    >>> import graphnet as torch
    >>> torch.nn.ConvTranspose3d(2, 3, 3, stride=2)(torch.ones(1, 2, 2, 3, 4)).shape
    torch.Size([1, 3, 5, 7, 9])
    """

    _function = staticmethod(F.conv_transpose3d)
    _spatial = 3


class _LazyConvTranspose(LazyConvNd, _ConvTranspose):
    """What the lazy transposed convolutions share."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        spread = (kernel_size, stride, padding, output_padding, groups)
        super().__init__(0, 0, *spread, False, dilation, padding_mode, device, dtype)
        self._open(out_channels, bias, device, dtype)


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A :class:`ConvTranspose1d` that takes ``in_channels`` from its first input.

    The other arguments are :class:`ConvTranspose1d`'s, and so is the class, from then on. Source:
    PyTorch's page "LazyConvTranspose1d".

    >>> import graphnet as torch
    >>> torch.nn.LazyConvTranspose1d(33, 3, stride=2)(torch.ones(20, 16, 50)).shape
    torch.Size([20, 33, 101])
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A :class:`ConvTranspose2d` that takes ``in_channels`` from its first input.

    The other arguments are :class:`ConvTranspose2d`'s, and so is the class, from then on. Source:
    PyTorch's page "LazyConvTranspose2d".

    >>> import graphnet as torch
    >>> torch.nn.LazyConvTranspose2d(33, 3)(torch.ones(2, 16, 6, 7)).shape
    torch.Size([2, 33, 8, 9])
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A :class:`ConvTranspose3d` that takes ``in_channels`` from its first input.

    The other arguments are :class:`ConvTranspose3d`'s, and so is the class, from then on. Source:
    PyTorch's page "LazyConvTranspose3d".

    >>> import graphnet as torch
    >>> torch.nn.LazyConvTranspose3d(3, 3, stride=2)(torch.ones(1, 2, 2, 3, 4)).shape
    torch.Size([1, 3, 5, 7, 9])
    """

    cls_to_become = ConvTranspose3d
