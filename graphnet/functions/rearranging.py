"""Copies with elements repeated, moved, blanked, or laid out along diagonals and grids."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import DtypeError, OutOfRangeError, ShapeError
from graphnet.functions.arguments import (
    RefusedError,
    distinct_dims,
    given_sizes,
    integer,
    integers,
    tensors_of,
)
from graphnet.functions.broadcasting import expanded
from graphnet.functions.joining import stack
from graphnet.functions.methods import inplace, method
from graphnet.functions.shaping import diagonal as diagonal_of
from graphnet.functions.shaping import flatten, shaped, transpose
from graphnet.ops.convert import Clone
from graphnet.ops.create import Full
from graphnet.ops.index import IndexSelect
from graphnet.ops.parts import DiagonalScatter
from graphnet.ops.rearrange import Repeat, RepeatPositions, Roll, Tril, Triu
from graphnet.ops.reduce import Flip, Sum
from graphnet.ops.shape import Expand, Unsqueeze, wrap_dim
from graphnet.ops.unsupported import UnsupportedDtypeError

__all__ = [
    "cartesian_prod",
    "combinations",
    "diag",
    "diag_embed",
    "diagflat",
    "flip",
    "fliplr",
    "flipud",
    "meshgrid",
    "repeat_interleave",
    "roll",
    "rot90",
    "tile",
    "tril",
    "triu",
]


# ---------------------------------------------------------------------- repeated


@method
def repeat(self: Tensor, *repeats: Any, **named: Any) -> Tensor:
    """The tensor laid out several times along each dimension; missing dimensions are put in front.

    Raises:
        RefusedError: there are fewer numbers than dimensions, or negative ones.

    >>> import graphnet as torch
    >>> torch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    counts = given_sizes("repeat", "repeats", repeats, named)
    lead = len(counts) - self.ndim
    if lead < 0:
        raise RefusedError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            f"tensor: {len(counts)} and {self.ndim}"
        )
    if any(count < 0 for count in counts):
        raise RefusedError(f"repeat: Trying to create tensor with negative dimension: {counts}")
    if not counts:
        copied: Tensor = Clone()(self)
        return copied
    whole = shaped(self, (*(1,) * lead, *self.shape)) if lead else self
    repeated: Tensor = Repeat(counts)(whole)
    return repeated


@method
def tile(input: Tensor, *dims: Any, **named: Any) -> Tensor:
    """As ``repeat``, but missing numbers count as 1.

    >>> import graphnet as torch
    >>> torch.tensor([[1], [2]]).tile((2,))
    tensor([[1, 1],
            [2, 2]])
    """
    counts = given_sizes("tile", "dims", dims, named)
    return repeat(input, (*(1,) * (input.ndim - len(counts)), *counts))


@method
def repeat_interleave(
    input: Tensor,
    repeats: int | Tensor | None = None,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Tensor:
    """Each slice of ``dim`` (or each element) several times in a row.

    With one argument, each position as often as the tensor says. A tensor of repeats is looked at
    for the size of the result, unless that is given.

    Raises:
        RefusedError: a number is negative, or there is not one for each slice.

    >>> import graphnet as torch
    >>> torch.tensor([4, 5]).repeat_interleave(torch.tensor([1, 2]))
    tensor([4, 5, 5])
    """
    if repeats is None:
        return _repeat_positions(input, output_size)
    if dim is None:
        input, dim = flatten(input), 0
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim:
        input = shaped(input, (1,))
    size = input.shape[dim]
    if not isinstance(repeats, Tensor):
        if repeats < 0:
            raise RefusedError(f"Repeats must be non-negative, got {repeats}")
        before, after = tuple(input.shape[: dim + 1]), tuple(input.shape[dim + 1 :])
        wide = Expand((*before, repeats, *after))(Unsqueeze(dim + 1)(input))
        return shaped(wide, (*before[:-1], size * repeats, *after))
    if repeats.numel() == 1:
        repeats = expanded(shaped(repeats, (1,)), (size,))
    if repeats.ndim != 1 or repeats.shape[0] != size:
        raise RefusedError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{repeats.shape[0]} and input.size({dim}) = {size}"
        )
    chosen: Tensor = IndexSelect(dim)(input, _repeat_positions(repeats, output_size))
    return chosen


