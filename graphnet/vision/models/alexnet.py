"""The network that began it, in torchvision's shape: the same names of parameters.

Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), and
torchvision's page ``AlexNet``.
"""

from __future__ import annotations

from graphnet import nn
from graphnet._tensor import Tensor
from graphnet.vision.models.builder import builder


class AlexNet(nn.Module):
    """Five convolutions, then three linear layers.

    Args:
        num_classes: the number of results.
        dropout: how much is dropped before the first two linear layers.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, ``num_classes``)."""
        result: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return result


alexnet = builder("alexnet", AlexNet, "An :class:`AlexNet`.")
