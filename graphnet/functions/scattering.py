"""Elements moved along one dimension, an index for each; and slices written into copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, DtypeError, ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.indexing import select, take
from graphnet.functions.methods import inplace, method
from graphnet.functions.shaping import diagonal, flatten, lifted, shaped
from graphnet.functions.striding import as_strided
from graphnet.functions.subscripts import check_number, getitem
from graphnet.ops.compare import Less, Where
from graphnet.ops.convert import Cast, Clone
from graphnet.ops.elementwise import broadcast_shapes
from graphnet.ops.parts import Slice
from graphnet.ops.scatter import REDUCTIONS, Gather, Scatter, ScatterAdd, ScatterReduce
from graphnet.ops.shape import Expand, wrap_dim

__all__ = [
    "as_strided_scatter",
    "diagonal_scatter",
    "gather",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "select_scatter",
    "slice_scatter",
    "take_along_dim",
]


def _check_index(function: str, x: Tensor, index: Tensor, named: str) -> None:
    """Raise unless an index has integers, as many dimensions as ``x``, and no greater sizes."""
    if not isinstance(index, Tensor):
        raise ArgumentError(
            f"{function}(): argument 'index' must be Tensor, not {type(index).__name__}"
        )
    if index.dtype not in (dtypes.int64, dtypes.int32):
        raise DtypeError(f"{function}(): Expected dtype int32/int64 for index, not {index.dtype}")
    if max(index.ndim, 1) != max(x.ndim, 1):
        raise ShapeError(
            f"{function}(): Index tensor must have the same number of dimensions as {named} "
            f"tensor: shapes {list(index.shape)} and {list(x.shape)}"
        )


def _check_size(function: str, x: Tensor, dim: int, index: Tensor) -> None:
    if not index.numel():
        return
    for other, (size, limit) in enumerate(zip(index.shape, x.shape, strict=True)):
        if other != dim and size > limit:
            raise ShapeError(
                f"{function}(): Size does not match at dimension {other} expected index "
                f"{list(index.shape)} to be no larger than self {list(x.shape)} apart from "
                f"dimension {dim}"
            )


@method
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """``out[i][j] = input[index[i][j]][j]`` for dim 0, and so on for other dimensions.

    Args:
        index: integers, of as many dimensions; sizes other than ``dim``'s may be smaller.
        sparse_grad: must be False: gradients are dense.

    Raises:
        RangeError: an index is out of range.
        ShapeError: the index does not fit the tensor.

    >>> import graphnet as torch
    >>> torch.tensor([[1, 2], [3, 4]]).gather(1, torch.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    if sparse_grad:
        raise RefusedError("gather(): sparse_grad=True is not supported: gradients are dense")
    dim = wrap_dim(dim, input.ndim)
    if isinstance(index, Tensor) and not index.numel():
        return take(input, Cast(dtypes.int64)(index))  # without elements, any dtype and shape do
    _check_index("gather", input, index, "input")
    whole, named = lifted(input), lifted(index)
    _check_size("gather", whole, dim, named)
    gathered: Tensor = Gather(dim)(whole, named)
    return gathered if index.ndim else shaped(gathered, ())


@method
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Elements at indices along ``dim``; other sizes broadcast. Without ``dim``, of all elements.

    It undoes ``argsort``, ``argmax`` and so on. Negative indices count from the end.

    >>> import graphnet as torch
    >>> x = torch.tensor([[3, 1, 2]])
    >>> torch.take_along_dim(x, x.argsort(dim=1), dim=1)
    tensor([[1, 2, 3]])
    """
    if indices.dtype is not dtypes.int64:
        raise DtypeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype}"
        )
    if dim is None:
        return take_along_dim(flatten(input), flatten(indices), 0)
    if input.ndim != indices.ndim:
        raise ShapeError(
            "torch.take_along_dim(): input and indices should have the same number of "
            f"dimensions, but got {input.ndim} dimensions for input, and {indices.ndim} "
            "dimensions for indices"
        )
    dim = wrap_dim(dim, input.ndim)
    types = [x._layout.type for x in (input, indices)]
    flat = [t.with_shape((*t.shape[:dim], 1, *t.shape[dim + 1 :])) for t in types if t.shape]
    shape = broadcast_shapes("take_along_dim", flat) if flat else ()

    def spread(x: Tensor) -> Tensor:
        sizes = (*shape[:dim], *x.shape[dim : dim + 1], *shape[dim + 1 :])
        return x if x.shape == sizes else Expand(sizes)(x)

    size = input.shape[dim] if input.ndim else 1
    positive = Where()(Less()(indices, 0), indices + size, indices)
    return gather(spread(input), dim, spread(positive))


def _prepared(
    function: str, input: Tensor, dim: int, index: Tensor, source: Any
) -> tuple[int, Tensor, Tensor, Any]:
    """Dimension, tensor, index and source as the operations want them."""
    dim = wrap_dim(dim, input.ndim)
    _check_index(function, input, index, "self")
    whole, named = lifted(input), lifted(index)
    if not isinstance(source, Tensor):
        _check_size(function, whole, dim, named)
        return dim, whole, named, check_number(input.dtype, source)
    if source.dtype is not input.dtype:
        raise DtypeError(
            f"{function}(): Expected self.dtype to be equal to src.dtype, but they are "
            f"{input.dtype} and {source.dtype}",
            cure=f"cast the source, as in `src.to({input.dtype})`",
        )
    if max(source.ndim, 1) != named.ndim:
        raise ShapeError(
            f"{function}(): Index tensor must have the same number of dimensions as src tensor: "
            f"shapes {list(index.shape)} and {list(source.shape)}"
        )
    source = lifted(source)
    _check_size(function, whole, dim, named)
    if index.numel():
        for place, (size, limit) in enumerate(zip(named.shape, source.shape, strict=True)):
            if size > limit:
                raise ShapeError(
                    f"{function}(): Expected index {list(named.shape)} to be no larger than self "
                    f"{list(whole.shape)} apart from dimension {dim} and to be no larger size "
                    f"than src {list(source.shape)}"
                )
            if size < limit:
                source = Slice(place, size)(source, 0)
    return dim, whole, named, source


@inplace
@method
def scatter(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Any = None,
    *,
    value: Any = None,
    reduce: str | None = None,
) -> Tensor:
    """A copy with ``out[index[i][j]][j] = src[i][j]`` for dim 0, and so on.

    Args:
        index: integers, no larger than the tensor apart from ``dim`` and no larger than ``src``.
        src: a tensor, or a number for all places (also as ``value=``).
        reduce: ``"add"`` or ``"multiply"`` combines with what is there instead of replacing it.

    Raises:
        RangeError: an index is out of range.
        ShapeError, DtypeError: index or source do not fit the tensor.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3).scatter(1, torch.tensor([[2], [0]]), 1.0)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    if (src is None) == (value is None):
        raise ArgumentError("scatter(): expected either a tensor `src` or a number `value`")
    source = value if src is None else src
    dim, whole, named, source = _prepared("scatter", input, dim, index, source)
    if not index.numel():
        return Clone()(input)  # type: ignore[no-any-return]  # a tensor gives a tensor
    if reduce is None:
        stored: Tensor = Scatter(dim)(whole, named, source)
    elif reduce in _COMBINATIONS:
        stored = ScatterReduce(dim, _COMBINATIONS[reduce])(whole, named, source)
    else:
        raise RefusedError(
            f"scatter(): reduce argument must be either add or multiply, got {reduce!r}."
        )
    return stored if input.ndim else shaped(stored, ())


