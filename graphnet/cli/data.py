"""The images, read once, as tensors that a network takes."""

from __future__ import annotations

from pathlib import Path

from graphnet.cli.failure import CommandError, failing_to
from graphnet.cli.models import SIDE
from graphnet.cli.settings import DATASETS
from graphnet.utils.data import TensorDataset
from graphnet.vision.datasets import MNIST
from graphnet.vision.datasets.vision import DatasetNotFoundError


def load(name: str, folder: Path) -> tuple[TensorDataset, TensorDataset]:
    """Training and test data: images, float32 (N, 1, 28, 28), and labels, int64 (N,).

    Pixels are normalised to mean 0 and standard deviation 1 over the training images: all at once,
    which takes a fraction of what transforms of single images would.

    Raises:
        CommandError: the files are not there and cannot be had, or are damaged, or hold nothing
            that the networks could be trained with.
    """
    with failing_to(f"load {DATASETS[name].__name__}"):
        train, test = _opened(DATASETS[name], folder)
    for part in (train, test):
        count, *sides = part.data.shape
        if not count or sides != [SIDE, SIDE]:
            raise CommandError(
                f"{part.raw_folder} has {count} images of {' x '.join(map(str, sides))} pixels: "
                f"the networks need some of {SIDE} x {SIDE}"
            )
    pixels = train.data.float()
    mean, std = pixels.mean().item(), pixels.std().item() or 1.0  # all pixels may be equal

    def prepared(part: MNIST) -> TensorDataset:
        images = part.data.float().sub(mean).div(std).unsqueeze(1)
        return TensorDataset(images, part.targets)

    return prepared(train), prepared(test)


def _opened(dataset: type[MNIST], folder: Path) -> tuple[MNIST, MNIST]:
    """Both parts; what is not in the folder is downloaded first."""
    try:
        return dataset(folder, train=True), dataset(folder, train=False)
    except DatasetNotFoundError:
        print(f"Getting {dataset.__name__}, once, into {folder}", flush=True)
        return dataset(folder, train=True, download=True), dataset(folder, train=False)
