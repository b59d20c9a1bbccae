"""Adding rows up at the places that indices name: what looking rows up is differentiated to."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_MANY: Final = 1 << 18
"""Elements from which on a sparse product pays, and scipy's import, of a tenth of a second."""


def row_sums(rows: Array, index: Array, count: int) -> Array:
    """A table of ``count`` rows: zeros, to which each row is added where its index says.

    Where there are many, those with equal indices are added in their order, as PyTorch does.

    >>> row_sums(np.array([[1.0], [2.0], [4.0]]), np.array([2, 0, 2]), 3)
    array([[2.],
           [0.],
           [5.]])
    """
    if _are_many(rows):
        return _product(rows, index, count)
    table = np.zeros((count, rows.shape[1]), rows.dtype)
    if not rows.size or not count:
        return table
    # Sorted by index, equal ones are neighbours, and each group is one sum.
    order = np.argsort(index, kind="stable")
    index = index[order]
    starts = np.flatnonzero(np.concatenate(([True], index[1:] != index[:-1])))
    table[index[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return table


def add_rows(table: Array, index: Array, rows: Array) -> None:
    """Add each row to that of a contiguous table which its index, not below 0, names.

    >>> table = np.ones((2, 2))
    >>> add_rows(table, np.array([1, 1]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> table
    array([[1., 1.],
           [5., 7.]])
    """
    if _are_many(rows):
        table += _product(rows, index, len(table))
        return
    columns = np.arange(table.shape[1])
    positions = index[:, None] * np.int64(table.shape[1]) + columns
    # numpy's fast path wants vectors of one dtype.
    np.add.at(table.reshape(-1), positions.reshape(-1), rows.reshape(-1))


def _are_many(rows: Array) -> bool:
    return rows.size >= _MANY and rows.dtype.kind in "fc" and rows.dtype.itemsize > 2


def _product(rows: Array, index: Array, count: int) -> Array:
    """The product with a matrix that has a 1 in each column, at the row's index."""
    from scipy.sparse import csc_array

    ones = np.ones(len(index), rows.dtype)
    matrix = csc_array((ones, index, np.arange(len(index) + 1)), shape=(count, len(index)))
    table: Array = matrix @ rows
    return table
