"""Transforms against PyTorch: torchvision's are thin layers over these functions of torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet
from graphnet.vision import transforms as T
from graphnet.vision.transforms import functional as F

torch = pytest.importorskip("torch")

# The sizes drawn here are many, and every size is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

SIZES = [(3, 4), (5, 7), (12, 9), (20, 31), (1, 1)]


def image(dtype: Any = np.float32, shape: tuple[int, ...] = (2, 3, 8, 11)) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(0).random(shape)
    return (values * 255).astype(dtype) if dtype == np.uint8 else values.astype(dtype)


def ours(array: np.ndarray[Any, Any]) -> Any:
    return graphnet.from_numpy(array.copy())


def theirs(array: np.ndarray[Any, Any]) -> Any:
    return torch.from_numpy(array.copy())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_smooth_resizing(size: tuple[int, int], antialias: bool, mode: str, dtype: Any) -> None:
    array = image(dtype)
    reference = torch.nn.functional.interpolate(
        theirs(array), size=size, mode=mode, align_corners=False, antialias=antialias
    )
    made = F.resize(ours(array), size, T.InterpolationMode(mode), antialias=antialias)
    assert str(made.dtype) == str(reference.dtype)
    # PyTorch computes float32 weights in float32; ours are rounded once.
    tolerance = 2e-6 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(made.numpy(), reference.numpy(), rtol=0, atol=tolerance)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_nearest_resizing(size: tuple[int, int], mode: str) -> None:
    array = image()
    reference = torch.nn.functional.interpolate(theirs(array), size=size, mode=mode)
    made = F.resize(ours(array), size, T.InterpolationMode(mode))
    np.testing.assert_array_equal(made.numpy(), reference.numpy())


@given(st.integers(1, 200), st.integers(1, 200))
def test_nearest_resizing_of_any_length(size: int, length: int) -> None:
    array = np.arange(size, dtype=np.float32).reshape(1, 1, 1, size)
    for mode in ("nearest", "nearest-exact"):
        reference = torch.nn.functional.interpolate(theirs(array), size=(1, length), mode=mode)
        made = F.resize(ours(array), (1, length), T.InterpolationMode(mode))
        np.testing.assert_array_equal(made.numpy(), reference.numpy())


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_bytes_are_resized_by_way_of_float32(size: tuple[int, int]) -> None:
    array = image(np.uint8)
    exact = torch.nn.functional.interpolate(
        theirs(array).float(), size=size, mode="bilinear", align_corners=False, antialias=True
    )
    made = F.resize(ours(array), size)
    assert made.dtype == graphnet.uint8
    assert np.abs(made.numpy() - exact.numpy()).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("padding", [(1, 2, 3, 4), (0, 0, 2, 0), (-1, 2, 0, -3)])
@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
def test_padding(padding: tuple[int, int, int, int], mode: str) -> None:
    left, top, right, bottom = padding
    array = image()
    name = {"edge": "replicate"}.get(mode, mode)
    reference = torch.nn.functional.pad(theirs(array), (left, right, top, bottom), mode=name)
    made = F.pad(ours(array), padding, padding_mode=mode)
    np.testing.assert_array_equal(made.numpy(), reference.numpy())


def grid_rotation(array: np.ndarray[Any, Any], angle: float, mode: str) -> np.ndarray[Any, Any]:
    """Rotation about the middle by PyTorch's grid_sample."""
    height, width = array.shape[-2:]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    # In grid_sample's coordinates, where both axes run from -1 to 1.
    theta = [[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]]
    matrix = torch.tensor([theta] * array.shape[0], dtype=torch.float64)
    grid = torch.nn.functional.affine_grid(matrix, list(array.shape), align_corners=False)
    source = theirs(array).double()
    turned = torch.nn.functional.grid_sample(source, grid, mode=mode, align_corners=False)
    made: np.ndarray[Any, Any] = turned.numpy()
    return made


