"""Several tensors made into one. Element types are promoted to a common one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError, ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError, tensors_of
from graphnet.functions.broadcasting import atleast_1d, atleast_2d, atleast_3d
from graphnet.functions.shaping import shaped
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full
from graphnet.ops.elementwise import promoted
from graphnet.ops.join import Cat, Stack
from graphnet.ops.shape import wrap_dim
from graphnet.trace.leaves import entering_anew

__all__ = [
    "block_diag",
    "cat",
    "column_stack",
    "concat",
    "concatenate",
    "dstack",
    "hstack",
    "row_stack",
    "stack",
    "vstack",
]

Tensors = Sequence[Tensor]


def cat(tensors: Tensors, dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Tensors one after the other along a dimension; the other sizes agree.

    Vectors without elements are skipped, whatever the other tensors' shape.

    Args:
        axis: another name of ``dim``.

    Raises:
        ShapeError: sizes or numbers of dimensions differ, or a tensor has no dimension.
        ValueRangeError: there are no tensors.

    >>> import graphnet as torch
    >>> torch.cat([torch.zeros(1, 2), torch.ones(2, 2)])
    tensor([[0., 0.],
            [1., 1.],
            [1., 1.]])
    """
    tensors = tensors_of("cat", tensors)
    if not tensors:
        raise ValueRangeError("torch.cat(): expected a non-empty list of Tensors")
    for place, tensor in enumerate(tensors):
        if not tensor.ndim:
            raise ShapeError(
                f"zero-dimensional tensor (at position {place}) cannot be concatenated",
                cure="use torch.stack(...) for tensors without dimensions",
            )
    kept = [tensor for tensor in tensors if tensor.shape != (0,)] or tensors[:1]
    along = Cat(wrap_dim(dim if axis is None else axis, kept[0].ndim))
    joined: Tensor = along(*entering_anew(kept))
    dtype = promoted([tensor._layout.type for tensor in tensors])
    if joined.dtype is not dtype:
        joined = Cast(dtype)(joined)
    return joined


def concat(tensors: Tensors, dim: int = 0) -> Tensor:
    """Another name of :func:`cat`."""
    return cat(tensors, dim)


def concatenate(tensors: Tensors, axis: int = 0, *, dim: int | None = None) -> Tensor:
    """Another name of :func:`cat`."""
    return cat(tensors, axis if dim is None else dim)


def stack(tensors: Tensors, dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Tensors of one shape along a new dimension.

    Args:
        axis: another name of ``dim``.

    Raises:
        ShapeError: shapes differ.
        RefusedError: there are no tensors.

    >>> import graphnet as torch
    >>> torch.stack([torch.zeros(2), torch.ones(2)], dim=1)
    tensor([[0., 1.],
            [0., 1.]])
    """
    tensors = tensors_of("stack", tensors)
    if not tensors:
        raise RefusedError("stack expects a non-empty TensorList")
    place = wrap_dim(dim if axis is None else axis, tensors[0].ndim + 1)
    stacked: Tensor = Stack(place)(*entering_anew(tensors))
    return stacked


def _grown(name: str, tensors: Any, grow: Callable[..., Any]) -> tuple[Tensor, ...]:
    if not tensors_of(name, tensors):
        raise RefusedError(f"{name} expects a non-empty TensorList")
    grown: tuple[Tensor, ...] = grow(tuple(tensors))
    return grown


def hstack(tensors: Tensors) -> Tensor:
    """Side by side: along dimension 1, or 0 for vectors.

    >>> import graphnet as torch
    >>> torch.hstack([torch.zeros(1), torch.ones(2)])
    tensor([0., 1., 1.])
    """
    grown = _grown("hstack", tensors, atleast_1d)
    return cat(grown, 0 if grown[0].ndim == 1 else 1)


def vstack(tensors: Tensors) -> Tensor:
    """One below the other: along dimension 0, vectors as rows.

    >>> import graphnet as torch
    >>> torch.vstack([torch.zeros(2), torch.ones(2)])
    tensor([[0., 0.],
            [1., 1.]])
    """
    return cat(_grown("vstack", tensors, atleast_2d))


def row_stack(tensors: Tensors) -> Tensor:
    """Another name of :func:`vstack`."""
    return vstack(tensors)


def dstack(tensors: Tensors) -> Tensor:
    """One behind the other: along dimension 2."""
    return cat(_grown("dstack", tensors, atleast_3d), 2)


def column_stack(tensors: Tensors) -> Tensor:
    """Side by side, vectors as columns.

    >>> import graphnet as torch
    >>> torch.column_stack([torch.zeros(2), torch.ones(2)])
    tensor([[0., 1.],
            [0., 1.]])
    """
    if not tensors_of("column_stack", tensors):
        raise RefusedError("column_stack expects a non-empty TensorList")
    return hstack([x if x.ndim > 1 else shaped(x, (x.numel(), 1)) for x in tensors])


def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a larger one, zeros elsewhere; vectors count as rows.

    >>> import graphnet as torch
    >>> torch.block_diag(torch.tensor([1, 2]), torch.tensor(3))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    for place, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise ArgumentError(f"block_diag(): expected Tensor, but got {type(tensor).__name__}")
        if tensor.ndim > 2:
            raise ShapeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{place} has {tensor.ndim} dimensions"
            )
    if not tensors:
        tensors = (apply(Full((1, 0), dtypes.get_default_dtype()), 0),)
    blocks = atleast_2d(tensors)
    width = sum(block.shape[1] for block in blocks)
    rows, before = [], 0
    for block in blocks:
        height, own = block.shape
        sides = [(height, before), (height, width - before - own)]
        left, right = (apply(Full(shape, block.dtype), 0) for shape in sides)
        rows.append(Cat(1)(left, block, right))
        before += own
    joined: Tensor = Cat(0)(*rows)
    return joined
