"""Solutions of linear equations, and inverses."""

from __future__ import annotations

from typing import Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions import return_types
from graphnet.functions.arguments import RefusedError
from graphnet.functions.complex_numbers import conj
from graphnet.functions.factories import full
from graphnet.functions.options import require_tensor
from graphnet.functions.ranges import eye
from graphnet.functions.reduction import amax, sum
from graphnet.functions.shaping import squeeze
from graphnet.linalg.factorisation import (
    check_info,
    lu_factor_ex,
    matrix_transpose,
    permutation,
    svdvals,
)
from graphnet.ops.lapack import LdlSolve, SolveTriangular
from graphnet.ops.linalg import LinalgSolve, Pinverse
from graphnet.ops.parts import Slice
from graphnet.ops.shape import Reshape, Unsqueeze


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
        x = matrix_transpose(LinalgSolve()(matrix_transpose(a), matrix_transpose(b)))
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
    a = require_tensor("linalg.solve_triangular", "A", A)
    b = require_tensor("linalg.solve_triangular", "B", B, 2)
    if left:
        found: Tensor = SolveTriangular(bool(upper), bool(unitriangular))(a, b)
        return found
    turned = SolveTriangular(not upper, bool(unitriangular))
    return matrix_transpose(turned(matrix_transpose(a), matrix_transpose(b)))


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
    absolute, relative = tolerances(x, atol, rcond if rtol is None else rtol)
    inverted: Tensor = Pinverse()(x, absolute, relative)
    return inverted


def tolerances(
    x: Tensor, atol: float | Tensor | None, rtol: float | Tensor | None
) -> tuple[Any, Any]:
    """The tolerances, where they are not given the usual ones."""
    if rtol is None:
        given = isinstance(atol, Tensor) or bool(atol)
        rtol = 0.0 if given else dtypes.finfo(x.dtype).eps * max(x.shape[-2:])
    return 0.0 if atol is None else atol, rtol


def per_matrix(tolerance: float | Tensor, s: Tensor) -> Tensor:
    """A tolerance for each matrix, beside its singular values."""
    if isinstance(tolerance, Tensor):
        column: Tensor = Unsqueeze(tolerance.dim())(tolerance)
        return column
    return full((), tolerance, dtype=s.dtype)


def lu_solve(
    LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False
) -> Tensor:
    """``X`` with ``A @ X == B``, where ``LU`` and ``pivots`` are what ``lu_factor`` gave for ``A``.

    Args:
        LU, pivots: the factors of square matrices.
        B: matrices.
        left: if not, ``X @ A == B`` is solved.
        adjoint: whether the conjugate transpose of ``A`` takes its place.

    >>> import graphnet as torch
    >>> factors = torch.linalg.lu_factor(torch.tensor([[0.0, 2.0], [4.0, 0.0]]))
    >>> torch.linalg.lu_solve(*factors, torch.tensor([[2.0], [4.0]]))
    tensor([[1.],
            [1.]])
    """
    packed = require_tensor("linalg.lu_solve", "LU", LU)
    b = require_tensor("linalg.lu_solve", "B", B, 3)
    if packed.dim() < 2 or packed.shape[-1] != packed.shape[-2]:
        raise ShapeError(
            "torch.linalg.lu_solve: A must be batches of square matrices, but they are "
            f"of shape {list(packed.shape)}"
        )
    if not left:
        turned = lu_solve(packed, pivots, conj(matrix_transpose(b)), adjoint=not adjoint)
        return conj(matrix_transpose(turned))
    exchange = permutation(pivots, packed)
    if not adjoint:
        lower = SolveTriangular(False, True)(packed, matrix_transpose(exchange) @ b)
        found: Tensor = SolveTriangular(True)(packed, lower)
        return found
    turned = conj(matrix_transpose(packed))
    product: Tensor = exchange @ SolveTriangular(True, True)(
        turned, SolveTriangular(False)(turned, b)
    )
    return product


def solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False
) -> return_types.linalg_solve_ex:
    """:func:`solve` and, instead of an error, where the matrix turned out singular, from 1 on."""
    a = require_tensor("linalg.solve_ex", "A", A)
    b = require_tensor("linalg.solve_ex", "B", B, 2)
    packed, pivots, info = lu_factor_ex(a)
    if check_errors:
        check_info("torch.linalg.solve_ex", info, _SINGULAR)
    vectors = b.dim() == 1 or (b.dim() == a.dim() - 1 and b.shape == a.shape[:-1])
    found = lu_solve(packed, pivots, Unsqueeze(b.dim())(b) if vectors else b, left=left)
    return return_types.linalg_solve_ex(squeeze(found, -1) if vectors else found, info)


