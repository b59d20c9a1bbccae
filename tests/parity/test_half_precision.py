"""Half precision: computed in single precision and rounded once, to the bits that PyTorch has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")
pytest.importorskip("ml_dtypes")

VALUES = np.random.default_rng(0).uniform(0.01, 3, (20, 30)).astype(np.float32)

EXPRESSIONS: dict[str, Callable[[Any], Any]] = {
    "a product with a number": lambda x: x * 1.1,
    "a quotient by a number": lambda x: x / 0.9,
    "a sum with a number": lambda x: x + 0.123,
    "a difference from a number": lambda x: 1.37 - x,
    "a product with a tensor": lambda x: x * x,
    "a power": lambda x: x**1.5,
    "several operations": lambda x: (x * 1.1 + 0.3) / 1.7,
    "in place": lambda x: x.clone().mul_(1.1).add_(0.7),
    "a comparison with a number": lambda x: x > 1.1,
    "a clamp": lambda x: x.clamp(0.33, 1.77),
    "a choice": lambda x: x.where(x > 1, 0.3),
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "sqrt": lambda x: x.sqrt(),
    "sigmoid": lambda x: x.sigmoid(),
    "tanh": lambda x: x.tanh(),
    "relu": lambda x: (x - 1.5).relu(),
    "a mean": lambda x: x.mean(),
    "a product of matrices": lambda x: x @ x.t(),
}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_visit_gives_the_same_bits(name: str, dtype: str) -> None:
    """The first visit is interpreted, a later one runs a plan."""
    compute = EXPRESSIONS[name]
    wanted = compute(torch.from_numpy(VALUES.copy()).to(getattr(torch, dtype)))
    for _ in range(3):
        found = compute(graphnet.from_numpy(VALUES.copy()).to(getattr(graphnet, dtype)))
        assert str(found.dtype) == str(wanted.dtype)
        np.testing.assert_array_equal(found.float().numpy(), wanted.float().numpy())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("p", [0.1, 0.5])
def test_dropout(dtype: str, p: float) -> None:
    seen = []
    for library in (graphnet, torch):
        library.manual_seed(0)
        x = library.from_numpy(VALUES.copy()).to(getattr(library, dtype))
        seen.append(library.nn.functional.dropout(x, p).float().numpy())
    np.testing.assert_array_equal(*seen)
