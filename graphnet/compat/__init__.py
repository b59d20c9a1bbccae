"""Programs that import torch, run as they are: ``torch`` and ``torchvision`` become graphnet.

:func:`install` puts a finder in front of Python's import system. From then on ``import torch``,
``from torch.utils.data import DataLoader`` and the like give graphnet's own objects under PyTorch's
names, whether PyTorch is installed or not.
"""

from graphnet.compat.finder import install, installed, uninstall

__all__ = ["install", "installed", "uninstall"]
