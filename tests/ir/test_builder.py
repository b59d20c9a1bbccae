"""Emission: types are inferred, promotion is visible, and every node knows where it comes from."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.errors import ShapeError
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Phase
from graphnet.ir.registry import singletons
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal
from graphnet.ops.sort import Sort
from graphnet.runtime.interpreter import interpret
from graphnet.source import Location

F32, F64, I64 = dtypes.float32, dtypes.float64, dtypes.int64


@pytest.fixture
def builder() -> Builder:
    with Builder() as builder:
        yield builder


def test_operands_of_different_dtypes_are_cast_visibly(builder: Builder) -> None:
    x = builder.input(TensorType(F32, (3,)), "x")
    n = builder.input(TensorType(I64, (3,)), "n")
    y = x + n
    assert [node.op.name for node in builder.nodes] == ["input", "input", "cast", "add"]
    assert y.node.operands[1].node.op.dtype is F32  # type: ignore[attr-defined]
    assert y.dtype is F32
    found = interpret(
        Graph(builder.nodes, [x, n], [y]), [np.ones(3, np.float32), np.arange(3, dtype=np.int64)]
    )
    np.testing.assert_array_equal(found[0], np.array([1, 2, 3], np.float32))


def test_a_dimensioned_tensor_is_not_promoted_by_a_scalar_one_of_its_kind(
    builder: Builder,
) -> None:
    x = builder.input(TensorType(F32, (3,)), "x")
    s = builder.input(TensorType(F64), "s")
    assert (x * s).dtype is F32


def test_python_numbers_adapt_without_a_cast(builder: Builder) -> None:
    x = builder.input(TensorType(F32, (3,)), "x")
    y = 2 * x + 1.5
    assert y.dtype is F32
    assert not any(node.op.name == "cast" for node in builder.nodes)


def test_a_float_promotes_integers(builder: Builder) -> None:
    n = builder.input(TensorType(I64, (3,)), "n")
    assert (n + 1).dtype is I64
    assert (n + 1.5).dtype is F32


def test_a_comparison_is_boolean(builder: Builder) -> None:
    x = builder.input(TensorType(F32, (3,)), "x")
    assert Equal()(x, 1).type == TensorType(dtypes.bool, (3,))


def test_several_results_are_a_tuple(builder: Builder) -> None:
    x = builder.input(TensorType(F32, (2, 3)), "x")
    values, indices = Sort(1, False)(x)
    assert (values.index, indices.index) == (0, 1)
    assert values.node is indices.node
    assert indices.dtype is I64
    with pytest.raises(ValueError, match="too many values"):
        values.node.result  # noqa: B018


def test_an_operation_that_does_not_fit_leaves_no_node(builder: Builder) -> None:
    x, y = (builder.input(TensorType(F32, (n,)), "xy"[n - 3]) for n in (3, 4))
    before = len(builder.nodes)
    with pytest.raises(ShapeError, match=r"tensor a \(3\) must match .* \(4\)"):
        _ = x + y
    assert len(builder.nodes) == before


def test_nodes_know_location_label_and_phase(builder: Builder) -> None:
    x = builder.input(TensorType(F32), "x")
    builder.phase = Phase.BACKWARD
    here, inner = Location("train.py", 3), Location("train.py", 4)
    with builder.at(here, "outer"):
        with builder.at(inner, "inner"):
            y = abs(x)
        z = abs(y)
    w = abs(z)
    assert (y.node.location, y.node.label) == (inner, "inner")
    assert (z.node.location, z.node.label) == (here, "outer")
    assert (w.node.location, w.node.label) == (None, "")
    assert {value.node.phase for value in (y, z, w)} == {Phase.BACKWARD}


def test_the_place_is_restored_after_an_error(builder: Builder) -> None:
    with pytest.raises(RuntimeError), builder.at(Location("a.py", 1), "a"):
        raise RuntimeError
    assert (builder.location, builder.label) == (None, "")


def test_requires_grad_follows_the_operands(builder: Builder) -> None:
    x = builder.input(TensorType(F32, (3,)), "x", requires_grad=True)
    n = builder.input(TensorType(I64, (3,)), "n", requires_grad=True)
    assert not n.requires_grad  # integers have no gradients
    assert (x + n).requires_grad
    assert not (n + n).requires_grad
    assert not Equal()(x, x).requires_grad
    builder.grad_enabled = False
    assert not (x + x).requires_grad


def test_the_innermost_builder_is_in_charge(builder: Builder) -> None:
    x = builder.input(TensorType(F32), "x")
    with Builder() as inner:
        assert Builder.current() is inner
        abs(x)
    assert Builder.current() is builder
    assert [node.op.name for node in inner.nodes] == ["abs"]
    assert [node.op.name for node in builder.nodes] == ["input"]


def test_no_builder_in_charge_is_an_error() -> None:
    x = Builder().input(TensorType(F32), "x")
    with pytest.raises(RuntimeError, match="outside `with builder:`"):
        abs(x)


def test_each_thread_has_its_own_builders(builder: Builder) -> None:
    found: list[str] = []

    def look() -> None:
        try:
            Builder.current()
        except RuntimeError as error:
            found.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert len(found) == 1


@pytest.mark.parametrize(
    ("number", "dtype"),
    [(True, dtypes.bool), (3, I64), (0.5, F32), (1j, dtypes.complex64)],
)
def test_numbers_are_weak_constants(builder: Builder, number: complex, dtype: object) -> None:
    value = builder.constant(number)
    assert value.op is Constant(number)
    assert (value.dtype, value.type.weak, value.shape) == (dtype, True, ())


def test_applying_an_operation_to_a_tuple_of_no_expressions_uses_the_builder(
    builder: Builder,
) -> None:
    value = singletons["add"](1, 2)
    assert value.type.weak
    assert [node.op.name for node in builder.nodes] == ["constant", "constant", "add"]
