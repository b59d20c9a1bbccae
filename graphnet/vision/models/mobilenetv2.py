"""Small networks of convolutions channel by channel, in torchvision's shape: the same parameters.

Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), and
torchvision's page ``MobileNetV2``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphnet import nn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.vision.models._utils import _make_divisible
from graphnet.vision.models.builder import builder
from graphnet.vision.models.vgg import initialize
from graphnet.vision.ops.misc import Conv2dNormActivation

Layer = Callable[..., nn.Module]

#: Of each stage: how many times wider it is inside, its channels, its blocks, its first stride.
_STAGES: Final = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class InvertedResidual(nn.Module):
    """A residual block that is wider inside than outside.

    Args:
        inp: the channels of what it gets.
        oup: the channels of what it gives.
        stride: 1, or 2 for half the size.
        expand_ratio: how many times more channels there are inside.
        norm_layer: makes a normalisation.

    Raises:
        ValueRangeError: (a ValueError) the stride is another.
    """

    def __init__(
        self, inp: int, oup: int, stride: int, expand_ratio: int, norm_layer: Layer | None = None
    ) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ValueRangeError(f"stride should be 1 or 2 instead of {stride}")
        norm = norm_layer or nn.BatchNorm2d
        kind: dict[str, Any] = {"norm_layer": norm, "activation_layer": nn.ReLU6}
        inside = round(inp * expand_ratio)
        layers: list[nn.Module] = []
        if expand_ratio != 1:
            layers.append(Conv2dNormActivation(inp, inside, kernel_size=1, **kind))
        self.conv = nn.Sequential(
            *layers,
            Conv2dNormActivation(inside, inside, stride=stride, groups=inside, **kind),
            nn.Conv2d(inside, oup, 1, 1, 0, bias=False),
            norm(oup),
        )
        self.stride = stride
        self.use_res_connect = stride == 1 and inp == oup
        self.out_channels = oup

    def forward(self, x: Tensor) -> Tensor:
        """The change, added to what came where that has the same shape."""
        change: Tensor = self.conv(x)
        return x + change if self.use_res_connect else change


class MobileNetV2(nn.Module):
    """Inverted residual blocks, then one linear layer.

    Args:
        num_classes: the number of results.
        width_mult: how many times wider all is.
        inverted_residual_setting: of each stage, how many times wider it is inside, its channels,
            its blocks and its first stride.
        round_nearest: numbers of channels are multiples of it.
        block: makes a block.
        norm_layer: makes a normalisation.
        dropout: how much is dropped before the linear layer.

    >>> import graphnet as torch
    >>> from graphnet.vision.models import MobileNetV2
    >>> MobileNetV2(num_classes=3, width_mult=0.25)(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        inverted_residual_setting: Sequence[Sequence[int]] | None = None,
        round_nearest: int = 8,
        block: Layer | None = None,
        norm_layer: Layer | None = None,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        make, norm = block or InvertedResidual, norm_layer or nn.BatchNorm2d
        kind: dict[str, Any] = {"norm_layer": norm, "activation_layer": nn.ReLU6}
        width = _make_divisible(32 * width_mult, round_nearest)
        self.last_channel = _make_divisible(1280 * max(1.0, width_mult), round_nearest)
        layers: list[nn.Module] = [Conv2dNormActivation(3, width, stride=2, **kind)]
        for ratio, channels, count, first in inverted_residual_setting or _STAGES:
            after = _make_divisible(channels * width_mult, round_nearest)
            for place in range(count):
                stride = first if place == 0 else 1
                layers.append(make(width, after, stride, expand_ratio=ratio, norm_layer=norm))
                width = after
        layers.append(Conv2dNormActivation(width, self.last_channel, kernel_size=1, **kind))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), nn.Linear(self.last_channel, num_classes)
        )
        self.apply(initialize)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, ``num_classes``)."""
        found = F.adaptive_avg_pool2d(self.features(x), (1, 1)).flatten(1)
        result: Tensor = self.classifier(found)
        return result


mobilenet_v2 = builder("mobilenet_v2", MobileNetV2, "A :class:`MobileNetV2`.")
