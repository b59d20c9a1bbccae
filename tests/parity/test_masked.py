"""Reductions with masks against PyTorch's."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

REDUCTIONS = ["sum", "prod", "amax", "amin", "mean", "logsumexp", "norm", "var", "std"]
POSITIONS = ["argmax", "argmin"]
ALONG = ["cumsum", "cumprod", "softmax", "log_softmax", "softmin", "median"]
MASKS = {
    "none": None,
    "some": [[True, False, True], [False, False, True]],
    "rows": [[True, False, True], [False, False, False]],
    "broadcast": [[True], [False]],
    "all": [[True, True, True], [True, True, True]],
}


def _found(name: str, mask: Any, dtype: str, *args: Any, **options: Any) -> tuple[Any, Any]:
    """What graphnet's function and PyTorch's give, or which error they raise."""
    results = []
    for package in ("graphnet", "torch"):
        torch = importlib.import_module(package)
        masked = importlib.import_module(f"{package}.masked")
        x = torch.tensor([[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]]).to(getattr(torch, dtype))
        try:
            given = None if mask is None else torch.tensor(mask)
            found = getattr(masked, name)(x, *args, mask=given, **options)
            results.append((str(found.dtype), found.numpy()))
        except (ValueError, NotImplementedError, RuntimeError, TypeError) as error:
            bases = type(error).__mro__
            results.append(next(kind.__name__ for kind in bases if kind.__module__ == "builtins"))
    return results[0], results[1]


def _check(found: tuple[Any, Any]) -> None:
    ours, theirs = found
    if isinstance(theirs, str):
        assert ours == theirs
        return
    assert ours[0] == theirs[0]
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-6)


@pytest.mark.parametrize("mask", sorted(MASKS))
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_are_pytorchs(name: str, dtype: str, mask: str) -> None:
    for options in ({}, {"dim": 1}, {"dim": (0, 1)}, {"dim": 0, "keepdim": True}):
        _check(_found(name, MASKS[mask], dtype, **options))


@pytest.mark.parametrize("mask", sorted(MASKS))
@pytest.mark.parametrize("dtype", ["float32", "int64"])
@pytest.mark.parametrize("name", POSITIONS)
def test_positions_are_pytorchs(name: str, dtype: str, mask: str) -> None:
    for options in ({}, {"dim": 1}, {"dim": 0, "keepdim": True}):
        _check(_found(name, MASKS[mask], dtype, **options))


@pytest.mark.parametrize("mask", sorted(MASKS))
@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("name", ALONG)
def test_what_is_done_along_a_dimension_is_pytorchs(name: str, dtype: str, mask: str) -> None:
    _check(_found(name, MASKS[mask], dtype, 1))


@pytest.mark.parametrize("order", [0, 1, 2, 3.5, math.inf, -math.inf])
def test_norms_are_pytorchs(order: float) -> None:
    _check(_found("norm", MASKS["some"], "float32", order))
    _check(_found("normalize", MASKS["rows"], "float32", order, 1))


def test_options_are_pytorchs() -> None:
    _check(_found("var", MASKS["some"], "float32", unbiased=False))
    _check(_found("std", MASKS["some"], "float32", 1, correction=0))
    _check(_found("amax", MASKS["some"], "bool"))
    _check(_found("sum", [[True, False]], "float32"))


def test_tensors_with_masks_refuse() -> None:
    torch = importlib.import_module("graphnet")
    assert not torch.masked.is_masked_tensor(torch.ones(1))
    with pytest.raises(NotImplementedError, match=r"torch\.masked\.masked_tensor"):
        torch.masked.masked_tensor(torch.ones(1), torch.ones(1) > 0)


def test_gradients_flow_where_the_mask_lets_them() -> None:
    torch = importlib.import_module("graphnet")
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    torch.masked.mean(x * x, mask=torch.tensor([True, False, True])).backward()
    assert x.grad.tolist() == [1.0, 0.0, 3.0]