@pytest.mark.parametrize("angle", [0.0, 12.5, -47.0, 133.0, 200.0])
@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_rotation(angle: float, mode: str) -> None:
    array = image(np.float64)
    made = F.rotate(ours(array), angle, T.InterpolationMode(mode))
    np.testing.assert_allclose(made.numpy(), grid_rotation(array, angle, mode), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normalizing(dtype: Any) -> None:
    mean, std = (0.1307, 0.5, 0.25), (0.3081, 0.5, 2.0)
    array = image(dtype)
    kind = theirs(array).dtype
    column = (torch.tensor(values, dtype=kind).view(3, 1, 1) for values in (mean, std))
    reference = theirs(array).sub_(next(column)).div_(next(column))
    np.testing.assert_array_equal(F.normalize(ours(array), mean, std).numpy(), reference.numpy())


def test_bytes_to_numbers() -> None:
    array = np.arange(256, dtype=np.uint8).reshape(16, 16)
    reference = torch.from_numpy(array).to(torch.float32).div(255)
    np.testing.assert_array_equal(F.to_tensor(array).numpy()[0], reference.numpy())


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(seeds, st.integers(1, 8), st.integers(1, 8))
def test_random_crop_draws_what_torchvision_draws(seed: int, height: int, width: int) -> None:
    torch.manual_seed(seed)
    if (height, width) == (8, 8):
        reference = [0, 0]
    else:
        reference = [torch.randint(0, 9 - side, size=(1,)).item() for side in (height, width)]
    graphnet.manual_seed(seed)
    drawn = T.RandomCrop.get_params(graphnet.zeros(1, 8, 8), (height, width))
    assert list(drawn) == [*reference, height, width]


@settings(max_examples=30)
@given(seeds, st.floats(0, 1))
def test_random_flip_draws_what_torchvision_draws(seed: int, p: float) -> None:
    torch.manual_seed(seed)
    reference = [bool(torch.rand(1) < p) for _ in range(8)]
    graphnet.manual_seed(seed)
    picture = graphnet.tensor([[[0, 1]]])
    flip = T.RandomHorizontalFlip(p)
    assert [flip(picture).tolist() == [[[1, 0]]] for _ in range(8)] == reference


@settings(max_examples=30)
@given(seeds)
def test_random_rotation_draws_what_torchvision_draws(seed: int) -> None:
    torch.manual_seed(seed)
    reference = float(torch.empty(1).uniform_(-30.0, 30.0).item())
    graphnet.manual_seed(seed)
    assert T.RandomRotation.get_params([-30, 30]) == reference


def drawn_window(height: int, width: int, scale: Sequence[float], ratio: Sequence[float]) -> Any:
    """The first window that fits, with the draws in the order torchvision takes them."""
    logs = torch.log(torch.tensor(ratio))
    while True:
        area = height * width * torch.empty(1).uniform_(*scale).item()
        aspect = torch.exp(torch.empty(1).uniform_(logs[0], logs[1])).item()
        wide, tall = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < wide <= width and 0 < tall <= height:
            top = torch.randint(0, height - tall + 1, size=(1,)).item()
            left = torch.randint(0, width - wide + 1, size=(1,)).item()
            return top, left, tall, wide


@settings(max_examples=30)
@given(seeds)
def test_random_resized_crop_draws_what_torchvision_draws(seed: int) -> None:
    scale, ratio = (0.08, 1.0), (3 / 4, 4 / 3)
    torch.manual_seed(seed)
    reference = drawn_window(64, 48, scale, ratio)
    graphnet.manual_seed(seed)
    assert T.RandomResizedCrop.get_params(graphnet.zeros(1, 64, 48), scale, ratio) == reference


@settings(max_examples=30)
@given(seeds)
def test_random_apply_draws_what_torchvision_draws(seed: int) -> None:
    torch.manual_seed(seed)
    reference = [bool(torch.rand(1) <= 0.3) for _ in range(8)]
    graphnet.manual_seed(seed)
    apply = T.RandomApply([lambda x: x + 1], p=0.3)
    assert [apply(0) == 1 for _ in range(8)] == reference
