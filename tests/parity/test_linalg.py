"""Linear algebra: PyTorch's products, factorisations, gradients and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def positive_definite(root: Any) -> Any:
    return root @ root.swapaxes(1, 2) + np.eye(root.shape[-1])


SAMPLES: dict[str, Any] = {
    "v": numbers(3).astype(np.float32),
    "w": numbers(4).astype(np.float32),
    "a": numbers(2, 3).astype(np.float32),
    "b": numbers(3, 4).astype(np.float32),
    "c": numbers(2, 2, 3).astype(np.float32),
    "d": numbers(2, 3, 4).astype(np.float32),
    "i": np.array([[1, 2, 3], [4, 5, 6]]),
    "m": numbers(2, 3, 3, seed=1).astype(np.float32),
    "p": positive_definite(numbers(2, 3, 3)).astype(np.float32),
    "s": np.array(2.0, np.float32),
    "z": np.zeros((0, 3), np.float32),
}

PRODUCTS = """
a @ b
v @ b
a @ v
v @ v
c @ d
a @ d
c @ b
m @ v
v @ d
torch.matmul(c[:, None], d)
i @ i.T
i @ i[0]
z @ b
b.T @ z.T
b[:, :0] @ b[:, :0].T
a @ a
a @ s
s @ a
a @ i
a @ b.double()
(i > 2) @ (i.T > 2)
a.half() @ b.half()
torch.mm(a, b)
torch.mm(a, v)
torch.mm(c, d)
torch.mm(a, a)
torch.mm(a, 2)
torch.bmm(c, d)
torch.bmm(a, b)
torch.bmm(c, c)
torch.mv(a, v)
torch.mv(a, w)
torch.mv(v, a)
torch.dot(v, v)
torch.dot(v, w)
torch.dot(v, a)
torch.dot(v, v.double())
torch.dot(i[0], i[1])
torch.vdot(v, v)
torch.inner(v, v)
torch.inner(a, v)
torch.inner(a, a)
torch.inner(a, s)
torch.inner(a, b)
torch.outer(v, w)
torch.ger(v, w)
torch.outer(a, v)
torch.outer(i[0], v)
torch.addmm(w, a, b)
torch.addmm(w, a, b, beta=0.5, alpha=2)
torch.addmm(w * nan, a, b, beta=0)
torch.addmm(v, a, b)
torch.addmm(i[:, :2], i, i.T)
torch.addmm(w, a, v)
torch.addmv(torch.zeros(2), a, v, beta=2)
torch.addmv(s, a, v)
torch.addr(a, torch.ones(2), v, alpha=3)
torch.addr(s, torch.ones(2), v)
torch.baddbmm(torch.ones(4), c, d)
torch.baddbmm(torch.ones(2, 2, 4), c, d, beta=2, alpha=0.5)
torch.addbmm(torch.ones(2, 4), c, d)
torch.tensordot(c, d, 1)
torch.tensordot(c, d, ([2], [1]))
torch.tensordot(c, d, ([0, 2], [0, 1]))
torch.tensordot(c, d, 0)
torch.tensordot(c, d)
torch.tensordot(c, d, -1)
torch.tensordot(c, d, ([0, 1], [0]))
torch.tensordot(c, c, 3)
torch.trace(m[0])
torch.trace(i)
torch.trace(a)
torch.trace(v)
torch.cross(v, v * 2 + 1, dim=0)
torch.cross(a, a.flip(1), dim=1)
torch.cross(m, m[:, :1], dim=-1)
torch.cross(a, b)
torch.cross(w, w, dim=0)
torch.linalg.cross(a, v)
torch.linalg.cross(a, v[None])
torch.kron(a, b)
torch.kron(v, a)
torch.kron(i, i)
torch.kron(s, a)
torch.cdist(a, a)
torch.cdist(a, b.T[:, :3])
torch.cdist(a, a, p=1)
torch.cdist(a, a + 1, p=inf)
torch.cdist(a, a + 1, p=0)
torch.cdist(a, a + 1, p=3)
torch.cdist(c, d.mT)
torch.cdist(a, b)
torch.cdist(v, a)
torch.cdist(a, a, p=-1)
torch.cdist(z, a)
torch.einsum("ij,jk->ik", a, b)
torch.einsum("ij,jk", a, b)
torch.einsum("ij->ji", a)
torch.einsum("ij", a)
torch.einsum("ji", a)
torch.einsum("ij->", a)
torch.einsum("i,i", v, v)
torch.einsum("i,j->ij", v, w)
torch.einsum("ii", m[0])
torch.einsum("ii->i", m[0])
torch.einsum("bij,bjk->bik", c, d)
torch.einsum("...ij,...jk->...ik", c[:, None], d)
torch.einsum("b...j,j->b...", c, v)
torch.einsum("...->...", c)
torch.einsum("bij->j", c)
torch.einsum("ij,jk,k->i", a, b, w)
torch.einsum("ij,kj->ik", [a, b.T[:, :3]])
torch.einsum("bhqd,bhkd->bhqk", c[:, None], d.mT[:, None])
torch.einsum("ij,ij->ij", a, a[:1])
torch.einsum("ij,ij->", a, i.float())
torch.einsum("i,ij,j", torch.ones(2), a, v)
torch.einsum("ij,jk->ik", a, a)
torch.einsum("ij", v)
torch.einsum("ij,jk", a)
torch.einsum("i,j", v, w, v)
torch.einsum("ij->ii", a)
torch.einsum("ij->k", a)
torch.einsum("i1", a)
torch.einsum("ij-ik", a)
torch.einsum("ij")
"""

MATRICES = """
torch.matrix_power(m, 3)
torch.matrix_power(m, 0)
torch.matrix_power(m, 1)
torch.matrix_power(m.double(), -2)
torch.matrix_power(a, 2)
torch.inverse(m)
torch.inverse(a)
torch.inverse(i @ i.T)
torch.inverse(torch.zeros(2, 2))
torch.det(m)
torch.det(torch.zeros(2, 2))
torch.det(a)
torch.det(v)
torch.logdet(p)
torch.logdet(-torch.eye(3))
tuple(torch.slogdet(m))
torch.linalg.inv(p)
torch.linalg.det(p)
torch.linalg.solve(m, v)
torch.linalg.solve(p, m)
torch.linalg.solve(p[0], v)
torch.linalg.solve(p, m[:, 0])
torch.linalg.solve(m, c, left=False)
torch.linalg.solve(m, c)
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2))
torch.linalg.solve_triangular(p, m, upper=True)
torch.linalg.solve_triangular(p, m, upper=False, unitriangular=True)
torch.linalg.cholesky(p)
torch.linalg.cholesky(p, upper=True)
torch.linalg.cholesky(-p)
torch.linalg.cholesky(a)
torch.linalg.qr(m).R.abs()
torch.linalg.qr(b).Q.abs()
torch.linalg.qr(b.T, mode="complete").Q.shape
torch.linalg.qr(b, mode="r").R.abs()
torch.linalg.qr(b, mode="other")
torch.linalg.qr(v)
torch.linalg.svd(b).S
torch.linalg.svd(b).Vh.shape
torch.linalg.svd(b, full_matrices=False).Vh.shape
torch.linalg.svdvals(m)
torch.linalg.svdvals(v)
torch.linalg.eigh(p).eigenvalues
torch.linalg.eigh(p, UPLO="U")[0]
torch.linalg.eigvalsh(p)
torch.linalg.eigh(a)
torch.linalg.pinv(b)
torch.linalg.pinv(b @ b.T * 0)
torch.linalg.matrix_rank(b)
torch.linalg.matrix_rank(m, atol=torch.tensor([1.0, 2.0]))
torch.linalg.matrix_rank(m, rtol=torch.tensor([0.1, 0.9]))
torch.linalg.matrix_rank(b, 1.0)
torch.linalg.matrix_rank(z)
torch.linalg.pinv(z)
torch.linalg.pinv(m, atol=1.0)
torch.linalg.pinv(m, rtol=torch.tensor([0.1, 0.9]))
torch.linalg.matrix_rank(torch.ones(3, 3))
torch.linalg.cond(p)
torch.linalg.cond(p, 1)
torch.linalg.norm(v)
torch.linalg.norm(v, 1)
torch.linalg.norm(a)
torch.linalg.norm(a, 2)
torch.linalg.norm(a, -2)
torch.linalg.norm(a, 1)
torch.linalg.norm(a, -1)
torch.linalg.norm(a, inf)
torch.linalg.norm(a, -inf, keepdim=True)
torch.linalg.norm(a, "fro")
torch.linalg.norm(a, "nuc", keepdim=True)
torch.linalg.norm(a, 3)
torch.linalg.norm(v, "fro")
torch.linalg.norm(c, dim=(1, 2))
torch.linalg.norm(c, 2, dim=(0, 2))
torch.linalg.norm(c, 1, dim=1)
torch.linalg.norm(c, 1)
torch.linalg.norm(i)
torch.linalg.vector_norm(c)
torch.linalg.vector_norm(c, 3, (0, 1), True)
torch.linalg.vector_norm(c, 0)
torch.linalg.vector_norm(i)
torch.linalg.matrix_norm(c)
torch.linalg.matrix_norm(c, inf, (0, 1))
torch.linalg.matrix_norm(v)
torch.linalg.vecdot(a, v)
torch.linalg.diagonal(m)
torch.linalg.matmul(a, b)
torch.linalg.matrix_power(m, 2)
"""


@pytest.mark.parametrize("code", lines(PRODUCTS, MATRICES))
def test_forms(code: str) -> None:
    check(code, **SAMPLES)


@st.composite
def equations(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An equation of two or three operands, and operands that fit it."""
    drawn = draw(st.lists(st.integers(0, 3), min_size=5, max_size=5))
    sizes = dict(zip("ijklm", drawn, strict=True))
    count = draw(st.integers(1, 3))
    terms = ["".join(draw(st.lists(st.sampled_from("ijklm"), max_size=4))) for _ in range(count)]
    seen = sorted(set("".join(terms)))
    output = "".join(draw(st.permutations(seen))[: draw(st.integers(0, len(seen)))])
    arrays = {}
    for number, term in enumerate(terms):
        shape = [sizes[name] for name in term]
        arrays["xyz"[number]] = numbers(*shape, seed=number)
    operands = ", ".join("xyz"[:count])
    arrow = draw(st.sampled_from(["", f"->{output}"]))
    return f"torch.einsum('{','.join(terms)}{arrow}', {operands})", arrays


