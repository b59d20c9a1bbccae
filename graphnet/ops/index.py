"""Reading and writing elements named by index tensors or by a mask."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import GraphnetError, OutOfRangeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType, contiguous_strides
from graphnet.ops.compare import Where
from graphnet.ops.create import Arange, Full
from graphnet.ops.elementwise import broadcast_shapes
from graphnet.ops.masking import choose, choosing_pays
from graphnet.ops.row_sums import add_rows
from graphnet.ops.shape import Permute, Reshape, aligned, filled, is_tensor


class RangeError(GraphnetError, RuntimeError):
    """A number out of its range where PyTorch raises RuntimeError, as for an index in gather."""


class Storing(Op):
    """An operation whose result is operand 0 with something stored in it."""

    family_traits = frozenset({Trait.OVERWRITES})

    @abstractmethod
    def store(self, out: Any, *rest: Any) -> None:
        """Change ``out``, a writable copy of operand 0, as the other operands say."""

    def infer(self, base: TensorType, *rest: TensorType) -> TensorType:
        """The type of operand 0."""
        return TensorType(base.dtype, base.shape)

    def kernel(self, base: Any, *rest: Any) -> Any:
        """Copy, then store."""
        out = np.array(base, order="C")
        self.store(out, *rest)
        return out

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """Store; copy first unless ``out`` is operand 0's own memory."""

        def run(out: Any, base: Any, *rest: Any) -> None:
            if out is not base:
                np.copyto(out, base)
            self.store(out, *rest)

        return run


def zeros(shape: Shape, dtype: dtypes.dtype) -> Value:
    """Zeros, for a gradient to be stored in."""
    made: Value = Full(shape, dtype)(0)
    return made


def adjacent(dims: Sequence[int]) -> bool:
    """Whether indexed dimensions follow each other, so that the result's stand in their place."""
    return all(after == before + 1 for before, after in pairwise(dims))


def index_shape(indices: Sequence[TensorType]) -> Shape:
    """The shape to which index tensors broadcast.

    Raises:
        OutOfRangeError: they don't, which is an IndexError as in PyTorch.
    """
    try:
        return broadcast_shapes("index", indices)
    except ShapeError:
        raise OutOfRangeError(
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(str(list(index.shape)) for index in indices)
        ) from None


def indexed_shape(shape: Shape, dims: Sequence[int], index: Shape) -> Shape:
    """The shape of a tensor indexed at ``dims`` by tensors that broadcast to ``index``."""
    rest = [size for dim, size in enumerate(shape) if dim not in dims]
    place = dims[0] if adjacent(dims) else 0
    return (*rest[:place], *index, *rest[place:])


def key_of(ndim: int, dims: Sequence[int], indices: Iterable[Any]) -> tuple[Any, ...]:
    """What numpy is indexed with."""
    key: list[Any] = [slice(None)] * ndim
    for dim, index in zip(dims, indices, strict=True):
        key[dim] = index
    return tuple(key)


def out_of_bounds(shape: Shape, dims: Sequence[int], indices: Iterable[Any]) -> OutOfRangeError:
    """The error for the first index that is outside its dimension."""
    for dim, index in zip(dims, indices, strict=True):
        flat, size = np.ravel(index), shape[dim]
        outside = flat[(flat < -size) | (flat >= size)]
        if outside.size:
            return OutOfRangeError(
                f"index {outside[0]} is out of bounds for dimension {dim} with size {size}",
                cure=f"indices go from {-size} to {size - 1}",
            )
    return OutOfRangeError(f"an index is out of bounds for shape {list(shape)}")


