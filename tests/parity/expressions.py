"""Runs one line of code with graphnet and with PyTorch and compares all that can be seen of it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

import graphnet

Arrays = dict[str, Any]


def outcome(code: str, module: Any, names: dict[str, Any]) -> Any:
    """The value of an expression, and of ``x`` after it or a statement; or the error it raises."""
    scope: dict[str, Any] = {"torch": module, "np": np, "nan": float("nan"), "inf": float("inf")}
    scope |= names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            try:
                compiled = compile(code, "<expression>", "eval")
            except SyntaxError:
                exec(code, scope)
                return seen(scope["x"])
            value = eval(compiled, scope)
            return (seen(value), seen(scope.get("x")))
        except (AssertionError, KeyboardInterrupt):
            raise
        except Exception as error:  # noqa: BLE001  # any error is an outcome to compare
            return error


def seen(value: Any) -> Any:
    """What a user sees of a value: of tensors dtype, shape and elements."""
    if isinstance(value, (graphnet.Tensor, torch.Tensor)):
        dtype = str(value.dtype).removeprefix("torch.")
        array = value.detach().resolve_conj().resolve_neg().numpy().copy()
        return ("tensor", dtype, tuple(value.shape), array)
    if isinstance(value, (tuple, list)):
        kind = type(value)
        named = hasattr(value, "_fields") or kind.__module__ == "torch.return_types"
        return (kind.__name__ if named else "sequence", *map(seen, value))
    return value


def same(ours: Any, theirs: Any) -> bool:
    """Whether two outcomes agree: errors in the built-in types they are, values to rounding."""
    if isinstance(theirs, BaseException):
        return isinstance(ours, BaseException) and _builtin(ours) == _builtin(theirs)
    if isinstance(ours, BaseException):
        return False
    if isinstance(theirs, np.ndarray):
        return ours.shape == theirs.shape and np.allclose(
            ours, theirs, rtol=1e-5, atol=1e-6, equal_nan=True
        )
    if isinstance(theirs, tuple):
        return isinstance(ours, tuple) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs)


def _builtin(error: BaseException) -> type[BaseException]:
    """The most special built-in type of an error."""
    kinds = [kind for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return kinds[0]


def check(code: str, **arrays: Any) -> None:
    """Assert that a line of code does the same with both; names are bound to tensors of arrays."""
    ours = outcome(code, graphnet, {k: _bind(graphnet, v) for k, v in arrays.items()})
    theirs = outcome(code, torch, {k: _bind(torch, v) for k, v in arrays.items()})
    assert same(ours, theirs), f"{code}\n  graphnet: {ours!r}\n  PyTorch:  {theirs!r}"


def _bind(module: Any, value: Any) -> Any:
    return module.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value


def lines(*texts: str) -> list[str]:
    """All lines that are not empty."""
    return [line for text in texts for line in text.splitlines() if line.strip()]
