"""The interpreter: it computes what is wanted, as it stands, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphnet import dtypes
from graphnet.errors import OutOfRangeError
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.ops.embedding import Embedding
from graphnet.ops.linear import Linear
from graphnet.ops.math import Exp, Log, Sqrt
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Max
from graphnet.ops.shape import Expand, T
from graphnet.runtime.generator import Engine
from graphnet.runtime.interpreter import evaluate, interpret
from graphnet.source import Location
from tests.graphs import f32, f64, graph_of


def test_results_are_outputs_then_the_new_values_of_updates() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y, z = x + 1, x * 2
    x_array = np.ones(3)
    results = interpret(Graph(builder.nodes, [x], [y, y], [(x, z)]), [x_array])
    assert [result.tolist() for result in results] == [[2] * 3, [2] * 3, [2] * 3]
    assert x_array.tolist() == [1, 1, 1]  # not written: that is left to the caller


def test_only_what_is_wanted_is_computed() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y = Exp()(x)
        z = Log()(y)
    values = evaluate(builder.nodes, {x: np.zeros(3)}, [y])
    assert y in values
    assert z not in values


def test_what_is_known_is_not_computed_again() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y = Exp()(x)
        z = y + 1
    given = np.full(3, 5.0)
    values = evaluate(builder.nodes, {y: given}, [z])  # x is not even there
    assert values[y] is given
    assert values[z].tolist() == [6, 6, 6]


def test_every_result_of_a_node_is_kept() -> None:
    with Builder() as builder:
        x = builder.input(f64(2, 3))
        top, place = Max(1)(x)
    values = evaluate(builder.nodes, {x: np.array([[1.0, 3, 2], [6, 4, 5]])}, [top])
    assert values[top].tolist() == [3, 6]
    assert values[place].tolist() == [1, 0]


def test_python_numbers_adapt_to_tensors() -> None:
    graph = graph_of(lambda x: x * 0.1, f32(2))
    (result,) = interpret(graph, [np.ones(2, np.float32)])
    assert result.dtype == np.float32


def test_a_number_may_be_an_input() -> None:
    graph = graph_of(lambda x, rate: x * rate, f32(2), TensorType(dtypes.float32, (), weak=True))
    (result,) = interpret(graph, [np.ones(2, np.float32), 0.5])
    assert (result.dtype, result.tolist()) == (np.float32, [0.5, 0.5])


def test_draws_change_the_generator() -> None:
    def function(state: Any) -> Any:
        first, after = Uniform((2,), dtypes.float64)(state, 0.0, 1.0)
        second, _ = Uniform((2,), dtypes.float64)(after, 0.0, 1.0)
        return first, second

    graph = graph_of(function, GeneratorType())
    engine = Engine(3)
    first, second = interpret(graph, [engine])
    assert first.tolist() != second.tolist()
    again = interpret(graph, [Engine(3)])
    assert [each.tolist() for each in again] == [first.tolist(), second.tolist()]
    assert interpret(graph, [engine])[0].tolist() != first.tolist()


def test_the_wrong_number_of_inputs_is_refused() -> None:
    graph = graph_of(lambda x: x + 1, f64(3))
    with pytest.raises(ValueError, match="zip"):
        interpret(graph, [])


def test_numpy_s_warnings_stay_silent() -> None:
    graph = graph_of(lambda x: Sqrt()(x) / 0, f64(3))
    assert np.isnan(interpret(graph, [-np.ones(3)])[0]).all()


def test_an_error_names_the_line_that_recorded_the_operation() -> None:
    with Builder() as builder:
        table, index = builder.input(f64(4, 2)), builder.input(TensorType(dtypes.int64, (1,)))
        with builder.at(Location("train.py", 31, "forward")):
            rows = Embedding()(table, index)
    graph = Graph(builder.nodes, [table, index], [rows])
    with pytest.raises(OutOfRangeError, match=r"train\.py", check=lambda e: "31" in str(e)):
        interpret(graph, [np.zeros((4, 2)), np.array([9])])


def test_an_error_of_numpy_s_names_the_operation_in_a_note() -> None:
    with Builder() as builder, builder.at(Location("train.py", 8)):
        x = builder.input(f64(3))
        y = Exp()(x)
    with pytest.raises(TypeError) as caught:
        interpret(Graph(builder.nodes, [x], [y]), ["not an array"])
    assert caught.value.__notes__ == ["in `exp`, recorded at train.py:8"]


def test_views_share_memory_with_what_they_view() -> None:
    graph = graph_of(lambda x: (T()(x), Expand((2, 2, 3))(x)), f64(2, 3))
    x = np.zeros((2, 3))
    turned, repeated = interpret(graph, [x])
    assert np.shares_memory(turned, x)
    assert np.shares_memory(repeated, x)


def test_thousands_of_operations_do_not_recurse() -> None:
    def function(x: Any) -> Any:
        for _ in range(3000):
            x = x + 1
        return x

    graph = graph_of(function, f64())
    assert interpret(graph, [np.array(0.0)]) == [3000]


def test_a_layer() -> None:
    graph = graph_of(Linear(), f64(2, 3), f64(4, 3), f64(4))
    x, w, b = np.arange(6.0).reshape(2, 3), np.ones((4, 3)), np.arange(4.0)
    np.testing.assert_array_equal(interpret(graph, [x, w, b])[0], x @ w.T + b)