def inv_ex(A: Tensor, *, check_errors: bool = False) -> return_types.linalg_inv_ex:
    """The inverse and, instead of an error, where the matrix turned out singular, from 1 on."""
    a = require_tensor("linalg.inv_ex", "A", A)
    packed, pivots, info = lu_factor_ex(a)
    if check_errors:
        check_info("linalg.inv_ex", info, _SINGULAR)
    columns = eye(a.shape[-1], dtype=a.dtype)
    return return_types.linalg_inv_ex(lu_solve(packed, pivots, columns), info)


_SINGULAR: Final = (
    "The diagonal element {} is zero, the inversion could not be completed because the input "
    "matrix is singular."
)


def ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False) -> Tensor:
    """``X`` with ``A @ X == B``, where ``LD`` and ``pivots`` are what ``ldl_factor`` gave.

    Not differentiable.
    """
    packed = require_tensor("linalg.ldl_solve", "LD", LD)
    found: Tensor = LdlSolve()(packed, pivots, require_tensor("linalg.ldl_solve", "B", B, 3))
    return found


_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def lstsq(
    A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None
) -> return_types.linalg_lstsq:
    """The least ``X``, of those for which ``A @ X`` is nearest to ``B``.

    Args:
        A: matrices (rows, columns).
        B: matrices with as many rows, or vectors.
        rcond: singular values up to this times the greatest count as 0; by default the dtype's
            precision times the greater of rows and columns.
        driver: ``"gelsy"`` (the default), ``"gels"``, ``"gelsd"`` or ``"gelss"``. They compute the
            same here, from the pseudo-inverse, and differ in what is returned beside the solution.

    Returns:
        ``solution``; ``residuals``, the squared distances (of gels, gelsd and gelss, where rows are
        more than columns and the rank is full); ``rank`` (not of gels); ``singular_values`` (of
        gelsd and gelss). What is not returned is empty.

    >>> import graphnet as torch
    >>> a = torch.tensor([[1.0], [2.0]])
    >>> torch.linalg.lstsq(a, torch.tensor([[1.0], [3.0]])).solution
    tensor([[1.4000]])
    """
    a = require_tensor("linalg.lstsq", "input", A)
    b = require_tensor("linalg.lstsq", "other", B, 2)
    name = driver or "gelsy"
    if name not in _DRIVERS:
        raise RefusedError(
            "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )
    if a.dim() < 2:
        raise ShapeError(
            "torch.linalg.lstsq: input must have at least 2 dimensions. Its shape is "
            f"{list(a.shape)}"
        )
    if not b.dim():
        raise ShapeError("torch.linalg.lstsq: other must have at least 1 dimension.")
    vectors = b.dim() == 1 or (b.dim() == a.dim() - 1 and b.shape == a.shape[:-1])
    columns: Tensor = Unsqueeze(b.dim())(b) if vectors else b
    if columns.shape[-2] != a.shape[-2]:
        raise ShapeError(
            "torch.linalg.lstsq: input.size(-2) should match other.size(-2): "
            f"{list(a.shape)} and {list(b.shape)}"
        )
    if rcond is None:
        rcond = dtypes.finfo(a.dtype).eps * max(a.shape[-2:])
    x = pinv(a, rtol=rcond) @ columns
    rows, width = a.shape[-2:]
    nothing = full((0,), 0, dtype=a.dtype)
    values = svdvals(a.detach())
    rank = full((0,), 0, dtype=dtypes.int64)
    if name != "gels" and values.shape[-1]:
        rank = sum(values > rcond * amax(values, -1, keepdim=True), -1)
    residuals: Tensor = Slice(0, 0)(Reshape((x.numel(),))(x), 0)
    full_rank = name == "gels" or bool((rank == width).all())
    if rows > width and name != "gelsy" and full_rank:
        distance = a @ x - columns
        residuals = sum(distance * conj(distance), -2)
    shown = values if name in ("gelsd", "gelss") else nothing
    solution = squeeze(x, -1) if vectors else x
    return return_types.linalg_lstsq(solution, residuals, rank, shown)
