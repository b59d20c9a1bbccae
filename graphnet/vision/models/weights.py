"""The names of torchvision's trained weights, which are not to be had here.

Programs import them, and many give them only if they are told to start from trained weights. A
builder that is given one refuses.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from graphnet.errors import NotSupportedError
from graphnet.vision.transforms import CenterCrop, Compose, Normalize, Resize, ToTensor

__all__ = ["WEIGHTS", "WeightsEnum"]


class WeightsEnum(Enum):
    """Weights that were published for a network, by name; ``DEFAULT`` are the best of them.

    >>> from graphnet.vision.models import ResNet50_Weights
    >>> ResNet50_Weights.DEFAULT
    <ResNet50_Weights.IMAGENET1K_V2: 'IMAGENET1K_V2'>
    """

    def transforms(self) -> Any:
        """What makes an image that the weights were trained for of a PIL image."""
        size = 232 if self.name == "IMAGENET1K_V2" else 256
        steps: list[Any] = [Resize(size), CenterCrop(224), ToTensor()]
        return Compose([*steps, Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def get_state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """Raises NotSupportedError: graphnet reads no weights of PyTorch's."""
        raise NotSupportedError(
            f"{self}: the weights are on the net, and graphnet does not load them",
            cure="train the model, or load what graphnet's torch.save wrote",
        )


_FIRST: Final = (
    "AlexNet VGG11 VGG11_BN VGG13 VGG13_BN VGG16 VGG16_BN VGG19 VGG19_BN ResNet18 ResNet34"
    " DenseNet121 DenseNet161 DenseNet169 DenseNet201"
)
_TWICE: Final = """
ResNet50 ResNet101 ResNet152 ResNeXt50_32X4D ResNeXt101_32X8D Wide_ResNet50_2 Wide_ResNet101_2
MobileNet_V2
"""


def _published(network: str, versions: list[str]) -> Any:
    name = f"{network}_Weights"
    members = {version: version for version in versions} | {"DEFAULT": versions[-1]}
    make: Any = WeightsEnum  # called like this, it makes a class
    return make(name, members, module="graphnet.vision.models")


WEIGHTS: Final[dict[str, Any]] = {
    f"{network}_Weights": _published(network, versions)
    for names, versions in (
        (_FIRST, ["IMAGENET1K_V1"]),
        (_TWICE, ["IMAGENET1K_V1", "IMAGENET1K_V2"]),
    )
    for network in names.split()
}
"""The classes, by name."""
