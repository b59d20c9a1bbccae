"""Images in folders, one folder for each class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from graphnet.errors import GraphnetError
from graphnet.vision.datasets.vision import Transform, VisionDataset
from graphnet.vision.pillow import pillow_image

IMG_EXTENSIONS = (
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"
)  # fmt: skip


class NoSamplesError(GraphnetError, FileNotFoundError):
    """A folder in which there is not what a dataset needs."""


def default_loader(path: str | Path) -> Any:
    """The image in a file, as a PIL image in RGB."""
    with pillow_image("reading images").open(path) as image:
        return image.convert("RGB")


def pil_loader(path: str | Path) -> Any:
    """The same by torchvision's name for it."""
    return default_loader(path)


def has_file_allowed_extension(filename: str, extensions: str | tuple[str, ...]) -> bool:
    """Whether a name ends in one of the extensions, in letters of any size."""
    return filename.lower().endswith(extensions)


def is_image_file(filename: str) -> bool:
    """Whether a name ends as one of an image does."""
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


class DatasetFolder(VisionDataset):
    """Files in folders: the names of the folders in ``root`` are the classes, in their order.

    Args:
        root: the folder of the folders.
        loader: makes a sample of a path.
        extensions: how names of samples may end, in small letters.
        transform, target_transform: of sample and class.
        is_valid_file: says of a path whether it is a sample, instead of ``extensions``.
        allow_empty: whether a class may have no samples.

    Raises:
        NoSamplesError: (a FileNotFoundError) there are no classes, or one has no samples.

    Source: torchvision's page ``DatasetFolder``.
    """

    def __init__(
        self,
        root: str | Path,
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader = loader
        self.extensions = extensions
        self.classes, self.class_to_idx = self.find_classes(str(self.root))
        is_sample = is_valid_file or self._has_extension
        self.samples = [
            (str(path), number)
            for name, number in self.class_to_idx.items()
            for path in _files(Path(str(self.root), name))
            if is_sample(str(path))
        ]
        self.targets = [number for _, number in self.samples]
        empty = [self.classes[n] for n in sorted({*self.class_to_idx.values()} - {*self.targets})]
        if empty and not allow_empty:
            supported = f" Supported extensions are: {', '.join(extensions)}" if extensions else ""
            raise NoSamplesError(
                f"Found no valid file for the classes {', '.join(empty)}.{supported}"
            )

    def find_classes(self, directory: str) -> tuple[list[str], dict[str, int]]:
        """The names of the folders in a folder, in their order, and their numbers."""
        names = sorted(path.name for path in Path(directory).iterdir() if path.is_dir())
        if not names:
            raise NoSamplesError(f"Couldn't find any class folder in {directory}.")
        return names, {name: number for number, name in enumerate(names)}

    def _has_extension(self, path: str) -> bool:
        return self.extensions is None or path.lower().endswith(self.extensions)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        sample: Any = self.loader(path)
        if self.transforms is not None:
            sample, target = self.transforms(sample, target)
        return sample, target

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """Images in folders, one folder for each class.

    Source: torchvision's page ``ImageFolder``.
    """

    def __init__(
        self,
        root: str | Path,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(
            root,
            loader,
            IMG_EXTENSIONS if is_valid_file is None else None,
            transform=transform,
            target_transform=target_transform,
            is_valid_file=is_valid_file,
            allow_empty=allow_empty,
        )
        self.imgs = self.samples


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, folder by folder, in their order."""
    yield from sorted(path for path in folder.iterdir() if path.is_file())
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield from _files(inner)
