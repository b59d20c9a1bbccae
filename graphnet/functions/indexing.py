"""Choosing slices and elements by their indices, and storing into them."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError, DtypeError, OutOfRangeError, ShapeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.masking import filling_number, require_same_dtype
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import require_tensor
from graphnet.functions.shaping import lifted, shaped
from graphnet.functions.subscripts import positions
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.index import (
    Index,
    IndexAdd,
    IndexCopy,
    IndexPut,
    IndexSelect,
    MaskedFill,
)
from graphnet.ops.parts import Select, Slice
from graphnet.ops.scatter import ScatterReduce
from graphnet.ops.shape import Expand, Reshape, wrap_dim

__all__ = [
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_reduce",
    "index_select",
    "narrow",
    "put",
    "select",
    "take",
    "unravel_index",
]


@method
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The slice at one index of ``dim``, a view with one dimension fewer.

    Raises:
        OutOfRangeError: there is no such dimension or index.

    >>> import graphnet as torch
    >>> torch.arange(6).reshape(2, 3).select(1, -1)
    tensor([2, 5])
    """
    if not input.ndim:
        raise OutOfRangeError("select() cannot be applied to a 0-dim tensor.")
    dim, index = wrap_dim(dim, input.ndim), integer("select", "index", index)
    size = input.shape[dim]
    if not -size <= index < size:
        raise OutOfRangeError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
            f"dimension {dim}"
        )
    view: Tensor = Select(dim)(input, index % size)
    return view


@method
def narrow(input: Tensor, dim: int, start: int | Tensor, length: int) -> Tensor:
    """``length`` elements of ``dim`` from ``start`` on, as a view.

    Raises:
        OutOfRangeError: the start is out of range.
        RefusedError: the length is negative or goes beyond the end.

    >>> import graphnet as torch
    >>> torch.arange(5).narrow(0, 1, 3)
    tensor([1, 2, 3])
    """
    if not input.ndim:
        raise RefusedError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, Tensor) and (start.ndim or not _is_index(start)):
        raise RefusedError("start must be an 0-dim integral Tensor.")
    dim, start = wrap_dim(dim, input.ndim), integer("narrow", "start", start)
    size, length = input.shape[dim], integer("narrow", "length", length)
    if length < 0:
        raise RefusedError(f"narrow(): length must be non-negative. It is {length}.")
    if not -size <= start <= size:
        raise OutOfRangeError(
            f"start out of range (expected to be in range of [-{size}, {size}], but got {start})"
        )
    start = start + size if start < 0 else start
    if start + length > size:
        raise RefusedError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    view: Tensor = Slice(dim, length)(input, start)
    return view


def _is_index(x: Tensor) -> bool:
    return x.dtype is not dtypes.bool and is_integral(x.dtype)


# ---------------------------------------------------------------------- by a vector of indices


def _vector(function: str, index: Tensor) -> Tensor:
    """An index of one dimension, or none, as a vector."""
    if not isinstance(index, Tensor):
        raise ArgumentError(
            f"{function}(): argument 'index' must be Tensor, not {type(index).__name__}"
        )
    if index.ndim > 1:
        raise OutOfRangeError(
            f"{function}(): Index is supposed to be a vector, but its shape is {list(index.shape)}"
        )
    if index.dtype not in (dtypes.int64, dtypes.int32):
        raise DtypeError(
            f"{function}(): Expected dtype int32 or int64 for index, but got {index.dtype}"
        )
    return index if index.ndim else Reshape((1,))(index)


