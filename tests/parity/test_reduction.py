"""Reductions: PyTorch's values, dtypes, shapes, gradients and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

DTYPES = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64")

SAMPLES: dict[str, Any] = {
    "x": np.array([[1.0, -2.0, 3.5, 3.5], [0.0, 4.0, -1.0, 0.5]], np.float32),
    "c": np.arange(24, dtype=np.float64).reshape(2, 3, 4) / 7 - 1.3,
    "w": np.array([[np.nan, 1.0, -np.inf], [np.inf, 2.0, 0.0]], np.float32),
    "i": np.array([[3, 0, 2], [5, -1, 2]]),
    "b": np.array([[True, False], [True, True]]),
    "u": np.array([[1, 0], [2, 3]], np.uint8),
    "s": np.array(3.0, np.float32),
    "z": np.zeros((0, 3), np.float32),
}

OVER = ("", "0", "-1", "(0, 1)", "(-1,)", "dim=1, keepdim=True", "dim=None, keepdim=True", "axis=0")
ONE = ("0", "-1", "1, True", "dim=0, keepdim=True", "axis=1", "5", "'a'")
REDUCTIONS = (
    *("sum", "nansum", "mean", "nanmean", "amax", "amin", "std", "var", "norm", "all", "any"),
    *("logsumexp", "count_nonzero"),
)
ALONG = ("prod", "max", "min", "argmax", "argmin", "cumsum", "cumprod", "logcumsumexp")


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("over", OVER)
def test_reductions(name: str, over: str) -> None:
    if name == "count_nonzero" and "keepdim" in over:
        return
    if name == "logsumexp" and over in ("", "dim=None, keepdim=True"):
        return  # a dimension is required
    call = (
        f"norm(dim={over})" if name == "norm" and over[:1] in "0-(" and over else f"{name}({over})"
    )
    for sample in ("x", "c", "w", "i", "s"):
        check(f"{sample}.{call}", **SAMPLES)
    # Dimensions of a tensor without elements.
    check(f"z.{call}", **SAMPLES)


@pytest.mark.parametrize("name", ALONG)
@pytest.mark.parametrize("over", ONE)
def test_reductions_along_one_dimension(name: str, over: str) -> None:
    if "True" in over and name.startswith(("cum", "logcum")):
        return
    for sample in ("x", "c", "w", "i", "s"):
        check(f"{sample}.{name}({over})", **SAMPLES)


@pytest.mark.parametrize("name", [*REDUCTIONS, *ALONG])
def test_dtypes(name: str) -> None:
    for dtype in DTYPES:
        x = np.array([[0, 1, 2], [3, 1, 1]]).astype(dtype)
        over = "" if name in REDUCTIONS[:11] or name in ("prod", "max", "argmax") else "0"
        check(f"torch.{name}(x{over and ', '}{over})", x=x)
        check(f"torch.{name}(x, 1)" if name != "norm" else "torch.norm(x, dim=1)", x=x)


FORMS = """
torch.sum(x)
torch.sum(x, (0, 0))
torch.sum(x, 7)
torch.sum(x, "a")
torch.sum(x, ())
torch.sum(x, [])
torch.sum(i, dtype=torch.float32)
torch.sum(x, dtype=torch.int32)
torch.sum(i, 0, dtype=torch.int32)
torch.sum(x, 1, True, dtype=torch.float64)
torch.sum(b)
torch.sum([1, 2])
torch.mean(i)
torch.mean(i, dtype=torch.float32)
torch.mean(x, ())
torch.mean(z)
torch.mean(z, 0)
torch.prod(z)
torch.prod(x, dtype=torch.float64)
torch.prod(i, 1, dtype=torch.int32)
torch.prod(x, (0, 1))
torch.max(x, i.float().sum() * 0 + x)
torch.max(x, 0, out=None) if False else torch.max(x, 0)
torch.max(x, dim=1)[0]
torch.max(x, dim=1).indices
x.max(1, keepdim=True).values
torch.min(x, dim=0)
torch.max(x, other=x * 2)
torch.max(z)
torch.max(z, 0)
torch.max(z, 1)
torch.max(2, x)
torch.amax(z)
torch.amax(z, 0)
torch.amax(x, ())
torch.argmax(x)
torch.argmax(x, keepdim=True)
torch.argmax(z)
torch.argmax(z, 1)
torch.argmax(z, 0)
torch.argmax(b)
torch.argmin(w)
tuple(torch.aminmax(x))
tuple(torch.aminmax(x, dim=1, keepdim=True))
torch.aminmax(z)
torch.all(x, ())
torch.any(b, ())
torch.all(u)
torch.any(u, 0)
torch.all(z)
torch.any(z, 1)
x.all(dim=0, keepdim=True)
torch.std(x, unbiased=False)
torch.std(x, 0, False)
torch.std(x, 1, True, True)
torch.var(x, correction=0)
torch.var(x, 0, correction=1.5)
torch.var(x, dim=(0, 1), correction=2, keepdim=True)
torch.var(x, False)
x.var(1, unbiased=False)
torch.var(i)
torch.var(s)
torch.std(z)
torch.var(z, 1)
torch.std_mean(x)
torch.var_mean(x, 0, correction=0, keepdim=True)
torch.norm(x)
torch.norm(x, 1)
torch.norm(x, inf)
torch.norm(x, -inf, 0)
torch.norm(x, 0)
torch.norm(x, 2.5, 1, True)
torch.norm(x, "fro", (0, 1))
torch.norm(x, "nuc")
torch.norm(c, "nuc", (1, 2), True)
torch.norm(x, "nuc", 0)
torch.norm(x, "other")
torch.norm(i)
torch.norm(x, dtype=torch.float64)
torch.norm(z)
torch.norm(z, inf)
torch.norm(z, inf, 0)
torch.dist(x, x * 2)
torch.dist(x, 1 - x, 1)
torch.dist(x, x[0], inf)
torch.logsumexp(x, (0, 1))
torch.logsumexp(x * 1000, 1)
torch.logsumexp(w[:, :1], 0)
torch.logsumexp(torch.full((2,), -inf), 0)
torch.logsumexp(i, 0)
torch.logsumexp(x)
torch.cumsum(x, 1)
torch.cumsum(i, 0, dtype=torch.float32)
torch.cumsum(b, 0)
torch.cumsum(x, 3)
torch.cumsum(x)
torch.cumprod(x, 1)
x.cumsum_(0)
x.cumprod_(1)
torch.hash_tensor(x)
torch.hash_tensor(x, 1)
torch.hash_tensor(x, (0, 1), keepdim=True)
torch.hash_tensor(x.half().t(), 0)
torch.hash_tensor(x.int())
torch.hash_tensor(x > 0, 1)
torch.hash_tensor(x[:0])
torch.hash_tensor(x[:0], 0)
torch.hash_tensor(x, mode=1)
torch.hash_tensor(x + 0j)
torch.count_nonzero(x)
torch.count_nonzero(x, (0, 1))
torch.nansum(w)
torch.nansum(i)
torch.nanmean(w[:, :2])
torch.nanmean(i)
"""


@pytest.mark.parametrize("code", lines(FORMS))
def test_forms(code: str) -> None:
    check(code, **SAMPLES)


@st.composite
def reductions(draw: st.DrawFn) -> tuple[Any, str]:
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=4)))
    dims = draw(st.lists(st.sampled_from(range(max(len(shape), 1))), unique=True, max_size=3))
    signed = tuple(d - max(len(shape), 1) if draw(st.booleans()) else d for d in dims)
    name = draw(st.sampled_from(["sum", "mean", "amax", "amin", "var", "std", "all", "any"]))
    dtype = draw(st.sampled_from(["float32", "float64", "int64", "bool"]))
    values = np.random.default_rng(draw(st.integers(0, 99))).standard_normal(shape) * 3
    return values.astype(dtype), f"x.{name}(dim={signed}, keepdim={draw(st.booleans())})"


@given(reductions())
@settings(max_examples=150)
def test_random_dimensions(case: tuple[Any, str]) -> None:
    x, code = case
    check(code, x=x)
    check(code.replace("x.", "x.transpose(0, -1)."), x=x)


DIFFERENTIABLE = """
torch.sum(x, 1) ** 2
torch.sum(x, (0, 1), True) ** 2
torch.nansum(x, 0) ** 2
torch.mean(x, 1) ** 2
torch.mean(x) ** 2
torch.prod(x)
torch.prod(x, 1)
torch.prod(x, 0, True)
torch.prod(o, 0)
torch.prod(o[:1], 1)
torch.prod(o)
torch.cumprod(x, 1)
torch.cumprod(o, 0)
torch.cumprod(o, 1)
torch.cumsum(x, 0) ** 2
torch.logcumsumexp(x, 1)
torch.amax(x, 1) ** 2
torch.amin(o, 0) ** 2
torch.max(x, 1).values ** 2
torch.min(x, 0, True)[0] ** 2
torch.max(o) ** 2
torch.max(x, x.flip(1)) ** 2
torch.aminmax(x, dim=1)
torch.std(x, 1)
torch.std(x)
torch.var(x, 0, correction=0)
torch.var(x, (0, 1), keepdim=True)
torch.var_mean(x, 1)
torch.std_mean(x, 0)
torch.logsumexp(x, 1)
torch.logsumexp(x, (0, 1), True)
torch.norm(x)
torch.norm(x, 1, 0)
torch.norm(x, 3, 1)
torch.norm(x, 1.5, 1, True)
torch.norm(x, inf, 1) ** 2
torch.norm(x, -inf, 0) ** 2
torch.norm(o, 2, 0)
torch.norm(o, 0.5, 1)
torch.norm(x, "nuc")
torch.dist(x, o)
torch.dist(x, o, 3)
torch.sum(x)[None] * x.mean(0)
"""


@pytest.mark.parametrize("code", lines(DIFFERENTIABLE))
def test_gradients(code: str) -> None:
    check_gradients(
        code,
        x=np.array([[1.1, -2.0, 3.5, 0.7], [0.4, 4.0, -1.0, 0.5], [2.0, 1.5, -0.3, 0.1]]),
        o=np.array([[0.0, 2.0, 0.0, 1.0], [0.0, 1.5, 3.0, 1.0], [0.0, 2.0, -1.0, 1.0]]),
    )


@pytest.mark.parametrize(
    "code", ["x.sum(0)", "x.mean(1)", "x.prod(0)", "x.cumsum(0)", "x.cumprod(1)", "x.logsumexp(0)"]
)
@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (2, 1, 3), (1, 1)])
def test_gradients_of_thin_tensors(code: str, shape: tuple[int, ...]) -> None:
    check_gradients(code, x=np.linspace(0.5, 2.0, int(np.prod(shape))).reshape(shape), second=False)


def test_gradients_through_views() -> None:
    x = np.linspace(-1.0, 2.0, 24).reshape(2, 3, 4)
    check_gradients("x.transpose(0, 2).sum(1) ** 2", x=x)
    check_gradients("x[:, ::2].prod(1)", x=x)
    check_gradients("x.permute(2, 0, 1).std(0)", x=x)
