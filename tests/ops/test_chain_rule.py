"""Gradients of functions made of operations, without the autodiff pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.node import Value
from graphnet.ir.types import TensorType
from graphnet.ops.chain_rule import vjp_of
from graphnet.ops.math import Sin
from graphnet.runtime.interpreter import evaluate

SHAPE = (2, 3)
X, Y = np.arange(6.0).reshape(SHAPE), np.full((3,), 2.0)
G = np.ones(SHAPE)


def product_and_sine(x: Value, y: Value) -> Sequence[Value]:
    return x * y, Sin()(x)


def test_the_rule_of_a_function_is_that_of_its_operations() -> None:
    builder = Builder()
    with builder:
        x, y, g = (builder.input(TensorType(dtypes.float64, a.shape)) for a in (X, Y, G))
        g_x, g_y = vjp_of(product_and_sine, (g, g), (x, y))
    assert g_x is not None
    assert g_y is not None
    found = evaluate(builder.nodes, {x: X, y: Y, g: G}, [g_x, g_y])
    np.testing.assert_allclose(found[g_x], G * Y + G * np.cos(X))
    np.testing.assert_allclose(found[g_y], X.sum(0))  # summed over what was broadcast


def test_what_nothing_arrives_at_has_no_gradient() -> None:
    builder = Builder()
    with builder:
        x, y, g = (builder.input(TensorType(dtypes.float64, a.shape)) for a in (X, Y, G))
        g_x, g_y = vjp_of(product_and_sine, (None, g), (x, y))
    assert g_x is not None
    assert g_y is None


@pytest.mark.parametrize("first", [True, False])
def test_an_operand_given_twice_gets_its_gradient_once(first: bool) -> None:
    builder = Builder()
    with builder:
        x, g = (builder.input(TensorType(dtypes.float64, SHAPE)) for _ in range(2))
        given = (g, None) if first else (None, g)
        one, other = vjp_of(product_and_sine, given, (x, x))
    assert one is not None
    assert other is None
    found = evaluate(builder.nodes, {x: X, g: G}, [one])
    np.testing.assert_allclose(found[one], 2 * X if first else np.cos(X))
