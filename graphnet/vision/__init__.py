"""Images: datasets and transforms, in the shape of torchvision."""

from graphnet.vision import datasets, transforms

__all__ = ["datasets", "transforms"]
