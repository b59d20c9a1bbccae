"""Samples of operations that look up and store elements at indices and masks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphnet import dtypes
from tests.ops.samples.base import Fixed, Real, Sample, sample

MASK = Fixed(np.array([[True, False, True], [False, False, True]]))
NOTHING = Fixed(np.zeros(0, np.int64))


def samples() -> Iterator[Sample]:
    """All of them."""
    yield from _index_tensors()
    yield from _vectors_of_indices()
    yield from _masks()
    yield from _along_one_dim()
    yield from _tables()


def _index_tensors() -> Iterator[Sample]:
    rows, columns = Fixed(np.array([0, 2, 0])), Fixed(np.array([[1], [-1]]))
    x = Real((3, 4))
    yield sample("index", x, rows, dims=(0,))
    yield sample("index", x, rows, columns, dims=(0, 1), tag="both")
    yield sample("index", Real((3, 2, 4)), rows, rows, dims=(0, 2), tag="apart")
    yield sample("index", Real((2, 3, 4)), columns, dims=(1,), tag="inside")
    yield sample("index", x, Fixed(np.int64(2)), dims=(0,), tag="one")
    yield sample("index", x, NOTHING, dims=(0,), tag="empty")
    for accumulate in (False, True):
        options = {"accumulate": accumulate}
        tag = "add" if accumulate else "put"
        unique = rows if accumulate else Fixed(np.array([0, 2]))
        count = len(unique.array)
        yield sample("index_put", x, Real((count, 4)), unique, dims=(0,), **options, tag=tag)
        yield sample("index_put", x, Real(), unique, dims=(0,), **options, tag=f"{tag}_broadcast")
        yield sample("index_put", x, 2.0, unique, dims=(0,), **options, tag=f"{tag}_number")
        yield sample(
            "index_put", x, Real((0, 4)), NOTHING, dims=(0,), **options, tag=f"{tag}_empty"
        )
        apart = Real((3, 2, 4))
        several = Fixed(np.array([0, 2])), Fixed(np.array([3, 1]))
        yield sample(
            "index_put", apart, Real((2, 2)), *several, dims=(0, 2), **options, tag=f"{tag}_apart"
        )


def _vectors_of_indices() -> Iterator[Sample]:
    repeated, unique = Fixed(np.array([2, 0, 2])), Fixed(np.array([2, 0]))
    x = Real((3, 4))
    yield sample("index_select", x, repeated, dim=0)
    yield sample("index_select", x, repeated, dim=1, tag="inside")
    yield sample("index_select", x, NOTHING, dim=0, tag="empty")
    yield sample("index_add", x, Real((3, 4)), repeated, dim=0)
    yield sample("index_add", x, Real((3, 3)), repeated, dim=1, tag="inside")
    yield sample("index_add", x, Real((0, 4)), NOTHING, dim=0, tag="empty")
    yield sample("index_copy", x, Real((2, 4)), unique, dim=0)
    yield sample("index_copy", x, Real((3, 2)), unique, dim=1, tag="inside")
    yield sample("index_copy", x, Real((0, 4)), NOTHING, dim=0, tag="empty")


def _masks() -> Iterator[Sample]:
    x = Real((2, 3))
    row = Fixed(np.array([True, False, True]))
    none = Fixed(np.zeros((0, 3), np.bool_))
    yield sample("masked_fill", x, MASK, 2.0)
    yield sample("masked_fill", x, row, 2, tag="broadcast")
    yield sample("masked_fill", x, MASK, Real(), tag="tensor")
    yield sample("masked_fill", Real((3,)), MASK, 2.0, tag="grown")
    yield sample("masked_fill", Real((0, 3)), none, 2.0, tag="empty")
    yield sample("masked_scatter", x, MASK, Real((4,)))
    yield sample("masked_scatter", x, row, Real((2, 2)), tag="broadcast")
    yield sample("masked_scatter", Real((0, 3)), none, Real((2,)), tag="empty")
    yield sample("masked_gather", x, MASK, shape=(2, 2))
    yield sample("masked_gather", x, row, shape=(4,), tag="broadcast")
    yield sample("masked_gather", Real((0, 3)), none, shape=(2,), tag="empty")
    yield sample("nonzero_count", MASK)
    yield sample("nonzero", MASK, count=3)


def _along_one_dim() -> Iterator[Sample]:
    x = Real((3, 4))
    index = Fixed(np.array([[0, 2, 1], [1, 1, 0]]))
    unique = Fixed(np.array([[0, 2, 1], [1, 0, 2]]))
    none = Fixed(np.zeros((0, 3), np.int64))
    source = Real((2, 3))
    for dim in (0, 1):
        yield sample("gather", x, index, dim=dim, tag=f"dim{dim}")
        yield sample("scatter_add", x, index, source, dim=dim, tag=f"dim{dim}")
    yield sample("gather", x, none, dim=0, tag="empty")
    yield sample("scatter_add", x, none, Real((0, 3)), dim=0, tag="empty")
    yield sample("scatter_add", x, index, 1.5, dim=0, tag="number")
    distinct = Fixed(np.array([[0, 2, 1], [1, 0, 2]]))
    yield sample("scatter", x, distinct, source, dim=0)
    yield sample("scatter", x, unique, source, dim=1, tag="dim1")
    yield sample("scatter", x, index, 1.5, dim=0, tag="number")
    yield sample("scatter", x, none, Real((0, 3)), dim=0, tag="empty")
    for reduce in ("sum", "prod", "mean", "amax", "amin"):
        for own in (True, False):
            options = {"dim": 0, "reduce": reduce, "include_self": own}
            # The second derivative of a product of others divides by what is zero nowhere here.
            yield sample("scatter_reduce", x, index, source, **options, tag=f"{reduce}_{own}")
        options = {"dim": 0, "reduce": reduce}
        yield sample("scatter_reduce", x, none, Real((0, 3)), **options, tag=f"{reduce}_empty")


def _tables() -> Iterator[Sample]:
    table = Real((4, 3))
    index = Fixed(np.array([[1, 3], [1, 0]]))
    yield sample("embedding", table, index)
    yield sample("embedding", table, NOTHING, tag="empty")
    yield sample("embedding", table, Fixed(np.int64(2)), tag="one")
    yield sample("embedding_grad", Real((2, 2, 3)), index, rows=4, padding_idx=None)
    yield sample("embedding_grad", Real((2, 2, 3)), index, rows=4, padding_idx=1, tag="padding")
    yield sample("embedding_grad", Real((0, 3)), NOTHING, rows=4, padding_idx=None, tag="empty")
    # These two change the gradient on purpose: finite differences see another one.
    yield sample("embedding", table, index, padding_idx=1, results=(), tag="padding")
    yield sample("embedding", table, index, scale_grad_by_freq=True, results=(), tag="frequency")
    yield sample("occurrences", index, rows=4, dtype=dtypes.float32)
    yield sample("one_hot", index, classes=5)
