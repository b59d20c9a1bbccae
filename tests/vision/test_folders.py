"""Datasets of noise and of folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import graphnet as torch
from graphnet.vision.datasets import DatasetFolder, FakeData, ImageFolder
from graphnet.vision.datasets.folder import (
    NoSamplesError,
    has_file_allowed_extension,
    is_image_file,
    pil_loader,
)
from graphnet.vision.transforms import ToTensor


def test_noise_is_the_same_each_time_and_leaves_the_generator_alone() -> None:
    data = FakeData(3, (1, 4, 6), 5, ToTensor(), random_offset=7)
    torch.manual_seed(0)
    expected = torch.rand(2).tolist()
    torch.manual_seed(0)
    image, label = data[1]
    assert torch.rand(2).tolist() == expected
    assert tuple(image.shape) == (1, 4, 6)
    again, same_label = data[1]
    assert torch.equal(image, again)
    assert label == same_label
    assert not torch.equal(image, data[2][0])
    assert len(list(data)) == 3


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for number, name in enumerate(("b/2.png", "a/1.PNG", "a/inner/0.jpg", "b/10.png")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 5, 3), number * 20, np.uint8)).save(path)
    (tmp_path / "a" / "notes.txt").write_text("no image")
    return tmp_path


def test_folders_are_classes(folders: Path) -> None:
    data = ImageFolder(folders, transform=ToTensor(), target_transform=lambda target: target + 10)
    assert data.classes == ["a", "b"]
    assert data.class_to_idx == {"a": 0, "b": 1}
    names = [(Path(path).name, number) for path, number in data.imgs]
    assert names == [("1.PNG", 0), ("0.jpg", 0), ("10.png", 1), ("2.png", 1)]
    image, target = data[2]
    assert target == 11
    assert image.shape == (3, 4, 5)
    assert image.mean().item() == pytest.approx(60 / 255)


def test_files_are_chosen_and_loaded_as_one_likes(folders: Path) -> None:
    data = DatasetFolder(folders, Path, is_valid_file=lambda path: path[-3:] in ("PNG", "png"))
    assert [path.name for path, _ in (data[i] for i in range(len(data)))] == [
        "1.PNG",
        "10.png",
        "2.png",
    ]


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoSamplesError, match="any class folder"):
        ImageFolder(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no valid file for the classes empty"):
        ImageFolder(tmp_path)
    assert len(ImageFolder(tmp_path, allow_empty=True)) == 0


def test_datasets_that_are_not_read_say_so() -> None:
    from graphnet.vision import datasets

    assert issubclass(datasets.STL10, datasets.VisionDataset)
    assert {"SVHN", "ImageNet", "CelebA"} <= set(datasets.__all__)
    with pytest.raises(NotImplementedError, match=r"torchvision\.datasets\.STL10 is not here"):
        datasets.STL10("data", download=True)


def test_files_are_told_by_their_names(tmp_path: Path) -> None:
    Image.new("L", (2, 3), 7).save(tmp_path / "a.PNG", "png")
    assert pil_loader(tmp_path / "a.PNG").getpixel((1, 2)) == (7, 7, 7)
    assert is_image_file("a.PNG")
    assert not is_image_file("a.txt")
    assert has_file_allowed_extension("a.Txt", (".txt", ".md"))
