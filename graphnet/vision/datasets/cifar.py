"""The sets of 32 x 32 colour images that come as pickled batches: CIFAR-10 and CIFAR-100."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from graphnet.vision.datasets.download import Archive, DownloadError, PublishedFile, install
from graphnet.vision.datasets.vision import (
    DatasetFileError,
    DatasetNotFoundError,
    LabelledImages,
    Transform,
)

_SIZE = 32
_ABSENT = "Dataset not found or corrupted. You can use download=True to download it"


class CIFAR10(LabelledImages):
    """Photographs of ten kinds of things: 50,000 for training, 10,000 for testing, 32 x 32 pixels.

    The files lie where torchvision puts them, ``<root>/cifar-10-batches-py/data_batch_1`` and so
    on. They are pickles: they are read only when they have the published MD5 sums.

    Args:
        root: the folder data is kept in.
        train: the training images, or the test images.
        transform: applied to the image, ``target_transform`` to the label.
        download: get the files, if they are not there as they were published.

    Item ``i`` is the pair of an image and its label, an int. The image is a ``PIL.Image.Image``
    in mode "RGB", or a uint8 array of shape (32, 32, 3) where Pillow isn't installed.

    Attributes:
        data: the images, a uint8 array of shape (N, 32, 32, 3).
        targets: the labels, a list of int.
        classes: the names of the labels, ``class_to_idx`` the labels of the names.

    Raises:
        DatasetNotFoundError: (a RuntimeError) the files are not there, or not the published ones.
        DownloadError: (a RuntimeError) they can't be downloaded.
        DatasetFileError: (a ValueError) one holds something else.

    Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """

    base_folder: ClassVar[str] = "cifar-10-batches-py"
    url: ClassVar[str] = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    train_list: ClassVar[list[list[str]]] = [
        ["data_batch_1", "c99cafc152244af753f735de768cd75f"],
        ["data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"],
        ["data_batch_3", "54ebc095f3ab1f0389bbae665268c751"],
        ["data_batch_4", "634d18415352ddfa80567beed471001a"],
        ["data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"],
    ]
    test_list: ClassVar[list[list[str]]] = [
        ["test_batch", "40351d587109b95175f43aff81a1287e"],
    ]
    meta: ClassVar[dict[str, str]] = {
        "filename": "batches.meta",
        "key": "label_names",
        "md5": "5ff9c542aee3614f3951f8cda6e48888",
    }
    # What the labels are called in a batch.
    _label_key: ClassVar[str] = "labels"

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        if not self._check_integrity():
            raise DatasetNotFoundError(
                f"{_ABSENT}: {self._folder} does not hold the published files",
                cure="use download=True, or name the folder the data is in as root",
            )
        parts = self.train_list if train else self.test_list
        batches = [self._batch(name) for name, _ in parts]
        self.data = np.concatenate([images for images, _ in batches])
        self.targets: list[int] = [label for _, labels in batches for label in labels]
        self.classes: list[str] = self._unpickle(self.meta["filename"], self.meta["key"])[0]
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}

    @property
    def _folder(self) -> Path:
        return Path(self.root or "") / self.base_folder

    def _published(self) -> Iterator[PublishedFile]:
        for name, md5 in [*self.train_list, *self.test_list]:
            yield PublishedFile(name, md5)
        yield PublishedFile(self.meta["filename"], self.meta["md5"])

    def _check_integrity(self) -> bool:
        """Whether all of the published files are there."""
        return all(self._is_there(file) for file in self._published())

    def _is_there(self, file: PublishedFile) -> bool:
        path = self._folder / file.name
        if not path.is_file():
            return False
        try:
            file.check(path.read_bytes(), str(self._folder))
        except DownloadError:
            return False
        return True

    def download(self) -> None:
        """Get the files, unless they are there. Raises RuntimeError when they can't be had."""
        if not self._check_integrity():
            install(self._folder, self._published(), [Archive(self.url, self.base_folder)])

    def _batch(self, name: str) -> tuple[np.ndarray[Any, Any], list[int]]:
        """The images of a file, colours last, and their labels."""
        rows, labels = self._unpickle(name, "data", self._label_key)
        if rows.dtype != np.uint8 or rows.shape != (len(labels), 3 * _SIZE * _SIZE):
            raise DatasetFileError(
                f"{self._folder / name} holds {rows.dtype} of shape {rows.shape} with "
                f"{len(labels)} labels, it should be uint8 with {3 * _SIZE * _SIZE} values a label"
            )
        images = rows.reshape(-1, 3, _SIZE, _SIZE).transpose(0, 2, 3, 1)
        return np.ascontiguousarray(images), labels

    def _unpickle(self, name: str, *keys: str) -> tuple[Any, ...]:
        """What stands under some keys of the dictionary in a file."""
        path = self._folder / name
        with path.open("rb") as file:
            # The files were written by Python 2: its strings are bytes of this encoding.
            entry = pickle.load(file, encoding="latin1")
        absent = [key for key in keys if key not in entry]
        if absent:
            raise DatasetFileError(f"{path} has no {absent[0]!r}, only {', '.join(entry)}")
        return tuple(entry[key] for key in keys)


class CIFAR100(CIFAR10):
    """Photographs of a hundred kinds of things, in the sizes of :class:`CIFAR10`, used as it is.

    Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """

    base_folder: ClassVar[str] = "cifar-100-python"
    url: ClassVar[str] = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    train_list: ClassVar[list[list[str]]] = [["train", "16019d7e3df5f24257cddd939b257f8d"]]
    test_list: ClassVar[list[list[str]]] = [["test", "f0ef6b0ae62326f3e7ffdfab6717acfc"]]
    meta: ClassVar[dict[str, str]] = {
        "filename": "meta",
        "key": "fine_label_names",
        "md5": "7973b15100ade9c7d40fb424638fde48",
    }
    _label_key: ClassVar[str] = "fine_labels"
