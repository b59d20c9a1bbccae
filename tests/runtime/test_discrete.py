"""The discrete draws against the loops they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet.runtime.discrete import (
    cumulative_search,
    integer_bounds,
    permutation_of_swaps,
    unbounded_length,
    winners,
)


@st.composite
def swap_targets(draw: st.DrawFn) -> list[int]:
    n = draw(st.integers(1, 60))
    return [draw(st.integers(i, n - 1)) for i in range(n - 1)]


@given(swap_targets())
def test_swaps_are_followed_in_their_order(targets: list[int]) -> None:
    places = list(range(len(targets) + 1))
    for here, there in enumerate(targets):
        places[here], places[there] = places[there], places[here]
    found = permutation_of_swaps(len(places), np.array(targets, np.int64))
    assert found.tolist() == places


def test_the_longest_chain_of_moves() -> None:
    n = 5000
    found = permutation_of_swaps(n, np.arange(1, n))
    assert found.tolist() == [*range(1, n), 0]


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_to_shuffle(n: int) -> None:
    found = permutation_of_swaps(n, np.empty(0, np.int64))
    assert found.dtype == np.int64
    assert found.tolist() == list(range(n))


@pytest.mark.parametrize(
    ("dtype", "low", "high", "start", "end"),
    [
        ("float32", 0, 2**24 + 1, 0, 2**24 + 1),
        ("float32", 0, 2**25 - 1, 0, 2**25 - 1),
        ("float32", 0, 2**25, 0, 2**25 - 2),
        ("float32", 2**25 + 1, 2**26, 2**25 + 4, 2**26 - 4),
        ("float32", -(2**25), 10, -(2**25), 10),
        ("float16", 0, 65504, 0, 65472),
        ("int64", 2**25 + 1, 2**26, 2**25 + 1, 2**26),
    ],
)
def test_floating_point_bounds_move_inward(
    dtype: str, low: int, high: int, start: int, end: int
) -> None:
    assert integer_bounds(np.dtype(dtype), low, high) == (start, end)


def test_open_bounds_end_with_the_type() -> None:
    assert integer_bounds(np.dtype("int8"), -3, None) == (-3, 128)
    assert integer_bounds(np.dtype("float32"), 5, None) == (5, 2**24 + 1)
    assert unbounded_length(np.dtype("bool")) == 2


def test_winners_come_in_order_and_zeros_last() -> None:
    weights = np.array([0.0, 2.0, 1.0, 0.0])
    clocks = np.array([1.0, 4.0, 1.0, 1.0])
    assert winners(weights, clocks, 4).tolist() == [2, 1, 0, 3]
    assert winners(weights, clocks, 1).tolist() == [2]
    assert winners(np.stack([weights, weights[::-1]]), clocks, 1).tolist() == [[2], [2]]


def test_a_clock_of_zero_wins_without_a_warning() -> None:
    assert winners(np.array([1.0, 0.0, 5.0]), np.array([0.0, 1.0, 1.0]), 2).tolist() == [0, 2]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.lists(st.floats(0, 1), max_size=20))
def test_search_finds_the_first_sum_that_reaches(weights: list[float], units: list[float]) -> None:
    weights = [*weights, 0.5]
    found = cumulative_search(np.array(weights), np.array(units))
    sums = np.cumsum(weights) / np.cumsum(weights)[-1]
    sums[-1] = 1
    expected = [next(i for i, reached in enumerate(sums) if reached >= unit) for unit in units]
    assert found.tolist() == expected
