"""Changes of colour, of PIL images and of tensors."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

import graphnet as torch
from graphnet.vision import transforms as T
from graphnet.vision.transforms import functional as F


def pixels(height: int = 7, width: int = 9) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def tensor_of(array: np.ndarray[Any, Any]) -> torch.Tensor:
    return torch.tensor(array.transpose(2, 0, 1).copy())


CHANGES: dict[str, tuple[Callable[[Any], Any], int]] = {
    "brightness": (lambda x: F.adjust_brightness(x, 0.6), 1),
    "contrast": (lambda x: F.adjust_contrast(x, 1.7), 2),
    "saturation": (lambda x: F.adjust_saturation(x, 0.3), 1),
    "gamma": (lambda x: F.adjust_gamma(x, 1.4, 0.9), 1),
    "invert": (F.invert, 0),
    "solarize": (lambda x: F.solarize(x, 128), 0),
    "blur": (lambda x: F.gaussian_blur(x, [3, 5], [0.7, 1.2]), 0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_pil_images_and_tensors_change_alike(name: str) -> None:
    change, rounding = CHANGES[name]
    array = pixels()
    expected = np.asarray(change(Image.fromarray(array))).astype(int)
    found = change(tensor_of(array))
    assert found.dtype is torch.uint8
    assert np.abs(found.permute(1, 2, 0).numpy() - expected).max() <= rounding
    assert np.abs(expected - array).max() > rounding


@pytest.mark.parametrize("turn", [-0.5, -0.2, 0.0, 0.31])
def test_hues_turn_as_in_the_standard_library(turn: float) -> None:
    array = pixels() / 255
    array[0, 0] = 0.5  # a grey has no hue
    expected = np.empty_like(array)
    for place in np.ndindex(array.shape[:2]):
        hue, saturation, value = colorsys.rgb_to_hsv(*array[place])
        expected[place] = colorsys.hsv_to_rgb((hue + turn) % 1.0, saturation, value)
    found = F.adjust_hue(torch.tensor(array.transpose(2, 0, 1).astype(np.float32)), turn)
    np.testing.assert_allclose(found.permute(1, 2, 0).numpy(), expected, atol=1e-5)


def test_hues_of_pil_images_turn_in_256_steps() -> None:
    red = Image.new("RGB", (1, 1), (255, 0, 0))
    assert F.adjust_hue(red, 1 / 3).getpixel((0, 0)) == (0, 255, 0)
    assert F.adjust_hue(red, -1 / 3).getpixel((0, 0)) == (6, 0, 255)  # 171 of 256 steps
    grey = Image.new("L", (1, 1), 7)
    assert F.adjust_hue(grey, 0.2) is grey


@pytest.mark.parametrize("adjust", [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation])
def test_a_factor_of_one_changes_nothing(adjust: Callable[[Any, float], Any]) -> None:
    image = tensor_of(pixels())
    assert torch.equal(adjust(image, 1.0), image)
    with pytest.raises(ValueError, match="is not non-negative"):
        adjust(image, -0.1)
    with pytest.raises(TypeError, match="but found 2"):
        adjust(image[:2], 0.5)


def test_a_blur_keeps_what_is_constant_and_spreads_a_point() -> None:
    flat = torch.full((2, 3, 6, 6), 0.25)
    torch.testing.assert_close(F.gaussian_blur(flat, 5), flat)
    point = torch.zeros(1, 7, 7)
    point[0, 3, 3] = 1.0
    blurred = F.gaussian_blur(point, 3, 1.0)
    assert blurred[0, 3, 3] > blurred[0, 3, 2] > blurred[0, 2, 2] > 0
    assert blurred.sum().item() == pytest.approx(1, abs=1e-6)
    with pytest.raises(ValueError, match="odd and positive"):
        F.gaussian_blur(point, 4)


def test_color_jitter_draws_an_order_and_then_factors() -> None:
    jitter = T.ColorJitter(brightness=0.4, saturation=(0.5, 0.9), hue=0.1)
    image = torch.rand(3, 5, 5)
    torch.manual_seed(4)
    order = torch.randperm(4).tolist()
    b, s, h = (torch.empty(1).uniform_(*r).item() for r in ((0.6, 1.4), (0.5, 0.9), (-0.1, 0.1)))
    steps = {
        0: lambda x: F.adjust_brightness(x, b),
        2: lambda x: F.adjust_saturation(x, s),
        3: lambda x: F.adjust_hue(x, h),
    }
    expected = image
    for which in order:
        expected = steps.get(which, lambda x: x)(expected)
    torch.manual_seed(4)
    assert torch.equal(jitter(image), expected)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"brightness": -1}, ValueError, "must be non negative"),
        ({"hue": 0.6}, ValueError, "hue values should be between"),
        ({"contrast": (2, 1)}, ValueError, "contrast values should be between"),
        ({"saturation": "much"}, TypeError, "a single number or a list/tuple"),
    ],
)
def test_ranges_of_color_jitter(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        T.ColorJitter(**options)


def test_what_is_random_happens_with_its_probability() -> None:
    image = torch.rand(3, 4, 4)
    for transform in (T.RandomInvert(0.0), T.RandomSolarize(0.5, 0.0), T.RandomErasing(0.0)):
        assert transform(image) is image
    assert torch.equal(T.RandomInvert(1.0)(image), 1 - image)
    assert T.RandomSolarize(0.5, 1.0)(image).max().item() <= 0.5
    assert repr(T.GaussianBlur((3, 5))) == "GaussianBlur(kernel_size=(3, 5), sigma=(0.1, 2.0))"


@pytest.mark.parametrize("value", [0, (1.0, 2.0, 3.0), "random"])
def test_erasing_fills_one_window(value: Any) -> None:
    torch.manual_seed(1)
    image = torch.full((3, 20, 16), 9.0)
    erased = T.RandomErasing(1.0, scale=(0.2, 0.2), value=value)(image)
    assert image.min().item() == 9.0
    changed = (erased != image).all(0)
    rows, columns = changed.any(1).nonzero(), changed.any(0).nonzero()
    assert changed.sum().item() == len(rows) * len(columns)
    assert 50 <= changed.sum().item() <= 80  # a fifth of the area, whole pixels
    window = erased[:, changed]
    if isinstance(value, tuple):
        assert window.unique(dim=1).flatten().tolist() == list(value)
    elif value == "random":
        assert window.std().item() > 0.5


def test_erasing_checks_its_options() -> None:
    with pytest.raises(ValueError, match="should be 'random'"):
        T.RandomErasing(value="noise")
    with pytest.raises(ValueError, match="number of input channels"):
        T.RandomErasing(1.0, value=(1.0, 2.0))(torch.zeros(3, 8, 8))
    with pytest.raises(TypeError, match="should be Tensor Image"):
        F.erase(Image.new("L", (4, 4)), 0, 0, 1, 1, torch.zeros(1))
