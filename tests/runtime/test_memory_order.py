"""Vectors become arrays in the order of the addresses in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet.runtime.memory_order import BLOCK, filled, is_contiguous, placed


@given(st.permutations(range(4)), st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_values_follow_the_addresses(axes: list[int], sizes: list[int]) -> None:
    memory = np.arange(np.prod(sizes)).reshape(sizes)
    view = memory.transpose(axes)
    strides = [stride // view.itemsize for stride in view.strides]
    np.testing.assert_array_equal(placed(memory.ravel(), view.shape, strides), view)


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((), (), True),
        ((2, 3), None, True),
        ((2, 3), (3, 1), True),
        ((2, 3), (1, 2), False),
        ((5,), (2,), False),
        ((2, 1, 3), (3, 99, 1), True),
        ((0, 3), (3, 1), True),
    ],
)
def test_contiguous(
    shape: tuple[int, ...], strides: tuple[int, ...] | None, expected: bool
) -> None:
    assert is_contiguous(shape, strides) is expected


def test_blocks_are_filled_one_after_the_other() -> None:
    asked: list[int] = []

    def draw(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        asked.append(count)
        return np.full(count, float(len(asked)))

    values = filled(draw, (2, BLOCK), np.dtype(np.int16), None)
    assert asked == [BLOCK, BLOCK]
    assert values.dtype == np.int16
    assert values[:, 0].tolist() == [1, 2]
