"""How tensors are printed: known texts, print options, and what no layout may change."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from graphnet import dtypes as dt
from graphnet.printing import (
    format_tensor,
    get_printoptions,
    printoptions,
    set_printoptions,
)

DEFAULT = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    set_printoptions(profile="default")


def f32(*numbers: float) -> NDArray[np.float32]:
    return np.array(numbers, np.float32)


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.float32(2.0), "tensor(2.)"),
        (np.float32(-0.0), "tensor(-0.)"),
        (f32(1, 2.5), "tensor([1.0000, 2.5000])"),
        (f32(1, 20, -3), "tensor([ 1., 20., -3.])"),
        (f32(1, 2000), "tensor([1.0000e+00, 2.0000e+03])"),
        (f32(1000, 1), "tensor([1000.,    1.])"),
        (f32(0.00005), "tensor([5.0000e-05])"),
        (f32(2e8), "tensor([2.0000e+08])"),
        (f32(math.nan, math.inf, -math.inf), "tensor([nan, inf, -inf])"),
        (f32(0, -0.0, 1.5), "tensor([0.0000, -0.0000, 1.5000])"),
        (f32(math.nan, 7, 12), "tensor([nan,  7., 12.])"),
        (np.array([1, -20]), "tensor([  1, -20])"),
        (np.array([True, False]), "tensor([ True, False])"),
        (np.array(2**64 - 1, "uint64"), "tensor(18446744073709551615, dtype=torch.uint64)"),
        (np.array([1 + 2j, -1.5j], "complex64"), "tensor([1.+2.0000j, -0.-1.5000j])"),
        (np.array([5e-324, 1]), "tensor([4.9407e-324,  1.0000e+00], dtype=torch.float64)"),
        (np.array(0.1, "float16"), "tensor(0.1000, dtype=torch.float16)"),
    ],
)
def test_numbers(values: Any, expected: str) -> None:
    assert format_tensor(np.asarray(values)) == expected


@pytest.mark.parametrize(
    ("shape", "name", "expected"),
    [
        ((0,), "float32", "tensor([])"),
        ((0, 3), "float32", "tensor([], size=(0, 3))"),
        ((0,), "int64", "tensor([], dtype=torch.int64)"),
        ((2, 0), "bool", "tensor([], size=(2, 0), dtype=torch.bool)"),
    ],
)
def test_empty(shape: tuple[int, ...], name: str, expected: str) -> None:
    assert format_tensor(np.zeros(shape, name)) == expected


def test_rows_and_matrices() -> None:
    assert format_tensor(np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)) == (
        "tensor([[[0., 1.],\n         [2., 3.]],\n\n        [[4., 5.],\n         [6., 7.]]])"
    )


def test_long_lines_break() -> None:
    assert format_tensor(np.arange(25)) == (
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21, 22, 23, 24])"
    )


def test_summary() -> None:
    assert format_tensor(np.arange(2000)) == "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"
    assert format_tensor(np.zeros((1000, 1000), np.float32)) == (
        "tensor([[0., 0., 0.,  ..., 0., 0., 0.],\n"
        "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
        "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
        "        ...,\n"
        "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
        "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
        "        [0., 0., 0.,  ..., 0., 0., 0.]])"
    )


def test_what_a_summary_leaves_out_has_no_say() -> None:
    values = np.ones(2000, np.float32)
    values[1000] = 1e30
    assert format_tensor(values) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"


def test_bfloat16() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    values = np.array([1, 2.5], ml_dtypes.bfloat16)
    assert format_tensor(values) == "tensor([1.0000, 2.5000], dtype=torch.bfloat16)"


# --- notes ------------------------------------------------------------------------------------


def test_notes() -> None:
    two = f32(2)[0:1].reshape(())
    assert format_tensor(two, requires_grad=True) == "tensor(2., requires_grad=True)"
    assert format_tensor(two, grad_fn="MulBackward0") == "tensor(2., grad_fn=<MulBackward0>)"
    both = format_tensor(two, requires_grad=True, grad_fn="AddBackward0")
    assert both == "tensor(2., grad_fn=<AddBackward0>)"


def test_a_note_that_finds_no_room_gets_a_line() -> None:
    values = np.linspace(0, 1, 6)
    assert format_tensor(values, requires_grad=True) == (
        "tensor([0.0000, 0.2000, 0.4000, 0.6000, 0.8000, 1.0000], dtype=torch.float64,\n"
        "       requires_grad=True)"
    )


def test_the_default_dtype_is_not_mentioned() -> None:
    dt.set_default_dtype(dt.float64)
    try:
        assert format_tensor(np.ones(1)) == "tensor([1.])"
        assert format_tensor(f32(1)) == "tensor([1.], dtype=torch.float32)"
    finally:
        dt.set_default_dtype(dt.float32)


def test_class_names() -> None:
    one = f32(1)
    assert format_tensor(one, class_name="Mine") == "Mine([1.])"
    assert format_tensor(one, parameter=True) == "Parameter containing:\ntensor([1.])"
    mine = format_tensor(one, class_name="Mine", parameter=True)
    assert mine == "Parameter containing:\nParameter(Mine([1.]))"


def test_values_without_a_dtype() -> None:
    with pytest.raises(TypeError, match=r"can't convert np\.ndarray of type numpy\.str_"):
        format_tensor(np.array(["a"]))


# --- options ----------------------------------------------------------------------------------


def test_profiles_and_single_options() -> None:
    assert get_printoptions() == DEFAULT
    set_printoptions(profile="short", linewidth=100)
    assert get_printoptions() == DEFAULT | {"precision": 2, "edgeitems": 2, "linewidth": 100}
    set_printoptions(profile="full")
    assert get_printoptions() == DEFAULT | {"threshold": math.inf}
    assert "..." not in format_tensor(np.zeros(1500))


def test_scientific_mode_is_forgotten_unless_repeated() -> None:
    set_printoptions(sci_mode=True, precision=1)
    assert format_tensor(f32(1)) == "tensor([1.0e+00])"
    set_printoptions(precision=2)
    assert format_tensor(f32(1)) == "tensor([1.])"
    set_printoptions(sci_mode=False)
    assert format_tensor(f32(1e10, 0.5)) == "tensor([10000000000.00,           0.50])"


def test_no_edge_items() -> None:
    set_printoptions(edgeitems=0, threshold=1)
    assert format_tensor(f32(1, 2)) == "tensor([...], size=(2,))"


def test_context_manager_restores_after_an_error() -> None:
    set_printoptions(precision=2, sci_mode=True)
    before = get_printoptions()
    with pytest.raises(TypeError), printoptions(precision=7):
        format_tensor(np.array("not a number"))
    assert get_printoptions() == before


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"profile": "shrot"}, ValueError, "unknown profile 'shrot'"),
        ({"precision": -1}, ValueError, "precision must not be negative, but is -1"),
        ({"edgeitems": -3}, ValueError, "edgeitems must not be negative, but is -3"),
        ({"precision": "4"}, TypeError, "precision must be an integer, not '4'"),
        ({"edgeitems": 1.5}, TypeError, "edgeitems must be an integer, not 1.5"),
    ],
)
def test_wrong_options_change_nothing(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message.replace(".", r"\.")):
        set_printoptions(linewidth=10, **options)
    assert get_printoptions() == DEFAULT


# --- what holds for every array ---------------------------------------------------------------

ARRAYS = hnp.arrays(
    st.sampled_from(["int64", "bool", "float32", "float64"]),
    hnp.array_shapes(max_dims=3, max_side=6),
    elements={"allow_nan": False},
)


@given(ARRAYS, st.integers(1, 120))
def test_line_width_moves_numbers_but_changes_none(values: Any, width: int) -> None:
    def words() -> list[str]:
        return format_tensor(values).split()

    with printoptions(linewidth=10_000):
        expected = words()
    with printoptions(linewidth=width):
        assert words() == expected


@given(ARRAYS)
def test_with_enough_digits_the_text_is_the_value(values: Any) -> None:
    with printoptions(precision=17, sci_mode=True, profile="full"):
        text = format_tensor(values)
    numbers = text[len("tensor(") : text.rindex("]") + 1]
    read = np.array(eval(numbers, {"inf": math.inf}), values.dtype)
    assert np.array_equal(read, values)
