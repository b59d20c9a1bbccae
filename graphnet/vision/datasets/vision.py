"""What image datasets have in common: a folder, transforms, and how they print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.utils.data.dataset import Dataset
from graphnet.vision.pillow import has_pillow, pillow_image

Transform = Callable[[Any], Any]


class DatasetNotFoundError(GraphnetError, RuntimeError):
    """Data that is not on this machine."""


class DatasetFileError(GraphnetError, ValueError):
    """Data files that do not hold what the dataset is made of."""


class StandardTransform:
    """A transform of the image and one of the target, as one transform of both.

    >>> from graphnet.vision.datasets.vision import StandardTransform
    >>> StandardTransform(str.upper, None)("image", 3)
    ('IMAGE', 3)
    """

    def __init__(
        self, transform: Transform | None = None, target_transform: Transform | None = None
    ) -> None:
        self.transform = transform
        self.target_transform = target_transform

    def __call__(self, image: Any, target: Any) -> tuple[Any, Any]:
        """Both, transformed."""
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        for label, transform in (
            ("Transform: ", self.transform),
            ("Target transform: ", self.target_transform),
        ):
            if transform is not None:
                lines.append(label + repr(transform).replace("\n", "\n" + " " * len(label)))
        return "\n".join(lines)


class VisionDataset(Dataset[Any]):
    """Base of the image datasets: subclasses write ``__getitem__`` and ``__len__``.

    ``transforms`` takes image and target; ``transform`` and ``target_transform`` take one each.
    Raises ValueError when both kinds are given.

    Attributes:
        root: the folder with the data.
        transform, target_transform, transforms: as given.

    >>> from graphnet.vision.datasets import VisionDataset
    >>> class Blank(VisionDataset):
    ...     def __len__(self): return 10
    >>> Blank(root="data")
    Dataset Blank
        Number of datapoints: 10
        Root location: data
    """

    _repr_indent = 4

    def __init__(
        self,
        root: str | Path | None = None,
        transforms: Callable[[Any, Any], tuple[Any, Any]] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ) -> None:
        self.root = str(Path(root).expanduser()) if isinstance(root, str) else root
        separate = transform is not None or target_transform is not None
        if transforms is not None and separate:
            raise ValueRangeError(
                "Only transforms or transform/target_transform can be passed as argument"
            )
        self.transform = transform
        self.target_transform = target_transform
        self.transforms = StandardTransform(transform, target_transform) if separate else transforms

    def __len__(self) -> int:
        raise NotImplementedError

    def extra_repr(self) -> str:
        """More lines for the ``repr``."""
        return ""

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            body.append(repr(self.transforms))
        indent = " " * self._repr_indent
        return "\n".join([f"Dataset {type(self).__name__}", *(indent + line for line in body)])


class LabelledImages(VisionDataset):
    """Images and their labels in memory, in a part to train with and one to test with.

    Attributes:
        train: which part this is.
        data: the images.
        targets: the labels.
    """

    train: bool
    data: Any
    targets: Any

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image, target = _values(self.data)[index], int(_values(self.targets)[index])
        if has_pillow():
            image = pillow_image("an image").fromarray(image)
        return StandardTransform(self.transform, self.target_transform)(image, target)

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """Which part this is."""
        return f"Split: {'Train' if self.train else 'Test'}"


def _values(values: Any) -> Any:
    """What can be indexed fast: programs put lists and arrays in the place of the tensors, too."""
    return values.numpy() if isinstance(values, Tensor) else values