def flat_positions(shape: Shape, dims: Sequence[int], indices: Sequence[Any]) -> Any:
    """Row-major positions of the elements that ``indices`` at ``dims`` name, in result order.

    >>> flat_positions((2, 3), (1,), [np.array([0, 2])])
    array([[0, 2],
           [3, 5]])
    """
    steps = contiguous_strides(shape)
    named = sum(
        np.where(np.less(index, 0), index + np.int64(shape[dim]), index) * steps[dim]
        for dim, index in zip(dims, indices, strict=True)
    )
    rest = [dim for dim in range(len(shape)) if dim not in dims]
    place = dims[0] if adjacent(dims) else 0
    index_ndim = np.ndim(named)
    ndim = len(rest) + index_ndim
    positions = np.reshape(named, (*np.shape(named), *(1,) * (len(rest) - place)))
    for number, dim in enumerate(rest):
        axis = number if number < place else number + index_ndim
        row = np.arange(shape[dim]) * steps[dim]
        positions = positions + row.reshape((-1, *(1,) * (ndim - axis - 1)))
    return positions


def add_at(out: Any, positions: Any, values: Any) -> None:
    """Add values at row-major positions of contiguous ``out``; repeated positions add up."""
    values = np.broadcast_to(np.asarray(values, out.dtype), positions.shape)
    # numpy's fast path wants vectors of one dtype.
    np.add.at(out.reshape(-1), positions.reshape(-1), values.reshape(-1))


def add_slices(out: Any, dims: Sequence[int], indices: Sequence[Any], values: Any) -> None:
    """Add values to what ``indices`` at ``dims`` name of contiguous ``out``, in result order."""
    if tuple(dims) != (0,):
        add_at(out, flat_positions(out.shape, dims, indices), values)
    elif out.size:
        index = np.asarray(indices[0])
        given = np.broadcast_to(np.asarray(values, out.dtype), (*index.shape, *out.shape[1:]))
        rows = out.reshape(len(out), -1)
        index = np.where(index < 0, index + len(out), index).reshape(-1)
        add_rows(rows, index, given.reshape(index.size, rows.shape[1]))


def moved(x: Value, source: int, target: int) -> Value:
    """``x`` with one dimension at another place."""
    order = [dim for dim in range(x.ndim) if dim != source]
    order.insert(target, source)
    result: Value = x if source == target else Permute(tuple(order))(x)
    return result


def numbered(size: int, indices: Sequence[Value], batched: Sequence[bool]) -> list[Value]:
    """Indices of a batch, after the numbers of its members; together they broadcast."""
    ndim = max(index.ndim - was for index, was in zip(indices, batched, strict=True))
    numbers = Reshape((size, *(1,) * ndim))(Arange(size, dtypes.int64)(0, 1))
    return aligned([numbers, *indices], [True, *batched])


def _in_place(found: Value, ndim: int, place: int) -> Value:
    """Of a batch: dimensions 1 to ``ndim`` moved back to where the index stood."""
    if not ndim or not place:
        return found
    order = [0, *range(1 + ndim, 1 + ndim + place), *range(1, 1 + ndim)]
    order += range(1 + ndim + place, found.ndim)
    result: Value = Permute(tuple(order))(found)
    return result


def _first(value: Value, ndim: int, place: int) -> Value:
    """Of a batch: the ``ndim`` dimensions from ``place`` on moved to the front."""
    if not ndim or not place:
        return value
    order = [0, *range(1 + place, 1 + place + ndim), *range(1, 1 + place)]
    order += range(1 + place + ndim, value.ndim)
    result: Value = Permute(tuple(order))(value)
    return result


