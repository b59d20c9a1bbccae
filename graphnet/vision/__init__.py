"""Images: datasets, transforms, networks and grids, in the shape of torchvision."""

from graphnet.vision import datasets, io, models, transforms, utils

__all__ = ["datasets", "io", "models", "transforms", "utils"]


def _is_tracing() -> bool:
    """Whether TorchScript traces, which programs ask torchvision: it never does here."""
    return False