@given(equations())
def test_any_equation(case: tuple[str, dict[str, Any]]) -> None:
    code, arrays = case
    check(code, **arrays)
    check_gradients(code, second=False, **arrays)


DIFFERENTIABLE = """
a @ b
v @ b
a @ v
v @ v
c @ d
a @ d
c @ b
torch.mm(a, b)
torch.bmm(c, d)
torch.mv(a, v)
torch.dot(v, v * 2)
torch.inner(a, v)
torch.outer(v, w)
torch.addmm(w, a, b, beta=0.5, alpha=2)
torch.addmv(v[:2], a, v)
torch.addr(a, v[:2], v)
torch.baddbmm(w, c, d, alpha=3)
torch.addbmm(w, c, d)
torch.tensordot(c, d, ([0, 2], [0, 1]))
torch.trace(m[0]) ** 2
torch.cross(v, v.flip(0) ** 2, dim=0)
torch.kron(a, v)
torch.einsum("bij,bjk,k->bi", c, d, w)
torch.einsum("ii->i", m[0]) ** 2
torch.matrix_power(m, 3)
torch.matrix_power(m, -1)
torch.matrix_power(m, 0)
torch.inverse(m)
torch.det(m)
torch.logdet(p @ p)
torch.slogdet(m)[1]
torch.linalg.solve(m, v)
torch.linalg.solve(p, m)
torch.linalg.solve(m, c, left=False)
torch.linalg.solve_triangular(p, m, upper=True)
torch.linalg.cholesky(p + p.mT)
torch.linalg.qr(m).R ** 2
torch.linalg.qr(m).Q ** 2
torch.linalg.qr(b.T).Q ** 2
torch.linalg.qr(b).R ** 2
torch.linalg.qr(b).Q ** 2
torch.linalg.svdvals(b)
torch.linalg.eigvalsh(p + p.mT)
torch.linalg.eigh(p + p.mT)[1] ** 2
torch.linalg.pinv(b)
torch.linalg.pinv(torch.outer(v, w))
torch.linalg.pinv(a.T @ a)
torch.linalg.norm(a, "nuc")
torch.linalg.norm(a, 2)
torch.linalg.norm(a, 1)
torch.linalg.vector_norm(c, 3, (0, 1))
"""


