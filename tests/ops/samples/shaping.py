"""Samples of operations that move elements: views, joins, rearrangements, constants."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphnet import dtypes
from tests.ops.samples.base import Fixed, Real, Sample, sample


def samples() -> Iterator[Sample]:
    """All of them."""
    yield from _reshapes()
    yield from _parts()
    yield from _strided()
    yield from _joins()
    yield from _rearrangements()
    yield from _identities()
    yield from _constants()


def _reshapes() -> Iterator[Sample]:
    x = Real((2, 3))
    for name in ("reshape", "view", "expand"):
        yield sample(name, Real(), shape=(1, 1), tag="zero_dim")
    for name in ("reshape", "view"):
        yield sample(name, x, shape=(3, 2))
        yield sample(name, Real((0, 3)), shape=(3, 1, 0), tag="empty")
        yield sample(name, Real((1, 1)), shape=(), tag="to_zero_dim")
    yield sample("expand", Real((2, 1)), shape=(3, 2, 4))
    yield sample("expand", Real((1, 2)), shape=(0, 2), tag="to_empty")
    yield sample("expand", Real((0, 1)), shape=(2, 0, 3), tag="empty")
    yield sample("unsqueeze", x, dim=1)
    yield sample("unsqueeze", Real(), dim=0, tag="zero_dim")
    yield sample("unsqueeze", Real((0, 2)), dim=2, tag="empty")
    yield sample("squeeze", Real((1, 2, 1)), dims=(0, 2))
    yield sample("squeeze", Real((1, 0)), dims=(0,), tag="empty")
    yield sample("squeeze", Real((1,)), dims=(0,), tag="to_zero_dim")
    yield sample("permute", Real((2, 3, 2)), dims=(2, 0, 1))
    yield sample("permute", Real((2, 0, 2)), dims=(2, 0, 1), tag="empty")
    yield sample("permute", Real(), dims=(), tag="zero_dim")
    yield sample("transpose", Real((2, 3, 2)), dim0=0, dim1=2)
    yield sample("transpose", Real((2, 0)), dim0=0, dim1=1, tag="empty")
    yield sample("t", x)
    yield sample("t", Real((3,)), tag="vector")
    yield sample("t", Real(), tag="zero_dim")
    yield sample("t", Real((0, 2)), tag="empty")


def _parts() -> Iterator[Sample]:
    x = Real((3, 4))
    yield sample("select", x, 1, dim=1)
    yield sample("unbind", x, 1, dim=1)
    yield sample("unbind", Real((0, 4)), 2, dim=1, tag="empty")
    yield sample("select", Real((3,)), 2, dim=0, tag="to_zero_dim")
    yield sample("select", Real((0, 4)), 2, dim=1, tag="empty")
    yield sample("select_scatter", Real((3,)), 2, dim=1, size=4)
    yield sample("select_scatter", Real(), 2, dim=0, size=4, tag="zero_dim")
    yield sample("select_scatter", Real((0,)), 2, dim=1, size=4, tag="empty")
    yield sample("slice", x, 1, dim=1, length=2)
    yield sample("slice", x, 0, dim=1, length=2, step=2, tag="step")
    yield sample("slice", x, 2, dim=1, length=0, tag="to_empty")
    yield sample("slice", Real((0, 4)), 1, dim=1, length=2, tag="empty")
    yield sample("part", x, dim=1, start=1, length=2)
    yield sample("part", x, dim=0, start=2, length=0, tag="to_empty")
    yield sample("part", Real((0, 4)), dim=1, start=1, length=2, tag="empty")
    yield sample("part_scatter", Real((3, 2)), dim=1, start=1, size=4)
    yield sample("part_scatter", Real((2, 3)), dim=0, start=2, size=4, tag="at_the_end")
    yield sample("part_scatter", Real((3, 0)), dim=1, start=1, size=4, tag="empty")
    yield sample("slice_scatter", Real((3, 2)), 1, dim=1, size=4)
    yield sample("slice_scatter", Real((3, 2)), 0, dim=1, size=4, step=2, tag="step")
    yield sample("slice_scatter", Real((3, 0)), 1, dim=1, size=4, tag="empty")
    for offset in (-2, 0, 1):
        tag = f"offset{offset}"
        yield sample("diagonal", x, offset=offset, dim1=0, dim2=1, tag=tag)
    yield sample("diagonal", Real((3, 2, 4)), offset=1, dim1=2, dim2=0, tag="reversed")
    yield sample("diagonal", x, offset=7, dim1=0, dim2=1, tag="outside")
    yield sample("diagonal", Real((0, 4)), offset=0, dim1=0, dim2=1, tag="empty")
    scatter = {"shape": (3, 4), "dim1": 0, "dim2": 1}
    yield sample("diagonal_scatter", Real((3,)), offset=1, **scatter)
    yield sample("diagonal_scatter", Real((1,)), offset=-2, **scatter, tag="below")
    yield sample("diagonal_scatter", Real((0,)), offset=7, **scatter, tag="empty")
    yield sample(
        "diagonal_scatter", Real((2, 3)), offset=0, shape=(3, 2, 4), dim1=2, dim2=0, tag="reversed"
    )
    yield sample("unfold", Real((7, 2)), dim=0, size=3, step=2)
    yield sample("unfold", Real((2, 5)), dim=1, size=3, step=1, tag="overlapping")
    yield sample("unfold", Real((0, 5)), dim=1, size=3, step=1, tag="empty")


def _strided() -> Iterator[Sample]:
    x = Real((3, 4))
    yield sample("as_strided", x, 1, shape=(2, 3), stride=(4, 1))
    yield sample("as_strided", x, 0, shape=(3, 3), stride=(2, 1), tag="overlapping")
    yield sample("as_strided", x, 5, shape=(), stride=(), tag="to_zero_dim")
    yield sample("as_strided", Real((0,)), 0, shape=(0, 2), stride=(2, 1), tag="empty")
    yield sample("as_strided_add", Real((2, 3)), 1, shape=(3, 4), stride=(4, 1))
    yield sample("as_strided_add", Real((3, 3)), 0, shape=(3, 4), stride=(2, 1), tag="overlapping")
    yield sample("as_strided_add", Real((0, 3)), 0, shape=(3, 4), stride=(2, 1), tag="empty")
    yield sample("as_strided_scatter", x, Real((2, 3)), 1, stride=(4, 1))
    yield sample("as_strided_scatter", x, Real(), 5, stride=(), tag="one")
    yield sample("as_strided_scatter", Real((0, 4)), Real((0, 3)), 0, stride=(4, 1), tag="empty")


def _joins() -> Iterator[Sample]:
    yield sample("cat", Real((2, 1)), Real((2, 3)), dim=1)
    yield sample("cat", Real((2,)), Real((0,)), Real((1,)), dim=0, tag="three")
    yield sample("cat", Real((0, 2)), Real((0, 1)), dim=1, tag="empty")
    yield sample("stack", Real((2, 3)), Real((2, 3)), dim=1)
    yield sample("stack", Real(), Real(), Real(), dim=0, tag="zero_dim")
    yield sample("stack", Real((0, 3)), Real((0, 3)), dim=2, tag="empty")


def _rearrangements() -> Iterator[Sample]:
    x = Real((3, 4))
    for dims in ((0,), (0, 1), ()):
        yield sample("flip", x, dims=dims, tag=f"dims{len(dims)}")
    yield sample("flip", Real((0, 2)), dims=(0,), tag="empty")
    yield sample("roll", x, shifts=(1, -6), dims=(0, 1))
    yield sample("roll", x, shifts=(2, 1), dims=(1, 1), tag="same_dim")
    yield sample("roll", Real((0, 4)), shifts=(1,), dims=(0,), tag="empty")
    yield sample("repeat", x, repeats=(2, 3))
    yield sample("repeat", x, repeats=(1, 1), tag="once")
    yield sample("repeat", x, repeats=(0, 1), tag="never")
    yield sample("repeat", Real((0, 4)), repeats=(2, 3), tag="empty")
    for name in ("tril", "triu"):
        for diagonal in (-1, 0, 2):
            yield sample(name, x, diagonal=diagonal, tag=f"diagonal{diagonal}")
        yield sample(name, Real((2, 0, 3)), tag="empty")
        yield sample(name, Real((2, 3, 3)), tag="batch")
    repeats = Fixed(np.array([2, 0, 1]))
    yield sample("repeat_positions", repeats, length=3)


def _identities() -> Iterator[Sample]:
    for name in ("identity", "clone", "detach"):
        yield sample(name, Real((2, 3)))
        yield sample(name, Real(), tag="zero_dim")
        yield sample(name, Real((0, 2)), tag="empty")
    # The value is another's than the history, so finite differences do not see the gradient.
    for shape, tag in (((2, 3), "plain"), ((), "zero_dim"), ((0, 3), "empty")):
        yield sample("attach", Real(shape), Real(shape), results=(), tag=tag)
        for name in ("custom", "kept"):
            yield sample(name, Real(shape), Real((2,)), Real(), function="F", results=(), tag=tag)


def _constants() -> Iterator[Sample]:
    yield sample("full", 1.5, shape=(2, 3), dtype=dtypes.float32)
    yield sample("full", 2, shape=(), dtype=dtypes.float64, tag="zero_dim")
    yield sample("full", 2.7, shape=(0, 2), dtype=dtypes.int64, tag="empty")
    yield sample("full", True, shape=(2,), dtype=dtypes.bool, tag="truth")
    yield sample("arange", 1, 2, length=3, dtype=dtypes.int64)
    yield sample("arange", 0.5, 0.25, length=4, dtype=dtypes.float32, tag="real")
    yield sample("eye", rows=2, columns=3, dtype=dtypes.float32)
    yield sample("eye", rows=2, columns=2, dtype=dtypes.bool, tag="truth")
    yield sample("linspace", 0, 1, steps=5, dtype=dtypes.float32)
    yield sample("linspace", 0, 10, steps=1, dtype=dtypes.int64, tag="one")
    for upper in (False, True):
        options = {"rows": 3, "columns": 4, "diagonal": 1, "dtype": dtypes.int64}
        yield sample("triangle_indices", **options, upper=upper, tag=f"upper{upper}")
