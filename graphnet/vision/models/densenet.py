"""Networks whose layers see all layers before them, in torchvision's shape: the same parameters.

Source: Huang, Liu, van der Maaten and Weinberger, "Densely Connected Convolutional Networks"
(2016), and torchvision's page ``DenseNet``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from graphnet import nn
from graphnet._tensor import Tensor
from graphnet.functions import cat
from graphnet.nn import functional as F
from graphnet.utils.checkpoint import checkpoint
from graphnet.vision.models.builder import builder


class _DenseLayer(nn.Module):
    """New channels of all that came before."""

    def __init__(
        self, before: int, growth_rate: int, bn_size: int, drop_rate: float, save_memory: bool
    ) -> None:
        super().__init__()
        between = bn_size * growth_rate
        self.norm1 = nn.BatchNorm2d(before)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(before, between, kernel_size=1, stride=1, bias=False)
        self.norm2 = nn.BatchNorm2d(between)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(between, growth_rate, kernel_size=3, stride=1, padding=1, bias=False)
        self.drop_rate = float(drop_rate)
        self.memory_efficient = save_memory

    def _narrowed(self, *inputs: Tensor) -> Tensor:
        narrow: Tensor = self.conv1(self.relu1(self.norm1(cat(inputs, 1))))
        return narrow

    def forward(self, input: Tensor | Sequence[Tensor]) -> Tensor:
        """One tensor, or all that came before."""
        inputs = [input] if isinstance(input, Tensor) else input
        if self.memory_efficient and any(each.requires_grad for each in inputs):
            narrow = checkpoint(self._narrowed, *inputs, use_reentrant=False)
        else:
            narrow = self._narrowed(*inputs)
        made: Tensor = self.conv2(self.relu2(self.norm2(narrow)))
        if self.drop_rate > 0:
            made = F.dropout(made, p=self.drop_rate, training=self.training)
        return made


class _DenseBlock(nn.ModuleDict):
    """Layers of which each sees those before it."""

    def __init__(self, count: int, before: int, growth_rate: int, *options: Any) -> None:
        super().__init__()
        for place in range(count):
            layer = _DenseLayer(before + place * growth_rate, growth_rate, *options)
            self.add_module(f"denselayer{place + 1}", layer)

    def forward(self, init_features: Tensor) -> Tensor:
        """All channels: those that came, and those that each layer adds."""
        found = [init_features]
        for layer in self.values():
            found.append(layer(found))
        return cat(found, 1)


def _transition(before: int, after: int) -> nn.Sequential:
    """Fewer channels of half the size."""
    return nn.Sequential(
        OrderedDict[str, nn.Module](
            norm=nn.BatchNorm2d(before),
            relu=nn.ReLU(inplace=True),
            conv=nn.Conv2d(before, after, kernel_size=1, stride=1, bias=False),
            pool=nn.AvgPool2d(kernel_size=2, stride=2),
        )
    )


class DenseNet(nn.Module):
    """Blocks of layers that each see all layers before them in the block.

    Args:
        growth_rate: the channels that a layer adds.
        block_config: how many layers each block has.
        num_init_features: the channels of the first convolution.
        bn_size: how many times ``growth_rate`` channels a layer works with inside.
        drop_rate: how much is dropped after each layer.
        num_classes: the number of results.
        memory_efficient: whether what goes into a layer is computed again for its gradients.

    >>> import graphnet as torch
    >>> from graphnet.vision.models import DenseNet
    >>> DenseNet(4, (1, 1), 8, num_classes=3)(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: Sequence[int] = (6, 12, 24, 16),
        num_init_features: int = 64,
        bn_size: int = 4,
        drop_rate: float = 0,
        num_classes: int = 1000,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        width = num_init_features
        self.features = nn.Sequential(
            OrderedDict[str, nn.Module](
                conv0=nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False),
                norm0=nn.BatchNorm2d(width),
                relu0=nn.ReLU(inplace=True),
                pool0=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            )
        )
        options = bn_size, drop_rate, memory_efficient
        for place, count in enumerate(block_config, 1):
            block = _DenseBlock(count, width, growth_rate, *options)
            self.features.add_module(f"denseblock{place}", block)
            width += count * growth_rate
            if place < len(block_config):
                self.features.add_module(f"transition{place}", _transition(width, width // 2))
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, num_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, ``num_classes``)."""
        found = F.relu(self.features(x), inplace=True)
        result: Tensor = self.classifier(F.adaptive_avg_pool2d(found, (1, 1)).flatten(1))
        return result


_OF = "A :class:`DenseNet` of {} layers."
densenet121 = builder("densenet121", DenseNet, _OF.format(121), 32, (6, 12, 24, 16), 64)
densenet161 = builder("densenet161", DenseNet, _OF.format(161), 48, (6, 12, 36, 24), 96)
densenet169 = builder("densenet169", DenseNet, _OF.format(169), 32, (6, 12, 32, 32), 64)
densenet201 = builder("densenet201", DenseNet, _OF.format(201), 32, (6, 12, 48, 32), 64)