@op("index", Trait.STORED)
class Index(Op):
    """Elements named by integer index tensors, which stand at ``dims`` and broadcast.

    The index tensors' shape replaces the dimensions, where those follow each other, else it comes
    first. Negative indices count from the end. Source: PyTorch's ``Tensor.__getitem__``.
    """

    dims: tuple[int, ...]

    def infer(self, x: TensorType, *indices: TensorType) -> TensorType:
        return TensorType(x.dtype, indexed_shape(x.shape, self.dims, index_shape(indices)))

    def kernel(self, x: Any, *indices: Any) -> Any:
        x = np.asarray(x)
        try:
            return x[key_of(x.ndim, self.dims, indices)]
        except IndexError:
            raise out_of_bounds(x.shape, self.dims, indices) from None

    def vjp(self, g: Value, out: Value, x: Value, *indices: Value) -> Sequence[Value | None]:
        """Zeros with the gradient added at the indices."""
        put: Value = IndexPut(self.dims, True)(zeros(x.shape, g.dtype), g, *indices)
        return put, *(None for _ in indices)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The members' numbers are one more index, where the indices are of a batch, too."""
        x, *indices = operands
        of_batch, *moving = batched
        ndim = max(index.ndim - was for index, was in zip(indices, moving, strict=True))
        place = self.dims[0] if adjacent(self.dims) else 0
        if not any(moving):
            found = Index(tuple(dim + 1 for dim in self.dims))(x, *indices)
            # Dimensions that the index makes come first where those indexed are apart.
            return found if adjacent(self.dims) else moved(found, ndim, 0)
        if not of_batch:
            found = Index(self.dims)(x, *aligned([*indices], moving))
            return moved(found, place, 0)
        found = Index((0, *(dim + 1 for dim in self.dims)))(x, *numbered(size, indices, moving))
        return _in_place(found, 0 if self.dims[0] == 0 else ndim, place)


@op("index_put", Trait.STORED)
class IndexPut(Storing):
    """Operand 0 with operand 1 stored at index tensors, or added there, repeated indices too.

    The value broadcasts to what :class:`Index` would read.
    """

    dims: tuple[int, ...]
    accumulate: bool = False

    def operand_dtypes(
        self, base: TensorType, value: TensorType, *indices: TensorType
    ) -> Sequence[dtypes.dtype | None]:
        return [None, None if value.weak else base.dtype, *(None for _ in indices)]

    def infer(self, base: TensorType, *rest: TensorType) -> TensorType:
        """The type of operand 0.

        Raises:
            ShapeError: the value does not broadcast to the elements indexed.
        """
        value, *indices = rest
        wanted = indexed_shape(base.shape, self.dims, index_shape(indices))
        check_value_fits(value.shape, wanted)
        return super().infer(base)

    def store(self, out: Any, *rest: Any) -> None:
        value, *indices = rest
        if self.accumulate:
            self._check_bounds(out.shape, indices)
            add_slices(out, self.dims, indices, value)
            return
        try:
            out[key_of(out.ndim, self.dims, indices)] = value
        except IndexError:
            raise out_of_bounds(out.shape, self.dims, indices) from None

    def _check_bounds(self, shape: Shape, indices: Sequence[Any]) -> None:
        for dim, index in zip(self.dims, indices, strict=True):
            size = shape[dim]
            if np.size(index) and (np.min(index) < -size or np.max(index) >= size):
                raise out_of_bounds(shape, self.dims, indices)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """What was overwritten has no influence; what was stored or added has it all."""
        indices = operands[2:]
        base = g if self.accumulate else IndexPut(self.dims)(g, 0, *indices)
        return base, Index(self.dims)(g, *indices), *(None for _ in indices)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The members' numbers are one more index."""
        base, value, *indices = operands
        (whole,) = filled(size, [base], batched[:1])
        shape = indexed_shape(whole.shape[1:], self.dims, self._index_shape(indices, batched[2:]))
        place = self.dims[0] if adjacent(self.dims) else 0
        put = IndexPut((0, *(dim + 1 for dim in self.dims)), self.accumulate)
        given = numbered(size, indices, batched[2:])
        if is_tensor(value):
            ndim = len(self._index_shape(indices, batched[2:]))
            lead = (size,) if batched[1] else (1,)
            inner = value.shape[1:] if batched[1] else value.shape
            padded = (1,) * (len(shape) - len(inner)) + inner
            lined = Reshape((*lead, *padded))(value)
            value = _first(lined, ndim, place) if self.dims[0] else lined
        return put(whole, value, *given)

    def _index_shape(self, indices: Sequence[Value], batched: Sequence[bool]) -> Shape:
        pairs = zip(indices, batched, strict=True)
        return index_shape([TensorType(i.dtype, i.shape[was:]) for i, was in pairs])


