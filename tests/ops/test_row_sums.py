"""Rows are added where their indices say: one after the other, few of them or many."""

from __future__ import annotations

import numpy as np
import pytest

from graphnet.ops.row_sums import add_rows, row_sums


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int64])
@pytest.mark.parametrize("count", [50, 9000])
def test_as_one_after_the_other(dtype: type, count: int) -> None:
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((count, 32)) * 9).astype(dtype)
    index = rng.integers(0, 40, count)
    expected = np.zeros((40, 32), dtype)
    for where, row in zip(index, rows, strict=True):
        expected[where] += row
    np.testing.assert_allclose(row_sums(rows, index, 40), expected, rtol=1e-4, atol=1e-4)
    table = np.ones((40, 32), dtype)
    add_rows(table, index, rows)
    np.testing.assert_allclose(table, expected + 1, rtol=1e-4, atol=1e-4)


def test_many_are_added_in_their_order() -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((9000, 32)).astype(np.float32)
    index = rng.integers(0, 40, 9000)
    expected = np.zeros((40, 32), np.float32)
    for where, row in zip(index, rows, strict=True):
        expected[where] += row
    np.testing.assert_array_equal(row_sums(rows, index, 40), expected)


@pytest.mark.parametrize(("count", "rows"), [(0, 3), (3, 0)])
def test_nothing_to_add(count: int, rows: int) -> None:
    found = row_sums(np.zeros((rows, 2), np.float32), np.zeros(rows, np.int64), count)
    np.testing.assert_array_equal(found, np.zeros((count, 2), np.float32))
