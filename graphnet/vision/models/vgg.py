"""Plain deep convolutional networks, in torchvision's shape: the same parameters, the same start.

Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
(2014), and torchvision's page ``VGG``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet import nn
from graphnet._tensor import Tensor
from graphnet.vision.models.builder import builder


class VGG(nn.Module):
    """Convolutions of three by three, then three linear layers.

    Args:
        features: the convolutions: from three channels to 512.
        num_classes: the number of results.
        init_weights: start as the paper's networks, instead of as any module.
        dropout: how much is dropped between the linear layers.
    """

    def __init__(
        self,
        features: nn.Module,
        num_classes: int = 1000,
        init_weights: bool = True,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            self.apply(initialize)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, ``num_classes``)."""
        result: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return result


def initialize(layer: nn.Module) -> None:
    """Let a layer start as those of the paper's networks."""
    weight: Any = getattr(layer, "weight", None)
    bias: Any = getattr(layer, "bias", None)
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.ones_(weight)
    elif isinstance(layer, nn.Linear):
        nn.init.normal_(weight, 0, 0.01)
    if bias is not None:
        nn.init.zeros_(bias)


def convolutions(blocks: Sequence[int], batch_norm: bool = False) -> nn.Sequential:
    """Blocks of convolutions, each at twice the width and half the size of the one before.

    >>> from graphnet.vision.models.vgg import convolutions
    >>> [type(layer).__name__ for layer in convolutions([1, 1])]
    ['Conv2d', 'ReLU', 'MaxPool2d', 'Conv2d', 'ReLU', 'MaxPool2d']
    """
    layers: list[int | str] = []
    for count, width in zip(blocks, (64, 128, 256, 512, 512), strict=False):
        layers += [*[width] * count, "M"]
    return make_layers(layers, batch_norm)


def make_layers(cfg: Sequence[int | str], batch_norm: bool = False) -> nn.Sequential:
    """Convolutions of these widths; where there is an ``"M"`` instead, the size is halved."""
    layers: list[nn.Module] = []
    before = 3
    for width in cfg:
        if isinstance(width, str):
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(before, width, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU(inplace=True))
        before = width
    return nn.Sequential(*layers)


def _vgg(name: str, blocks: Sequence[int], batch_norm: bool = False) -> Callable[..., VGG]:
    def network(**options: Any) -> VGG:
        return VGG(convolutions(blocks, batch_norm), **options)

    depth = sum(blocks) + 3
    norm = " with batch normalisation" if batch_norm else ""
    return builder(name, network, f"A :class:`VGG` of {depth} layers{norm}.")


vgg11, vgg11_bn = _vgg("vgg11", (1, 1, 2, 2, 2)), _vgg("vgg11_bn", (1, 1, 2, 2, 2), True)
vgg13, vgg13_bn = _vgg("vgg13", (2, 2, 2, 2, 2)), _vgg("vgg13_bn", (2, 2, 2, 2, 2), True)
vgg16, vgg16_bn = _vgg("vgg16", (2, 2, 3, 3, 3)), _vgg("vgg16_bn", (2, 2, 3, 3, 3), True)
vgg19, vgg19_bn = _vgg("vgg19", (2, 2, 4, 4, 4)), _vgg("vgg19_bn", (2, 2, 4, 4, 4), True)
