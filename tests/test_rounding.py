"""Arithmetic with one rounding where numpy would round twice."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graphnet.dtypes.rounding import c_library, cast, fused_multiply_add, working_dtype

SINGLES = st.floats(2.0**-40, 2.0**40, width=32) | st.floats(-(2.0**40), -(2.0**-40), width=32)
DOUBLES = st.floats(2.0**-200, 2.0**200) | st.floats(-(2.0**200), -(2.0**-200))


def nearest_single(value: Fraction) -> float:
    """The float32 nearest to a rational number, ties to even."""
    guess = np.float32(float(value))
    near = [
        np.nextafter(guess, np.float32(-np.inf)),
        guess,
        np.nextafter(guess, np.float32(np.inf)),
    ]
    return float(
        min(near, key=lambda x: (abs(Fraction(float(x)) - value), int(x.view(np.int32)) & 1))
    )


@given(SINGLES, SINGLES, SINGLES)
@example(1.0 + 2.0**-12, 1.0 + 2.0**-12, 2.0**-60)
@example(1.0 + 2.0**-12, 1.0 + 2.0**-12, -(2.0**-60))
@example(1.0 + 2.0**-12, -1.0 - 2.0**-12, 2.0**-60)
@example(1.0 + 2.0**-12, 1.0 + 2.0**-12, 1.0)
@example(3.0, 5.0, 0.0)
def test_fused_single_is_the_exact_result_rounded_once(
    x: float, factor: float, addend: float
) -> None:
    found = fused_multiply_add(np.array([x], np.float32), factor, addend)
    assert found.dtype == np.float32
    assert found[0] == nearest_single(Fraction(x) * Fraction(factor) + Fraction(addend))


@given(DOUBLES, DOUBLES, DOUBLES)
@example(1.0 + 2.0**-27, 1.0 + 2.0**-26, 2.0**-150)
@example(1.0 + 2.0**-27, 1.0 + 2.0**-26, -(2.0**-150))
@example(1.0 + 2.0**-30, 1.0 - 2.0**-30, -1.0)
def test_fused_double_is_the_exact_result_rounded_once(
    x: float, factor: float, addend: float
) -> None:
    exact = Fraction(x) * Fraction(factor) + Fraction(addend)
    found = fused_multiply_add(np.array([x]), factor, addend)
    assert found.dtype == np.float64
    assert found[0] == exact.numerator / exact.denominator


def test_parameters_are_rounded_to_the_type_first() -> None:
    x = np.array([1.0, 2.0, 3.0], np.float32)
    np.testing.assert_array_equal(
        fused_multiply_add(x, 0.1, 0.7), fused_multiply_add(x, np.float32(0.1), np.float32(0.7))
    )


def test_c_library_calls_reach_every_value() -> None:
    x = np.linspace(0.0, 3.0, 70_000)
    found = c_library(math.cos, x)
    assert found.dtype == np.float64
    assert all(found[i] == math.cos(x[i]) for i in (0, 1, 65_535, 65_536, 69_999))
    np.testing.assert_allclose(found, np.cos(x), rtol=1e-15, atol=1e-16)
    assert c_library(math.cos, np.empty(0)).shape == (0,)


def test_half_precision_is_reached_through_float32() -> None:
    # Half-way between two float16 in float32, a little above half-way in float64.
    value = np.array([1.0 + 2.0**-11 + 2.0**-40])
    assert cast(value, np.dtype(np.float16))[0] == 1.0
    assert cast(value, np.dtype(np.float64))[0] == value[0]


def test_working_types() -> None:
    assert working_dtype(np.dtype(np.float64), "x") == np.float64
    assert working_dtype(np.dtype(np.float16), "x") == np.float32
    with pytest.raises(NotImplementedError, match="x is not implemented for bool"):
        working_dtype(np.dtype(bool), "x")
