"""The networks that ``graphnet train`` knows, for grey images of 28 x 28 pixels in ten classes."""

from __future__ import annotations

from typing import Any

from graphnet import nn

SIDE = 28
CLASSES = 10


class MLP(nn.Module):
    """Three linear layers.

    >>> import graphnet as torch
    >>> MLP()(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 10])
    """

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(SIDE * SIDE, 256)
        self.linear2 = nn.Linear(256, 128)
        self.linear3 = nn.Linear(128, CLASSES)
        self.relu = nn.ReLU()

    def forward(self, x: Any) -> Any:
        """The logits, (N, 10), of images, (N, 1, 28, 28)."""
        x = self.flatten(x)
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.linear3(x)


class CNN(nn.Module):
    """Two convolutions, each halved in size by pooling, and a linear layer.

    >>> import graphnet as torch
    >>> CNN()(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 10])
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=5, padding=2)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(16 * 7 * 7, CLASSES)

    def forward(self, x: Any) -> Any:
        """The logits, (N, 10), of images, (N, 1, 28, 28)."""
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        return self.linear(self.flatten(x))