def check_value_fits(value: Shape, wanted: Shape) -> None:
    """Raise ShapeError unless a value of this shape broadcasts to the elements indexed."""
    fits = len(value) <= len(wanted) and all(
        size in (1, target) for size, target in zip(reversed(value), reversed(wanted), strict=False)
    )
    if not fits:
        raise ShapeError(
            f"shape mismatch: value tensor of shape {list(value)} cannot be broadcast to indexing "
            f"result of shape {list(wanted)}"
        )


@op("index_select", Trait.STORED)
class IndexSelect(Op):
    """The slices of ``dim`` that a vector of indices names. Source: ``torch.index_select``."""

    dim: int

    def infer(self, x: TensorType, index: TensorType) -> TensorType:
        shape = (*x.shape[: self.dim], *index.shape, *x.shape[self.dim + 1 :])
        return TensorType(x.dtype, shape)

    def kernel(self, x: Any, index: Any) -> Any:
        check_select(index, np.shape(x)[self.dim])
        return np.take(x, index, axis=self.dim)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        dim = self.dim

        def run(out: Any, x: Any, index: Any) -> None:
            check_select(index, x.shape[dim])
            np.take(x, index, axis=dim, out=out, mode="clip")  # "raise" would go over a copy

        return run

    def vjp(self, g: Value, out: Value, x: Value, index: Value) -> Sequence[Value | None]:
        """Zeros with the gradient added at the slices."""
        return IndexAdd(self.dim)(zeros(x.shape, g.dtype), g, index), None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Where the members have indices of their own, it is an index as any other."""
        if not batched[1]:
            return IndexSelect(self.dim + 1)(*operands)
        return Index((self.dim,)).batch(size, operands, batched)


@op("index_add")
class IndexAdd(Storing):
    """Operand 0 with the slices of operand 1 added at a vector of indices of ``dim``."""

    dim: int

    def store(self, out: Any, *rest: Any) -> None:
        source, index = rest
        check_select(index, out.shape[self.dim])
        add_slices(out, (self.dim,), (index,), source)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        return g, IndexSelect(self.dim)(g, operands[2]), None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Not for members with indices of their own."""
        if batched[2]:
            return None
        whole = filled(size, operands[:2], batched[:2])
        return IndexAdd(self.dim + 1)(*whole, operands[2])


