"""Images of noise, for programs that want a dataset and no download."""

from __future__ import annotations

from typing import Any

import graphnet.random as randomness
from graphnet.errors import OutOfRangeError
from graphnet.functions.sampling import randint, randn
from graphnet.vision.datasets.vision import Transform, VisionDataset
from graphnet.vision.transforms.functional import to_pil_image


class FakeData(VisionDataset):
    """Noise with random labels; the same image at the same index each time.

    The default generator is left as it was.

    Raises:
        OutOfRangeError: (an IndexError) an index is not below ``size``.

    Source: torchvision's page ``FakeData``.

    >>> from graphnet.vision.datasets import FakeData
    >>> image, label = FakeData(size=5, image_size=(3, 8, 8))[0]
    >>> image.size, 0 <= label < 10
    ((8, 8), True)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise OutOfRangeError(f"{type(self).__name__} index out of range: {index}")
        with randomness.fork_rng():
            randomness.manual_seed(index + self.random_offset)
            noise = randn(*self.image_size)
            label = randint(0, self.num_classes, (1,))
        image, target = to_pil_image(noise), int(label.item())
        if self.transforms is not None:
            image, target = self.transforms(image, target)
        return image, target

    def __len__(self) -> int:
        return self.size
