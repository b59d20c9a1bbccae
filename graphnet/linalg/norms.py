"""Norms of vectors and matrices, and what singular values tell of a matrix."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.mixing import maximum
from graphnet.functions.options import reduced_dims, require_tensor
from graphnet.functions.reduction import amax, amin, sum
from graphnet.functions.shaping import squeeze
from graphnet.functions.square_matrices import inverse as inv
from graphnet.functions.statistics import NormError, nuclear_norm
from graphnet.functions.statistics import vector_norm as _vector_norm
from graphnet.linalg.factorisation import svdvals
from graphnet.linalg.solution import per_matrix, tolerances
from graphnet.ops.convert import Cast
from graphnet.ops.math import Abs
from graphnet.ops.shape import Permute, Reshape


def vector_norm(
    x: Tensor,
    ord: float = 2,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """The norm of order ``ord`` of the elements along ``dim`` (all for None).

    ``(sum |x|**ord)**(1/ord)``; ``inf`` and ``-inf`` are the greatest and smallest magnitude, 0 the
    number of elements that are not 0.

    >>> import graphnet as torch
    >>> torch.linalg.vector_norm(torch.tensor([[3.0, 4.0], [0.0, 2.0]]), dim=1)
    tensor([5., 2.])
    """
    tensor = require_tensor("linalg.vector_norm", "x", x)
    return _vector_norm("linalg.vector_norm", tensor, float(ord), dim, keepdim, dtype)


def matrix_norm(
    A: Tensor,
    ord: float | str = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """The norm of the matrices that two dimensions make.

    Args:
        A: floating point.
        ord: ``"fro"``; ``"nuc"``, the sum of the singular values; 2 or -2, the greatest or smallest
            singular value; 1 or -1, the greatest or smallest sum of magnitudes of a column; inf or
            -inf, of a row.
        dim: the two dimensions.
        keepdim: whether they stay, with size 1.
        dtype: to cast to first.

    Raises:
        NormError: (a RuntimeError) there is no such norm.

    >>> import graphnet as torch
    >>> torch.linalg.matrix_norm(torch.tensor([[1.0, -2.0], [3.0, 4.0]]), ord=1)
    tensor(6.)
    """
    x = require_tensor("linalg.matrix_norm", "A", A)
    if dtype is not None:
        x = Cast(dtype)(x)
    if x.dim() < 2:
        raise NormError(
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions: its shape is "
            f"{list(x.shape)}"
        )
    dims = reduced_dims("linalg.matrix_norm", dim, x.dim())
    if len(dims) != 2:
        raise NormError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    if ord == "fro":
        return _vector_norm("linalg.matrix_norm", x, 2.0, dims, keepdim)
    if ord == "nuc":
        return nuclear_norm(x, dims, keepdim)
    if isinstance(ord, str) or abs(ord) not in (1, 2, math.inf):
        raise NormError(f"linalg.matrix_norm: Order {ord} not supported.")
    extreme = _greatest if ord > 0 else amin
    rows, columns = dims
    if abs(ord) == 2:
        rest = tuple(d for d in range(x.dim()) if d not in dims)
        values = svdvals(Permute((*rest, *dims))(x))
        found = extreme(values, -1)
        kept = tuple(1 if d in dims else n for d, n in enumerate(x.shape))
        return Reshape(kept)(found) if keepdim else found
    first, second = (rows, columns) if abs(ord) == 1 else (columns, rows)
    found = extreme(sum(Abs()(x), first, keepdim=True), second, keepdim=True)
    return found if keepdim else squeeze(found, dims)


def _greatest(norms: Tensor, dim: int, keepdim: bool = False) -> Tensor:
    """The greatest of norms, which is 0 where there are none."""
    return amax(norms, dim, keepdim) if norms.shape[dim] else sum(norms, dim, keepdim)


def norm(
    input: Tensor,
    ord: float | str | None = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """Input vector norm or a matrix norm, as ``ord`` and ``dim`` say.

    One dimension, or neither ``ord`` nor ``dim``: :func:`vector_norm`. Two dimensions, or a matrix
    and ``ord``: :func:`matrix_norm`.

    >>> import graphnet as torch
    >>> torch.linalg.norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), "nuc")
    tensor(7.)
    """
    x = require_tensor("linalg.norm", "input", input)
    named = [dim] if isinstance(dim, int) else dim
    if ord is None:
        return vector_norm(x, 2, named, keepdim, dtype=dtype)
    count = x.dim() if named is None else len(named)
    if count not in (1, 2) or (count == 1 and isinstance(ord, str)):
        raise NormError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D, and "
            f"order {ord!r} must be one of its norms. The shape is {list(x.shape)}."
        )
    if count == 1 and not isinstance(ord, str):
        return vector_norm(x, ord, named, keepdim, dtype=dtype)
    return matrix_norm(x, ord, (-2, -1) if named is None else named, keepdim, dtype=dtype)


def cond(A: Tensor, p: float | str | None = None) -> Tensor:
    """The condition number: the norm times that of the inverse; 0 for a matrix without elements.

    Raises:
        NormError: (a RuntimeError) no matrix, or a norm that a number does not name of one that is
            not square.

    >>> import graphnet as torch
    >>> torch.linalg.cond(torch.tensor([[4.0, 0.0], [0.0, 2.0]]))
    tensor(2.)
    """
    x = require_tensor("linalg.cond", "A", A)
    if x.dim() < 2:
        raise NormError(
            "linalg.cond: The input tensor must have at least 2 dimensions: its shape is "
            f"{list(x.shape)}"
        )
    if isinstance(p, str) and x.shape[-1] != x.shape[-2]:
        raise NormError(
            f"linalg.cond(ord={p}): A must be batches of square matrices, but they are "
            f"{x.shape[-2]} by {x.shape[-1]} matrices"
        )
    if 0 in x.shape:
        return sum(x, (-2, -1))
    if p in (None, 2, -2):
        values = svdvals(x)
        greatest, smallest = amax(values, -1), amin(values, -1)
        ratio: Tensor = smallest / greatest if p == -2 else greatest / smallest
        return ratio
    product: Tensor = matrix_norm(x, p or 2) * matrix_norm(inv(x), p or 2)
    return product


def matrix_rank(
    A: Tensor,
    tol: float | Tensor | None = None,
    hermitian: bool = False,
    *,
    atol: float | Tensor | None = None,
    rtol: float | Tensor | None = None,
) -> Tensor:
    """How many singular values are not 0, up to the tolerances of :func:`pinv`.

    >>> import graphnet as torch
    >>> torch.linalg.matrix_rank(torch.tensor([[1.0, 2.0], [2.0, 4.0]]))
    tensor(1)
    """
    x = require_tensor("linalg.matrix_rank", "A", A)
    s = svdvals(x)
    absolute, relative = tolerances(x, atol, rtol) if tol is None else (tol, 0.0)
    if s.shape[-1] == 0:
        return sum(s > 0, -1)
    cut = maximum(per_matrix(absolute, s), per_matrix(relative, s) * amax(s, -1, keepdim=True))
    return sum(s > cut, -1)
