"""MNIST and Fashion-MNIST, over small sets in the published format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import graphnet as torch
from graphnet.utils.data import DataLoader
from graphnet.vision.datasets import MNIST, FashionMNIST, VisionDataset, vision
from graphnet.vision.datasets.idx import dump_idx, read_bytes, write_idx
from graphnet.vision.transforms import Compose, Normalize, ToTensor

IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).reshape(3, 28, 28).astype(np.uint8)
LABELS = np.array([7, 0, 9], dtype=np.uint8)


def put(root: Path, *, suffix: str = "", name: str = "MNIST", part: str = "train") -> Path:
    """Three images where torchvision would have put them."""
    raw = root / name / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    write_idx(raw / f"{part}-images-idx3-ubyte{suffix}", IMAGES)
    write_idx(raw / f"{part}-labels-idx1-ubyte{suffix}", LABELS)
    return raw


@pytest.fixture(params=[True, False], ids=["pillow", "no pillow"])
def pillow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        pytest.importorskip("PIL")
    else:
        monkeypatch.setattr(vision, "has_pillow", lambda: False)
    return bool(request.param)


class TestReading:
    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_data_and_targets(self, tmp_path: Path, suffix: str) -> None:
        put(tmp_path, suffix=suffix)
        data = MNIST(tmp_path)
        assert (data.data.dtype, tuple(data.data.shape)) == (torch.uint8, (3, 28, 28))
        assert (data.targets.dtype, data.targets.tolist()) == (torch.int64, [7, 0, 9])
        np.testing.assert_array_equal(data.data.numpy(), IMAGES)

    def test_the_test_set(self, tmp_path: Path) -> None:
        put(tmp_path, part="t10k")
        assert len(MNIST(str(tmp_path), train=False)) == 3
        with pytest.raises(RuntimeError, match="Dataset not found"):
            MNIST(tmp_path, train=True)

    def test_the_names_that_older_programs_use(self, tmp_path: Path) -> None:
        put(tmp_path)
        data = MNIST(tmp_path)
        for part in ("train", "test"):
            with pytest.warns(UserWarning, match=f"{part}_data has been renamed data"):
                assert getattr(data, f"{part}_data") is data.data
            with pytest.warns(UserWarning, match=f"{part}_labels has been renamed targets"):
                assert getattr(data, f"{part}_labels") is data.targets

    def test_the_default_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        put(tmp_path / "data")
        data = MNIST()
        assert (data.root, data.raw_folder) == ("data", str(Path("data", "MNIST", "raw")))

    def test_home_is_expanded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        put(tmp_path / "data")
        assert len(MNIST("~/data")) == 3

    def test_items(self, tmp_path: Path, pillow: bool) -> None:
        put(tmp_path)
        image, target = MNIST(tmp_path)[1]
        assert (type(target), target) == (int, 0)
        assert hasattr(image, "getbands") == pillow
        if pillow:
            assert (image.mode, image.size) == ("L", (28, 28))
        np.testing.assert_array_equal(np.asarray(image), IMAGES[1])

    def test_transforms(self, tmp_path: Path, pillow: bool) -> None:
        put(tmp_path)
        data = MNIST(tmp_path, transform=ToTensor(), target_transform=lambda label: -label)
        image, target = data[0]
        assert (image.dtype, tuple(image.shape), target) == (torch.float32, (1, 28, 28), -7)
        np.testing.assert_array_equal(image.numpy()[0], IMAGES[0].astype(np.float32) / 255)

    def test_loading(self, tmp_path: Path, pillow: bool) -> None:
        put(tmp_path)
        transform = Compose([ToTensor(), Normalize((0.5,), (0.5,))])
        ((x, y),) = DataLoader(MNIST(tmp_path, transform=transform), batch_size=3)
        assert (tuple(x.shape), y.tolist()) == ((3, 1, 28, 28), [7, 0, 9])
        expected = (IMAGES[:, None].astype(np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)
        np.testing.assert_allclose(x.numpy(), expected, rtol=1e-6)

    def test_loading_without_a_transform(self, tmp_path: Path, pillow: bool) -> None:
        put(tmp_path)
        ((x, y),) = DataLoader(MNIST(tmp_path), batchsize=32, transform=None)
        assert (tuple(x.shape), x.dtype, y.tolist()) == ((3, 1, 28, 28), torch.float32, [7, 0, 9])

    def test_images_do_not_batch_by_themselves(self, tmp_path: Path) -> None:
        pytest.importorskip("PIL")
        put(tmp_path)
        with pytest.raises(TypeError, match=r"(?s)found <class 'PIL.Image.Image'>.*ToTensor"):
            next(iter(DataLoader(MNIST(tmp_path))))

    def test_iteration_ends(self, tmp_path: Path) -> None:
        put(tmp_path)
        assert [target for _, target in MNIST(tmp_path)] == [7, 0, 9]

    def test_data_may_be_replaced(self, tmp_path: Path) -> None:
        put(tmp_path)
        data = MNIST(tmp_path)
        keep = data.targets > 0
        data.data, data.targets = data.data[keep], data.targets[keep]
        assert [data[i][1] for i in range(len(data))] == [7, 9]
        data.targets = [1, 2]  # type: ignore[assignment]  # programs do
        assert data[-1][1] == 2

    def test_changes_in_place_are_seen(self, tmp_path: Path) -> None:
        put(tmp_path)
        data = MNIST(tmp_path)
        data.data[0] += 1
        data.targets[0] = 3
        image, target = data[0]
        assert (np.asarray(image)[0, 0], target) == (1, 3)


class TestNames:
    def test_classes(self, tmp_path: Path) -> None:
        put(tmp_path)
        data = MNIST(tmp_path)
        assert data.classes[4] == "4 - four"
        assert data.class_to_idx["9 - nine"] == 9

    def test_repr(self, tmp_path: Path) -> None:
        put(tmp_path)
        put(tmp_path, part="t10k")
        transform = Compose([ToTensor(), Normalize((0.5,), (0.5,))])
        data = MNIST(tmp_path, transform=transform, target_transform=ToTensor())
        assert repr(data) == (
            "Dataset MNIST\n"
            "    Number of datapoints: 3\n"
            f"    Root location: {tmp_path}\n"
            "    Split: Train\n"
            "    StandardTransform\n"
            "Transform: Compose(\n"
            "               ToTensor()\n"
            "               Normalize(mean=(0.5,), std=(0.5,))\n"
            "           )\n"
            "Target transform: ToTensor()"
        )
        assert "Split: Test" in repr(MNIST(tmp_path, train=False))

    def test_transforms_of_both_exclude_transforms_of_one(self) -> None:
        with pytest.raises(ValueError, match="Only transforms or transform/target_transform"):
            VisionDataset(transforms=lambda x, y: (x, y), transform=str)
        assert VisionDataset(transforms=max).transforms is max


def damage_length(raw: Path) -> None:
    path = raw / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])


def damage_count(raw: Path) -> None:
    write_idx(raw / "train-labels-idx1-ubyte", LABELS[:2])


def damage_kind(raw: Path) -> None:
    write_idx(raw / "train-images-idx3-ubyte", IMAGES.astype(np.float32))


def damage_shape(raw: Path) -> None:
    write_idx(raw / "train-images-idx3-ubyte", IMAGES[0])


def damage_labels(raw: Path) -> None:
    write_idx(raw / "train-labels-idx1-ubyte", np.array([1, 2, 10], dtype=np.uint8))


def damage_format(raw: Path) -> None:
    (raw / "train-labels-idx1-ubyte").write_text("<html>")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_length, r"train-images-idx3-ubyte is truncated"),
        (damage_count, "has 3 images, but .*train-labels-idx1-ubyte has 2 labels"),
        (damage_kind, "train-images-idx3-ubyte holds float32 of 3 dimensions, it should be uint8"),
        (damage_shape, "train-images-idx3-ubyte holds uint8 of 2 dimensions, it should be .* of 3"),
        (damage_labels, "has a label 10: there are 10 classes"),
        (damage_format, "train-labels-idx1-ubyte is not an IDX file"),
    ],
)
def test_damaged_files(tmp_path: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(put(tmp_path))
    with pytest.raises(ValueError, match=message):
        MNIST(tmp_path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Dataset not found\. You can use download=True"):
        MNIST(tmp_path)
    assert not list(tmp_path.iterdir())


def test_another_set_of_the_same_size_is_taken_as_it_is(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    write_idx(raw / "t10k-images-idx3-ubyte", np.zeros((10_000, 28, 28), dtype=np.uint8))
    write_idx(raw / "t10k-labels-idx1-ubyte", np.full(10_000, 3, dtype=np.uint8))
    assert MNIST(tmp_path, train=False)[9_999][1] == 3


class Small(MNIST):
    """A set of three images, published by these tests."""

    resources: ClassVar = [
        (f"{part}-{kind}", hashlib.md5(contents).hexdigest())
        for part in ("train", "t10k")
        for kind, contents in (
            ("images-idx3-ubyte", dump_idx(IMAGES)),
            ("labels-idx1-ubyte", dump_idx(LABELS)),
        )
    ]
    mirrors: ClassVar[list[str]] = []

    class Shelf:
        """A source with everything, that says when it is asked."""

        name = "shelf"
        asked: ClassVar[list[str]] = []

        def fetch(self, wanted: Any) -> Any:
            for file in wanted:
                self.asked.append(file.name)
                yield file, dump_idx(IMAGES if "images" in file.name else LABELS)

    other_sources: ClassVar = (Shelf(),)


class TestDownload:
    @pytest.fixture(autouse=True)
    def nothing_asked(self) -> None:
        Small.Shelf.asked.clear()

    def test_gets_all_four_files(self, tmp_path: Path) -> None:
        data = Small(tmp_path, download=True)
        assert data.targets.tolist() == [7, 0, 9]
        assert len(list((tmp_path / "Small" / "raw").iterdir())) == 4
        assert len(Small(tmp_path, train=False)) == 3

    def test_gets_what_is_missing_only(self, tmp_path: Path) -> None:
        put(tmp_path, suffix=".gz", name="Small")
        Small(tmp_path, download=True)
        assert Small.Shelf.asked == ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
        Small(tmp_path, download=True)
        assert len(Small.Shelf.asked) == 2

    def test_takes_files_that_are_there_as_they_are(self, tmp_path: Path) -> None:
        for part in ("train", "t10k"):
            raw = put(tmp_path, name="Small", part=part)
            write_idx(raw / f"{part}-labels-idx1-ubyte", LABELS[::-1].copy())
        assert Small(tmp_path, download=True).targets.tolist() == [9, 0, 7]
        assert Small.Shelf.asked == []

    def test_folder_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("")
        with pytest.raises(NotADirectoryError):
            Small(tmp_path / "data", download=True)


class TestFashion:
    def test_names(self, tmp_path: Path) -> None:
        put(tmp_path, name="FashionMNIST")
        data = FashionMNIST(tmp_path)
        assert data.class_to_idx["Ankle boot"] == 9
        assert data.raw_folder.endswith(str(Path("FashionMNIST", "raw")))
        assert repr(data).startswith("Dataset FashionMNIST\n")

    def test_the_system_s_files_are_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system = put(tmp_path / "system", suffix=".gz", name="FashionMNIST")
        monkeypatch.setattr(FashionMNIST, "system_folders", (str(system),))
        assert len(FashionMNIST(tmp_path / "nothing")) == 3

    @pytest.mark.skipif(
        not Path(FashionMNIST.system_folders[0]).is_dir(),
        reason="Debian's dataset-fashion-mnist is not installed",
    )
    def test_debian_s_package(self, tmp_path: Path) -> None:
        data = FashionMNIST(tmp_path, train=False, download=True)
        assert (len(data), data.classes[data[0][1]]) == (10_000, "Ankle boot")
        for name, md5 in FashionMNIST.resources:
            path = Path(FashionMNIST.system_folders[0]) / f"{name}.gz"
            assert hashlib.md5(read_bytes(path)).hexdigest() == md5
        assert not list(tmp_path.iterdir())
