"""Choosing elements by a mask or because they are not zero, and storing into them."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.factories import full
from graphnet.functions.joining import cat
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import require_tensor
from graphnet.functions.subscripts import check_number, positions
from graphnet.ops.elementwise import broadcast_shapes
from graphnet.ops.index import (
    Index,
    MaskedFill,
    MaskedScatter,
)
from graphnet.ops.parts import Select
from graphnet.ops.shape import Expand, Reshape, Transpose

__all__ = [
    "argwhere",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "nonzero",
    "nonzero_static",
]


@method
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of all elements that are not zero. Looks at the tensor.

    Returns:
        An int64 tensor with a row for each such element; or with ``as_tuple`` a tuple with a
        vector for each dimension, which can be used as an index.

    >>> import graphnet as torch
    >>> torch.tensor([[1, 0], [0, 2]]).nonzero()
    tensor([[0, 0],
            [1, 1]])
    """
    if as_tuple:
        whole = input if input.ndim else Reshape((1,))(input)
        found = positions(whole)
        return tuple(Select(0)(found, dim) for dim in range(whole.ndim))
    return Transpose(0, 1)(positions(input))


@method
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The first ``size`` indices of elements that are not 0, continued by ``fill_value``.

    >>> import graphnet as torch
    >>> torch.nonzero_static(torch.tensor([0, 5, 0]), size=2)
    tensor([[ 1],
            [-1]])
    """
    if size < 0:
        raise RefusedError(
            f"nonzero_static: 'size' must be an non-negative integer, but it is {size}"
        )
    found: Tensor = nonzero(input)[:size]
    missing = full((size - found.shape[0], found.shape[1]), fill_value, dtype=found.dtype)
    return cat([found, missing], 0)


@method
def argwhere(input: Tensor) -> Tensor:
    """The indices of all elements that are not zero, one row for each. Looks at the tensor."""
    found: Tensor = nonzero(input)
    return found


@inplace
@method
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """A copy with a number (or a tensor without dimensions) where the mask is true.

    Mask and tensor broadcast; the dtype stays.

    Raises:
        DtypeError: the mask is not boolean, or the dtype cannot hold the value.

    >>> import graphnet as torch
    >>> torch.zeros(3).masked_fill(torch.tensor([True, False, True]), 1.0)
    tensor([1., 0., 1.])
    """
    if mask.dtype is not dtypes.bool:
        raise DtypeError(
            f"masked_fill: only supports boolean masks, but got mask with dtype {mask.dtype}",
            cure="make one with a comparison, as in `mask != 0`",
        )
    filled: Tensor = MaskedFill()(input, mask, filling_number("masked_fill", input, value))
    return filled


def filling_number(function: str, input: Tensor, value: Any) -> Any:
    """A value that fills: a Python number or a tensor without dimensions."""
    if not isinstance(value, Tensor):
        return check_number(input.dtype, value)
    if value.ndim:
        raise ShapeError(
            f"{function}: only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s)."
        )
    if value.dtype.is_complex and not input.dtype.is_complex:
        raise DtypeError(
            f"{function}: value cannot be converted to type {input.dtype.name} without overflow"
        )
    return value


@method
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """A vector of the elements where the mask is true; both broadcast. Looks at the mask.

    >>> import graphnet as torch
    >>> x = torch.arange(4)
    >>> x.masked_select(x % 2 == 1)
    tensor([1, 3])
    """
    if require_tensor("masked_select", "mask", mask, 2).dtype is not dtypes.bool:
        raise DtypeError(
            f"masked_select: expected BoolTensor for mask, but got mask with dtype {mask.dtype}"
        )
    shape = broadcast_shapes("masked_select", [_type(input), _type(mask)]) or (1,)
    found = positions(Expand(shape)(mask))
    rows = [Select(0)(found, dim) for dim in range(len(shape))]
    chosen: Tensor = Index(tuple(range(len(shape))))(Expand(shape)(input), *rows)
    return chosen


def _type(x: Tensor) -> Any:
    return x._layout.type


@inplace
@method
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy with the elements of ``source``, in order, where the mask is true.

    Raises:
        DtypeError: dtypes of tensor and source differ, or the mask is not boolean.
    """
    if mask.dtype is not dtypes.bool:
        raise DtypeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype}"
        )
    require_same_dtype("masked_scatter", input, source)
    shape = broadcast_shapes("masked_scatter", [_type(input), _type(mask)])
    whole = input if input.shape == shape else Expand(shape)(input)
    stored: Tensor = MaskedScatter()(whole, mask, source)
    return stored


def require_same_dtype(function: str, input: Tensor, source: Tensor) -> None:
    if input.dtype is not source.dtype:
        raise DtypeError(
            f"{function}: expected self and source to have same dtypes but got {input.dtype} and "
            f"{source.dtype}",
            cure=f"cast the source, as in `source.to({input.dtype})`",
        )
