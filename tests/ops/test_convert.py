"""Identities that steer differentiation, and casts."""

from __future__ import annotations

import numpy as np

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.types import TensorType
from graphnet.ops.convert import Attach, Cast, Detach
from graphnet.passes.autodiff import differentiate
from graphnet.runtime.interpreter import evaluate

KIND = TensorType(dtypes.float64, (3,))


def test_attach_has_one_operand_s_value_and_the_other_s_gradient() -> None:
    with Builder() as builder:
        value = builder.input(KIND, requires_grad=True)
        history = builder.input(KIND, requires_grad=True)
        out = Attach()(value, history)
        weight = builder.input(KIND)
        gradients = differentiate(list(builder.nodes), {out: weight})
    assert value not in gradients
    known = {value: np.ones(3), history: np.zeros(3), weight: np.arange(3.0)}
    found = evaluate(builder.nodes, known, [out, gradients[history]])
    np.testing.assert_array_equal(found[out], [1, 1, 1])
    np.testing.assert_array_equal(found[gradients[history]], [0, 1, 2])


def test_detach_stops_gradients() -> None:
    with Builder() as builder:
        x = builder.input(KIND, requires_grad=True)
        out = x * Detach()(x)
        weight = builder.input(KIND)
        gradients = differentiate(list(builder.nodes), {out: weight})
    known = {x: np.full(3, 5.0), weight: np.arange(3.0)}
    found = evaluate(builder.nodes, known, [gradients[x]])
    np.testing.assert_array_equal(found[gradients[x]], [0, 5, 10])


def test_the_gradient_of_a_cast_is_cast_back() -> None:
    with Builder() as builder:
        x = builder.input(KIND, requires_grad=True)
        half = Cast(dtypes.float16)(x)
        weight = builder.input(half.type)
        gradients = differentiate(list(builder.nodes), {half: weight})
    assert gradients[x].type == KIND


def test_nothing_flows_back_through_a_cast_to_integers() -> None:
    with Builder() as builder:
        x = builder.input(KIND, requires_grad=True)
        whole = Cast(dtypes.int64)(x)
        out = Cast(dtypes.float64)(whole)
    assert not whole.requires_grad
    assert not out.requires_grad


def test_casts_truncate_and_test_for_zero_as_c_does() -> None:
    x = np.array([-1.7, 0.0, 2.9])
    np.testing.assert_array_equal(Cast(dtypes.int64).kernel(x), [-1, 0, 2])
    np.testing.assert_array_equal(Cast(dtypes.bool).kernel(x), [True, False, True])
