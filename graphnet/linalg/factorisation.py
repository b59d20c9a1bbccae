"""Factorisations of matrices."""

from __future__ import annotations

from typing import Literal

from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions import return_types
from graphnet.functions.options import require_tensor
from graphnet.functions.ranges import eye
from graphnet.ops.eigen import Eig
from graphnet.ops.factorise import Cholesky, Eigh, Qr, Svd
from graphnet.ops.index import MaskedFill
from graphnet.ops.lapack import CholeskyEx, LdlFactor, LuFactor, Permutation
from graphnet.ops.linalg import LinAlgError, Slogdet
from graphnet.ops.matmul import transposed
from graphnet.ops.parts import Select, Slice
from graphnet.ops.rearrange import Tril, Triu
from graphnet.ops.shape import Reshape


def matrix_transpose(x: Tensor) -> Tensor:
    """The last two dimensions exchanged, without conjugation."""
    flipped: Tensor = transposed(x)  # type: ignore[arg-type, assignment]  # values and tensors alike
    return flipped


def check_info(function: str, info: Tensor, problem: str) -> None:
    """Look whether a factorisation failed.

    Raises:
        LinAlgError: (a RuntimeError) for some matrix it did.
    """
    failed = int(info.max()) if info.numel() else 0
    if failed:
        raise LinAlgError(f"{function}: {problem.format(failed)}")


def qr(A: Tensor, mode: str = "reduced") -> return_types.linalg_qr:
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
    return return_types.linalg_qr(q, r)


def svd(
    A: Tensor, full_matrices: bool = True, *, driver: str | None = None
) -> return_types.linalg_svd:
    """``U @ diag(S) @ Vh``, with orthonormal ``U`` and ``Vh`` and descending singular values.

    >>> import graphnet as torch
    >>> torch.linalg.svd(torch.tensor([[3.0, 0.0], [0.0, -4.0]])).S
    tensor([4., 3.])
    """
    return return_types.linalg_svd(*Svd(bool(full_matrices))(require_tensor("linalg.svd", "A", A)))


def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """The singular values, descending."""
    values: Tensor = Svd()(require_tensor("linalg.svdvals", "A", A))[1]
    return values


def eigh(A: Tensor, UPLO: Literal["L", "U"] = "L") -> return_types.linalg_eigh:
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
    return return_types.linalg_eigh(*found)


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
    return matrix_transpose(lower) if upper else lower


def cholesky_ex(
    A: Tensor, *, upper: bool = False, check_errors: bool = False
) -> return_types.linalg_cholesky_ex:
    """:func:`cholesky` and, instead of an error, which leading block is not positive definite.

    ``info`` is 0 where none is. With ``check_errors`` the error is raised nevertheless.

    >>> import graphnet as torch
    >>> torch.linalg.cholesky_ex(torch.tensor([[-1.0]])).info
    tensor(1, dtype=torch.int32)
    """
    lower, info = CholeskyEx()(require_tensor("linalg.cholesky_ex", "A", A))
    if check_errors:
        check_info(
            "linalg.cholesky_ex",
            info,
            "The factorization could not be completed because the input is not positive-definite "
            "(the leading minor of order {} is not positive-definite).",
        )
    return return_types.linalg_cholesky_ex(matrix_transpose(lower) if upper else lower, info)


