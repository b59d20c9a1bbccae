"""CIFAR-10 and CIFAR-100, over small sets in the published format."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from graphnet.vision.datasets import CIFAR10, CIFAR100
from graphnet.vision.datasets.download import Archive, DownloadError
from graphnet.vision.transforms import ToTensor

NAMES = ["cat", "dog", "frog"]


def rows(count: int, start: int) -> np.ndarray[Any, Any]:
    """Images as the files have them: all red values of one, then all green ones, then blue."""
    return (np.arange(count * 3072, dtype=np.uint32).reshape(count, 3072) + start).astype(np.uint8)


def contents(kind: type[CIFAR10]) -> dict[str, bytes]:
    """The files of a small set."""
    label = "labels" if kind is CIFAR10 else "fine_labels"
    files = {
        name: {"data": rows(2, 10 * i), label: [i % 3, 2], "batch_label": name}
        for i, (name, _) in enumerate([*kind.train_list, *kind.test_list])
    }
    meta = {kind.meta["filename"]: {kind.meta["key"]: NAMES}}
    return {name: pickle.dumps(entry, protocol=2) for name, entry in (files | meta).items()}


@pytest.fixture(params=[CIFAR10, CIFAR100])
def kind(request: pytest.FixtureRequest) -> type[CIFAR10]:
    """A class whose published files are those of :func:`contents`."""
    base: type[CIFAR10] = request.param
    md5 = {
        name: hashlib.md5(data, usedforsecurity=False).hexdigest()
        for name, data in contents(base).items()
    }
    published: dict[str, Any] = {
        part: [[name, md5[name]] for name, _ in getattr(base, part)]
        for part in ("train_list", "test_list")
    }
    meta = {**base.meta, "md5": md5[base.meta["filename"]]}
    return type(base.__name__, (base,), {**published, "meta": meta})


def put(root: Path, kind: type[CIFAR10]) -> Path:
    """The small set where torchvision would have put it."""
    folder = root / kind.base_folder
    folder.mkdir(parents=True)
    for name, data in contents(kind.__mro__[1]).items():
        (folder / name).write_bytes(data)
    return folder


def test_images_and_labels(tmp_path: Path, kind: type[CIFAR10]) -> None:
    put(tmp_path, kind)
    data = kind(tmp_path)
    count = 2 * len(kind.train_list)
    assert data.data.shape == (count, 32, 32, 3)
    assert len(data) == len(data.targets) == count
    np.testing.assert_array_equal(data.data[1, 3, 5], rows(2, 0)[1].reshape(3, 32, 32)[:, 3, 5])
    assert (data.classes, data.class_to_idx["frog"], data.targets[1]) == (NAMES, 2, 2)
    assert "Split: Train" in repr(data)
    assert len(kind(tmp_path, train=False)) == 2


def test_items_are_transformed(tmp_path: Path, kind: type[CIFAR10]) -> None:
    put(tmp_path, kind)
    image, label = kind(tmp_path, transform=ToTensor(), target_transform=str)[1]
    assert (tuple(image.shape), label) == ((3, 32, 32), "2")
    assert image[0, 0, 1].item() == pytest.approx(rows(2, 0)[1, 1] / 255)


def test_without_the_files(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Dataset not found or corrupted"):
        CIFAR10(tmp_path)


def test_a_changed_file_is_not_unpickled(tmp_path: Path, kind: type[CIFAR10]) -> None:
    folder = put(tmp_path, kind)
    (folder / kind.test_list[0][0]).write_bytes(b"cposix\nsystem\n(S'false'\ntR.")
    with pytest.raises(RuntimeError, match="Dataset not found or corrupted"):
        kind(tmp_path, train=False)


def test_a_batch_of_something_else(tmp_path: Path) -> None:
    class Mine(CIFAR10):
        train_list: ClassVar = [["part", ""]]
        test_list: ClassVar = []

        def _check_integrity(self) -> bool:
            return True

    folder = tmp_path / CIFAR10.base_folder
    folder.mkdir()
    (folder / "part").write_bytes(pickle.dumps({"data": np.zeros((2, 7)), "labels": [1]}))
    with pytest.raises(ValueError, match=r"float64 of shape \(2, 7\) with 1 labels"):
        Mine(tmp_path)
    (folder / "part").write_bytes(pickle.dumps({"data": 0}))
    with pytest.raises(ValueError, match="has no 'labels', only data"):
        Mine(tmp_path)


def pack(path: Path, folder: str, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def test_download(tmp_path: Path, site: tuple[Path, str], kind: type[CIFAR10]) -> None:
    shelf, url = site
    pack(shelf / "x.tar.gz", kind.base_folder, contents(kind.__mro__[1]))
    kind.url = f"{url}x.tar.gz"
    root = tmp_path / "data"
    assert len(kind(root, train=False, download=True)) == 2
    (shelf / "x.tar.gz").unlink()
    assert len(kind(root, download=True)) == 2 * len(kind.train_list)


def test_an_archive_that_lacks_a_file(tmp_path: Path, site: tuple[Path, str]) -> None:
    shelf, url = site
    pack(shelf / "x.tar.gz", CIFAR10.base_folder, {"data_batch_1": b""})
    (shelf / "y.tar.gz").write_bytes(b"no archive")
    files = list(CIFAR10._published(CIFAR10.__new__(CIFAR10)))
    for name in ("x", "y"):
        with pytest.raises(DownloadError, match="the archive is damaged or lacks a file"):
            list(Archive(f"{url}{name}.tar.gz", CIFAR10.base_folder).fetch(files))
