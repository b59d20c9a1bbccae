"""Convolutions, and what their transposes have in common with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.linear import uniform_by_fan_in_
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.registry import Registered
from graphnet.nn.modules.sizes import repeated
from graphnet.nn.parameter import Parameter

Sizes = int | Sequence[int]
"""One number for all spatial dimensions, or one for each."""

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class ConvNd(Module):
    """What convolutions and their transposes share: checks, parameters and ``repr``.

    The parameters need ``_weight_shape``, in which the two families differ.
    """

    _function: ClassVar[Callable[..., Tensor]]
    _spatial: ClassVar[int]
    transposed: ClassVar[bool]

    weight: Any = Registered()
    bias: Any = Registered()
    padding: tuple[int, ...] | str

    def _configure(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes,
        padding: Sizes | str,
        dilation: Sizes,
        output_padding: Sizes,
        groups: int,
        padding_mode: str,
    ) -> None:
        """Check and keep the settings; the two families' constructors have them in other orders."""
        if groups <= 0:
            raise ValueRangeError(f"groups must be a positive integer, got {groups}")
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups != 0:
                raise ValueRangeError(
                    f"{name} must be divisible by groups, but {channels} % {groups} != 0"
                )
        if padding_mode not in _PADDING_MODES:
            raise ValueRangeError(
                f"padding_mode must be one of {_PADDING_MODES}, but got {padding_mode=}"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = repeated(kernel_size, self._spatial)
        self.stride = repeated(stride, self._spatial)
        self.padding = padding if isinstance(padding, str) else repeated(padding, self._spatial)
        self.dilation = repeated(dilation, self._spatial)
        self.output_padding = repeated(output_padding, self._spatial)
        self.groups = groups
        self.padding_mode = padding_mode

    def _register(
        self, weight_shape: tuple[int, ...], bias: bool, device: Any, dtype: dtypes.dtype | None
    ) -> None:
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.weight = Parameter(fn.empty(weight_shape, **made))
        empty = Parameter(fn.empty(self.out_channels, **made)) if bias else None
        self.register_parameter("bias", empty)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values for the parameters."""
        uniform_by_fan_in_(self.weight, self.bias)

    def extra_repr(self) -> str:
        none = (0,) * self._spatial
        shown = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}",
            f"stride={self.stride}",
        ]
        shown += [
            f"{name}={getattr(self, name)}"
            for name, default in (
                ("padding", none),
                ("dilation", (1,) * self._spatial),
                ("output_padding", none),
                ("groups", 1),
            )
            if getattr(self, name) != default
        ]
        if self.bias is None:
            shown.append("bias=False")
        if self.padding_mode != "zeros":
            shown.append(f"padding_mode={self.padding_mode}")
        return ", ".join(shown)


class _Conv(ConvNd):
    """What the convolutions share; they differ in the number of spatial dimensions."""

    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self._configure(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            padding_mode,
        )
        if isinstance(padding, str):
            self._check_named_padding(padding)
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self._register(shape, bias, device, dtype)

    def _check_named_padding(self, padding: str) -> None:
        if padding not in ("same", "valid"):
            raise ValueRangeError(
                f"Invalid padding string {padding!r}, should be one of 'same', 'valid'"
            )
        if padding == "same" and any(step != 1 for step in self.stride):
            raise ValueRangeError(
                "padding='same' is not supported for strided convolutions, "
                f"got stride={self.stride}"
            )

    def _paddings(self) -> list[int]:
        """Before and after each dimension, from the last one on: what :func:`F.pad` takes."""
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            pairs = [(total // 2, total - total // 2) for total in totals]
        elif isinstance(self.padding, str):
            pairs = [(0, 0)] * self._spatial
        else:
            pairs = [(size, size) for size in self.padding]
        return [size for pair in reversed(pairs) for size in pair]

    def forward(self, input: Tensor) -> Tensor:
        padding: Sizes | str = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._paddings(), mode=self.padding_mode)
            padding = 0
        return self._function(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


class Conv1d(_Conv):
    """Slides kernels along the last dimension: a convolution (properly, a cross-correlation).

    Args:
        in_channels: channels of the input.
        out_channels: channels of the result, one kernel for each.
        kernel_size: the size of the kernels.
        stride: how far they move at each step.
        padding: how many zeros are added at either end; ``"valid"`` for none, ``"same"`` for as
            many as keep the size.
        dilation: how far apart the elements of the input are that a kernel meets.
        groups: into how many parts the channels are divided that have nothing to do with another.
        bias: whether to add a learned bias.
        padding_mode: what to add instead of ``"zeros"``: ``"reflect"``, ``"replicate"`` or
            ``"circular"``.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: input ``(N, in_channels, L)`` or ``(in_channels, L)``, result alike.

    Attributes:
        weight: ``(out_channels, in_channels / groups, kernel_size)``, from the uniform distribution
            between ``±1 / sqrt(in_channels / groups * kernel_size)``.
        bias: ``(out_channels,)``, from the same distribution; or None.

    Raises ValueError for settings that contradict each other. Source: PyTorch's page "Conv1d".

    >>> import graphnet as torch
    >>> torch.nn.Conv1d(16, 33, 3, stride=2)(torch.ones(20, 16, 50)).shape
    torch.Size([20, 33, 24])
    """

    _function = staticmethod(F.conv1d)
    _spatial = 1


class Conv2d(_Conv):
    """Slides kernels over images: a convolution (properly, a cross-correlation).

    Arguments, attributes and errors are :class:`Conv1d`'s; sizes are one number, or one for the
    height and one for the width. Shapes: input ``(N, in_channels, H, W)`` or ``(in_channels, H,
    W)``, result alike. Source: PyTorch's page "Conv2d".

    >>> import graphnet as torch
    >>> layer = torch.nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2))
    >>> layer(torch.ones(2, 16, 50, 10)).shape
    torch.Size([2, 33, 28, 10])
    """

    _function = staticmethod(F.conv2d)
    _spatial = 2


class Conv3d(_Conv):
    """Slides kernels over volumes: a convolution (properly, a cross-correlation).

    Arguments, attributes and errors are :class:`Conv1d`'s; sizes are one number, or one for each of
    depth, height and width. Shapes: input ``(N, in_channels, D, H, W)`` or ``(in_channels, D, H,
    W)``, result alike. Source: PyTorch's page "Conv3d".

    >>> import graphnet as torch
    >>> torch.nn.Conv3d(2, 3, 3, stride=2)(torch.ones(1, 2, 5, 7, 9)).shape
    torch.Size([1, 3, 2, 3, 4])
    """

    _function = staticmethod(F.conv3d)
    _spatial = 3
