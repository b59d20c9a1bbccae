"""Differentiates one line of code with graphnet and with PyTorch, twice, and compares."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

import graphnet


def check_gradients(code: str, *, second: bool = True, **arrays: Any) -> None:
    """Assert that an expression has PyTorch's gradients of first and, if asked for, second order.

    Names are bound to float64 leaves of the arrays; other arrays and values stay what they are.
    """
    ours = _derivatives(graphnet, code, arrays, second)
    theirs = _derivatives(torch, code, arrays, second)
    assert len(ours) == len(theirs)
    for name, mine in ours.items():
        expected = theirs[name]
        assert mine.shape == expected.shape, f"{code}: {name}"
        np.testing.assert_allclose(mine, expected, 1e-6, 1e-8, err_msg=f"{code}: {name}")


def _derivatives(module: Any, code: str, arrays: dict[str, Any], second: bool) -> dict[str, Any]:
    random = np.random.default_rng(0)
    names: dict[str, Any] = {"torch": module, "nan": float("nan"), "inf": float("inf")}
    leaves = {}
    for name, value in arrays.items():
        if isinstance(value, np.ndarray):
            names[name] = module.tensor(value)
            if value.dtype == np.float64:
                leaves[name] = names[name].requires_grad_()
        else:
            names[name] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = eval(code, names)
        results = result if isinstance(result, (tuple, list)) else [result]
        outputs = [each for each in results if each.requires_grad]
        found: dict[str, Any] = {
            f"result {number}": each.detach().resolve_neg().numpy()
            for number, each in enumerate(results)
        }
        gradients = _pull_back(module, outputs, leaves, random, second)
        found |= {f"gradient of {name}": _array(g, leaves[name]) for name, g in gradients.items()}
        outputs = [g for g in gradients.values() if g is not None and g.requires_grad]
        if second and outputs:
            again = _pull_back(module, outputs, leaves, random, False)
            found |= {f"second of {name}": _array(g, leaves[name]) for name, g in again.items()}
    return found


def _values(result: Any) -> Any:
    return result.detach().resolve_neg().numpy()


def _pull_back(
    module: Any, outputs: list[Any], leaves: dict[str, Any], random: Any, create_graph: bool
) -> dict[str, Any]:
    weights = [module.tensor(random.standard_normal(tuple(each.shape))) for each in outputs]
    gradients = module.autograd.grad(
        outputs, list(leaves.values()), weights, create_graph=create_graph, allow_unused=True
    )
    return dict(zip(leaves, gradients, strict=True))


def _array(gradient: Any, leaf: Any) -> Any:
    """No gradient is a gradient of zero: frameworks differ in what they leave out."""
    if gradient is None:
        return np.zeros(tuple(leaf.shape))
    # PyTorch has tensors of zeros without memory; a sum has some.
    return (gradient.detach() + leaf.detach() * 0).numpy().copy()
