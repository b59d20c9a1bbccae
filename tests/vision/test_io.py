"""Images in files: what is written is read again, as Pillow sees it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import graphnet as torch
from graphnet.vision import io

Image = pytest.importorskip("PIL.Image")

CHANNELS = {"GRAY": 1, "GRAY_ALPHA": 2, "RGB": 3, "RGB_ALPHA": 4}


def _picture(channels: int) -> np.ndarray:
    made = np.random.default_rng(0).integers(0, 256, (4, 6, channels), dtype=np.uint8)
    return made[..., 0] if channels == 1 else made


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_an_image_is_read_channel_by_channel(tmp_path: Path, channels: int) -> None:
    pixels, file = _picture(channels), tmp_path / "image.png"
    Image.fromarray(pixels).save(file)
    read = io.read_image(str(file))
    assert read.dtype is torch.uint8
    assert read.shape == (channels, 4, 6)
    np.testing.assert_array_equal(read.permute(1, 2, 0).numpy().reshape(pixels.shape), pixels)
    assert (io.decode_image(io.read_file(file)) == read).all()


@pytest.mark.parametrize("mode", CHANNELS)
def test_channels_are_those_asked_for(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "image.png"
    Image.fromarray(_picture(3)).save(file)
    for given in (mode, mode.lower(), io.ImageReadMode[mode]):
        assert io.decode_image(file, given).shape[0] == CHANNELS[mode]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    image = torch.from_numpy(_picture(3)).permute(2, 0, 1)
    io.write_png(image, tmp_path / "image.png")
    assert (io.read_image(tmp_path / "image.png") == image).all()
    smooth = torch.arange(0, 240, 10, dtype=torch.uint8).reshape(1, 4, 6)
    io.write_jpeg(smooth, tmp_path / "image.jpg", quality=100)
    distance = (io.read_image(tmp_path / "image.jpg").int() - smooth.int()).abs()
    assert distance.max() <= 2


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="No such file"):
        io.read_image(tmp_path / "nothing.png")
    with pytest.raises(RuntimeError, match="no image"):
        io.decode_image(torch.zeros(10, dtype=torch.uint8))
    with pytest.raises(TypeError, match="a vector of uint8"):
        io.decode_image(torch.zeros(10))
    with pytest.raises(RuntimeError, match="uint8"):
        io.write_png(torch.zeros(3, 2, 2), tmp_path / "image.png")
