"""Reductions: numpy's values over any dimensions, PyTorch's dtypes, forms and refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.errors import ArgumentError, DtypeError, OutOfRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.reduction import EmptyError
from graphnet.functions.statistics import NormError

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

INF = math.inf
OVER = {
    "sum": np.sum,
    "mean": np.mean,
    "amax": np.amax,
    "amin": np.amin,
    "all": np.all,
    "any": np.any,
    "nansum": np.nansum,
    "nanmean": np.nanmean,
    "logsumexp": lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, tuple[int, ...], bool]:
    """An array without empty dimensions, some of its dimensions, and whether they stay."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    dims = draw(st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1))
    values = np.random.default_rng(draw(st.integers(0, 50))).standard_normal(shape).round(1)
    return values, tuple(dims), draw(st.booleans())


@pytest.mark.parametrize("name", OVER)
@given(cases())
def test_over_any_dimensions(name: str, case: tuple[Any, tuple[int, ...], bool]) -> None:
    values, dims, keepdim = case
    expected = OVER[name](values, axis=dims, keepdims=keepdim)  # type: ignore[operator]
    signed = tuple(d - values.ndim if d % 2 else d for d in dims)
    got = getattr(torch, name)(torch.tensor(values), signed, keepdim)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got.numpy(), expected, 1e-12, 1e-14)


@given(cases(), st.sampled_from([0, 1, 0.5]))
def test_spread(case: tuple[Any, tuple[int, ...], bool], correction: float) -> None:
    values, dims, keepdim = case
    if math.prod(values.shape[d] for d in dims) <= correction:
        return
    x = torch.tensor(values)
    variance = values.var(dims, ddof=correction, keepdims=keepdim)
    for got, expected in (
        (x.var(dims, correction=correction, keepdim=keepdim), variance),
        (x.std(dims, correction=correction, keepdim=keepdim), np.sqrt(variance)),
        (torch.var_mean(x, dims, correction=correction, keepdim=keepdim)[0], variance),
        (
            torch.std_mean(x, dims, keepdim=keepdim, correction=0)[1],
            values.mean(dims, keepdims=keepdim),
        ),
    ):
        np.testing.assert_allclose(got.numpy(), expected, 1e-9, 1e-12)


@given(cases(), st.sampled_from([0, 1, 2, 3, 1.5, INF, -INF]))
def test_norms(case: tuple[Any, tuple[int, ...], bool], order: float) -> None:
    values, dims, keepdim = case
    size = np.abs(values)
    by_order: dict[float, Callable[[], Any]] = {
        0: lambda: (size != 0).sum(dims, keepdims=keepdim),
        INF: lambda: size.max(dims, keepdims=keepdim),
        -INF: lambda: size.min(dims, keepdims=keepdim),
    }
    powers = lambda: (size**order).sum(dims, keepdims=keepdim) ** (1 / order)  # noqa: E731
    expected = by_order.get(order, powers)()
    got = torch.norm(torch.tensor(values), order, dims, keepdim)
    np.testing.assert_allclose(got.numpy(), expected, 1e-9, 1e-12)
    again = torch.linalg.vector_norm(torch.tensor(values), order, dims, keepdim)
    assert np.array_equal(got.numpy(), again.numpy())


@given(cases())
def test_along_one_dimension(case: tuple[Any, tuple[int, ...], bool]) -> None:
    values, (dim, *_), keepdim = case
    x = torch.tensor(values)
    np.testing.assert_allclose(x.prod(dim, keepdim).numpy(), values.prod(dim, keepdims=keepdim))
    np.testing.assert_allclose(x.cumsum(dim).numpy(), values.cumsum(dim), 1e-12, 1e-14)
    np.testing.assert_allclose(x.cumprod(dim).numpy(), values.cumprod(dim))
    logs = np.logaddexp.accumulate(values, dim)
    np.testing.assert_allclose(x.logcumsumexp(dim).numpy(), logs)
    for name in ("max", "min"):
        found = getattr(x, name)(dim, keepdim)
        indices = getattr(np, f"arg{name}")(values, dim, keepdims=keepdim)
        assert np.array_equal(found.indices.numpy(), indices)
        assert np.array_equal(getattr(x, f"arg{name}")(dim, keepdim).numpy(), indices)
        assert np.array_equal(found.values.numpy(), getattr(values, name)(dim, keepdims=keepdim))


def test_over_everything() -> None:
    values = np.array([[1.0, 5.0, 2.0], [4.0, 3.0, -6.0]])
    x = torch.tensor(values)
    assert x.sum().item() == 9.0
    assert x.mean().item() == 1.5
    assert x.prod().item() == values.prod()
    assert x.max().item() == 5.0
    assert x.min().item() == -6.0
    assert x.argmax().item() == 1
    assert x.argmin(keepdim=True).tolist() == [[5]]
    assert tuple(each.item() for each in torch.aminmax(x)) == (-6.0, 5.0)
    assert x.norm().item() == pytest.approx(np.linalg.norm(values))
    assert torch.norm(x, "nuc").item() == pytest.approx(np.linalg.norm(values, "nuc"))
    assert torch.dist(x, torch.zeros(3, dtype=torch.float64), 1).item() == 21.0
    assert torch.count_nonzero(x > 2).item() == 3
    assert torch.count_nonzero(x > 2, 0).tolist() == [1, 2, 0]
    assert x.sum(()).item() == 9.0
    assert x.sum(axis=1, keepdims=True).tolist() == [[8.0], [1.0]]
    assert torch.max(x, -x).tolist() == np.abs(values).tolist()
    assert torch.min(x, other=-x).tolist() == (-np.abs(values)).tolist()


