"""Quantiles, covariances, differences, areas, counts: PyTorch's values, gradients, refusals."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

A = np.random.default_rng(0).standard_normal((4, 5))
HOLES = np.where(A > 1, np.nan, A)
ARRAYS = {
    "a": A,
    "h": HOLES,
    "i": np.array([[1, 5, 2], [7, 0, 3]]),
    "m": np.array([True, False, True]),
    "x": np.array([0.0, 1.0, 1.5, 4.0, 5.0]),
    "q": np.array([0.1, 0.5, 1.0]),
    "f": np.array([1, 2, 3, 1, 2]),
    "w": np.array([0.5, 1.0, 0.1, 2.0, 1.0]),
}

CALLS = """
torch.quantile(a, 0.3)
torch.quantile(a, q)
torch.quantile(a, q, 1)
torch.quantile(a, q, 0, True)
torch.quantile(a, 0.5, dim=0, keepdim=True)
torch.quantile(a, q, keepdim=True)
torch.quantile(h, q, 1)
torch.nanquantile(h, q, 1)
torch.nanquantile(h * nan, 0.5)
torch.quantile(a, 0.4, 1, interpolation='lower')
torch.quantile(a, 0.4, 1, interpolation='higher')
torch.quantile(a, 0.4, 1, interpolation='nearest')
torch.quantile(a, 0.4, 1, interpolation='midpoint')
torch.quantile(a, 0.4, 1, interpolation='cubic')
torch.quantile(a, 1.5)
torch.quantile(a, q + 1)
torch.quantile(a, q.float())
torch.quantile(a, q[None])
torch.quantile(i, 0.5)
torch.quantile(a[:0], 0.5)
a[0, 0].quantile(0.5)
torch.cov(a)
torch.cov(a[0])
torch.cov(a[:1])
torch.cov(i)
torch.cov(m)
torch.cov(a, correction=0)
torch.cov(a, fweights=f)
torch.cov(a, aweights=w)
torch.cov(a, fweights=f, aweights=w)
torch.cov(a, fweights=w)
torch.cov(a, aweights=f)
torch.cov(a, aweights=-w)
torch.cov(a, aweights=w[:2])
torch.cov(a[None])
torch.cov(a + 1j * a.flip(0))
torch.corrcoef(a)
torch.corrcoef(a[0])
torch.corrcoef(a[None])
torch.diff(a)
torch.diff(a, 2, 0)
torch.diff(a, 0)
torch.diff(a, 0, prepend=a)
torch.diff(a, 9)
torch.diff(a, -1)
torch.diff(a[0, 0])
torch.diff(m)
torch.diff(i, prepend=i[:, :1], append=i[:, 1:])
torch.gradient(a)
torch.gradient(a, dim=1)
torch.gradient(a, spacing=2.0, dim=(0, 1))
torch.gradient(a, spacing=(2.0, 0.5))
torch.gradient(a, spacing=(x,), dim=1)
torch.gradient(a, spacing=(x,), dim=1, edge_order=2)
torch.gradient(a, edge_order=2)
torch.gradient(a, edge_order=3)
torch.gradient(a[:1])
torch.gradient(a[:2])
torch.gradient(a, spacing=(1.0, 2.0, 3.0))
torch.gradient(i)
torch.trapezoid(a)
torch.trapezoid(a, x)
torch.trapezoid(a, dx=0.5, dim=0)
torch.trapezoid(a, a.cumsum(1))
torch.trapezoid(a, x[:2])
torch.trapezoid(i)
torch.trapz(a, x)
torch.cumulative_trapezoid(a)
torch.cumulative_trapezoid(a, x)
torch.cumulative_trapezoid(a, dim=0, dx=2)
torch.isin(i, f)
torch.isin(i, f, invert=True)
torch.isin(i, 5)
torch.isin(5, i)
torch.isin(a, a[:2])
torch.isin(i, f[:0])
torch.isin(h, h)
torch.isin(i, x)
torch.isin(m, m[1:2])
torch.renorm(a, 2, 0, 1.0)
torch.renorm(a, 1, 1, 0.5)
torch.renorm(a[None], 2, -1, 1.0)
torch.renorm(a[0], 2, 0, 1.0)
torch.renorm(a, 0, 0, 1.0)
torch.renorm(a, 2, 0, -1.0)
a.renorm_(2, 0, 1.0)
torch.frexp(a)
torch.frexp(a * 0)
torch.frexp(i)
torch.histogramdd(a[:, :2], [2, 3])
torch.histogramdd(a[:, :2], 2, range=(-1.0, 1.0, -0.5, 0.5), density=True)
torch.histogramdd(a[:, :2], [2, 2], weight=w[:4])
torch.histogramdd(a[:, :2], [x - 2, x - 1])
torch.histogramdd(a[0], [2])
torch.histogramdd(a, [2, 3])
"""

GRADIENTS = """
torch.quantile(a, 0.3)
torch.quantile(a, 0.3, 1)
torch.nanquantile(h, 0.3, 1)
torch.cov(a)
torch.cov(a, aweights=torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], dtype=torch.float64))
torch.corrcoef(a)
torch.diff(a, 2)
torch.gradient(a, spacing=0.5)
torch.gradient(a, dim=1, edge_order=2)
torch.trapezoid(a, x)
torch.cumulative_trapezoid(a, x)
torch.renorm(a, 2, 0, 1.0)
torch.frexp(a).mantissa
"""


@pytest.mark.parametrize("code", lines(CALLS))
def test_calls(code: str) -> None:
    check(code, **ARRAYS)


@pytest.mark.parametrize("code", lines(GRADIENTS))
def test_gradients(code: str) -> None:
    check_gradients(code, a=A, h=HOLES, x=ARRAYS["x"], second="renorm" not in code)