@pytest.mark.parametrize("code", lines(DIFFERENTIABLE))
def test_gradients(code: str) -> None:
    arrays = {name: array.astype(np.float64) for name, array in SAMPLES.items()}
    check_gradients(code, **arrays)


def test_gradients_of_distances() -> None:
    a, b = numbers(2, 3), numbers(4, 3, seed=1)
    for p in (0, 1, 1.5, 2, 3, float("inf")):
        check_gradients("torch.cdist(a, b, p=p)", second=False, a=a, b=b, p=p)
    check_gradients("torch.cdist(a, a.detach())", second=False, a=a)


@pytest.mark.parametrize("full", [False, True])
def test_gradients_of_singular_vectors(full: bool) -> None:
    # Their signs are open, so only what the signs leave as it is can be compared.
    code = f"(lambda f: (f[0] ** 2, f[1], f[2] ** 2))(torch.linalg.svd(x, {full}))"
    check_gradients(code, second=False, x=numbers(3, 3))
    if not full:
        check_gradients(code, second=False, x=numbers(2, 4, 3))
        check_gradients(code, second=False, x=numbers(2, 4))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [0, 1, 7, 8, 12, 1001, 70_001])
def test_norms_of_many_numbers_have_pytorchs_rounding(dtype: str, size: int) -> None:
    """Gradient clipping scales by them: to the bit they must be equal, or trainings part."""
    import torch

    for low in (0.0, -1.0):
        values = np.random.default_rng(size).uniform(low, 1.0, size).astype(dtype)
        ours, theirs = graphnet.from_numpy(values), torch.from_numpy(values)
        assert ours.norm().item() == theirs.norm().item()
        one, other = (
            t.linalg.vector_norm(x, keepdim=True) for t, x in ((graphnet, ours), (torch, theirs))
        )
        assert (tuple(one.shape), one.item()) == (tuple(other.shape), other.item())


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (2, 0, 5), (0, 2, 2)])
@pytest.mark.parametrize("order", ["'fro'", "'nuc'", "2", "-2", "1", "-1", "inf", "-inf"])
def test_norms_of_empty_matrices(shape: tuple[int, ...], order: str) -> None:
    for keepdim in (False, True):
        check(f"torch.linalg.matrix_norm(torch.zeros({shape}), {order}, keepdim={keepdim})")
    check(f"torch.linalg.cond(torch.zeros({shape}), {order})")
