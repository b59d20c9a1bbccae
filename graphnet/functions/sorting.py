"""Elements in order, and those chosen for their place in it."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.functions import return_types
from graphnet.functions.arguments import integer
from graphnet.functions.methods import method
from graphnet.ops.scan import Cummax, Cummin
from graphnet.ops.shape import wrap_dim
from graphnet.ops.sort import (
    Argsort,
    Kthvalue,
    Median,
    MedianOfAll,
    Mode,
    Nanmedian,
    NanmedianOfAll,
    Sort,
    Topk,
)

__all__ = [
    "argsort",
    "cummax",
    "cummin",
    "kthvalue",
    "median",
    "mode",
    "msort",
    "nanmedian",
    "sort",
    "topk",
]


@method
def sort(
    input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False
) -> return_types.sort:
    """The elements along a dimension in order, and the indices they came from.

    Equal elements always keep their order here, ``stable`` or not. NaN counts as greatest.

    >>> import graphnet as torch
    >>> values, indices = torch.tensor([2.0, 3.0, 1.0]).sort()
    >>> values, indices
    (tensor([1., 2., 3.]), tensor([2, 0, 1]))
    """
    return return_types.sort(*Sort(wrap_dim(dim, input.ndim), bool(descending))(input))


@method
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """The indices that sort along a dimension.

    >>> import graphnet as torch
    >>> torch.tensor([2.0, 3.0, 1.0]).argsort(descending=True)
    tensor([1, 0, 2])
    """
    order: Tensor = Argsort(wrap_dim(dim, input.ndim), bool(descending))(input)
    return order


@method
def msort(input: Tensor) -> Tensor:
    """The elements along the first dimension in ascending order."""
    return sort(input, 0).values


@method
def topk(
    input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> return_types.topk:
    """The ``k`` greatest elements along a dimension (or smallest), and their indices.

    They are in order, ``sorted`` or not.

    Raises:
        RangeError: there are fewer than ``k``.

    >>> import graphnet as torch
    >>> torch.tensor([2.0, 3.0, 1.0]).topk(2).values
    tensor([3., 2.])
    """
    dim, k = wrap_dim(dim, input.ndim), integer("topk", "k", k)
    return return_types.topk(*Topk(dim, k, bool(largest))(input))


@method
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> return_types.kthvalue:
    """The ``k``-th smallest element along a dimension, counted from 1, and its index.

    >>> import graphnet as torch
    >>> torch.tensor([2.0, 3.0, 1.0]).kthvalue(2).values
    tensor(2.)
    """
    dim, k = wrap_dim(dim, input.ndim), integer("kthvalue", "k", k)
    picked = Kthvalue(dim=dim, k=k, keepdim=keepdim)(input)
    return return_types.kthvalue(*picked)


@method
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The element in the middle, the lower of two: of all, or along a dimension with its index.

    NaN where there is one.

    >>> import graphnet as torch
    >>> torch.tensor([4.0, 1.0, 3.0, 2.0]).median()
    tensor(2.)
    """
    if dim is None:
        return MedianOfAll()(input)
    return return_types.median(*Median(wrap_dim(dim, input.ndim), keepdim)(input))


@method
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """As :func:`median`, of the elements that are not NaN."""
    if dim is None:
        return NanmedianOfAll()(input)
    return return_types.nanmedian(*Nanmedian(wrap_dim(dim, input.ndim), keepdim)(input))


@method
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> return_types.mode:
    """The most frequent element along a dimension, the smallest of several, and an index of it.

    >>> import graphnet as torch
    >>> torch.tensor([2, 1, 2, 3]).mode().values
    tensor(2)
    """
    return return_types.mode(*Mode(wrap_dim(dim, input.ndim), keepdim)(input))


@method
def cummax(input: Tensor, dim: int) -> return_types.cummax:
    """The greatest element so far along a dimension, and its index.

    >>> import graphnet as torch
    >>> torch.tensor([2, 1, 3]).cummax(0).values
    tensor([2, 2, 3])
    """
    return return_types.cummax(*Cummax(wrap_dim(dim, input.ndim))(input))


@method
def cummin(input: Tensor, dim: int) -> return_types.cummin:
    """The smallest element so far along a dimension, and its index."""
    return return_types.cummin(*Cummin(wrap_dim(dim, input.ndim))(input))
