"""Decompositions of matrices and what is solved with them: PyTorch's values and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


SQUARE = numbers(2, 3, 3)
TALL, WIDE = numbers(4, 3, seed=1), numbers(2, 3, 4, seed=2)
POSITIVE = SQUARE @ SQUARE.swapaxes(1, 2) + np.eye(3)
LOWER = np.tril(SQUARE) + 3 * np.eye(3)
ARRAYS: dict[str, Any] = {
    "a": SQUARE,
    "t": TALL,
    "w": WIDE,
    "p": POSITIVE,
    "l": LOWER,
    "b": numbers(3, 2, seed=3),
    "v": numbers(4, seed=4),
    "z": np.zeros((2, 2)),
    "c": SQUARE + 1j * SQUARE[::-1],
    "e": np.zeros((0, 3, 3)),
}

CALLS = """
torch.linalg.lu(a)
torch.linalg.lu(t)
torch.linalg.lu(w)
torch.linalg.lu(c)
torch.linalg.lu(e)
torch.linalg.lu(a, pivot=False)
torch.linalg.lu(v)
torch.linalg.lu_factor(a)
torch.linalg.lu_factor(z)
torch.linalg.lu_factor_ex(z)
torch.linalg.lu_factor_ex(z, check_errors=True)
torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b)
torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b, adjoint=True)
torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b.T, left=False)
torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b.T, left=False, adjoint=True)
torch.linalg.lu_solve(*torch.linalg.lu_factor(c), b + 0j, adjoint=True)
torch.linalg.lu_solve(*torch.linalg.lu_factor(t), b)
torch.lu(a)
a.lu()
torch.lu(a, get_infos=True)
torch.lu_unpack(*torch.linalg.lu_factor(t))
torch.lu_unpack(*torch.linalg.lu_factor(w), unpack_data=False)
torch.lu_unpack(*torch.linalg.lu_factor(w), unpack_pivots=False)
torch.lu_solve(b, *torch.linalg.lu_factor(a[0]))
torch.linalg.cholesky_ex(p)
torch.linalg.cholesky_ex(p, upper=True)
torch.linalg.cholesky_ex(-p).info
torch.linalg.cholesky_ex(-p, check_errors=True)
torch.cholesky(p)
torch.cholesky(p, True)
p.cholesky()
torch.cholesky(-p)
torch.cholesky_solve(b, l)
torch.cholesky_solve(b, l.mT, True)
torch.cholesky_solve(b, l[0])
torch.cholesky_solve(b, v)
torch.cholesky_inverse(l)
torch.cholesky_inverse(l.mT, upper=True)
torch.cholesky_inverse(v)
torch.linalg.solve_triangular(l, b, upper=False)
torch.linalg.solve_triangular(a, b, upper=True)
torch.linalg.solve_triangular(a, b, upper=False, unitriangular=True)
torch.linalg.solve_triangular(a, b.T, upper=True, left=False)
torch.linalg.solve_triangular(z, z + 1, upper=True)
torch.linalg.solve_triangular(t, b, upper=True)
torch.triangular_solve(b, a)
torch.triangular_solve(b, a, upper=False, transpose=True)
torch.triangular_solve(b, a, unitriangular=True).solution
torch.linalg.solve_ex(a, b)
torch.linalg.solve_ex(a, b[:, 0])
torch.linalg.solve_ex(z, z).info
torch.linalg.solve_ex(z, z, check_errors=True)
torch.linalg.inv_ex(a)
torch.linalg.inv_ex(z).info
torch.linalg.inv_ex(z, check_errors=True)
torch.linalg.ldl_factor(p)
torch.linalg.ldl_factor_ex(a + a.mT)
torch.linalg.ldl_solve(*torch.linalg.ldl_factor(p), b)
torch.linalg.ldl_factor(t)
torch.geqrf(t)
torch.geqrf(w)
torch.orgqr(*torch.geqrf(t))
torch.linalg.householder_product(*torch.geqrf(t))
torch.linalg.householder_product(t.T, v)
torch.ormqr(*torch.geqrf(t), t)
torch.ormqr(*torch.geqrf(t), t, transpose=True)
torch.ormqr(*torch.geqrf(t), t.T, left=False)
torch.ormqr(*torch.geqrf(t), b)
torch.qr(t)
torch.qr(t, some=False)[1]
torch.svd(t).S
torch.svd(t, compute_uv=False)
torch.svd(w).S
t.svd().S
torch.pinverse(t)
t.pinverse()
torch.matrix_exp(a)
torch.linalg.matrix_exp(a[0])
torch.linalg.matrix_exp(e)
torch.linalg.matrix_exp(t)
a.matrix_exp()
torch.linalg.lstsq(t, v)
torch.linalg.lstsq(t, v[:, None], driver="gels")
torch.linalg.lstsq(t, v[:, None], driver="gelsd")
torch.linalg.lstsq(t * 0, v[:, None], driver="gelsd")
torch.linalg.lstsq(w, b[:2])
torch.linalg.lstsq(w[0], b)
torch.linalg.lstsq(t, v, driver="best")
torch.linalg.multi_dot([t, b, b.T, t.T, v])
torch.linalg.multi_dot([v, t, b])
torch.linalg.multi_dot([t, b])
torch.linalg.multi_dot([t])
torch.linalg.multi_dot([t, t])
torch.linalg.multi_dot([t, v, t])
torch.linalg.vander(v)
torch.linalg.vander(t, N=2)
torch.linalg.vander(v[0], N=3)
torch.linalg.vander(v, N=1)
torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 6) * 2)
torch.linalg.tensorinv(torch.eye(6).reshape(6, 2, 3) * 2, ind=1)
torch.linalg.tensorinv(t)
torch.linalg.tensorinv(t, ind=0)
torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), torch.ones(2, 3))
torch.linalg.tensorsolve(torch.eye(6).reshape(2, 6, 3), torch.ones(2, 3), dims=(1,))
torch.linalg.tensorsolve(t, b)
torch.svd_lowrank(t, 2)[1].shape
torch.svd_lowrank(w, 2)[2].shape
torch.pca_lowrank(t)[0].shape
torch.pca_lowrank(t, 5)
"""

GRADIENTS = """
torch.linalg.lu(a)[1:]
torch.linalg.lu(t)[1:]
torch.linalg.lu(w)[1:]
torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b)
torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b.T, left=False)
torch.linalg.cholesky_ex(a @ a.mT + torch.eye(3)).L
torch.cholesky_solve(b, l)
torch.cholesky_solve(b, l.mT, True)
torch.cholesky_inverse(l)
torch.linalg.solve_triangular(l, b, upper=False)
torch.linalg.solve_triangular(a, b.T, upper=True, left=False, unitriangular=True)
torch.linalg.solve_ex(a, b).result
torch.linalg.inv_ex(a).inverse
torch.linalg.householder_product(t, v[:3])
torch.ormqr(t, v[:3], t)
torch.matrix_exp(a)
torch.linalg.lstsq(t, v[:, None]).solution
torch.linalg.multi_dot([t, b, b.T])
torch.linalg.vander(v)
torch.linalg.eig(a).eigenvectors.abs()
torch.view_as_real(torch.linalg.eigvals(a).sum(-1) * torch.linalg.eigvals(a).prod(-1))
"""


@pytest.mark.parametrize("code", lines(CALLS))
def test_calls(code: str) -> None:
    check(code, **ARRAYS)
    if "ldl" not in code and "(-p" not in code:
        single = {k: x.astype(np.float32) for k, x in ARRAYS.items() if x.dtype == np.float64}
        check(f"[str(each.dtype) for each in {code}]", **ARRAYS | single)


@pytest.mark.parametrize("code", lines(GRADIENTS))
def test_gradients(code: str) -> None:
    check_gradients(code, **ARRAYS, second="householder" not in code and "ormqr" not in code)


@pytest.mark.parametrize("name", ["a", "t @ t.T", "c", "e"])
def test_eigenvalues_and_vectors(name: str) -> None:
    """In whatever order and phase: eigenvalues sorted, and the equation they solve."""
    vectors = "(lambda f: torch.view_as_real((m + 0j) @ f[1] - f[1] * f[0][..., None, :]))"
    code = f"(lambda m: {vectors}(torch.linalg.eig(m)))({name})"
    check(f"{code}.abs().sum() < 1e-10", **ARRAYS)
    check(f"torch.linalg.eigvals({name}).abs().sort().values", **ARRAYS)
