"""Places among sorted elements, membership, and different elements."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError, DtypeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.indexing import index_select
from graphnet.functions.methods import method
from graphnet.functions.options import number_tensor
from graphnet.functions.shaping import movedim, shaped
from graphnet.functions.sorting import sort
from graphnet.ops.bounds import ClampMax
from graphnet.ops.compare import Equal, LogicalNot
from graphnet.ops.convert import Cast, Clone
from graphnet.ops.create import Full
from graphnet.ops.parts import Slice
from graphnet.ops.search import Searchsorted, Unique
from graphnet.ops.shape import Reshape, wrap_dim
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "bucketize",
    "isin",
    "searchsorted",
    "unique",
    "unique_consecutive",
]


# ---------------------------------------------------------------------- among sorted elements


def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where values would be put in so that the sorted last dimension stays sorted.

    Args:
        sorted_sequence: a vector for all values, or rows as many as the values have.
        input: a tensor of values, or a number where the sequence is a vector.
        right: the last possible place instead of the first; ``side="right"`` says the same.
        sorter: the order that sorts ``sorted_sequence``, where it is not sorted.

    >>> import graphnet as torch
    >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 6]))
    tensor([1, 3])
    """
    if side not in (None, "left", "right"):
        raise RefusedError(
            f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}"
        )
    if side == "left" and right:
        raise RefusedError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left "
            "while right was True"
        )
    edges, values = sorted_sequence, input
    if not isinstance(values, Tensor):
        values = number_tensor(values)
        scalar = True
    else:
        scalar = not values.ndim
    if scalar and edges.ndim != 1:
        raise RefusedError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor "
            f"dimension is 1, but we got boundaries tensor dim({edges.ndim}) and input value's "
            f"dim({values.ndim}) numel({values.numel()})"
        )
    if edges.ndim != 1 and edges.shape[:-1] != values.shape[:-1]:
        raise RefusedError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(edges.shape)} and input value tensor {list(values.shape)}"
        )
    order = () if sorter is None else (_checked_sorter(edges, sorter),)
    kind = dtypes.int32 if out_int32 else dtypes.int64
    places: Tensor = Searchsorted(right or side == "right", kind)(edges, values, *order)
    return places


def _checked_sorter(edges: Tensor, sorter: Tensor) -> Tensor:
    if sorter.shape != edges.shape:
        raise RefusedError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary "
            f"tensor {list(edges.shape)} and got sorter tensor {list(sorter.shape)}"
        )
    if sorter.dtype is not dtypes.int64:
        raise DtypeError(
            "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype "
            f"{sorter.dtype}"
        )
    return sorter


def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False
) -> Tensor:
    """The number of the bucket, between sorted boundaries, into which each value falls.

    >>> import graphnet as torch
    >>> torch.bucketize(torch.tensor([0.5, 2.0, 9.0]), torch.tensor([1.0, 2.0, 3.0]))
    tensor([0, 1, 3])
    """
    if boundaries.ndim != 1:
        raise RefusedError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Whether each element occurs among the test elements.

    Args:
        elements: a tensor, or a number.
        test_elements: a tensor, or a number.
        assume_unique: has no effect.
        invert: whether to ask for those that do not occur.

    >>> import graphnet as torch
    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([3, 1]))
    tensor([ True, False,  True])
    """
    if not isinstance(elements, Tensor) and not isinstance(test_elements, Tensor):
        raise ArgumentError("isin(): at least one of elements and test_elements must be a tensor")
    x, tests = (
        each if isinstance(each, Tensor) else number_tensor(each)
        for each in (elements, test_elements)
    )
    for kind in (x.dtype, tests.dtype):
        if kind is dtypes.bool or kind.is_complex:
            raise DtypeError(
                f"Unsupported input type encountered for isin(): {SCALAR_TYPE_NAMES[kind]}"
            )
    found: Tensor
    if not tests.numel():
        found = apply(Full(tuple(x.shape), dtypes.bool), False)
    else:
        meet = dtypes.promote_types(x.dtype, tests.dtype)
        x = Cast(meet)(x)
        ordered = sort(Cast(meet)(Reshape((tests.numel(),))(tests))).values
        place = ClampMax()(searchsorted(ordered, x), tests.numel() - 1)
        found = Equal()(index_select(ordered, 0, place.reshape(-1)).reshape(x.shape), x)
    return LogicalNot()(found) if invert else found


# ---------------------------------------------------------------------- different elements


@method
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements in ascending order, or the different slices of a dimension.

    Looks at the tensor: how many there are is the size of the result.

    Returns:
        The elements; with ``return_inverse`` also where each element of the tensor is among
        them, with ``return_counts`` also how often each occurs.

    >>> import graphnet as torch
    >>> torch.tensor([3, 1, 3]).unique(return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    return _unique(input, False, return_inverse, return_counts, dim)


@method
def unique_consecutive(
    input: Tensor,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The elements, or slices of a dimension, without those equal to the one before.

    >>> import graphnet as torch
    >>> torch.tensor([1, 1, 2, 1]).unique_consecutive()
    tensor([1, 2, 1])
    """
    return _unique(input, True, return_inverse, return_counts, dim)


def _unique(input: Tensor, consecutive: bool, inverse: bool, counts: bool, dim: int | None) -> Any:
    if dim is None:
        rows = shaped(input, (input.numel(),))
    else:
        dim = wrap_dim(dim, input.ndim)
        rows = movedim(input, dim, 0) if input.ndim else shaped(input, (1,))
        if not rows.numel() and rows.shape[0]:
            raise RefusedError(
                "unique: There are 0 sized dimensions, and they aren't selected, so unique "
                f"cannot be applied: shape {list(input.shape)}, dim {dim}"
            )
    found, kept, places, often = Unique(consecutive)(rows)
    count = found.item()
    values = Slice(0, count)(kept, 0)
    if dim:
        values = movedim(values, 0, dim)
    results = [Clone()(values)]
    if inverse:
        results.append(places if dim is not None else shaped(places, tuple(input.shape)))
    if counts:
        results.append(Clone()(Slice(0, count)(often, 0)))
    return tuple(results) if len(results) > 1 else results[0]
