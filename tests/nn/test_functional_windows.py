"""``nn.functional``: convolution, pooling, padding and images, against their definitions."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet as torch
from graphnet.nn import functional as F

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

FEW = settings(max_examples=40, deadline=None)


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Windows that fit at least once into their input."""
    dims = draw(st.integers(1, 2))
    several = st.lists(st.integers(1, 3), min_size=dims, max_size=dims).map(tuple)
    kernel, stride, dilation = draw(several), draw(several), draw(several)
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    extra = draw(st.lists(st.integers(0, 4), min_size=dims, max_size=dims))
    spatial = tuple(max(r + e - p, 1) for r, e, p in zip(reach, extra, padding, strict=True))
    return {
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
        "spatial": spatial,
    }


def windows(x: Any, at: dict[str, Any], fill: float) -> dict[tuple[int, ...], Any]:
    """The elements under each window, by its place: ``(..., window size)``."""
    dims = len(at["kernel"])
    around = [(0, 0)] * (x.ndim - dims) + [(p, p) for p in at["padding"]]
    padded = np.pad(x, around, constant_values=fill)
    spans = [
        range(0, n - d * (k - 1), s)
        for n, k, s, d in zip(
            padded.shape[-dims:], at["kernel"], at["stride"], at["dilation"], strict=True
        )
    ]
    found, size = {}, math.prod(at["kernel"])
    for place in itertools.product(*(range(len(span)) for span in spans)):
        index = tuple(
            slice(span[i], span[i] + d * (k - 1) + 1, d)
            for span, i, k, d in zip(spans, place, at["kernel"], at["dilation"], strict=True)
        )
        found[place] = padded[(..., *index)].reshape(*x.shape[:-dims], size)
    return found


def collected(values: dict[tuple[int, ...], Any]) -> Any:
    """An array from the values at each place."""
    places = tuple(n + 1 for n in max(values))
    lead = next(iter(values.values())).shape
    out = np.empty((*lead, *places))
    for place, value in values.items():
        out[(..., *place)] = value
    return out


def random(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape)


