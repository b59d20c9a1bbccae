"""Samples of reductions, running sums, orders and statistics."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from graphnet import dtypes
from tests.ops.samples.base import Fixed, Real, Sample, Shape, sample

POSITIVE = (0.3, 2.5)

OVER_DIMS = (
    *("sum", "mean", "prod", "amax", "amin", "all", "any", "var", "std", "logsumexp"),
    "hash_tensor",
)
WITHOUT_EMPTY = ("amax", "amin", "hash_tensor")
"""Reductions that refuse empty dimensions."""

ALONG = ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "sort", "argsort")
ONE_OF = ("max_dim", "min_dim", "max", "min", "median", "nanmedian", "mode")
"""One element along a dimension, and its index."""


def samples() -> Iterator[Sample]:
    """All of them."""
    for name in OVER_DIMS:
        yield from _over_dims(name)
    yield from _products_with_zeros()
    yield from _norms()
    for name in ALONG:
        for dim in (0, 1):
            yield sample(name, Real((3, 4)), dim=dim, tag=f"dim{dim}")
        yield sample(name, Real(), dim=0, tag="zero_dim")
        yield sample(name, Real((0, 4)), dim=0, tag="empty")
        yield sample(name, Real((3, 0)), dim=0, tag="empty_rows")
    for name in ONE_OF:
        yield from _one_of(name)
    yield from _orders()
    yield from _searches()


def _over_dims(name: str) -> Iterator[Sample]:
    yield sample(name, Real((2, 3, 4)), dims=(1,))
    yield sample(name, Real((2, 3, 4)), dims=(0, 2), keepdim=True, tag="keepdim")
    yield sample(name, Real((3, 4)), dims=(0, 1), tag="all")
    if name not in ("var", "std"):  # of one element these are NaN
        yield sample(name, Real(), dims=(), tag="zero_dim")
        yield sample(name, Real((2, 1)), dims=(1,), tag="single")
    yield sample(name, Real((0, 3)), dims=(1,), tag="empty")
    if name not in WITHOUT_EMPTY:
        # The spread of nothing is NaN, and so is what would be its second gradient.
        second = name not in ("var", "std")
        yield sample(name, Real((2, 0)), dims=(1,), second=second, tag="over_nothing")
    if name in ("var", "std"):
        yield sample(name, Real((2, 3)), dims=(1,), correction=0, tag="biased")


def _products_with_zeros() -> Iterator[Sample]:
    for zeros, rows in (("one", [[0.0, 2.0, 3.0]]), ("two", [[0.0, 2.0, 0.0]])):
        shifted = Fixed(np.array(rows), tied=True)
        yield sample("prod", Real((2, 3)), shifted, dims=(1,), apply=_product, tag=f"{zeros}_zero")
        yield sample("cumprod", Real((2, 3)), shifted, dim=1, apply=_running, tag=f"{zeros}_zero")


def _product(x: object, factors: object) -> object:
    from graphnet.ops.reduce import Prod

    return Prod((1,))((x - 1) * factors)  # type: ignore[operator]


def _running(x: object, factors: object) -> object:
    from graphnet.ops.scan import Cumprod

    return Cumprod(1)((x - 1) * factors)  # type: ignore[operator]


def _norms() -> Iterator[Sample]:
    for order in (2.0, 1.0, 3.0, 1.5, 0.0, math.inf, -math.inf, -2.0):
        tag = f"order{order}"
        yield sample("linalg_vector_norm", Real((2, 3, 2)), dims=(1,), ord=order, tag=tag)
    yield sample("linalg_vector_norm", Real((2, 3)), dims=(0, 1), keepdim=True, tag="all")
    yield sample("linalg_vector_norm", Real((2, 3)), dims=(0, 1), tag="flat")
    yield sample("linalg_vector_norm", Real((0, 3)), dims=(1,), tag="empty")
    yield sample("linalg_vector_norm", Real(), dims=(), tag="zero_dim")


def _one_of(name: str) -> Iterator[Sample]:
    yield sample(name, Real((3, 4)), dim=1)
    yield sample(name, Real((3, 4)), dim=0, keepdim=True, tag="keepdim")
    yield sample(name, Real(), dim=0, tag="zero_dim")
    yield sample(name, Real((0, 4)), dim=1, tag="empty")
    if name in ("nanmedian", "median"):
        holes = Fixed(np.array([[np.nan, 1, 2], [3, 4, np.nan]]), tied=True)
        yield sample(name, holes, dim=1, results=(), tag="nan")


def _orders() -> Iterator[Sample]:
    x = Real((3, 4))
    for name in ("sort", "argsort"):
        yield sample(name, x, dim=1, descending=True, tag="descending")
    yield sample("topk", x, k=2, dim=1)
    yield sample("topk", Real((2, 12)), k=2, dim=1, largest=False, tag="smallest")
    yield sample("topk", x, k=0, dim=1, tag="none")
    yield sample("topk", Real((0, 4)), k=2, dim=1, tag="empty")
    yield sample("topk", Real(), k=1, dim=0, tag="zero_dim")
    yield sample("kthvalue", x, k=2, dim=1)
    yield sample("kthvalue", x, k=3, dim=0, keepdim=True, tag="keepdim")
    yield sample("kthvalue", Real(), k=1, dim=0, tag="zero_dim")
    yield sample("kthvalue", Real((0, 4)), k=2, dim=1, tag="empty")
    for name in ("argmax", "argmin"):
        yield sample(name, x, dim=1)
        yield sample(name, x, dim=0, keepdim=True, tag="keepdim")
        yield sample(name, Real(), dim=0, tag="zero_dim")
    for name in ("median_of_all", "nanmedian_of_all"):
        yield sample(name, x)
        yield sample(name, Real(), tag="zero_dim")
        yield sample(name, Real((0, 2)), tag="empty")
    for dim, shape in ((0, (4, 2)), (1, (2, 4))):
        yield sample("recurrence", Real(shape), Real(shape), dim=dim, tag=f"dim{dim}")
    empty: Shape = (0, 2)
    yield sample("recurrence", Real(empty), Real(empty), dim=0, tag="empty")


def _searches() -> Iterator[Sample]:
    ascending = Fixed(np.array([0.5, 1.0, 2.0, 4.0]), tied=True)
    for right in (False, True):
        options = {"right": right, "dtype": dtypes.int64}
        yield sample("searchsorted", ascending, Real((2, 3)), **options, tag=f"right{right}")
    rows = Fixed(np.array([[0.0, 1.0], [1.0, 0.5]]), tied=True)
    order = Fixed(np.array([[0, 1], [1, 0]]))
    yield sample(
        "searchsorted", rows, Real((2, 3)), order, right=False, dtype=dtypes.int32, tag="ordered"
    )
    counted = Fixed(np.array([0, 2, 2]))
    yield sample("bincount", counted, length=4)
    yield sample("bincount", counted, Real((3,)), length=3, tag="weighted")
    yield sample("histc", Real((3, 4)), -1.0, 1.0, bins=4)
    yield sample("histc", Real((3, 4)), 0.0, 0.0, bins=3, tag="own_range")
    edges = Fixed(np.array([-1.0, 0.0, 0.5, 2.0]), tied=True)
    yield sample("histogram", Real((3, 4)), edges)
    yield sample("histogram", Real((3, 4)), edges, Real((3, 4)), tag="weighted")
    yield sample("histogram_edges", Real((3, 4)), -1.0, 1.0, bins=4)
    yield sample("histogram_edges", Real((3, 4)), 0.0, 0.0, bins=3, tag="own_range")
    for consecutive in (False, True):
        table = Fixed(np.array([[1, 2], [1, 2], [0, 3], [1, 2]]))
        yield sample("unique", table, consecutive=consecutive, tag=f"consecutive{consecutive}")
