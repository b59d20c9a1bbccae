"""Datasets of images, in the shape of ``torchvision.datasets``."""

from graphnet.vision.datasets.absent import ABSENT
from graphnet.vision.datasets.cifar import CIFAR10, CIFAR100
from graphnet.vision.datasets.fake import FakeData
from graphnet.vision.datasets.folder import DatasetFolder, ImageFolder
from graphnet.vision.datasets.mnist import KMNIST, MNIST, FashionMNIST
from graphnet.vision.datasets.vision import VisionDataset

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "KMNIST",
    "MNIST",
    "DatasetFolder",
    "FakeData",
    "FashionMNIST",
    "ImageFolder",
    "VisionDataset",
]
__all__ += sorted(ABSENT)  # noqa: PLE0605  # a list of strings it is

globals().update(ABSENT)
