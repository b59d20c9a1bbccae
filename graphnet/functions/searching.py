"""Places among sorted elements, counts of elements, and different elements."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import DtypeError
from graphnet.functions import return_types
from graphnet.functions.arguments import RefusedError
from graphnet.functions.methods import method
from graphnet.functions.shaping import movedim, shaped
from graphnet.ops.convert import Clone
from graphnet.ops.create import Full
from graphnet.ops.reduce import Amax, Amin, Sum
from graphnet.ops.search import Bincount, Histc, Histogram, HistogramEdges, Searchsorted, Unique
from graphnet.ops.shape import Slice, wrap_dim

__all__ = [
    "bincount",
    "bucketize",
    "histc",
    "histogram",
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
        values = apply(Full((), dtypes.number_dtype(type(values))), values)
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


# ---------------------------------------------------------------------- counts


@method
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each non-negative integer occurs in a vector, or the sum of its weights.

    Looks at the greatest element for the size of the result.

    >>> import graphnet as torch
    >>> torch.tensor([1, 3, 1]).bincount()
    tensor([0, 2, 0, 1])
    """
    if minlength < 0:
        raise RefusedError(f"minlength should be >= 0, not {minlength}")
    if input.ndim != 1:
        raise RefusedError(
            "bincount only supports 1-d non-negative integral inputs, got shape "
            f"{list(input.shape)}."
        )
    if weights is not None and weights.shape != input.shape:
        raise RefusedError(
            "weights should be 1-d and have the same length as input, got shapes "
            f"{list(weights.shape)} and {list(input.shape)}"
        )
    length = minlength
    if input.numel():
        least, greatest = Amin((0,))(input), Amax((0,))(input)
        if least.item() < 0:
            raise RefusedError(
                "bincount only supports 1-d non-negative integral inputs, but the least element "
                f"is {least.item()}."
            )
        length = max(minlength, greatest.item() + 1)
    operands = (input,) if weights is None else (input, weights)
    counted: Tensor = Bincount(length)(*operands)
    return counted


@method
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into each of equal parts of the range from ``min`` to ``max``.

    Elements outside are not counted. Where both are equal, the tensor's own range is taken.

    >>> import graphnet as torch
    >>> torch.tensor([1.0, 2.0, 1.0]).histc(4, 0, 3)
    tensor([0., 2., 1., 0.])
    """
    if bins <= 0:
        raise RefusedError(f"torch.histc(): bins must be > 0, but got {bins}")
    if min > max:
        raise RefusedError(f"torch.histc: max must be larger than min, got {min} and {max}")
    counted: Tensor = Histc(bins)(input, float(min), float(max))
    return counted


@method
def histogram(
    input: Tensor,
    bins: int | Tensor,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> return_types.histogram:
    """How many elements fall into each part of a range, and where the parts end.

    Args:
        bins: the number of equal parts, or their ends in ascending order.
        range: from where to where; the tensor's own range unless given.
        weight: what each element counts.
        density: divide by the total and by each part's width.

    >>> import graphnet as torch
    >>> torch.tensor([1.0, 2.0, 1.0]).histogram(2, range=(0.0, 4.0)).hist
    tensor([2., 1.])
    """
    if weight is not None and (weight.shape != input.shape or weight.dtype is not input.dtype):
        raise RefusedError(
            "torch.histogram(): if weight tensor is provided it should have the same shape and "
            f"dtype as the input tensor, but got {list(weight.shape)} {weight.dtype} and "
            f"{list(input.shape)} {input.dtype}"
        )
    if isinstance(bins, Tensor):
        if bins.ndim != 1 or bins.dtype is not input.dtype:
            raise RefusedError(
                "torch.histogram(): bins tensor should have one dimension and the dtype of the "
                f"input tensor, but got {list(bins.shape)} {bins.dtype} and {input.dtype}"
            )
        edges = bins
    else:
        low, high = (0.0, 0.0) if range is None else map(float, range)
        if bins <= 0:
            raise RefusedError(
                f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0"
            )
        if low > high:
            raise RefusedError(
                f"torch.histogram(): min should not exceed max, but got min {low} max {high}"
            )
        edges = HistogramEdges(bins)(input, low, high)
    weights = () if weight is None else (weight,)
    counts: Tensor = Histogram()(input, edges, *weights)
    if density:
        ends = Slice(0, edges.shape[0] - 1)
        counts = counts / (Sum((0,))(counts) * (ends(edges, 1) - ends(edges, 0)))
    return return_types.histogram(counts, edges)


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
