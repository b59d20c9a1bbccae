"""Products and distances of tensors over chosen dimensions."""

from __future__ import annotations

import math
from typing import Any, Final

from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.factories import ones_like
from graphnet.functions.joining import cat
from graphnet.functions.linalg import matrix_product
from graphnet.functions.methods import method
from graphnet.functions.options import require_tensor
from graphnet.functions.rearranging import roll
from graphnet.functions.statistics import vector_norm
from graphnet.ops.arithmetic import Mul
from graphnet.ops.compare import Where
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Permute, Reshape, Unsqueeze, wrap_dim

__all__ = [
    "cdist",
    "cross",
    "inner",
    "kron",
    "tensordot",
]


@method
def inner(input: Tensor, other: Tensor) -> Tensor:
    """The dot products over the last dimensions of two tensors; of a number simply the product.

    >>> import graphnet as torch
    >>> torch.inner(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    x, y = require_tensor("inner", "input", input), require_tensor("inner", "other", other, 2)
    if not x.dim() or not y.dim():
        scaled: Tensor = Mul()(x, y)
        return scaled
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"inner() the last dimension must match on both input tensors but got shapes "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    return tensordot(x, y, ([-1], [-1]))


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The product of two tensors, summed over pairs of dimensions.

    Args:
        a, b: the tensors.
        dims: how many of the last dimensions of ``a`` go with the first of ``b``; or two sequences,
            the dimensions of ``a`` and those of ``b`` that go with them.

    Raises:
        RefusedError: (a RuntimeError) the dimensions do not go together.

    >>> import graphnet as torch
    >>> torch.tensordot(torch.ones(2, 3, 4), torch.ones(3, 4, 5)).shape
    torch.Size([2, 5])
    """
    x, y = require_tensor("tensordot", "a", a), require_tensor("tensordot", "b", b, 2)
    dims_x, dims_y = _paired_dims(x, y, dims)
    for p, q in zip(dims_x, dims_y, strict=True):
        if x.shape[p] == 1 != y.shape[q]:
            y = Sum((q,), True)(y)
        elif y.shape[q] == 1 != x.shape[p]:
            x = Sum((p,), True)(x)
        elif x.shape[p] != y.shape[q]:
            raise RefusedError(
                f"tensordot: contracted dimensions need to match, but first has size {x.shape[p]} "
                f"in dim {p} and second has size {y.shape[q]} in dim {q}"
            )
    left = [d for d in range(x.dim()) if d not in dims_x]
    right = [d for d in range(y.dim()) if d not in dims_y]
    rows, columns = ([t.shape[d] for d in kept] for t, kept in ((x, left), (y, right)))
    inner_size = math.prod(x.shape[d] for d in dims_x)
    matrix_x = Reshape((math.prod(rows), inner_size))(Permute((*left, *dims_x))(x))
    matrix_y = Reshape((inner_size, math.prod(columns)))(Permute((*dims_y, *right))(y))
    product: Tensor = Reshape((*rows, *columns))(matrix_product("tensordot", matrix_x, matrix_y))
    return product