def test_tensors_without_dimensions() -> None:
    x = torch.tensor(3.0)
    for result in (x.sum(0), x.mean(-1), x.max(0).values, x.prod(0), x.cumsum(0), x.norm()):
        assert result.tolist() == 3.0
    assert x.max(0).indices.item() == 0
    assert x.argmax().item() == 0
    assert x.var(correction=0).item() == 0.0
    with pytest.raises(OutOfRangeError, match=r"\[-1, 0\]"):
        x.sum(1)


def test_tensors_without_elements() -> None:
    x = torch.zeros(0, 3)
    assert x.sum().item() == 0.0
    assert x.prod().item() == 1.0
    assert math.isnan(x.mean().item())
    assert x.mean(1).shape == (0,)
    assert x.all().item()
    assert not x.any().item()
    assert x.norm().item() == 0.0
    assert x.logsumexp(0).tolist() == [-INF] * 3
    assert x.cumsum(0).shape == (0, 3)
    assert x.amax(1).shape == (0,)
    with pytest.raises(EmptyError, match="no identity"):
        torch.aminmax(x)
    for call in (x.max, x.min, x.amax):
        with pytest.raises(EmptyError, match="Expected reduction dim to be specified"):
            call()
    for call in (x.argmax, lambda: x.max(0), lambda: x.argmin(0), lambda: x.amin(0)):
        with pytest.raises(OutOfRangeError, match="Expected reduction dim"):
            call()
    with pytest.raises(NormError, match="identity"):
        x.norm(INF)


def test_dtypes() -> None:
    for dtype in (torch.bool, torch.uint8, torch.int32):
        x = torch.ones(3, dtype=dtype)
        assert x.sum().dtype is torch.int64
        assert x.prod().dtype is torch.int64
        assert x.cumsum(0).dtype is torch.int64
        assert x.sum(dtype=torch.int32).dtype is torch.int32
        assert x.max().dtype is dtype
        assert x.logsumexp(0).dtype is torch.float32
        assert x.mean(dtype=torch.float64).item() == 1.0
        with pytest.raises(DtypeError, match="floating point"):
            x.mean()
        with pytest.raises(DtypeError, match="floating point"):
            x.std()
        with pytest.raises(DtypeError, match="floating point"):
            x.norm()
    assert torch.ones(3, dtype=torch.uint8).all().dtype is torch.uint8
    assert torch.ones(3).any().dtype is torch.bool
    assert torch.tensor([1.9, 1.9]).sum(dtype=torch.int64).item() == 2
    with pytest.raises(DtypeError, match="bool"):
        torch.tensor([True]).argmax()


def test_half_precision_is_accumulated_in_single() -> None:
    x = torch.ones(4096, 2, dtype=torch.float16)
    assert x.sum(0).tolist() == [4096.0, 4096.0]
    assert (x * 20).mean(0).tolist() == [20.0, 20.0]
    assert x.norm(dim=0).tolist() == [64.0, 64.0]
    assert (x[:, 0] * 0.5).cumsum(0)[-1].item() == 2048.0


def test_numbers_that_are_not() -> None:
    x = torch.tensor([[1.0, math.nan], [INF, 2.0]])
    assert torch.nansum(x, 1).tolist() == [1.0, INF]
    assert torch.nanmean(x[:, :1], 0).tolist() == [INF]
    assert math.isnan(x.max().item())
    assert x.argmax().item() == 1
    assert math.isnan(x.logsumexp(1)[0].item())
    assert torch.logsumexp(torch.tensor([-INF, -INF]), 0).item() == -INF
    assert torch.logsumexp(torch.tensor([1000.0, 1000.0]), 0).item() == pytest.approx(1000.6931)


def test_too_few_degrees_of_freedom() -> None:
    with pytest.warns(UserWarning, match="degrees of freedom"):
        assert math.isnan(torch.var(torch.ones(1)).item())
    with pytest.warns(UserWarning, match="3 is not less than 2"):
        torch.std(torch.ones(2, 2), 0, correction=3)


def test_gradients_go_where_the_extreme_is() -> None:
    x = torch.tensor([[1.0, 3.0, 3.0]], requires_grad=True)
    x.max(1).values.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0.0, 1.0, 0.0]]
    x.grad = None
    x.amax(1).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0.0, 0.5, 0.5]]


def test_gradients_of_products_with_zeros() -> None:
    x = torch.tensor([2.0, 0.0, 3.0], requires_grad=True)
    x.prod().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 6.0, 0.0]
    x.grad = None
    x.cumprod(0).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, 2.0 + 6.0, 0.0]


REFUSALS: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda x: x.sum(5), OutOfRangeError, r"\[-2, 1\].*5"),
    (lambda x: x.sum((0, 0)), RefusedError, "multiple times"),
    (lambda x: x.sum("a"), ArgumentError, "str"),
    (lambda x: x.prod((0, 1)), ArgumentError, "one dimension"),
    (lambda x: x.max("a"), ArgumentError, "str"),
    (lambda x: torch.max(2, x), ArgumentError, "invalid combination"),
    (lambda x: torch.sum([1]), ArgumentError, "must be Tensor"),
    (lambda x: x.norm("other"), NormError, "other"),
    (lambda x: x.norm("nuc", 0), NormError, "2 dimensions"),
    (lambda x: x.sum(dtype="float"), ArgumentError, "dtype"),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSALS)
def test_refusals(call: Callable[[Any], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call(torch.ones(2, 3))