def eig(A: Tensor) -> return_types.linalg_eig:
    """Eigenvalues, in no order, and eigenvectors of square matrices; both are complex.

    Vectors have the length 1; their phase is arbitrary, and a gradient by it is not defined.

    >>> import graphnet as torch
    >>> torch.linalg.eig(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    return return_types.linalg_eig(*Eig()(require_tensor("linalg.eig", "A", A)))


def eigvals(A: Tensor) -> Tensor:
    """The eigenvalues, in no order, of square matrices."""
    return eig(A).eigenvalues


def slogdet(A: Tensor) -> return_types.linalg_slogdet:
    """The sign of the determinant and the logarithm of its magnitude.

    >>> import graphnet as torch
    >>> torch.linalg.slogdet(torch.tensor([[-1.0]])).sign
    tensor(-1.)
    """
    return return_types.linalg_slogdet(*Slogdet()(require_tensor("linalg.slogdet", "A", A)))


# ---------------------------------------------------------------------- lower times upper


def lu_factor_ex(
    A: Tensor, *, pivot: bool = True, check_errors: bool = False
) -> return_types.linalg_lu_factor_ex:
    """:func:`lu_factor` and, instead of an error, the first zero of the diagonal, from 1 on."""
    x = require_tensor("linalg.lu_factor_ex", "A", A)
    if not pivot:
        raise LinAlgError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    found = return_types.linalg_lu_factor_ex(*LuFactor()(x))
    if check_errors:
        check_info(
            "torch.linalg.lu_factor",
            found.info,
            "U[{0},{0}] is zero and using it on lu_solve would result in a division by zero. If "
            "you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            "linalg.lu_factor_ex(A, pivot)",
        )
    return found


def lu_factor(A: Tensor, *, pivot: bool = True) -> return_types.linalg_lu_factor:
    """Lower and upper triangle of matrices with their rows exchanged, packed in one matrix.

    Returns:
        ``LU``, whose upper triangle with the diagonal is one factor and whose rest, with ones on
        the diagonal, the other; ``pivots``, which row each was exchanged with, from 1 on.

    Raises:
        LinAlgError: (a RuntimeError) the upper triangle has a zero on the diagonal.

    >>> import graphnet as torch
    >>> torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [2.0, 2.0]])).LU
    tensor([[2.0000, 2.0000],
            [0.5000, 1.0000]])
    """
    packed, pivots, _ = lu_factor_ex(A, pivot=pivot, check_errors=True)
    return return_types.linalg_lu_factor(packed, pivots)


def triangles(packed: Tensor) -> tuple[Tensor, Tensor]:
    """The two factors that :func:`lu_factor` packed."""
    *_, rows, columns = packed.shape
    k, first, last = min(rows, columns), packed.dim() - 2, packed.dim() - 1
    left: Tensor = Slice(last, k)(packed, 0)
    above: Tensor = Slice(first, k)(packed, 0)
    return Tril(-1)(left) + eye(rows, k, dtype=packed.dtype), Triu(0)(above)


def permutation(pivots: Tensor, packed: Tensor) -> Tensor:
    """The matrix that undoes the exchanges of rows."""
    matrix: Tensor = Permutation(packed.shape[-2], packed.dtype)(pivots)
    return matrix


def lu(A: Tensor, *, pivot: bool = True) -> return_types.linalg_lu:
    """``P @ L @ U``: a permutation, a lower triangle with ones on its diagonal, an upper one.

    >>> import graphnet as torch
    >>> torch.linalg.lu(torch.tensor([[1.0, 2.0], [2.0, 2.0]])).U
    tensor([[2., 2.],
            [0., 1.]])
    """
    packed, pivots, _ = lu_factor_ex(A, pivot=pivot)
    return return_types.linalg_lu(permutation(pivots, packed), *triangles(packed))


# ---------------------------------------------------------------------- others


def householder_product(A: Tensor, tau: Tensor) -> Tensor:
    """The first columns of the product of reflections, as ``torch.geqrf`` gives them.

    Column ``k`` of ``A`` holds, below its diagonal, the vector of a reflection (1 on the diagonal);
    ``tau`` its factor.

    Raises:
        ShapeError: (a RuntimeError) more columns than rows, or more factors than columns.

    >>> import graphnet as torch
    >>> a = torch.tensor([[3.0], [4.0]])
    >>> torch.linalg.householder_product(*torch.geqrf(a))
    tensor([[-0.6000],
            [-0.8000]])
    """
    x = require_tensor("linalg.householder_product", "A", A)
    factors = require_tensor("linalg.householder_product", "tau", tau, 2)
    if x.dim() < 2 or x.shape[-2] < x.shape[-1] or factors.shape[-1] > x.shape[-1]:
        raise ShapeError(
            "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to "
            f"input.shape[-1], and that to tau.shape[-1]: {list(x.shape)} and "
            f"{list(factors.shape)}"
        )
    # Filled with zeros, not new: its gradient is zero rather than none.
    columns = MaskedFill()(x, True, 0) + eye(x.shape[-2], x.shape[-1], dtype=x.dtype)
    return reflected(x, factors, columns, transpose=False)


def reflected(x: Tensor, tau: Tensor, other: Tensor, *, transpose: bool) -> Tensor:
    """The product of the reflections, or its transpose, times ``other``."""
    last = x.dim() - 1
    count = tau.shape[-1]
    vectors = Tril(-1)(x) + eye(x.shape[-2], x.shape[-1], dtype=x.dtype)
    for k in range(count) if transpose else reversed(range(count)):
        vector: Tensor = Slice(last, 1)(vectors, k)
        factor: Tensor = Reshape((*tau.shape[:-1], 1, 1))(Select(tau.dim() - 1)(tau, k))
        other = other - factor * vector @ (matrix_transpose(vector) @ other)
    return other


def ldl_factor_ex(
    A: Tensor, *, hermitian: bool = False, check_errors: bool = False
) -> return_types.linalg_ldl_factor_ex:
    """:func:`ldl_factor` and, instead of an error, the first zero of the diagonal, from 1 on."""
    x = require_tensor("linalg.ldl_factor_ex", "A", A)
    found = return_types.linalg_ldl_factor_ex(*LdlFactor()(x))
    if check_errors:
        check_info("torch.linalg.ldl_factor_ex", found.info, "D[{0},{0}] is zero")
    return found


def ldl_factor(A: Tensor, *, hermitian: bool = False) -> return_types.linalg_ldl_factor:
    """``L @ D @ L.mT`` of symmetric matrices packed in one, which are to be given to ``ldl_solve``.

    The lower triangle is read. Not differentiable.

    Raises:
        LinAlgError: (a RuntimeError) a matrix is singular.
    """
    packed, pivots, _ = ldl_factor_ex(A, hermitian=hermitian, check_errors=True)
    return return_types.linalg_ldl_factor(packed, pivots)
