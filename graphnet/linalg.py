"""``torch.linalg``: norms, factorisations, inverses and solutions.

Matrices are the last two dimensions of a tensor; the others are a stack of them.

>>> import graphnet as torch
>>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
tensor(5.)
"""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.factories import full
from graphnet.functions.linalg import matmul
from graphnet.functions.mixing import maximum
from graphnet.functions.options import reduced_dims, require_tensor
from graphnet.functions.ranges import eye
from graphnet.functions.reduction import amax, amin, sum
from graphnet.functions.shaping import diagonal as _diagonal
from graphnet.functions.shaping import squeeze
from graphnet.functions.square_matrices import det, matrix_power, slogdet
from graphnet.functions.square_matrices import inverse as inv
from graphnet.functions.statistics import NormError, nuclear_norm
from graphnet.functions.statistics import vector_norm as _vector_norm
from graphnet.functions.tensor_products import cross as _cross
from graphnet.ops.convert import Cast
from graphnet.ops.factorise import Cholesky, Eigh, Qr, Svd
from graphnet.ops.linalg import LinAlgError, LinalgSolve, Pinverse
from graphnet.ops.math import Abs
from graphnet.ops.matmul import transposed
from graphnet.ops.rearrange import Tril, Triu
from graphnet.ops.shape import Permute, Reshape, Unsqueeze

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "vecdot",
    "vector_norm",
]


def _show(result: Any, name: str) -> str:
    fields = ",\n".join(f"{field}={getattr(result, field)!r}" for field in result._fields)
    return f"torch.return_types.{name}(\n{fields})"


class QrResult(NamedTuple):
    """What :func:`qr` returns."""

    Q: Tensor
    R: Tensor

    def __repr__(self) -> str:
        return _show(self, "linalg_qr")


class SvdResult(NamedTuple):
    """What :func:`svd` returns."""

    U: Tensor
    S: Tensor
    Vh: Tensor

    def __repr__(self) -> str:
        return _show(self, "linalg_svd")


class EighResult(NamedTuple):
    """What :func:`eigh` returns."""

    eigenvalues: Tensor
    eigenvectors: Tensor

    def __repr__(self) -> str:
        return _show(self, "linalg_eigh")


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
    extreme = amax if ord > 0 else amin
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


def norm(
    A: Tensor,
    ord: float | str | None = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """A vector norm or a matrix norm, as ``ord`` and ``dim`` say.

    One dimension, or neither ``ord`` nor ``dim``: :func:`vector_norm`. Two dimensions, or a matrix
    and ``ord``: :func:`matrix_norm`.

    >>> import graphnet as torch
    >>> torch.linalg.norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), "nuc")
    tensor(7.)
    """
    x = require_tensor("linalg.norm", "A", A)
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


def qr(A: Tensor, mode: str = "reduced") -> QrResult:
    """``Q @ R``, an orthonormal matrix and an upper triangle.

    Args:
        A: matrices (rows, columns).
        mode: ``"reduced"`` gives Q ``min(rows, columns)`` columns, ``"complete"`` as many as rows.

    Raises:
        LinAlgError: (a RuntimeError) another mode.

    >>> import graphnet as torch
    >>> torch.linalg.qr(torch.eye(2)).R.abs()
    tensor([[1., 0.],
            [0., 1.]])
    """
    if mode not in ("reduced", "complete", "r"):
        raise LinAlgError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', "
            "or 'complete'"
        )
    q, r = Qr(mode == "complete")(require_tensor("linalg.qr", "A", A))
    if mode == "r":
        q = q.new_zeros(0)
    return QrResult(q, r)


def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> SvdResult:
    """``U @ diag(S) @ Vh``, with orthonormal ``U`` and ``Vh`` and descending singular values.

    >>> import graphnet as torch
    >>> torch.linalg.svd(torch.tensor([[3.0, 0.0], [0.0, -4.0]])).S
    tensor([4., 3.])
    """
    return SvdResult(*Svd(bool(full_matrices))(require_tensor("linalg.svd", "A", A)))


def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """The singular values, descending."""
    values: Tensor = Svd()(require_tensor("linalg.svdvals", "A", A))[1]
    return values