def _source(function: str, input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """What is stored at a vector of indices, once it has a slice for each.

    Raises:
        DtypeError, ShapeError: it does not fit.
    """
    require_same_dtype(f"{function}()", input, source)
    source = lifted(source)
    count = source.shape[dim] if source.ndim > dim else 1
    if count != index.shape[0]:
        raise RefusedError(
            f"{function}(): Number of indices ({index.shape[0]}) should be equal to "
            f"source.size(dim): ({count}), for dim: {dim}"
        )
    whole = lifted(input)
    wanted = (*whole.shape[:dim], count, *whole.shape[dim + 1 :])
    if source.shape != wanted:
        raise ShapeError(
            f"{function}(): source tensor shape must match self tensor shape, excluding the "
            f"specified dimension. Got self.shape = {list(input.shape)} source.shape = "
            f"{list(source.shape)}"
        )
    return source


def _like(result: Tensor, input: Tensor) -> Tensor:
    return result if input.ndim else shaped(result, ())


@method
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of ``dim`` that a vector names, as a copy.

    Raises:
        OutOfRangeError: an index is negative or too large, or ``index`` is no vector.

    >>> import graphnet as torch
    >>> torch.arange(6).reshape(2, 3).index_select(1, torch.tensor([2, 0]))
    tensor([[2, 0],
            [5, 3]])
    """
    dim, index = wrap_dim(dim, input.ndim), _vector("index_select", index)
    if not input.ndim and index.shape[0] != 1:
        raise RefusedError(
            f"index_select(): Index to scalar can have only 1 value, got {index.shape[0]} value(s)"
        )
    return _like(IndexSelect(dim)(lifted(input), index), input)


@inplace
@method
def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
) -> Tensor:
    """A copy with ``alpha`` times the slices of ``source`` added at the indices of ``dim``.

    Raises:
        ShapeError, DtypeError: the source does not fit.

    >>> import graphnet as torch
    >>> torch.zeros(3).index_add(0, torch.tensor([0, 0, 2]), torch.ones(3))
    tensor([2., 0., 1.])
    """
    dim, index = wrap_dim(dim, input.ndim), _vector("index_add", index)
    source = _source("index_add", input, dim, index, source)
    if alpha != 1:
        source = source * alpha
    return _like(IndexAdd(dim)(lifted(input), source, index), input)


@inplace
@method
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy with the slices of ``source`` in place of those at the indices of ``dim``.

    Raises:
        OutOfRangeError: (an IndexError) indices and source are not as many, or have other numbers
            of dimensions than they should.
    """
    dim, index = wrap_dim(dim, input.ndim), _vector("index_copy", index)
    if input.ndim and source.ndim and input.ndim != source.ndim:
        raise OutOfRangeError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must "
            f"match. Source dimensionality ({source.ndim}), destination dimensionality "
            f"({input.ndim})"
        )
    count = source.shape[dim] if source.ndim else 1
    if count != index.shape[0]:
        raise OutOfRangeError(
            f"index_copy_(): Number of indices ({index.shape[0]}) should be equal to "
            f"source.size(dim) ({count})"
        )
    source = _source("index_copy", input, dim, index, source)
    return _like(IndexCopy(dim)(lifted(input), source, index), input)


@inplace
@method
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy with a number in all slices at the indices of ``dim``; they may be negative."""
    dim, index = wrap_dim(dim, input.ndim), _vector("index_fill", index)
    number = filling_number("index_fill", input, value)
    whole = lifted(input)
    nowhere = apply(Full((whole.shape[dim],), dtypes.bool), False)
    named = IndexPut((0,))(nowhere, True, index)  # once, however often: the gradient counts it
    column = Reshape((whole.shape[dim], *(1,) * (whole.ndim - dim - 1)))
    return _like(MaskedFill()(whole, column(named), number), input)


@inplace
@method
def index_reduce(
    input: Tensor,
    dim: int,
    index: Tensor,
    source: Tensor,
    reduce: str,
    *,
    include_self: bool = True,
) -> Tensor:
    """A copy with slices of ``source`` that share an index of ``dim`` reduced to one.

    Args:
        reduce: ``"prod"``, ``"mean"``, ``"amax"`` or ``"amin"``.
        include_self: whether the tensor's own slice takes part.
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RefusedError(
            "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got "
            f"{reduce}."
        )
    dim, index = wrap_dim(dim, input.ndim), _vector("index_reduce", index)
    source = _source("index_reduce", input, dim, index, source)
    column = Reshape((index.shape[0], *(1,) * (source.ndim - dim - 1)))
    named = Expand(tuple(source.shape))(column(index))
    return _like(ScatterReduce(dim, reduce, include_self)(lifted(input), named, source), input)


