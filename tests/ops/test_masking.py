"""Choosing by a mask gives the bits that ``np.where`` gives, whatever is chosen from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet.ops.masking import choose

ODD = [0.0, -0.0, 1.5, np.inf, -np.inf, np.nan, 1e-45]


def same_bits(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found.view(np.uint8), expected.view(np.uint8))


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(ODD), st.sampled_from(ODD)), min_size=1),
    st.sampled_from(["float16", "float32", "float64", "complex64"]),
    st.sampled_from(["neither", "x", "y"]),
)
def test_bits_are_those_of_where(
    rows: list[tuple[bool, float, float]], dtype: str, overwritten: str
) -> None:
    mask, x, y = (np.array(column) for column in zip(*rows, strict=True))
    x, y = x.astype(dtype), y.astype(dtype)
    expected = np.where(mask, x, y)
    out = {"neither": np.empty_like(x), "x": x, "y": y}[overwritten]
    choose(mask, x, y, out)
    same_bits(out, expected)


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize("is_first", [True, False])
def test_numbers_and_what_broadcasts(number: float, is_first: bool) -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((4, 1)) < 0.5
    x = rng.standard_normal((1, 5)).astype(np.float32)
    pair = (number, x) if is_first else (x, number)
    out = np.empty((4, 5), np.float32)
    choose(mask, *pair, out)
    same_bits(out, np.ascontiguousarray(np.where(mask, *pair).astype(np.float32)))


def test_the_same_array_twice() -> None:
    x = np.arange(3.0)
    choose(np.array([True, False, True]), x, x, x)
    np.testing.assert_array_equal(x, np.arange(3.0))
