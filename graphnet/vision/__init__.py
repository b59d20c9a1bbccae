"""Images: datasets, transforms, networks and grids, in the shape of torchvision."""

from graphnet.vision import datasets, models, transforms, utils

__all__ = ["datasets", "models", "transforms", "utils"]