def _paired_dims(x: Tensor, y: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0 or dims > min(x.dim(), y.dim()):
            raise RefusedError(
                f"tensordot expects 0 <= dims <= the number of dimensions, but got dims={dims} for "
                f"shapes {list(x.shape)} and {list(y.shape)}"
            )
        return list(range(x.dim() - dims, x.dim())), list(range(dims))
    first, second = ([dim] if isinstance(dim, int) else list(dim) for dim in dims)
    if len(first) != len(second):
        raise RefusedError(
            f"tensordot: both dimension lists should have same length, but they are {first} and "
            f"{second}"
        )
    return [wrap_dim(d, x.dim()) for d in first], [wrap_dim(d, y.dim()) for d in second]


@method
def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of three elements along ``dim``; other dimensions broadcast.

    Without ``dim`` the first dimension of size 3 is taken.

    >>> import graphnet as torch
    >>> torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]), dim=0)
    tensor([0, 0, 1])
    """
    x, y = require_tensor("cross", "input", input), require_tensor("cross", "other", other, 2)
    if x.dim() != y.dim():
        raise ShapeError(
            f"linalg.cross: inputs must have the same number of dimensions, but their shapes are "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    if dim is None:
        if 3 not in x.shape:
            raise ShapeError(f"no dimension of size 3 in input: its shape is {list(x.shape)}")
        dim = x.shape.index(3)
    axis = wrap_dim(dim, x.dim())
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise ShapeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[axis]} and "
            f"{y.shape[axis]}"
        )
    product: Tensor = roll(x, -1, axis) * roll(y, -2, axis) - roll(x, -2, axis) * roll(y, -1, axis)
    return product


@method
def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: ``other`` times each element of ``input``, in its place.

    >>> import graphnet as torch
    >>> torch.kron(torch.tensor([1, 2]), torch.tensor([1, 10]))
    tensor([ 1, 10,  2, 20])
    """
    x, y = require_tensor("kron", "input", input), require_tensor("kron", "other", other, 2)
    ndim = max(x.dim(), y.dim())
    outer_shape = (*(1,) * (ndim - x.dim()), *x.shape)
    inner_shape = (*(1,) * (ndim - y.dim()), *y.shape)
    spread = Reshape(tuple(n for size in outer_shape for n in (size, 1)))(x)
    tiled = Reshape(tuple(n for size in inner_shape for n in (1, size)))(y)
    shape = tuple(n * m for n, m in zip(outer_shape, inner_shape, strict=True))
    product: Tensor = Reshape(shape)(spread * tiled)
    return product


def cdist(
    x1: Tensor,
    x2: Tensor,
    p: float = 2.0,
    compute_mode: str | None = "use_mm_for_euclid_dist_if_necessary",
) -> Tensor:
    """The distances, by the norm of order ``p``, of every row of ``x1`` from every row of ``x2``.

    Shapes: (..., n, m) and (..., k, m) give (..., n, k); leading dimensions broadcast.

    >>> import graphnet as torch
    >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    x, y = require_tensor("cdist", "x1", x1), require_tensor("cdist", "x2", x2, 2)
    if x.dim() < 2 or y.dim() < 2:
        raise ShapeError(
            "cdist only supports at least 2D tensors, but the shapes are "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"X1 and X2 must have the same number of columns. X1: {x.shape[-1]} X2: {y.shape[-1]}"
        )
    if p < 0:
        raise RefusedError(f"cdist only supports non-negative p values, but p is {p}")
    if compute_mode not in _FEWEST_ROWS:
        raise ValueRangeError(f"{compute_mode} is not a valid value for compute_mode")
    if p == 2 and max(x.shape[-2], y.shape[-2]) >= _FEWEST_ROWS[compute_mode]:
        return _distances_by_products(x, y)
    difference = Unsqueeze(x.dim() - 1)(x) - Unsqueeze(y.dim() - 2)(y)
    return vector_norm("cdist", difference, float(p), -1, keepdim=False)


_FEWEST_ROWS: Final[dict[str | None, float]] = {
    "use_mm_for_euclid_dist_if_necessary": 26,
    "use_mm_for_euclid_dist": 0,
    "donot_use_mm_for_euclid_dist": math.inf,
}
"""From how many rows on PyTorch takes Euclidean distances from products."""


def _distances_by_products(x: Tensor, y: Tensor) -> Tensor:
    """The roots of ``|x|**2 - 2 * x @ y + |y|**2``, as one product; no gradient where it is 0."""
    squares = [(each * each).sum(-1, keepdim=True) for each in (x, y)]
    ones = [ones_like(square) for square in squares]
    left, right = cat([x * -2, squares[0], ones[0]], -1), cat([y, ones[1], squares[1]], -1)
    squared: Tensor = left @ right.mT
    apart = squared > 0
    root: Tensor = Where()(apart, Where()(apart, squared, 1).sqrt(), 0)
    return root
