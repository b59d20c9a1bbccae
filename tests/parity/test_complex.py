"""Complex numbers: PyTorch's values, dtypes, gradients and refusals."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

X = np.random.default_rng(0).standard_normal((2, 3))
Y = np.random.default_rng(1).standard_normal((2, 3))
Z = X + 1j * Y

CALLS = """
torch.complex(x, y)
torch.complex(x, y[0])
torch.complex(x.float(), y.float())
torch.complex(x, y.float())
torch.complex(i, i)
torch.complex(x * inf, y * -0.0)
torch.polar(x.abs(), y)
torch.polar(x, y.float())
torch.real(z)
torch.real(x)
torch.imag(z)
torch.imag(x)
z.real
z.imag
x.real
x.imag
torch.conj(z)
torch.conj(x)
z.conj()
z.conj_physical()
z.conj_physical_()
torch.resolve_conj(z)
z.resolve_neg()
z.is_conj()
torch.angle(z)
torch.angle(x)
torch.angle(i)
torch.angle(torch.tensor([nan, inf, -inf, -0.0, 0.0, -1.0]))
torch.view_as_real(z)
torch.view_as_real(x)
torch.view_as_complex(x[:, :2].contiguous())
torch.view_as_complex(x)
torch.view_as_complex(i[:, :2])
torch.abs(z)
z.abs()
torch.sgn(z)
torch.sgn(z * 0)
z.H
z.mH
z.T
z + 1
z * 2j
x * 2j
x * z
z / x
z - i
z @ z.mT
z.sum()
z.sum(0)
z.mean()
z.prod()
z.cumsum(0)
z == z.conj()
z != x
torch.exp(z)
torch.log(z)
torch.sqrt(z)
torch.sin(z)
torch.tanh(z)
z ** 2
z ** 0.5
z.reciprocal()
-z
z.cdouble()
z.cfloat()
z.to(torch.complex64)
z.float()
z.bool()
z.long()
x.cfloat()
torch.zeros(2, dtype=torch.complex64)
torch.cat([z, z])
torch.stack([z, x + 0j])
z[0, 1]
z[z.real > 0]
z.reshape(3, 2)
torch.where(x > 0, z, 0)
torch.is_complex(z)
z.is_complex()
z.numpy()
torch.isfinite(z)
torch.isreal(z)
"""

FUNCTIONS = (
    *("z * w", "z / w", "z + w", "z - w", "z @ w.mT", "z @ w.mH", "z * x", "x / z"),
    *("z ** 2", "torch.exp(z)", "torch.log(z)", "torch.sin(z)", "torch.cos(z)", "torch.tanh(z)"),
    *("torch.sqrt(z)", "z.reciprocal()", "z.conj()", "z.conj() * z", "torch.sgn(z)"),
    *("z.sum(0)", "z.mean(1)", "z.cumsum(0)", "z.T", "z[0]", "torch.cat([z, w])", "z * 2j"),
)


MATRICES = """
torch.linalg.norm(z)
torch.linalg.vector_norm(z, 1)
torch.linalg.matrix_norm(z)
z.norm()
z.var()
z.std(0)
torch.dist(z, z * 2)
torch.vdot(z[0], z[1])
torch.dot(z[0], z[1])
torch.linalg.vecdot(z, z * 2)
torch.linalg.det(z)
torch.linalg.slogdet(z)
torch.linalg.inv(z)
torch.linalg.solve(z, z)
torch.linalg.pinv(z)
torch.linalg.pinv(z[:, :2])
torch.linalg.cholesky(h)
torch.linalg.eigvalsh(h)
torch.linalg.svdvals(z)
torch.linalg.matrix_rank(z)
torch.linalg.cond(z)
torch.matrix_exp(z)
torch.linalg.lu(z)
torch.cholesky_solve(z, torch.linalg.cholesky(h))
torch.einsum('ij,jk->ik', z, z)
"""

MATRIX_GRADIENTS = (
    *("torch.linalg.det(z)", "torch.linalg.inv(z)", "torch.linalg.solve(z, z.T)"),
    *("torch.linalg.pinv(z[:, :2])", "torch.matrix_exp(z)", "torch.linalg.lu(z)[1]"),
    *("torch.linalg.cholesky(h)", "torch.cholesky_solve(z, torch.linalg.cholesky(h))"),
    *("torch.linalg.norm(z) + 0j", "z.var() + 0j", "torch.vdot(z[0], z[1])"),
    *("torch.linalg.eigvalsh(h) + 0j", "torch.linalg.eigh(h)[1].abs() + 0j"),
    *("torch.linalg.eigvals(z).prod()", "torch.linalg.slogdet(z)[1] + 0j"),
)

ROOT = np.random.default_rng(2).standard_normal((2, 3, 3))


@pytest.mark.parametrize("code", lines(MATRICES))
def test_matrices(code: str) -> None:
    z = ROOT[0] + 1j * ROOT[1]
    check(code, z=z, h=z @ z.conj().T + np.eye(3))


@pytest.mark.parametrize("code", MATRIX_GRADIENTS)
def test_gradients_of_matrices(code: str) -> None:
    z, h = "torch.complex(x, y)", "z @ z.mH + torch.eye(3)"
    call = f"(lambda z: (lambda h: torch.view_as_real(({code}).resolve_conj()))({h}))({z})"
    check_gradients(call, x=ROOT[0], y=ROOT[1], second="cholesky" not in code and "eig" not in code)


@pytest.mark.parametrize("code", lines(CALLS))
def test_calls(code: str) -> None:
    check(code, x=X, y=Y, z=Z, i=np.array([[1, -2, 3], [0, 5, 6]]))


@pytest.mark.parametrize("code", FUNCTIONS)
def test_gradients(code: str) -> None:
    """Of complex functions by the parts of their operands."""
    z, w = "torch.complex(x, y)", "torch.complex(y, x * 2)"
    call = f"(lambda z, w: torch.view_as_real(({code}).resolve_conj()))({z}, {w})"
    check_gradients(call, x=X, y=Y, second="sgn" not in code)


@pytest.mark.parametrize(
    "code",
    [
        "torch.complex(x, y).abs()",
        "torch.complex(x, y).angle()",
        "torch.complex(x, y).real",
        "torch.complex(x, y).imag",
        "torch.view_as_real(torch.polar(x.abs(), y))",
        "torch.view_as_real(torch.view_as_complex(torch.stack([x, y], -1)) ** 3)",
        "torch.angle(x)",
    ],
)
def test_gradients_of_parts(code: str) -> None:
    check_gradients(code, x=X, y=Y)


@pytest.mark.parametrize(
    "code", ["(z.conj() * z).real.sum()", "z.abs().sum()", "(z * z).imag.sum()", "z.real.sum()"]
)
def test_gradients_by_complex_leaves(code: str) -> None:
    statements = f"x = z.clone().requires_grad_(); z = x; {code}.backward(); x = x.grad"
    check(statements, z=Z)
