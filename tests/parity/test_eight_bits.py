"""Floating-point numbers of eight bits: stored, cast and printed as in PyTorch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

DTYPES = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"]
EXPRESSIONS = """
d, d.itemsize, d.is_floating_point, d.is_signed
torch.finfo(d)
y
y.float()
y.double(), y.half().dtype, y.bfloat16(), y.int()[:3]
y == y
y != y
torch.zeros(2, dtype=d), torch.ones(2, dtype=d), torch.full((2,), 3.0, dtype=d)
torch.empty(2, dtype=d).dtype, torch.zeros_like(y).dtype
torch.tensor([1.0], dtype=d), torch.tensor(1.5, dtype=d)
y[:6].view(torch.uint8)
y[1], y[1].item(), y.tolist(), y[1:3], y[None].shape
y[torch.tensor([1, 2])], y.float()[y == y]
torch.promote_types(d, d), torch.can_cast(d, torch.float32)
torch.promote_types(d, torch.float32)
torch.promote_types(d, torch.int32)
y.reshape(2, 4).t()
torch.cat([y, y]).float(), torch.stack([y, y]).dtype, y.clone().dtype
y.type()
y.isnan()
y.clone().fill_(2.0)
y.clone().copy_(x)[1].float()
y.to(torch.float8_e5m2).float()
y.to(torch.float8_e4m3fn).float()
torch.nn.Parameter(torch.zeros(2, dtype=d))
y.float().requires_grad_().to(d).float()
y.repeat(2).shape, y.expand(3, 8).dtype
"""
REFUSED = """
y + y
y.flip(0)
y * 2
y.sum()
-y
y.matmul(y)
torch.arange(3, dtype=d)
torch.empty(2, dtype=d).normal_()
torch.rand(2, dtype=d)
y + torch.ones(8)
y.numpy()
torch.set_default_dtype(d)
"""


def _names(package: str, dtype: str) -> dict[str, Any]:
    torch = importlib.import_module(package)
    x = torch.tensor([0.1, 1.5, -2.0, 300.0, 1000.0, 1e-3, float("nan"), float("inf")])
    return {"torch": torch, "d": getattr(torch, dtype), "x": x, "y": x.to(getattr(torch, dtype))}


def _outcome(package: str, dtype: str, expression: str, show: Callable[[Exception], str]) -> str:
    try:
        return str(eval(expression, _names(package, dtype)))  # the expressions above
    except (RuntimeError, TypeError) as error:
        return show(error)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("expression", EXPRESSIONS.strip().splitlines())
def test_they_are_pytorchs(dtype: str, expression: str) -> None:
    ours, theirs = (
        _outcome(package, dtype, expression, lambda error: str(error).splitlines()[0])
        for package in ("graphnet", "torch")
    )
    assert ours == theirs


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("expression", REFUSED.strip().splitlines())
def test_they_are_not_computed_with(dtype: str, expression: str) -> None:
    def builtin(error: Exception) -> str:
        kinds = type(error).__mro__
        return "raises " + next(k.__name__ for k in kinds if k.__module__ == "builtins")

    ours, theirs = (
        _outcome(package, dtype, expression, builtin) for package in ("graphnet", "torch")
    )
    assert ours == theirs
    assert ours.startswith("raises")


def test_they_are_saved_and_compiled() -> None:
    torch = importlib.import_module("graphnet")
    found = []
    for _ in range(4):  # interpreted first, then compiled
        x = torch.tensor([500.0, 1.0])
        found.append((x * 2).to(torch.float8_e4m3fn).float().tolist())
    assert found == [[448.0, 2.0]] * 4
