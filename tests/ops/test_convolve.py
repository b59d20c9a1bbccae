"""The kernels of convolution, each method of each, against one sum over explicit windows."""

import math

import numpy as np
import pytest

from graphnet.ops import convolve as kernels
from graphnet.ops import winograd
from graphnet.ops.convolve import convolve, input_gradient, weight_gradient
from graphnet.ops.windows import Windows, padded_with

# spatial sizes, kernel, stride, padding, dilation
GEOMETRIES = {
    "plain": ((8, 7), (3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    "same": ((8, 8), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    "odd rows": ((9, 6), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    "full": ((5, 4), (3, 3), (1, 1), ((2, 2), (2, 2)), (1, 1)),
    "one sided": ((6, 6), (3, 3), (1, 1), ((2, 0), (0, 2)), (1, 1)),
    "much padding": ((3, 2), (3, 3), (1, 1), ((4, 5), (3, 6)), (1, 1)),
    "one row": ((3, 9), (3, 3), (1, 1), ((0, 0), (1, 1)), (1, 1)),
    "wide window": ((6, 11), (3, 5), (1, 1), ((1, 1), (2, 2)), (1, 1)),
    "column": ((9, 5), (3, 1), (1, 1), ((1, 1), (0, 0)), (1, 1)),
    "dilated columns": ((7, 12), (3, 3), (1, 1), ((1, 1), (3, 2)), (1, 3)),
    "dilated rows": ((9, 6), (3, 3), (1, 1), ((2, 2), (1, 1)), (2, 1)),
    "row": ((5, 9), (1, 3), (1, 1), ((0, 0), (1, 1)), (1, 1)),
    "stride 2": ((9, 8), (3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1)),
    "stride 3 over 2": ((10, 9), (2, 2), (3, 3), ((1, 0), (0, 1)), (1, 1)),
    "strides differ": ((8, 9), (3, 3), (1, 2), ((1, 1), (1, 1)), (1, 1)),
    "strided and dilated": ((14, 13), (3, 2), (3, 2), ((3, 2), (1, 1)), (2, 3)),
    "pointwise": ((4, 5), (1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    "pointwise stride 2": ((6, 7), (1, 1), (2, 2), ((0, 0), (0, 0)), (1, 1)),
    "wide images": ((18, 20), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    "wide images, stride 2": ((36, 35), (5, 4), (2, 2), ((2, 2), (1, 1)), (1, 1)),
    "line": ((13,), (3,), (1,), ((1, 2),), (1,)),
    "line, stride 2": ((13,), (3,), (2,), ((1, 1),), (1,)),
    "volume": ((6, 4, 5), (3, 3, 3), (1, 1, 1), ((1, 1), (1, 1), (1, 1)), (1, 1, 1)),
    "volume, uneven": ((5, 7, 6), (3, 2, 3), (1, 1, 1), ((2, 1), (0, 1), (2, 2)), (1, 2, 1)),
    "volume, stride 2": ((5, 6, 7), (3, 3, 3), (2, 1, 2), ((1, 1), (1, 1), (1, 1)), (1, 1, 1)),
}
# images, channels, filters, groups; some images are left over when several are taken at a time
CHANNELS = {
    "few": (3, 2, 3, 1),
    "many": (5, 16, 24, 1),
    "groups": (2, 16, 32, 2),
    "expanding": (3, 2, 16, 2),
    "depthwise": (3, 6, 6, 6),
}


def windows_of(x, windows):
    """All windows of ``x``: ``(images, channels, positions, places)``."""
    view = windows.view(padded_with(x, windows, 0))
    return view.reshape(*x.shape[:2], math.prod(windows.kernel), -1)


@pytest.fixture(params=GEOMETRIES)
def geometry(request):
    return request.param


@pytest.fixture(params=["few", "many"])
def places(request, monkeypatch):
    """As if images had few places, or many: where the methods change."""
    few = request.param == "few"
    monkeypatch.setattr(winograd, "_FEWEST_PLACES", 1e9 if few else 0)
    monkeypatch.setattr(kernels, "_LARGE", 1e9 if few else 0)


@pytest.fixture(params=CHANNELS)
def problem(request, geometry):
    """Input, weight, gradient of the result, windows and groups, in double precision."""
    spatial, *rest = GEOMETRIES[geometry]
    images, channels, filters, groups = CHANNELS[request.param]
    windows = Windows(*rest)
    random = np.random.default_rng(0)
    x = random.standard_normal((images, channels, *spatial))
    weight = random.standard_normal((filters, channels // groups, *windows.kernel))
    g = random.standard_normal((images, filters, *windows.places(spatial)))
    return x, weight, g, windows, groups


def expected(x, weight, g, windows, groups):
    """The result and both gradients; those of the input by the transpose of the same sum."""
    images, filters = x.shape[0], weight.shape[0]
    unfolded = windows_of(x, windows)
    unfolded = unfolded.reshape(images, groups, -1, *unfolded.shape[2:])
    matrices = weight.reshape(groups, filters // groups, weight.shape[1], -1)
    gradient = g.reshape(images, groups, filters // groups, -1)
    result = np.einsum("gmck,ngckl->ngml", matrices, unfolded).reshape(g.shape)
    for_weight = np.einsum("ngml,ngckl->gmck", gradient, unfolded).reshape(weight.shape)
    spread = np.einsum("gmck,ngml->ngckl", matrices, gradient).reshape(*x.shape[:2], -1)
    numbers = np.arange(1, x[0, 0].size + 1).reshape(1, 1, *x.shape[2:])
    where = windows_of(numbers, windows).reshape(-1)
    for_input = np.zeros((*x.shape[:2], x[0, 0].size + 1))
    np.add.at(for_input, (slice(None), slice(None), where), spread)
    return result, for_input[..., 1:].reshape(x.shape), for_weight


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kernels_agree_with_the_sum_over_windows(problem, dtype):
    *arrays, windows, groups = problem
    x, weight, g = (array.astype(dtype) for array in arrays)
    wanted = expected(*(array.astype(np.float64) for array in (x, weight, g)), windows, groups)
    out, for_input = np.full(g.shape, np.nan, dtype), np.full(x.shape, np.nan, dtype)
    convolve(out, x, weight, None, windows, groups)
    input_gradient(for_input, g, weight, windows, groups)
    for_weight = weight_gradient(x, g, windows, groups)
    digits = 1e-5 if dtype is np.float32 else 1e-13
    for found, exact in zip((out, for_input, for_weight), wanted, strict=True):
        assert found.dtype == dtype
        assert found.flags.c_contiguous
        np.testing.assert_allclose(found, exact, rtol=digits, atol=digits * np.abs(exact).max())


def test_the_bias_is_added(problem):
    x, weight, g, windows, groups = problem
    bias = np.random.default_rng(1).standard_normal(weight.shape[0])
    plain, shifted = np.empty(g.shape), np.empty(g.shape)
    convolve(plain, x, weight, None, windows, groups)
    convolve(shifted, x, weight, bias, windows, groups)
    np.testing.assert_allclose(shifted - plain, bias.reshape(-1, *(1,) * (g.ndim - 2)) + 0 * g)


def test_whole_numbers_are_exact():
    random = np.random.default_rng(0)
    x, weight = random.integers(-9, 9, (2, 16, 9, 8)), random.integers(-9, 9, (16, 16, 3, 3))
    windows = Windows((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))
    assert winograd.applies(np.dtype(np.float32), x.shape, weight.shape, windows, 1)
    out = np.empty((2, 16, 9, 8), np.float32)
    convolve(out, x.astype(np.float32), weight.astype(np.float32), None, windows, 1)
    exact, _, _ = expected(x, weight, np.zeros(out.shape), windows, 1)
    assert (out == exact).all()


def test_a_result_does_not_depend_on_its_batch():
    random = np.random.default_rng(0)
    x, weight = random.standard_normal((7, 32, 30, 30)), random.standard_normal((32, 32, 3, 3))
    windows = Windows((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))
    out, alone = np.empty((7, 32, 30, 30)), np.empty((1, 32, 30, 30))
    convolve(out, x, weight, None, windows, 1)
    for image in range(7):
        convolve(alone, x[image : image + 1], weight, None, windows, 1)
        np.testing.assert_allclose(alone[0], out[image], rtol=1e-12, atol=1e-12)


def test_rows_of_three_are_done_with_fewer_products():
    one = (1, 1)
    plain = Windows((3, 3), one, ((1, 1), (1, 1)), one)
    double, images = np.dtype(np.float64), (4, 16, 8, 8)
    assert winograd.applies(double, images, (16, 16, 3, 3), plain, 1)
    assert not winograd.applies(double, images, (16, 2, 3, 3), plain, 1)
    assert not winograd.applies(double, (1, 16, 5, 6), (16, 16, 3, 3), plain, 1)
    assert not winograd.applies(np.dtype(np.int64), images, (16, 16, 3, 3), plain, 1)
    for kernel, stride, dilation in (
        ((1, 3), one, one),
        ((3, 3), (1, 2), one),
        ((3, 3), one, (2, 1)),
    ):
        windows = Windows(kernel, stride, plain.padding, dilation)
        assert not winograd.applies(double, images, (16, 16, *kernel), windows, 1)
