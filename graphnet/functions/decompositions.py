"""Decompositions of matrices by the names of ``torch``; ``torch.linalg`` has the newer ones."""

from __future__ import annotations

from typing import Any

from graphnet import linalg
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions import return_types
from graphnet.functions.complex_numbers import conj
from graphnet.functions.factories import full
from graphnet.functions.methods import method
from graphnet.functions.options import require_tensor
from graphnet.functions.ranges import eye
from graphnet.functions.reduction import mean
from graphnet.functions.sampling import randn
from graphnet.linalg.factorisation import matrix_transpose, permutation, reflected, triangles
from graphnet.linalg.products import matrix_exp
from graphnet.ops.convert import Clone
from graphnet.ops.factorise import Svd
from graphnet.ops.lapack import CholeskySolve, Geqrf

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "geqrf",
    "lu",
    "lu_solve",
    "lu_unpack",
    "matrix_exp",
    "orgqr",
    "ormqr",
    "pca_lowrank",
    "pinverse",
    "qr",
    "svd",
    "svd_lowrank",
    "triangular_solve",
]

method(matrix_exp)


@method
def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """The triangle of :func:`graphnet.linalg.cholesky`.

    >>> import graphnet as torch
    >>> torch.cholesky(torch.tensor([[4.0]]))
    tensor([[2.]])
    """
    return linalg.cholesky(require_tensor("cholesky", "input", input), upper=upper)


