"""Datasets of images, in the shape of ``torchvision.datasets``."""

from graphnet.vision.datasets.mnist import MNIST, FashionMNIST
from graphnet.vision.datasets.vision import VisionDataset

__all__ = ["MNIST", "FashionMNIST", "VisionDataset"]