_COMBINATIONS = {"add": "sum", "multiply": "prod"}


@inplace
@method
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy with ``out[index[i][j]][j] += src[i][j]`` for dim 0, and so on.

    >>> import graphnet as torch
    >>> torch.zeros(3).scatter_add(0, torch.tensor([0, 0, 2]), torch.ones(3))
    tensor([2., 0., 1.])
    """
    dim, whole, named, source = _prepared("scatter_add", input, dim, index, src)
    if not index.numel():
        return Clone()(input)  # type: ignore[no-any-return]  # a tensor gives a tensor
    added: Tensor = ScatterAdd(dim)(whole, named, source)
    return added if input.ndim else shaped(added, ())


@inplace
@method
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy with elements of ``src`` that share an index along ``dim`` reduced to one.

    Args:
        reduce: ``"sum"``, ``"prod"``, ``"mean"``, ``"amax"`` or ``"amin"``.
        include_self: whether the tensor's own element takes part.

    >>> import graphnet as torch
    >>> index, src = torch.tensor([0, 0, 1]), torch.tensor([1.0, 3.0, 5.0])
    >>> torch.zeros(2).scatter_reduce(0, index, src, "mean", include_self=False)
    tensor([2., 5.])
    """
    if reduce not in REDUCTIONS:
        raise RefusedError(
            "scatter_reduce(): reduce argument must be either sum, prod, mean, amax or amin, got "
            f"{reduce}"
        )
    dim, whole, named, source = _prepared("scatter_reduce", input, dim, index, src)
    if not index.numel():
        return Clone()(input)  # type: ignore[no-any-return]  # a tensor gives a tensor
    reduced: Tensor = ScatterReduce(dim, reduce, include_self)(whole, named, source)
    return reduced if input.ndim else shaped(reduced, ())


# ---------------------------------------------------------------------- slices written into copies


def _stored(input: Tensor, src: Tensor, view: Callable[[Tensor], Tensor]) -> Tensor:
    """A copy of ``input`` with ``src`` in a view of it.

    Raises:
        ShapeError: the source does not have the view's shape.
    """
    result: Tensor = Clone()(input)
    place = view(result)
    if place.shape != src.shape:
        raise ShapeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{list(src.shape)}, slice size = {list(place.shape)}"
        )
    place._write(src)
    return result


@method
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy with ``src`` as the slice at one index of ``dim``.

    >>> import graphnet as torch
    >>> torch.zeros(2, 2).select_scatter(torch.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    return _stored(input, src, lambda copy: select(copy, dim, index))


@method
def slice_scatter(
    input: Tensor,
    src: Tensor,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Tensor:
    """A copy with ``src`` in a slice of ``dim``."""
    before = (slice(None),) * wrap_dim(dim, input.ndim)
    return _stored(input, src, lambda copy: getitem(copy, (*before, slice(start, end, step))))


@method
def diagonal_scatter(
    input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1
) -> Tensor:
    """A copy with ``src`` on a diagonal of two dimensions."""
    return _stored(input, src, lambda copy: diagonal(copy, offset, dim1, dim2))


@method
def as_strided_scatter(
    input: Tensor,
    src: Tensor,
    size: Sequence[int],
    stride: Sequence[int],
    storage_offset: int | None = None,
) -> Tensor:
    """A copy with ``src`` in a strided view of it."""
    return _stored(input, src, lambda copy: as_strided(copy, size, stride, storage_offset))