@method
def cholesky_solve(input: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """``X`` with ``L @ L.mT @ X == input``, or with ``L.mT @ L`` for an upper triangle.

    >>> import graphnet as torch
    >>> torch.cholesky_solve(torch.tensor([[8.0]]), torch.tensor([[2.0]]))
    tensor([[2.]])
    """
    b = require_tensor("cholesky_solve", "B", input)
    solved: Tensor = CholeskySolve(upper)(b, require_tensor("cholesky_solve", "L", L, 2))
    return solved


@method
def cholesky_inverse(input: Tensor, upper: bool = False) -> Tensor:
    """The inverse of ``L @ L.mT``, or of ``L.mT @ L`` for an upper triangle.

    >>> import graphnet as torch
    >>> torch.cholesky_inverse(torch.tensor([[2.0]]))
    tensor([[0.2500]])
    """
    triangle = require_tensor("cholesky_inverse", "L", input)
    if triangle.dim() < 2:
        raise ShapeError(
            "cholesky_inverse: The input tensor A must have at least 2 dimensions: "
            f"{list(triangle.shape)}"
        )
    return cholesky_solve(eye(triangle.shape[-1], dtype=triangle.dtype), triangle, upper)


@method
def qr(input: Tensor, some: bool = True) -> return_types.qr:
    """:func:`graphnet.linalg.qr`; without ``some`` Q is square."""
    return return_types.qr(*linalg.qr(input, "reduced" if some else "complete"))


@method
def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> return_types.svd:
    """``U @ diag(S) @ V.mT`` with descending singular values.

    Args:
        input: matrices.
        some: whether U and V have only the columns that the singular values belong to.
        compute_uv: if not, U and V are square and zero.

    >>> import graphnet as torch
    >>> torch.svd(torch.tensor([[3.0, 0.0], [0.0, -4.0]])).S
    tensor([4., 3.])
    """
    x = require_tensor("svd", "input", input)
    if not compute_uv:
        *batch, rows, columns = x.shape
        nothing = (full((*batch, n, n), 0, dtype=x.dtype) for n in (rows, columns))
        left, right = nothing
        return return_types.svd(left, linalg.svdvals(x), right)
    u, s, vh = Svd(not some)(x)
    return return_types.svd(u, s, conj(matrix_transpose(vh)))


@method
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse, as :func:`graphnet.linalg.pinv` gives it."""
    return linalg.pinv(require_tensor("pinverse", "input", input), rcond)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """:func:`graphnet.linalg.lu_factor`, with what went wrong if that is asked for.

    >>> import graphnet as torch
    >>> torch.lu(torch.tensor([[1.0, 2.0], [2.0, 2.0]]))[1]
    tensor([2, 2], dtype=torch.int32)
    """
    x = require_tensor("lu", "A", A)
    found = linalg.lu_factor_ex(x, pivot=pivot, check_errors=not get_infos)
    return return_types._lu_with_info(*found) if get_infos else tuple(found[:2])


@method("lu")
def _lu(self: Tensor, pivot: bool = True, get_infos: bool = False) -> Any:
    """``torch.lu``."""
    return lu(self, pivot, get_infos)


def lu_unpack(
    LU_data: Tensor,  # PyTorch's names
    LU_pivots: Tensor,
    unpack_data: bool = True,
    unpack_pivots: bool = True,
) -> return_types.lu_unpack:
    """The three matrices that ``lu_factor`` packed; what is not asked for is empty.

    >>> import graphnet as torch
    >>> torch.lu_unpack(*torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [2.0, 2.0]]))).P
    tensor([[0., 1.],
            [1., 0.]])
    """
    packed = require_tensor("lu_unpack", "LU_data", LU_data)
    nothing = full((0,), 0, dtype=packed.dtype)
    lower, upper = triangles(packed) if unpack_data else (nothing, nothing)
    exchange = permutation(LU_pivots, packed) if unpack_pivots else nothing
    return return_types.lu_unpack(exchange, lower, upper)


@method
def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """:func:`graphnet.linalg.lu_solve` with its arguments in another order."""
    return linalg.lu_solve(LU_data, LU_pivots, b)


@method
def geqrf(input: Tensor) -> return_types.geqrf:
    """The reflections whose product is the Q of a QR factorisation, with R above them.

    :func:`orgqr` multiplies them. Not differentiable.

    >>> import graphnet as torch
    >>> torch.geqrf(torch.tensor([[3.0], [4.0]])).a[0, 0]
    tensor(-5.)
    """
    return return_types.geqrf(*Geqrf()(require_tensor("geqrf", "input", input)))


@method
def orgqr(input: Tensor, tau: Tensor) -> Tensor:
    """:func:`graphnet.linalg.householder_product`."""
    return linalg.householder_product(input, tau)


@method
def ormqr(
    input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False
) -> Tensor:
    """The product of reflections, as :func:`geqrf` gives them, times other matrices.

    Args:
        input, tau: the reflections.
        other: matrices.
        left: if not, the product stands on the right.
        transpose: whether the product is transposed.
    """
    x = require_tensor("ormqr", "input", input)
    factors = require_tensor("ormqr", "tau", tau, 2)
    matrix = require_tensor("ormqr", "other", other, 3)
    side = -2 if left else -1
    for name, each in (("input", x), ("other", matrix)):
        if each.dim() < 2:
            raise ShapeError(
                f"torch.ormqr: {name} must have at least 2 dimensions. Its shape is "
                f"{list(each.shape)}"
            )
    if matrix.shape[side] < factors.shape[-1] or matrix.shape[side] != x.shape[-2]:
        raise ShapeError(
            f"torch.ormqr: other.shape[{side}] must be greater than or equal to tau.shape[-1] and "
            f"equal to input.shape[-2]: {list(matrix.shape)}, {list(factors.shape)} and "
            f"{list(x.shape)}"
        )
    if factors.shape[-1] > min(x.shape[-2:]):
        raise ShapeError(
            "torch.ormqr: tau.shape[-1] must be equal to min(other.shape[-2], input.shape[-1]), "
            f"but it is {factors.shape[-1]}"
        )
    if left:
        return reflected(x, factors, matrix, transpose=transpose)
    turned = reflected(x, factors, matrix_transpose(matrix), transpose=not transpose)
    return matrix_transpose(turned)


@method
def triangular_solve(
    b: Tensor,
    A: Tensor,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
) -> return_types.triangular_solve:
    """``X`` with ``A @ X == b`` for a triangle of ``A``, and a copy of ``A``."""
    a = require_tensor("triangular_solve", "A", A, 2)
    matrix = matrix_transpose(a) if transpose else a
    solution = linalg.solve_triangular(
        matrix,
        require_tensor("triangular_solve", "b", b),
        upper=upper != transpose,
        unitriangular=unitriangular,
    )
    return return_types.triangular_solve(solution, Clone()(a))


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """An approximation of rank ``q``: ``U @ diag(S) @ V.mT``.

    Args:
        A: matrices.
        q: how many singular values, a little more than are needed.
        niter: how often the random directions are multiplied by the matrix and its transpose.
        M: subtracted from ``A`` first.

    Source: N. Halko et al., "Finding structure with randomness", 2009, algorithms 4.4 and 5.1.

    >>> import graphnet as torch
    >>> torch.svd_lowrank(torch.ones(4, 3), q=2)[1].shape
    torch.Size([2])
    """
    x = require_tensor("svd_lowrank", "A", A)
    if M is not None:
        x = x - M
    wide = x.shape[-2] < x.shape[-1]
    tall = matrix_transpose(x) if wide else x
    directions = randn(*tall.shape[:-2], tall.shape[-1], q or 6, dtype=x.dtype)
    basis = linalg.qr(tall @ directions).Q
    for _ in range(niter or 0):
        basis = linalg.qr(matrix_transpose(tall) @ basis).Q
        basis = linalg.qr(tall @ basis).Q
    u, s, vh = linalg.svd(matrix_transpose(basis) @ tall, full_matrices=False)
    left, right = basis @ u, matrix_transpose(vh)
    return (right, s, left) if wide else (left, s, right)


def pca_lowrank(
    A: Tensor, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components: :func:`svd_lowrank` of the matrix with the mean row subtracted.

    Raises:
        ValueRangeError: (a ValueError) ``q`` is greater than the sizes of the matrix.
    """
    x = require_tensor("pca_lowrank", "A", A)
    most = min(x.shape[-2:])
    count = min(6, most) if q is None else q
    if not 0 <= count <= most:
        raise ValueRangeError(
            f"q(={count}) must be non-negative integer and not greater than min(m, n)={most}"
        )
    return svd_lowrank(x - mean(x, -2, keepdim=True) if center else x, count, niter)
