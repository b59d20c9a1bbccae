"""Grids of images."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import graphnet as torch
from graphnet.errors import ArgumentError
from graphnet.vision.utils import make_grid, save_image


def test_images_stand_in_rows() -> None:
    images = torch.arange(5.0).reshape(5, 1, 1, 1).expand(5, 3, 2, 2)
    grid = make_grid(images, nrow=3, padding=1, pad_value=9.0)
    expected = np.full((7, 10), 9.0)
    for number in range(5):
        row, column = divmod(number, 3)
        expected[1 + 3 * row : 3 + 3 * row, 1 + 3 * column : 3 + 3 * column] = number
    expected[4:6, 7:9] = 9.0
    assert grid.shape == (3, 7, 10)
    assert (grid.numpy() == expected).all()


def test_grey_images_get_three_channels_and_one_image_no_frame() -> None:
    assert make_grid(torch.zeros(4, 5)).shape == (3, 4, 5)
    assert make_grid(torch.zeros(1, 4, 5)).shape == (3, 4, 5)
    assert make_grid([torch.zeros(3, 4, 5)] * 2).shape == (3, 8, 16)


def test_values_are_scaled_together_or_each() -> None:
    images = torch.tensor([0.0, 2.0, 0.0, 4.0]).reshape(2, 1, 1, 2)
    together = make_grid(images, padding=0, normalize=True)[0]
    assert together.tolist() == [[0.0, 0.5, 0.0, 1.0]]
    each = make_grid(images, padding=0, normalize=True, scale_each=True)[0]
    assert each.tolist() == [[0.0, 1.0, 0.0, 1.0]]
    ranged = make_grid(images, padding=0, normalize=True, value_range=(0, 2))[0]
    assert ranged.tolist() == [[0.0, 1.0, 0.0, 1.0]]
    assert images.max() == 4


def test_other_things_are_refused() -> None:
    with pytest.raises(ArgumentError, match="tensor or list of tensors expected, got int"):
        make_grid(3)  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(ArgumentError, match="value_range has to be a tuple"):
        make_grid(torch.zeros(2, 3, 4, 4), normalize=True, value_range=[0, 1])  # type: ignore[arg-type]  # that too


def test_grids_are_written() -> None:
    stream = io.BytesIO()
    save_image(torch.tensor([0.0, 0.5, 1.0, 2.0]).reshape(2, 1, 1, 2), stream, "png", padding=0)
    pixels = np.asarray(Image.open(stream))
    assert pixels[0, :, 0].tolist() == [0, 128, 255, 255]