def _repeat_positions(repeats: Tensor, length: int | None) -> Tensor:
    if repeats.dtype not in (dtypes.int64, dtypes.int32):
        raise UnsupportedDtypeError(
            f'repeat_interleave: "repeat_interleave_cpu" not implemented for {repeats.dtype}'
        )
    if repeats.ndim != 1:
        raise RefusedError(
            f"repeat_interleave only accept 1D vector as repeat, got shape {list(repeats.shape)}"
        )
    if length is None:
        length = Sum((0,))(repeats).item()
    found: Tensor = RepeatPositions(max(length, 0))(repeats)
    return found


# ---------------------------------------------------------------------- moved


@method
def flip(input: Tensor, *dims: Any, **named: Any) -> Tensor:
    """The elements of these dimensions in reverse order, as a copy.

    >>> import graphnet as torch
    >>> torch.arange(4).reshape(2, 2).flip(0)
    tensor([[2, 3],
            [0, 1]])
    """
    wanted = given_sizes("flip", "dims", dims, named)
    flipped: Tensor = (
        Flip(distinct_dims("flip", wanted, input.ndim))(input) if input.ndim else Clone()(input)
    )
    return flipped


@method
def fliplr(input: Tensor) -> Tensor:
    """The columns in reverse order."""
    if input.ndim < 2:
        raise RefusedError(f"fliplr: Input must be >= 2-d, got shape {list(input.shape)}.")
    return flip(input, 1)


@method
def flipud(input: Tensor) -> Tensor:
    """The rows in reverse order."""
    if input.ndim < 1:
        raise RefusedError(f"flipud: Input must be >= 1-d, got shape {list(input.shape)}.")
    return flip(input, 0)


@method
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned by 90 degrees ``k`` times, from the first towards the second of ``dims``.

    >>> import graphnet as torch
    >>> torch.arange(4).reshape(2, 2).rot90()
    tensor([[1, 3],
            [0, 2]])
    """
    if len(dims) != 2:
        raise RefusedError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RefusedError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    first, second = (wrap_dim(dim, input.ndim) for dim in dims)
    if first == second:
        raise RefusedError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    match k % 4:
        case 0:
            copied: Tensor = Clone()(input)
            return copied
        case 1:
            return transpose(flip(input, second), first, second)
        case 2:
            return flip(input, first, second)
    return transpose(flip(input, first), first, second)


@method
def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Elements moved along dimensions; what leaves at one end enters at the other.

    Without ``dims`` the elements move in row-major order.

    >>> import graphnet as torch
    >>> torch.arange(4).roll(1)
    tensor([3, 0, 1, 2])
    """
    steps = integers("roll", "shifts", shifts)
    if not steps:
        raise RefusedError("roll: `shifts` required")
    named = () if dims is None else integers("roll", "dims", dims)
    if not named and len(steps) == 1:
        flat = shaped(input, (input.numel(),))
        return shaped(Roll(steps, (0,))(flat), tuple(input.shape))
    if len(named) != len(steps):
        raise RefusedError(
            f"roll: shifts and dimensions must align. shifts: {len(steps)}, dims:{len(named)}"
        )
    if not input.ndim:
        raise OutOfRangeError(f"Dimension specified as {named[0]} but tensor has no dimensions")
    rolled: Tensor = Roll(steps, tuple(wrap_dim(dim, input.ndim) for dim in named))(input)
    return rolled


# ---------------------------------------------------------------------- blanked


