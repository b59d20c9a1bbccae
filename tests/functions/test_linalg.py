"""Linear algebra: numpy's values, PyTorch's shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.errors import ArgumentError, DtypeError, OutOfRangeError, ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.contraction import EquationError
from graphnet.functions.statistics import NormError
from graphnet.ops.linalg import LinAlgError

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

RANDOM = np.random.default_rng(0)
A, B = RANDOM.standard_normal((2, 3)), RANDOM.standard_normal((3, 4))
C, D = RANDOM.standard_normal((2, 2, 3)), RANDOM.standard_normal((2, 3, 4))
V, W = RANDOM.standard_normal(3), RANDOM.standard_normal(4)
M = RANDOM.standard_normal((2, 3, 3))
P = M @ M.swapaxes(1, 2) + np.eye(3)

PRODUCTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = {
    "matmul": (torch.matmul, np.matmul, (A, B)),
    "matmul of stacks": (torch.matmul, np.matmul, (C, D)),
    "matmul of a stack and a matrix": (torch.matmul, np.matmul, (C, B)),
    "matmul of a matrix and a stack": (torch.matmul, np.matmul, (A, D)),
    "matmul of a vector": (torch.matmul, np.matmul, (V, B)),
    "matmul by a vector": (torch.matmul, np.matmul, (C, V)),
    "matmul of vectors": (torch.matmul, np.matmul, (V, V)),
    "mm": (torch.mm, np.matmul, (A, B)),
    "bmm": (torch.bmm, np.matmul, (C, D)),
    "mv": (torch.mv, np.matmul, (A, V)),
    "dot": (torch.dot, np.dot, (V, V)),
    "vdot": (torch.vdot, np.vdot, (V, V)),
    "inner": (torch.inner, np.inner, (C, A)),
    "outer": (torch.outer, np.outer, (V, W)),
    "addmm": (torch.addmm, lambda x, a, b: x + a @ b, (W, A, B)),
    "addmv": (torch.addmv, lambda x, a, v: x + a @ v, (V[:2], A, V)),
    "addr": (torch.addr, lambda x, v, w: x + np.outer(v, w), (B, V, W)),
    "baddbmm": (torch.baddbmm, lambda x, a, b: x + a @ b, (W, C, D)),
    "addbmm": (torch.addbmm, lambda x, a, b: x + (a @ b).sum(0), (W, C, D)),
    "tensordot": (torch.tensordot, np.tensordot, (C, D.swapaxes(0, 1), ([0, 2], [1, 0]))),
    "tensordot of two": (torch.tensordot, np.tensordot, (D.swapaxes(0, 1), D.swapaxes(1, 2))),
    "trace": (torch.trace, np.trace, (M[0],)),
    "cross": (lambda x, y: torch.cross(x, y, dim=1), np.cross, (A, A[::-1].copy())),
    "kron": (torch.kron, np.kron, (A, B)),
    "kron of a vector": (torch.kron, np.kron, (V, A)),
    "matrix_power": (torch.matrix_power, np.linalg.matrix_power, (M, 5)),
    "negative matrix_power": (torch.matrix_power, np.linalg.matrix_power, (M, -2)),
    "zeroth matrix_power": (torch.matrix_power, np.linalg.matrix_power, (M, 0)),
    "det": (torch.det, np.linalg.det, (M,)),
    "inverse": (torch.inverse, np.linalg.inv, (M,)),
    "logdet": (torch.logdet, lambda x: np.log(np.linalg.det(x)), (P,)),
    "solve": (torch.linalg.solve, np.linalg.solve, (P, M)),
    "solve for a vector": (torch.linalg.solve, lambda a, b: np.linalg.inv(a) @ b, (M, V)),
    "cholesky": (torch.linalg.cholesky, np.linalg.cholesky, (P,)),
    "svdvals": (torch.linalg.svdvals, lambda x: np.linalg.svd(x)[1], (D,)),
    "eigvalsh": (torch.linalg.eigvalsh, np.linalg.eigvalsh, (P,)),
    "pinv": (torch.linalg.pinv, np.linalg.pinv, (D,)),
    "matrix_rank": (torch.linalg.matrix_rank, np.linalg.matrix_rank, (np.ones((3, 3)),)),
    "cond": (torch.linalg.cond, np.linalg.cond, (P,)),
    "norm": (torch.linalg.norm, np.linalg.norm, (A,)),
    "nuclear norm": (torch.linalg.norm, np.linalg.norm, (A, "nuc")),
    "spectral norm": (torch.linalg.norm, np.linalg.norm, (A, 2)),
    "norm of columns": (torch.linalg.norm, np.linalg.norm, (A, 1)),
    "norm of rows": (torch.linalg.norm, np.linalg.norm, (A, -np.inf)),
    "matrix_norm": (torch.linalg.matrix_norm, lambda x: np.linalg.norm(x, axis=(1, 2)), (C,)),
    "vecdot": (torch.linalg.vecdot, lambda x, y: (x * y).sum(-1), (A, V)),
    "diagonal": (torch.linalg.diagonal, lambda x: np.diagonal(x, 0, 1, 2), (M,)),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_values(name: str) -> None:
    function, expected, arrays = PRODUCTS[name]
    tensors = [torch.tensor(x) if isinstance(x, np.ndarray) else x for x in arrays]
    wanted = expected(*arrays)
    got = function(*tensors)
    assert got.shape == np.shape(wanted)
    np.testing.assert_allclose(got.numpy(), wanted, 1e-9, 1e-11)


def test_factors_multiply_to_the_matrix() -> None:
    for x in (D, D.swapaxes(1, 2), M):
        q, r = torch.linalg.qr(torch.tensor(x))
        np.testing.assert_allclose((q @ r).numpy(), x, 1e-9, 1e-11)
        for full in (True, False):
            u, s, vh = torch.linalg.svd(torch.tensor(x), full_matrices=full)
            k = s.shape[-1]
            np.testing.assert_allclose(
                ((u[..., :k] * s[:, None]) @ vh[:, :k]).numpy(), x, 1e-9, 1e-11
            )
    values, vectors = torch.linalg.eigh(torch.tensor(P))
    np.testing.assert_allclose(((vectors * values[:, None]) @ vectors.mT).numpy(), P, 1e-9)
    upper = torch.linalg.cholesky(torch.tensor(P), upper=True)
    np.testing.assert_allclose((upper.mT @ upper).numpy(), P, 1e-9)
    complete = torch.linalg.qr(torch.tensor(D.swapaxes(1, 2)), mode="complete")
    assert complete.Q.shape == (2, 4, 4)
    assert torch.linalg.qr(torch.tensor(A), mode="r").Q.numel() == 0


def test_triangles_are_solved_alone() -> None:
    p, m = torch.tensor(P), torch.tensor(M)
    for upper in (True, False):
        triangle = p.triu() if upper else p.tril()
        x = torch.linalg.solve_triangular(p, m, upper=upper)
        np.testing.assert_allclose((triangle @ x).numpy(), M, 1e-9, 1e-11)
        x = torch.linalg.solve_triangular(p, m, upper=upper, unitriangular=True)
        ones = triangle - torch.diag_embed(triangle.diagonal(0, 1, 2) - 1)
        np.testing.assert_allclose((ones @ x).numpy(), M, 1e-9, 1e-11)


def test_solutions_from_the_right() -> None:
    x = torch.linalg.solve(torch.tensor(P), torch.tensor(C), left=False)
    np.testing.assert_allclose((x @ torch.tensor(P)).numpy(), C, 1e-9, 1e-11)


def test_signs_and_logarithms_of_determinants() -> None:
    sign, logarithm = torch.slogdet(torch.tensor(M))
    np.testing.assert_allclose((sign * logarithm.exp()).numpy(), np.linalg.det(M), 1e-9)
    assert "logabsdet=" in repr(torch.linalg.slogdet(torch.eye(2)))
    assert torch.logdet(-torch.eye(3)).isnan().item()


def test_scaled_sums_of_products() -> None:
    a, b, w = torch.tensor(A), torch.tensor(B), torch.tensor(W)
    expected = 0.5 * W + 2 * (A @ B)
    np.testing.assert_allclose(torch.addmm(w, a, b, beta=0.5, alpha=2).numpy(), expected)
    # What is multiplied by zero may be NaN.
    unused = torch.addmm(w * float("nan"), a, b, beta=0)
    np.testing.assert_allclose(unused.numpy(), A @ B)
    x = torch.zeros(2, 4, dtype=torch.float64)
    assert x.addmm_(a, b) is x
    np.testing.assert_allclose(x.numpy(), A @ B)


@pytest.mark.parametrize("p", [0, 1, 2, 3, float("inf")])
def test_distances(p: float) -> None:
    x, y = A, B.T[:, :3]
    expected = np.array([[np.linalg.norm(row - other, p) for other in y] for row in x])
    np.testing.assert_allclose(
        torch.cdist(torch.tensor(x), torch.tensor(y.copy()), p).numpy(), expected
    )


@st.composite
def equations(draw: st.DrawFn) -> tuple[str, list[Any]]:
    drawn = draw(st.lists(st.integers(1, 3), min_size=4, max_size=4))
    sizes = dict(zip("ijkl", drawn, strict=True))
    terms = draw(st.lists(st.text("ijkl", max_size=4), min_size=1, max_size=3))
    seen = sorted(set("".join(terms)))
    output = draw(st.permutations(seen))[: draw(st.integers(0, len(seen)))]
    arrays = [RANDOM.standard_normal([sizes[name] for name in term]) for term in terms]
    return f"{','.join(terms)}->{''.join(output)}", arrays


@given(equations())
def test_any_equation(case: tuple[str, list[Any]]) -> None:
    equation, arrays = case
    got = torch.einsum(equation, *map(torch.tensor, arrays))
    np.testing.assert_allclose(got.numpy(), np.einsum(equation, *arrays), 1e-9, 1e-11)


def test_equations_with_dots_and_without_an_arrow() -> None:
    c, d = torch.tensor(C), torch.tensor(D)
    np.testing.assert_allclose(torch.einsum("...ij,...jk->...ik", c, d).numpy(), C @ D)
    np.testing.assert_allclose(torch.einsum("bij,bjk", c, d).numpy(), np.einsum("bij,bjk", C, D))
    np.testing.assert_allclose(torch.einsum("ji", torch.tensor(A)).numpy(), A.T)
    np.testing.assert_allclose(torch.einsum("i...->...", [c]).numpy(), C.sum(0))
    ones = torch.ones(1, 3, dtype=torch.float64)
    np.testing.assert_allclose(torch.einsum("ij,ij->j", c[0], ones).numpy(), C[0].sum(0))


REFUSALS: list[tuple[Callable[..., Any], type[Exception], str]] = [
    (lambda a, v: a @ a, ShapeError, "2x3 and 2x3"),
    (lambda a, v: a @ torch.tensor(2.0), ShapeError, "at least 1D"),
    (lambda a, v: a @ v.double(), DtypeError, "same dtype"),
    (lambda a, v: (a > 0) @ (a.T > 0), NotImplementedError, "Bool"),
    (lambda a, v: torch.mm(a, v), ShapeError, "matrix"),
    (lambda a, v: torch.mm(a, 2), ArgumentError, "must be Tensor"),
    (lambda a, v: torch.bmm(a[None], a[None]), ShapeError, "first two dimensions"),
    (lambda a, v: torch.mv(v, a), ShapeError, "dimensions"),
    (lambda a, v: torch.mv(a, v[:2]), ShapeError, "size mismatch"),
    (lambda a, v: torch.dot(a, v), ShapeError, "1D tensors expected"),
    (lambda a, v: torch.dot(v, v[:2]), ShapeError, "inconsistent tensor size"),
    (lambda a, v: torch.dot(v, v.double()), DtypeError, "same dtype"),
    (lambda a, v: torch.inner(a, v[:2]), ShapeError, "last dimension"),
    (lambda a, v: torch.outer(a, v), ShapeError, "1-D"),
    (lambda a, v: torch.addmm(v[:2], a, a.T @ a), ShapeError, "expand"),
    (lambda a, v: torch.addmm(v.double(), a, a.T @ a), DtypeError, "same dtype"),
    (lambda a, v: torch.tensordot(a, a, 1), RefusedError, "contracted dimensions"),
    (lambda a, v: torch.tensordot(a, a, -1), RefusedError, "dims=-1"),
    (lambda a, v: torch.tensordot(a, a, ([0], [0, 1])), RefusedError, "same length"),
    (lambda a, v: torch.trace(v), ShapeError, "matrix"),
    (lambda a, v: torch.cross(a, a, dim=0), ShapeError, "length 3"),
    (lambda a, v: torch.cross(v[:2], v[:2]), ShapeError, "size 3"),
    (lambda a, v: torch.cross(a, v), ShapeError, "same number of dimensions"),
    (lambda a, v: torch.cdist(a, a[:, :2]), ShapeError, "columns"),
    (lambda a, v: torch.cdist(v, a), ShapeError, "2D"),
    (lambda a, v: torch.cdist(a, a, -1), RefusedError, "non-negative"),
    (lambda a, v: torch.matrix_power(a, 2), ShapeError, "square"),
    (lambda a, v: torch.det(a), ShapeError, "square"),
    (lambda a, v: torch.det(v), ShapeError, "2 dimensions"),
    (lambda a, v: torch.inverse(torch.eye(2).long()), DtypeError, "Long"),
    (lambda a, v: torch.inverse(torch.zeros(2, 2)).tolist(), LinAlgError, "singular"),
    (lambda a, v: torch.linalg.cholesky(-torch.eye(2)).tolist(), LinAlgError, "positive"),
    (lambda a, v: torch.linalg.solve(torch.eye(2), a.T), ShapeError, "Incompatible"),
    (lambda a, v: torch.linalg.qr(a, mode="other"), LinAlgError, "mode"),
    (lambda a, v: torch.linalg.eigh(a.T @ a, UPLO="X"), LinAlgError, "UPLO"),
    (lambda a, v: torch.linalg.matrix_norm(v), NormError, "2 dimensions"),
    (lambda a, v: torch.linalg.matrix_norm(a, 3), NormError, "not supported"),
    (lambda a, v: torch.linalg.matrix_norm(a, dim=(0, 5)), OutOfRangeError, "5"),
    (lambda a, v: torch.linalg.norm(v, "fro"), NormError, "fro"),
    (lambda a, v: torch.einsum("ij,jk->ik", a, a), EquationError, "j has size 2"),
    (lambda a, v: torch.einsum("i", a), EquationError, "does not match"),
    (lambda a, v: torch.einsum("ij,j", a), EquationError, "fewer operands"),
    (lambda a, v: torch.einsum("ij->ii", a), EquationError, "more than once"),
    (lambda a, v: torch.einsum("ij->k", a), EquationError, "does not appear"),
    (lambda a, v: torch.einsum("i?", a), EquationError, "invalid subscript"),
    (lambda a, v: torch.einsum("ij"), ValueError, "at least one operand"),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSALS)
def test_refusals(call: Callable[..., Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call(torch.ones(2, 3), torch.ones(3))


@pytest.mark.parametrize("singular", [False, True])
def test_the_gradient_of_a_determinant_is_its_cofactors(singular: bool) -> None:
    """PyTorch's own answer for singular matrices depends on the processor."""
    rows = np.random.default_rng(0).normal(size=(3, 3))
    if singular:
        rows[2] = rows[0]
    x = torch.tensor(rows, requires_grad=True)
    torch.det(x).backward()
    cofactors = np.empty_like(rows)
    for i, j in np.ndindex(rows.shape):
        minor = np.delete(np.delete(rows, i, 0), j, 1)
        cofactors[i, j] = (-1) ** (i + j) * (minor[0, 0] * minor[1, 1] - minor[0, 1] * minor[1, 0])
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), cofactors, rtol=1e-9, atol=1e-12)