# ---------------------------------------------------------------------- by position


@method
def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements at positions counted in row-major order; the result has the index's shape.

    >>> import graphnet as torch
    >>> torch.tensor([[4, 3], [2, 1]]).take(torch.tensor([0, -1]))
    tensor([4, 1])
    """
    _check_long("take", index)
    taken: Tensor = Index((0,))(_flat(input), index)
    return taken


@inplace
@method
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with ``source`` at positions counted in row-major order, or added there."""
    _check_long("put", index)
    require_same_dtype("put", input, source)
    if source.numel() != index.numel():
        raise OutOfRangeError(
            "put(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.numel()}, index.numel() = {index.numel()}"
        )
    stored = IndexPut((0,), accumulate)(_flat(input), _flat(source), _flat(index))
    result: Tensor = Reshape(tuple(input.shape))(stored)
    return result


def _flat(x: Tensor) -> Tensor:
    flat: Tensor = Reshape((x.numel(),))(x)
    return flat


def _check_long(function: str, index: Tensor) -> None:
    if require_tensor(function, "index", index, 2).dtype is not dtypes.int64:
        raise DtypeError(f"{function}(): Expected a long tensor for index, but got {index.dtype}")


@inplace
@method
def index_put(
    input: Tensor, indices: tuple[Tensor | None, ...], values: Tensor, accumulate: bool = False
) -> Tensor:
    """A copy with values stored at index tensors or masks, one for each leading dimension.

    ``None`` stands for a whole dimension. With ``accumulate`` values are added, repeatedly where
    an index occurs repeatedly.

    >>> import graphnet as torch
    >>> torch.zeros(3).index_put((torch.tensor([1]),), torch.tensor(5.0))
    tensor([0., 5., 0.])
    """
    if values.dtype is not input.dtype:
        raise DtypeError(
            "Index put requires the source and destination dtypes match, got "
            f"{input.dtype} for the destination and {values.dtype} for the source."
        )
    dims: list[int] = []
    named: list[Tensor] = []
    dim = 0
    for index in indices:
        if index is None:
            dim += 1
        elif index.dtype in (dtypes.bool, dtypes.uint8):
            found = positions(index)
            dims.extend(range(dim, dim + index.ndim))
            named.extend(Select(0)(found, row) for row in range(index.ndim))
            dim += index.ndim
        else:
            dims.append(dim)
            named.append(index)
            dim += 1
    if dim > input.ndim:
        raise OutOfRangeError(f"too many indices for tensor of dimension {input.ndim} (got {dim})")
    if dims:
        stored: Tensor = IndexPut(tuple(dims), accumulate)(input, values, *named)
    else:
        stored = input + values if accumulate else Expand(tuple(input.shape))(values)
    return stored


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """For positions counted in row-major order in ``shape``, the index in each dimension.

    >>> import graphnet as torch
    >>> torch.unravel_index(torch.tensor([5, 7]), (3, 4))
    (tensor([1, 1]), tensor([1, 3]))
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if not _is_index(indices):
        raise ArgumentError(
            f"unravel_index(): expected 'indices' to be integer dtype, but got {indices.dtype}"
        )
    if any(size < 0 for size in sizes):
        raise RefusedError(f"unravel_index(): 'shape' cannot have negative values, got {sizes}")
    found: list[Tensor] = []
    for size in reversed(sizes):
        found.append(indices % size)
        indices = indices // size
    return tuple(reversed(found))
