"""Datasets of torchvision's that are not read here: programs import them, and may not make any."""

from __future__ import annotations

from typing import Any, Final

from graphnet.errors import NotSupportedError
from graphnet.vision.datasets.vision import VisionDataset

_NAMES: Final = """
Caltech101 Caltech256 CelebA Cityscapes CocoCaptions CocoDetection DTD EMNIST EuroSAT Flowers102
Food101 GTSRB ImageNet INaturalist LSUN Omniglot OxfordIIITPet PCAM Places365 QMNIST StanfordCars
STL10 SVHN USPS VOCDetection VOCSegmentation
"""


class AbsentDataset(VisionDataset):
    """A dataset that is not read here. Making one raises NotSupportedError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotSupportedError(
            f"torchvision.datasets.{type(self).__name__} is not here",
            cure="lay the images out in a folder for each class and read them with ImageFolder",
        )


def _absent(name: str) -> type[AbsentDataset]:
    facts = {"__module__": "graphnet.vision.datasets", "__doc__": AbsentDataset.__doc__}
    return type(name, (AbsentDataset,), facts)


#: All of them, by name.
ABSENT: Final[dict[str, type[AbsentDataset]]] = {name: _absent(name) for name in _NAMES.split()}