@op("index_copy")
class IndexCopy(Storing):
    """Operand 0 with its slices at a vector of indices of ``dim`` replaced by operand 1's."""

    dim: int

    def store(self, out: Any, *rest: Any) -> None:
        source, index = rest
        check_select(index, out.shape[self.dim])
        out[key_of(out.ndim, (self.dim,), (index,))] = source

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        index = operands[2]
        return IndexPut((self.dim,))(g, 0, index), IndexSelect(self.dim)(g, index), None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Not for members with indices of their own."""
        if batched[2]:
            return None
        whole = filled(size, operands[:2], batched[:2])
        return IndexCopy(self.dim + 1)(*whole, operands[2])


def check_select(index: Any, size: int) -> None:
    """Raise OutOfRangeError unless all of ``index`` is within 0 and ``size - 1``."""
    if np.size(index) and (np.min(index) < 0 or np.max(index) >= size):
        flat = np.ravel(index)
        raise OutOfRangeError(
            f"index out of range in self: {flat[(flat < 0) | (flat >= size)][0]} for a dimension "
            f"of size {size}",
            cure="indices must be at least 0 and less than that size",
        )


@op("masked_fill", Trait.OVERWRITES)
class MaskedFill(Op):
    """Operand 0 with a number where the mask holds; its dtype stays.

    Operands are the tensor, the mask, which broadcasts with it, and the number.
    """

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch numbers the form with a number that is a tensor 1."""
        return f"MaskedFillBackward{int(not operands[2].weak)}"

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None]:
        x, _, value = operands
        return [None, None, None if value.weak else x.dtype]

    def infer(self, *operands: TensorType) -> TensorType:
        return TensorType(operands[0].dtype, broadcast_shapes(self.name, operands))

    def kernel(self, *arrays: Any) -> Any:
        x, mask, value = arrays
        return np.where(mask, np.asarray(value).astype(np.asarray(x).dtype), x)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        chooses = choosing_pays(result.dtype.numpy, result.numel)

        def run(out: Any, x: Any, mask: Any, value: Any) -> None:
            if chooses:
                choose(mask, np.asarray(value).astype(out.dtype), x, out)
                return
            if out is not x:
                np.copyto(out, x)
            np.copyto(out, value, where=mask, casting="unsafe")

        return run

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """The tensor's where the mask does not hold, the number's where it does."""
        mask = operands[1]
        return MaskedFill()(g, mask, 0), None, Where()(mask, g, 0)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Lined up."""
        return MaskedFill()(*aligned(operands, batched))


@op("masked_scatter")
class MaskedScatter(Storing):
    """Operand 0 with the elements of operand 2, in order, where the mask holds."""

    def store(self, out: Any, *rest: Any) -> None:
        mask, source = rest
        mask = np.broadcast_to(mask, out.shape)
        count, flat = int(np.count_nonzero(mask)), np.ravel(source)
        if flat.size < count:
            raise ShapeError(
                "masked_scatter: Number of elements of source < number of ones in mask: "
                f"{flat.size} < {count}"
            )
        out[mask] = flat[:count]

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        _, mask, source = operands
        return MaskedFill()(g, mask, 0), None, MaskedGather(source.shape)(g, mask)


@op("masked_gather")
class MaskedGather(Op):
    """Zeros of ``shape`` that start with the elements of operand 0 where the mask holds."""

    shape: Shape

    def infer(self, x: TensorType, mask: TensorType) -> TensorType:
        return TensorType(x.dtype, self.shape)

    def kernel(self, x: Any, mask: Any) -> Any:
        x = np.asarray(x)
        chosen = x[np.broadcast_to(mask, x.shape)]
        out = np.zeros(self.shape, x.dtype)
        out.reshape(-1)[: chosen.size] = chosen
        return out

    def vjp(self, g: Value, out: Value, x: Value, mask: Value) -> Sequence[Value | None]:
        return MaskedScatter()(zeros(x.shape, g.dtype), mask, g), None


@op("nonzero_count", Trait.NOT_DIFFERENTIABLE)
class NonzeroCount(Op):
    """How many elements are not zero."""

    def infer(self, x: TensorType) -> TensorType:
        return TensorType(dtypes.int64)

    def kernel(self, x: Any) -> Any:
        return np.int64(np.count_nonzero(x))


@op("nonzero", Trait.NOT_DIFFERENTIABLE)
class Nonzero(Op):
    """The indices of the ``count`` elements that are not zero: a row for each dimension.

    How many there are is part of the result's type, so whoever records this has counted them.
    """

    count: int

    def infer(self, x: TensorType) -> TensorType:
        return TensorType(dtypes.int64, (x.ndim, self.count))

    def kernel(self, x: Any) -> Any:
        ndim = np.ndim(x)
        found = np.array(np.nonzero(np.atleast_1d(x)), np.int64)
        if found.shape[1] != self.count:
            raise ShapeError(
                f"shape mismatch: value tensor of {self.count} elements cannot be broadcast to "
                f"indexing result of {found.shape[1]}, as many as are true in the mask of shape "
                f"{list(np.shape(x))}"
            )
        return found[:ndim]