@inplace
@method
def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of the last two dimensions; zeros above the diagonal.

    >>> import graphnet as torch
    >>> torch.ones(2, 2).tril()
    tensor([[1., 0.],
            [1., 1.]])
    """
    lower: Tensor = Tril(integer("tril", "diagonal", diagonal))(input)
    return lower


@inplace
@method
def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of the last two dimensions; zeros below the diagonal."""
    upper: Tensor = Triu(integer("triu", "diagonal", diagonal))(input)
    return upper


# ---------------------------------------------------------------------- diagonals and grids


@method
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A matrix with a vector on a diagonal, or the diagonal of a matrix, as a copy.

    >>> import graphnet as torch
    >>> torch.tensor([1, 2]).diag()
    tensor([[1, 0],
            [0, 2]])
    """
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim != 2:
        raise ShapeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    copied: Tensor = Clone()(diagonal_of(input, diagonal))
    return copied


@method
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Zeros with the last dimension on a diagonal of two new dimensions.

    >>> import graphnet as torch
    >>> torch.diag_embed(torch.ones(1), offset=1)
    tensor([[0., 1.],
            [0., 0.]])
    """
    if not input.ndim:
        raise OutOfRangeError("diag_embed(): the tensor needs at least one dimension")
    first, second = wrap_dim(dim1, input.ndim + 1), wrap_dim(dim2, input.ndim + 1)
    if first == second:
        raise RefusedError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    offset = integer("diag_embed", "offset", offset)
    side = input.shape[-1] + abs(offset)
    rest = iter(input.shape[:-1])
    shape = tuple(side if dim in (first, second) else next(rest) for dim in range(input.ndim + 1))
    embedded: Tensor = DiagonalScatter(shape, offset, first, second)(input)
    return embedded


@method
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with all elements on a diagonal."""
    return diag_embed(flatten(input), offset)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """For each vector, a grid on which it varies along its own dimension only.

    Args:
        indexing: ``"ij"``, which is the default, for the vectors' order of dimensions, ``"xy"``
            with the first two exchanged.

    >>> import graphnet as torch
    >>> torch.meshgrid(torch.arange(2), torch.arange(2), indexing="ij")
    (tensor([[0, 0],
            [1, 1]]), tensor([[0, 1],
            [0, 1]]))
    """
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    vectors = tensors_of("meshgrid", tensors)
    if not vectors:
        raise RefusedError("meshgrid expects a non-empty TensorList")
    if indexing not in (None, "ij", "xy"):
        raise RefusedError(
            'torch.meshgrid: indexing must be one of "xy" or "ij", but received: ' + str(indexing)
        )
    for vector in vectors:
        if vector.ndim > 1:
            raise ShapeError(
                "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got shape "
                f"{list(vector.shape)}"
            )
        if vector.dtype is not vectors[0].dtype:
            raise DtypeError("meshgrid expects all tensors to have the same dtype")
    shape = tuple(vector.numel() for vector in vectors)
    grids = []
    for dim, vector in enumerate(vectors):
        sizes = (*(1,) * dim, vector.numel(), *(1,) * (len(shape) - dim - 1))
        grids.append(expanded(shaped(vector, sizes), shape))
    if indexing == "xy" and len(grids) > 1:
        return tuple(transpose(grid, 0, 1) for grid in grids)
    return tuple(grids)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of one element from each vector, a row for each.

    >>> import graphnet as torch
    >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])
    """
    for tensor in tensors_of("cartesian_prod", tensors):
        if tensor.ndim != 1:
            raise ShapeError(f"Expect a 1D vector, but got shape {list(tensor.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(grid) for grid in meshgrid(*tensors)], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of ``r`` elements of a vector in their order, a row for each.

    >>> import graphnet as torch
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input.ndim != 1:
        raise ShapeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    r = integer("combinations", "r", r)
    if r < 0:
        raise RefusedError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        empty: Tensor = apply(Full((0,), input.dtype), 0)
        return empty
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    chosen = np.array(list(choose(range(input.shape[0]), r)), np.int64)
    places = Tensor._from_array(chosen.reshape(-1))
    return shaped(IndexSelect(0)(input, places), (len(chosen), r))
