"""Convolutions, and what their transposes have in common with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.nn import functional as F
from graphnet.nn.modules.lazy import LazyModuleMixin
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

    The two families differ in the shape of the weight.
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
        _check_groups(groups, in_channels=in_channels, out_channels=out_channels)
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

    def _weight_shape(self) -> tuple[int, ...]:
        given, made = self.in_channels, self.out_channels
        if self.transposed:
            return (given, made // self.groups, *self.kernel_size)
        return (made, given // self.groups, *self.kernel_size)

    def _register(self, bias: bool, device: Any, dtype: dtypes.dtype | None) -> None:
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.weight = Parameter(fn.empty(self._weight_shape(), **made))
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


_ConvNd = ConvNd  # by this name of PyTorch's programs recognise convolutions


def _check_groups(groups: int, **counts: int) -> None:
    for name, channels in counts.items():
        if channels % groups != 0:
            raise ValueRangeError(
                f"{name} must be divisible by groups, but {channels} % {groups} != 0"
            )


class LazyConvNd(LazyModuleMixin, ConvNd):
    """What the lazy forms of convolutions and their transposes share."""

    def _open(self, out_channels: int, bias: bool, device: Any, dtype: dtypes.dtype | None) -> None:
        """Keep the number of channels that is known already, and leave the parameters open."""
        _check_groups(self.groups, out_channels=out_channels)
        self.out_channels = out_channels
        self._leave_open(*(["weight", "bias"] if bias else ["weight"]), device=device, dtype=dtype)

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Take ``in_channels`` from the input."""
        alone, batched = self._spatial + 1, self._spatial + 2
        if input.dim() not in (alone, batched):
            raise RefusedError(
                f"Expected {alone}D (unbatched) or {batched}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        channels = input.shape[-self._spatial - 1]
        _check_groups(self.groups, in_channels=channels)
        self.in_channels = channels
        if self.has_uninitialized_params():
            weight, bias = self._weight_shape(), (self.out_channels,)
            self._materialize({"weight": weight, "bias": bias})


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
        self._register(bias, device, dtype)

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


class _LazyConv(LazyConvNd, _Conv):
    """What the lazy convolutions share."""

    def __init__(
        self,
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
        super().__init__(
            0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype
        )
        self._open(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """A :class:`Conv1d` that takes ``in_channels`` from its first input.

    The other arguments are :class:`Conv1d`'s, and so is the class, from then on. Source: PyTorch's
    page "LazyConv1d".

    >>> import graphnet as torch
    >>> torch.nn.LazyConv1d(33, 3, stride=2)(torch.ones(20, 16, 50)).shape
    torch.Size([20, 33, 24])
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A :class:`Conv2d` that takes ``in_channels`` from its first input.

    The other arguments are :class:`Conv2d`'s, and so is the class, from then on. Source: PyTorch's
    page "LazyConv2d".

    >>> import graphnet as torch
    >>> torch.nn.LazyConv2d(33, 3)(torch.ones(2, 16, 8, 9)).shape
    torch.Size([2, 33, 6, 7])
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A :class:`Conv3d` that takes ``in_channels`` from its first input.

    The other arguments are :class:`Conv3d`'s, and so is the class, from then on. Source: PyTorch's
    page "LazyConv3d".

    >>> import graphnet as torch
    >>> torch.nn.LazyConv3d(3, 3, stride=2)(torch.ones(1, 2, 5, 7, 9)).shape
    torch.Size([1, 3, 2, 3, 4])
    """

    cls_to_become = Conv3d
