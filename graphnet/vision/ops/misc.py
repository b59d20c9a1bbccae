"""Layers that models of images share. Source: torchvision's page "Operators"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet import nn
from graphnet._tensor import Tensor
from graphnet.functions import ones, rsqrt, zeros

__all__ = [
    "MLP",
    "Conv2dNormActivation",
    "Conv3dNormActivation",
    "ConvNormActivation",
    "FrozenBatchNorm2d",
    "Permute",
    "SqueezeExcitation",
]

Layer = Callable[..., nn.Module]


class FrozenBatchNorm2d(nn.Module):
    """Batch normalisation with statistics, scale and shift that stay as they are."""

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("weight", ones(num_features))
        self.register_buffer("bias", zeros(num_features))
        self.register_buffer("running_mean", zeros(num_features))
        self.register_buffer("running_var", ones(num_features))

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *args: Any) -> None:
        state_dict.pop(f"{prefix}num_batches_tracked", None)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise images."""
        w, b, mean, var = (
            each.reshape(1, -1, 1, 1)
            for each in (self.weight, self.bias, self.running_mean, self.running_var)
        )
        scale = w * rsqrt(var + self.eps)
        normalised: Tensor = x * scale + (b - mean * scale)
        return normalised

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.weight.shape[0]}, eps={self.eps})"


class ConvNormActivation(nn.Sequential):
    """A convolution, a normalisation and an activation; each of the last two may be left out."""

    _conv: Layer

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any = 3,
        stride: Any = 1,
        padding: Any = None,
        groups: int = 1,
        norm_layer: Layer | None = nn.BatchNorm2d,
        activation_layer: Layer | None = nn.ReLU,
        dilation: Any = 1,
        inplace: bool | None = True,
        bias: bool | None = None,
    ) -> None:
        layers = [
            type(self)._conv(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                _same(kernel_size, dilation) if padding is None else padding,
                dilation=dilation,
                groups=groups,
                bias=norm_layer is None if bias is None else bias,
            )
        ]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer(**({} if inplace is None else {"inplace": inplace})))
        super().__init__(*layers)
        self.out_channels = out_channels


def _same(kernel_size: Any, dilation: Any) -> Any:
    """The padding that keeps the size of images."""
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return (kernel_size - 1) // 2 * dilation
    count = len(kernel_size) if isinstance(kernel_size, Sequence) else len(dilation)
    sizes = (kernel_size,) * count if isinstance(kernel_size, int) else kernel_size
    steps = (dilation,) * count if isinstance(dilation, int) else dilation
    return tuple((size - 1) // 2 * step for size, step in zip(sizes, steps, strict=True))


class Conv2dNormActivation(ConvNormActivation):
    """That of images."""

    _conv = nn.Conv2d


class Conv3dNormActivation(ConvNormActivation):
    """That of volumes."""

    _conv = nn.Conv3d


class SqueezeExcitation(nn.Module):
    """Channels scaled by what all of an image says about them."""

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Layer = nn.ReLU,
        scale_activation: Layer = nn.Sigmoid,
    ) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        """Scale the channels of images."""
        squeezed = self.activation(self.fc1(self.avgpool(input)))
        scaled: Tensor = self.scale_activation(self.fc2(squeezed)) * input
        return scaled


class MLP(nn.Sequential):
    """Linear layers with normalisation, activation and dropout between them."""

    def __init__(
        self,
        in_channels: int,
        hidden_channels: Sequence[int],
        norm_layer: Layer | None = None,
        activation_layer: Layer | None = nn.ReLU,
        inplace: bool | None = None,
        bias: bool = True,
        dropout: float = 0.0,
    ) -> None:
        options = {} if inplace is None else {"inplace": inplace}
        layers: list[nn.Module] = []
        size = in_channels
        for position, hidden in enumerate(hidden_channels, 1):
            layers.append(nn.Linear(size, hidden, bias=bias))
            size = hidden
            if position < len(hidden_channels):
                if norm_layer is not None:
                    layers.append(norm_layer(hidden))
                if activation_layer is not None:
                    layers.append(activation_layer(**options))
            layers.append(nn.Dropout(dropout, **options))
        super().__init__(*layers)


class Permute(nn.Module):
    """The dimensions in another order."""

    def __init__(self, dims: Sequence[int]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        """Permute them."""
        permuted: Tensor = x.permute(*self.dims)
        return permuted
