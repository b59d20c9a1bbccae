"""Gathering and scattering along one dimension, an index for each element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Saves, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType, contiguous_strides
from graphnet.ops.compare import Equal, Where
from graphnet.ops.convert import Cast
from graphnet.ops.index import RangeError, Storing, add_at, add_slices, zeros

_UFUNCS = {
    "sum": np.add,
    "prod": np.multiply,
    "mean": np.add,
    "amax": np.maximum,
    "amin": np.minimum,
}

REDUCTIONS = tuple(_UFUNCS)
"""The ways in which :class:`ScatterReduce` combines elements."""


def check_bounds(index: Any, size: int, dim: int) -> None:
    """Raise RangeError unless all of ``index`` is within 0 and ``size - 1``."""
    if np.size(index) and (np.min(index) < 0 or np.max(index) >= size):
        flat = np.ravel(index)
        raise RangeError(
            f"index {flat[(flat < 0) | (flat >= size)][0]} is out of bounds for dimension {dim} "
            f"with size {size}",
            cure=f"indices go from 0 to {size - 1}",
        )


def positions_along(shape: Shape, dim: int, index: Any) -> Any:
    """Row-major positions in ``shape`` of what ``index`` names along ``dim``.

    >>> positions_along((2, 3), 1, np.array([[2], [0]]))
    array([[2],
           [3]])
    """
    steps = contiguous_strides(shape)
    starts = np.zeros((1,) * index.ndim, np.int64)
    for other, size in enumerate(index.shape):
        if other != dim:
            row = np.arange(size) * steps[other]
            starts = starts + row.reshape((-1, *(1,) * (index.ndim - other - 1)))
    along = index if steps[dim] == 1 else index * np.int64(steps[dim])
    return along + starts


def _region(x: Any, dim: int, shape: Shape) -> Any:
    """The part of ``x`` that an index of ``shape`` reaches: everything along ``dim``."""
    return x[tuple(slice(None if d == dim else size) for d, size in enumerate(shape))]


@op("gather", Trait.AXES, Trait.STORED)
class Gather(Op):
    """``out[i][j] = x[index[i][j]][j]`` for dim 0, and so on. Source: ``torch.gather``.

    Both operands have the same number of dimensions, at least one; the index may be smaller.
    """

    saves: ClassVar[Saves] = {0: (0, 1)}

    dim: int

    def infer(self, x: TensorType, index: TensorType) -> TensorType:
        return TensorType(x.dtype, index.shape)

    def kernel(self, x: Any, index: Any) -> Any:
        """Looked up in a vector, at which numpy is quicker than along a dimension."""
        check_bounds(index, x.shape[self.dim], self.dim)
        return x.reshape(-1).take(positions_along(x.shape, self.dim, index), mode="clip")

    def vjp(self, g: Value, out: Value, x: Value, index: Value) -> Sequence[Value | None]:
        return ScatterAdd(self.dim)(zeros(x.shape, g.dtype), index, g), None


class _AlongDim(Storing):
    """Stores elements at indices along one dimension; operands are base, index and source."""

    family_traits = frozenset({Trait.AXES})
    dim: int

    def _checked(self, out: Any, index: Any) -> Any:
        check_bounds(index, out.shape[self.dim], self.dim)
        return index


@op("scatter")
class Scatter(_AlongDim):
    """Operand 0 with ``out[index[i][j]][j] = source[i][j]`` for dim 0, and so on.

    The source has the index's shape or is a number. Of equal indices the last one wins.
    """

    dim: int

    def store(self, out: Any, *rest: Any) -> None:
        index, source = rest
        region = _region(out, self.dim, index.shape)
        np.put_along_axis(region, self._checked(out, index), source, self.dim)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        index = operands[1]
        return Scatter(self.dim)(g, index, 0), None, Gather(self.dim)(g, index)


@op("scatter_add")
class ScatterAdd(_AlongDim):
    """Operand 0 with ``out[index[i][j]][j] += source[i][j]`` for dim 0, and so on."""

    dim: int

    def store(self, out: Any, *rest: Any) -> None:
        index, source = rest
        self._checked(out, index)
        if self._names_rows(out, index):
            add_slices(out, (0,), (index[:, 0],), source)
        else:
            add_at(out, positions_along(out.shape, self.dim, index), source)

    def _names_rows(self, out: Any, index: Any) -> bool:
        """Whether one index stands for a whole row, as after ``expand``."""
        return (
            self.dim == 0
            and out.ndim == 2
            and index.shape[1:] == out.shape[1:]
            and index.strides[1] == 0
            and index.size > 0
        )

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        return g, None, Gather(self.dim)(g, operands[1])


@op("scatter_reduce")
class ScatterReduce(_AlongDim):
    """Operand 0 with the source's elements that share an index reduced to one.

    Attributes:
        reduce: one of ``sum``, ``prod``, ``mean``, ``amax``, ``amin``.
        include_self: whether operand 0's own element takes part where something is scattered.
    """

    dim: int
    reduce: str
    include_self: bool = True

    def store(self, out: Any, *rest: Any) -> None:
        index, source = rest
        positions = positions_along(out.shape, self.dim, self._checked(out, index)).reshape(-1)
        flat = out.reshape(-1)
        if not self.include_self:
            flat[positions] = _identity(self.reduce, out.dtype)
        values = np.broadcast_to(np.asarray(source, out.dtype), index.shape).reshape(-1)
        _UFUNCS[self.reduce].at(flat, positions, values)
        if self.reduce == "mean":
            counts = np.zeros(flat.size, np.int64)
            np.add.at(counts, positions, 1)
            if self.include_self:
                counts += 1
            divide = np.true_divide if out.dtype.kind in "fc" else np.floor_divide
            flat[...] = divide(flat, np.maximum(counts, 1)).astype(out.dtype)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        base, index, source = operands
        gradient = {"prod": self._vjp_prod, "mean": self._vjp_mean, "sum": self._vjp_sum}
        rule = gradient.get(self.reduce, self._vjp_extreme)
        to_base, to_source = rule(g, out, base, index, source)
        if not self.include_self:
            to_base = Scatter(self.dim)(to_base, index, 0)
        return to_base, None, to_source

    def _vjp_sum(self, g: Value, out: Value, *operands: Value) -> tuple[Value, Value]:
        return g, Gather(self.dim)(g, operands[1])

    def _vjp_mean(self, g: Value, out: Value, *operands: Value) -> tuple[Value, Value]:
        count = self._count(g * 0 + 1, operands[1])
        if self.include_self:
            count = count + 1
        share = g / Where()(Equal()(count, 0), 1, count)
        return share, Gather(self.dim)(share, operands[1])

    def _count(self, ones: Value, index: Value) -> Value:
        """How often each element is named, in the dtype of ``ones``."""
        counted: Value = ScatterAdd(self.dim)(zeros(ones.shape, ones.dtype), index, 1)
        return counted

    def _vjp_extreme(self, g: Value, out: Value, *operands: Value) -> tuple[Value, Value]:
        """Shared equally among the elements that equal the result."""
        base, index, source = operands
        own = Cast(g.dtype)(Equal()(base, out))
        if not self.include_self:
            own = Scatter(self.dim)(own, index, 0)
        given = Cast(g.dtype)(Equal()(source, Gather(self.dim)(out, index)))
        chosen = ScatterAdd(self.dim)(own, index, given)
        share = g / Where()(Equal()(chosen, 0), 1, chosen)
        return own * share, given * Gather(self.dim)(share, index)

    def _vjp_prod(self, g: Value, out: Value, *operands: Value) -> tuple[Value, Value]:
        """The product of the others, counting zeros instead of dividing by them."""
        base, index, source = operands
        ones = Where()(Equal()(base, 0), 1, base)
        reduce = ScatterReduce(self.dim, "prod", self.include_self)
        product = reduce(ones, index, Where()(Equal()(source, 0), 1, source))
        own_zeros = Cast(g.dtype)(Equal()(base, 0))
        if not self.include_self:
            own_zeros = Scatter(self.dim)(own_zeros, index, 0)
        count = ScatterAdd(self.dim)(own_zeros, index, Cast(g.dtype)(Equal()(source, 0)))
        gather = Gather(self.dim)
        to_source = gather(g, index) * _others(source, gather(product, index), gather(count, index))
        return g * _others(base, product, count), to_source


def _others(x: Value, product: Value, zero_count: Value) -> Value:
    """The product of all elements but ``x``, given that of the non-zero ones and their lack."""
    is_zero = Equal()(x, 0)
    without = Where()(Equal()(zero_count, 0), product / Where()(is_zero, 1, x), 0)
    only = Where()(Equal()(zero_count, 1), product, 0)
    others: Value = Where()(is_zero, only, without)
    return others


def _identity(reduce: str, dtype: Any) -> Any:
    """What an element is before the first one is combined with it."""
    if reduce in ("sum", "mean"):
        return 0
    if reduce == "prod":
        return 1
    limits = (False, True) if dtype.kind == "b" else _limits(dtype)
    return limits[0] if reduce == "amax" else limits[1]


def _limits(dtype: Any) -> tuple[Any, Any]:
    if dtype.kind == "f":
        return -np.inf, np.inf
    if dtype.kind in "iu":
        return np.iinfo(dtype).min, np.iinfo(dtype).max
    raise DtypeError(f"scatter_reduce: {dtype} has no order, so no greatest or smallest element")