@FEW
@given(geometries(), st.sampled_from([1, 2, 4]), st.sampled_from([0, 1, 3]), st.booleans())
def test_convolution(at: dict[str, Any], groups: int, batch: int, biased: bool) -> None:
    x = random(batch, 4, *at["spatial"])
    w = random(4, 4 // groups, *at["kernel"])
    bias = random(4) * biased
    flat, per = w.reshape(groups, 4 // groups, -1), 4 // groups
    expected = collected(
        {
            place: np.concatenate(
                [
                    under[:, g * per : (g + 1) * per].reshape(batch, flat.shape[2]) @ flat[g].T
                    for g in range(groups)
                ],
                axis=1,
            )
            + bias
            for place, under in windows(x, at, 0).items()
        }
    )
    convolve = F.conv1d if len(at["kernel"]) == 1 else F.conv2d
    ours = convolve(
        torch.tensor(x),
        torch.tensor(w),
        torch.tensor(bias) if biased else None,
        at["stride"],
        at["padding"],
        at["dilation"],
        groups,
    )
    np.testing.assert_allclose(ours.numpy(), expected, 1e-10, 1e-10)


@FEW
@given(geometries(), st.sampled_from([1, 2, 4]))
def test_transposed_convolution_is_the_transpose(at: dict[str, Any], groups: int) -> None:
    x, w = random(2, 4, *at["spatial"]), random(4, 4 // groups, *at["kernel"])
    one_dim = len(at["kernel"]) == 1
    options = {name: at[name] for name in ("stride", "padding", "dilation")} | {"groups": groups}
    there = (F.conv1d if one_dim else F.conv2d)(torch.tensor(x), torch.tensor(w), **options)
    y = random(*there.shape)
    smallest = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1
        for n, s, p, d, k in zip(
            y.shape[2:], at["stride"], at["padding"], at["dilation"], at["kernel"], strict=True
        )
    ]
    lost = [n - m for n, m in zip(at["spatial"], smallest, strict=True)]
    back = (F.conv_transpose1d if one_dim else F.conv_transpose2d)(
        torch.tensor(y), torch.tensor(w), output_padding=lost, **options
    )
    assert back.shape == x.shape
    np.testing.assert_allclose((there.numpy() * y).sum(), (x * back.numpy()).sum(), 1e-9, 1e-9)


def test_convolution_in_single_precision_and_large() -> None:
    x, w = random(70, 3, 20, 19).astype(np.float32), random(5, 3, 3, 3).astype(np.float32)
    single = F.conv2d(torch.tensor(x), torch.tensor(w), padding=1)
    double = F.conv2d(torch.tensor(x.astype(float)), torch.tensor(w.astype(float)), padding=1)
    np.testing.assert_allclose(single.numpy(), double.numpy(), 1e-4, 1e-4)
    half = F.conv2d(torch.tensor(x[:2]).half(), torch.tensor(w).half(), padding=1)
    assert half.dtype is torch.float16
    np.testing.assert_allclose(half.numpy(), double.numpy()[:2], 1e-2, 1e-1)


def test_convolution_says_what_does_not_fit() -> None:
    x, w = torch.ones(1, 3, 5, 5), torch.ones(2, 1, 3, 3)
    with pytest.raises(RuntimeError, match=r"to have 1 channels, but got 3 channels instead"):
        F.conv2d(x, w)
    with pytest.raises(RuntimeError, match=r"Kernel size: \(7 x 7\)"):
        F.conv2d(x, torch.ones(2, 3, 7, 7))
    with pytest.raises(RuntimeError, match="should be the same"):
        F.conv2d(x, torch.ones(2, 3, 3, 3, dtype=torch.float64))
    with pytest.raises(RuntimeError, match="not supported for strided"):
        F.conv2d(x, torch.ones(2, 3, 3, 3), stride=2, padding="same")


@FEW
@given(geometries(), st.booleans())
def test_max_pooling(at: dict[str, Any], ties: bool) -> None:
    x = random(2, 3, *at["spatial"])
    x = np.round(x) if ties else x
    expected = collected({p: u.max(-1) for p, u in windows(x, at, -np.inf).items()})
    pool = F.max_pool1d if len(at["kernel"]) == 1 else F.max_pool2d
    options = {name: at[name] for name in ("stride", "padding", "dilation")}
    values, where = pool(torch.tensor(x), at["kernel"], return_indices=True, **options)
    np.testing.assert_array_equal(values.numpy(), expected)
    flat = x.reshape(2, 3, -1)
    taken = np.take_along_axis(flat, where.numpy().reshape(2, 3, -1), -1)
    np.testing.assert_array_equal(taken.reshape(expected.shape), expected)


@pytest.mark.parametrize("stride", [1, 2])
def test_max_pooling_sends_gradients_to_the_first_maximum(stride: int) -> None:
    x = torch.ones(1, 4, requires_grad=True)
    F.max_pool1d(x, 2, stride).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[1.0, 1.0, 1.0, 0.0] if stride == 1 else [1.0, 0.0, 1.0, 0.0]]


@FEW
@given(geometries())
def test_average_pooling(at: dict[str, Any]) -> None:
    at["dilation"] = (1,) * len(at["kernel"])
    x = random(2, 3, *at["spatial"])
    counted = windows(np.ones_like(x), at, 0)
    under = windows(x, at, 0)
    pool = F.avg_pool1d if len(at["kernel"]) == 1 else F.avg_pool2d
    options = {name: at[name] for name in ("stride", "padding")}
    for include in (True, False):
        expected = collected(
            {p: u.mean(-1) if include else u.sum(-1) / counted[p].sum(-1) for p, u in under.items()}
        )
        ours = pool(torch.tensor(x), at["kernel"], count_include_pad=include, **options)
        np.testing.assert_allclose(ours.numpy(), expected, 1e-10, 1e-12)


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 7, 9])
def test_adaptive_pooling(parts: int) -> None:
    x = random(2, 3, 7)
    spans = [slice(i * 7 // parts, -(-(i + 1) * 7 // parts)) for i in range(parts)]
    means = np.stack([x[..., span].mean(-1) for span in spans], -1)
    maxima = np.stack([x[..., span].max(-1) for span in spans], -1)
    np.testing.assert_allclose(F.adaptive_avg_pool1d(torch.tensor(x), parts).numpy(), means)
    np.testing.assert_array_equal(F.adaptive_max_pool1d(torch.tensor(x), parts).numpy(), maxima)


def test_a_window_in_ceil_mode_begins_inside() -> None:
    x = torch.arange(1.0, 6.0).reshape(1, 5)
    assert F.max_pool1d(x, 2, 2, ceil_mode=True).tolist() == [[2.0, 4.0, 5.0]]
    assert F.avg_pool1d(x, 2, 2, ceil_mode=True).tolist() == [[1.5, 3.5, 5.0]]
    assert F.max_pool1d(x, 2, 3, 1, ceil_mode=True).tolist() == [[1.0, 4.0]]


def test_pooling_says_what_does_not_fit() -> None:
    x = torch.ones(1, 3, 4)
    with pytest.raises(RuntimeError, match="at most half of effective kernel size"):
        F.max_pool1d(x, 2, padding=2)
    with pytest.raises(RuntimeError, match="Output size is too small"):
        F.avg_pool1d(x, 5)
    with pytest.raises(RuntimeError, match="non-empty 3D or 4D"):
        F.max_pool2d(torch.ones(3, 4), 2)


@FEW
@given(geometries().filter(lambda at: len(at["kernel"]) == 2))
def test_fold_is_the_transpose_of_unfold(at: dict[str, Any]) -> None:
    x = random(2, 3, *at["spatial"])
    options = (at["kernel"], at["dilation"], at["padding"], at["stride"])
    columns = F.unfold(torch.tensor(x), *options)
    expected = np.stack([u.reshape(2, -1) for u in windows(x, at, 0).values()], -1)
    np.testing.assert_array_equal(columns.numpy(), expected)
    y = random(*columns.shape)
    back = F.fold(torch.tensor(y), at["spatial"], *options)
    np.testing.assert_allclose((columns.numpy() * y).sum(), (back.numpy() * x).sum(), 1e-9, 1e-9)


@pytest.mark.parametrize(("ours", "numpys"), [("reflect", "reflect"), ("replicate", "edge")])
def test_padding_modes(ours: str, numpys: Any) -> None:
    x = random(2, 3, 4, 5)
    around = [(0, 0), (0, 0), (2, 1), (3, 4)]
    padded = F.pad(torch.tensor(x), (3, 4, 2, 1), mode=ours)
    np.testing.assert_array_equal(padded.numpy(), np.pad(x, around, mode=numpys))
    circular = F.pad(torch.tensor(x), (3, 4, 2, 1), mode="circular")
    np.testing.assert_array_equal(circular.numpy(), np.pad(x, around, mode="wrap"))


def test_constant_padding_and_cutting_off() -> None:
    x = torch.arange(6).reshape(2, 3)
    assert F.pad(x, (1, -1), value=9).tolist() == [[9, 0, 1], [9, 3, 4]]
    assert F.pad(x, (0, 0, -1, 0)).tolist() == [[3, 4, 5]]
    with pytest.raises(RuntimeError, match="negative output size"):
        F.pad(x, (-4, 0))
    with pytest.raises(RuntimeError, match="divisible by 2"):
        F.pad(x, (1, 2, 3))


def test_interpolation() -> None:
    x = random(1, 2, 3, 4)
    twice = F.interpolate(torch.tensor(x), scale_factor=2)
    np.testing.assert_array_equal(twice.numpy(), x.repeat(2, 2).repeat(2, 3))
    same = F.interpolate(torch.tensor(x), size=(3, 4), mode="bicubic")
    np.testing.assert_allclose(same.numpy(), x, 1e-12, 1e-12)
    line = F.interpolate(torch.tensor([[[0.0, 3.0]]]), size=4, mode="linear", align_corners=True)
    assert line.tolist() == [[[0.0, 1.0, 2.0, 3.0]]]
    with pytest.raises(ValueError, match="either size or scale_factor"):
        F.interpolate(torch.tensor(x))


def test_pixel_shuffle_is_undone() -> None:
    x = torch.tensor(random(2, 8, 3, 5))
    assert F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2).tolist() == x.tolist()