def eigh(A: Tensor, UPLO: Literal["L", "U"] = "L") -> EighResult:
    """Eigenvalues, ascending, and eigenvectors of symmetric matrices.

    Args:
        A: square matrices, of which one triangle is read.
        UPLO: which: ``"L"`` the lower or ``"U"`` the upper one.

    >>> import graphnet as torch
    >>> torch.linalg.eigh(torch.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    if str(UPLO).upper() not in ("L", "U"):
        raise LinAlgError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    found = Eigh(str(UPLO).upper() == "U")(require_tensor("linalg.eigh", "A", A))
    return EighResult(*found)


def eigvalsh(A: Tensor, UPLO: Literal["L", "U"] = "L") -> Tensor:
    """The eigenvalues, ascending, of symmetric matrices."""
    return eigh(A, UPLO).eigenvalues


def cholesky(A: Tensor, *, upper: bool = False) -> Tensor:
    """The lower triangle ``L`` with ``L @ L.mT == A``, or the upper one with ``U.mT @ U == A``.

    Raises:
        LinAlgError: (a RuntimeError) a matrix is not positive definite (noticed when computed).

    >>> import graphnet as torch
    >>> torch.linalg.cholesky(torch.tensor([[4.0, 0.0], [0.0, 9.0]]))
    tensor([[2., 0.],
            [0., 3.]])
    """
    lower: Tensor = Cholesky()(require_tensor("linalg.cholesky", "A", A))
    return _mt(lower) if upper else lower


def _mt(x: Tensor) -> Tensor:
    flipped: Tensor = transposed(x)  # type: ignore[arg-type, assignment]  # values and tensors alike
    return flipped


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """``X`` with ``A @ X == B``, or ``X @ A == B`` if not ``left``; ``B`` may be vectors.

    Raises:
        LinAlgError: (a RuntimeError) a matrix is singular (noticed when computed).

    >>> import graphnet as torch
    >>> torch.linalg.solve(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """
    a = require_tensor("linalg.solve", "A", A)
    b = require_tensor("linalg.solve", "B", B, 2)
    vectors = b.dim() == 1 or (b.dim() == a.dim() - 1 and b.shape == a.shape[:-1])
    if vectors:
        b = Unsqueeze(b.dim())(b)
    if left:
        x: Tensor = LinalgSolve()(a, b)
    else:
        x = _mt(LinalgSolve()(_mt(a), _mt(b)))
    return squeeze(x, -1) if vectors else x


def solve_triangular(
    A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """``X`` with ``A @ X == B`` for a triangle of ``A``; the other one is not read.

    Args:
        A: square matrices.
        B: matrices.
        upper: which triangle.
        left: if not, ``X @ A == B`` is solved.
        unitriangular: whether the diagonal counts as ones.
    """
    x = require_tensor("linalg.solve_triangular", "A", A)
    triangle = Triu(int(unitriangular)) if upper else Tril(-int(unitriangular))
    matrix = triangle(x)
    if unitriangular:
        matrix = matrix + eye(x.shape[-1], dtype=x.dtype)
    return solve(matrix, B, left=left)


def pinv(
    A: Tensor,
    rcond: float | Tensor | None = None,
    hermitian: bool = False,
    *,
    atol: float | Tensor | None = None,
    rtol: float | Tensor | None = None,
) -> Tensor:
    """The pseudo-inverse of matrices.

    Args:
        A: matrices.
        rcond: the same as ``rtol``.
        hermitian: whether they are symmetric; makes no difference here.
        atol, rtol: singular values up to ``max(atol, rtol * the greatest)`` count as 0. The default
            is the dtype's precision times the greater of rows and columns.

    >>> import graphnet as torch
    >>> torch.linalg.pinv(torch.tensor([[2.0], [0.0]]))
    tensor([[0.5000, 0.0000]])
    """
    x = require_tensor("linalg.pinv", "A", A)
    absolute, relative = _tolerances(x, atol, rcond if rtol is None else rtol)
    inverted: Tensor = Pinverse()(x, absolute, relative)
    return inverted


def _tolerances(
    x: Tensor, atol: float | Tensor | None, rtol: float | Tensor | None
) -> tuple[Any, Any]:
    """The tolerances, where they are not given the usual ones."""
    if rtol is None:
        given = isinstance(atol, Tensor) or bool(atol)
        rtol = 0.0 if given else dtypes.finfo(x.dtype).eps * max(x.shape[-2:])
    return 0.0 if atol is None else atol, rtol


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
    absolute, relative = _tolerances(x, atol, rtol) if tol is None else (tol, 0.0)
    if s.shape[-1] == 0:
        return sum(s > 0, -1)
    cut = maximum(_per_matrix(absolute, s), _per_matrix(relative, s) * amax(s, -1, keepdim=True))
    return sum(s > cut, -1)


def _per_matrix(tolerance: float | Tensor, s: Tensor) -> Tensor:
    """A tolerance for each matrix, beside its singular values."""
    if isinstance(tolerance, Tensor):
        column: Tensor = Unsqueeze(tolerance.dim())(tolerance)
        return column
    return full((), tolerance, dtype=s.dtype)


def cond(A: Tensor, p: float | str | None = None) -> Tensor:
    """The condition number: the norm times that of the inverse.

    >>> import graphnet as torch
    >>> torch.linalg.cond(torch.tensor([[4.0, 0.0], [0.0, 2.0]]))
    tensor(2.)
    """
    x = require_tensor("linalg.cond", "A", A)
    if p in (None, 2, -2):
        values = svdvals(x)
        greatest, smallest = amax(values, -1), amin(values, -1)
        ratio: Tensor = smallest / greatest if p == -2 else greatest / smallest
        return ratio
    product: Tensor = matrix_norm(x, p or 2) * matrix_norm(inv(x), p or 2)
    return product


def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along ``dim``."""
    return _cross(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of two dimensions, as a view with it as the last dimension."""
    view: Tensor = _diagonal(A, offset, dim1, dim2)
    return view


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The dot products along a dimension; the others broadcast.

    >>> import graphnet as torch
    >>> torch.linalg.vecdot(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    return sum(require_tensor("linalg.vecdot", "x", x) * y, dim)
