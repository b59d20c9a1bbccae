"""Constant folding."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from graphnet import dtypes
from graphnet.errors import GraphnetError
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.ops.arithmetic import FloorDivide
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full
from graphnet.ops.math import Exp, Sqrt
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Sum
from graphnet.passes.fold import ConstantFolding
from graphnet.passes.pipeline import Pipeline
from graphnet.runtime.interpreter import interpret
from graphnet.source import Location
from tests.graphs import agree, assert_transformed, f32, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs


def constant(number: float) -> Any:
    return Builder.current().constant(number)


def folded(function: Any, *types: Any) -> Any:
    """The graph after folding, well formed and with the same numbers."""
    graph = graph_of(function, *types)
    made = ConstantFolding().run(graph)
    assert_transformed(graph, made.graph)
    return made


def test_numbers_are_computed_when_the_graph_is_compiled() -> None:
    made = folded(lambda x: x * Exp()(constant(2.0) * 3 - 1), f64(3))
    assert made.changed
    assert names(made.graph) == ["mul"]
    factor = made.graph.outputs[0].node.operands[1]
    assert factor.op is Constant(math.exp(5))
    assert factor.type.weak


def test_a_folded_tensor_keeps_its_dtype() -> None:
    made = folded(lambda x: x * (Full((), dtypes.float32)(0.1) + 1), f32(3))
    factor = made.graph.outputs[0].node.operands[1]
    assert factor.type == TensorType(dtypes.float32)
    assert names(made.graph) == ["mul"]


def test_a_folded_number_has_the_value_of_its_dtype() -> None:
    made = folded(lambda: Cast(dtypes.float32)(constant(0.1)))
    assert interpret(made.graph, [])[0].dtype == dtypes.float32.numpy


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, True, 2**40, 1 + 2j])
def test_every_kind_of_number_survives(value: Any) -> None:
    folded(lambda: constant(value) * 1)


def test_arrays_are_not_folded() -> None:
    made = folded(lambda: Full((3,), dtypes.float64)(1) + 1)
    assert not made.changed
    made = folded(lambda: Sum((0,))(Full((3,), dtypes.float64)(1)))
    assert names(made.graph) == ["full", "sum"]


def test_what_depends_on_an_input_is_not_folded() -> None:
    graph = graph_of(lambda x: x * 2, TensorType(dtypes.float32, (), weak=True))
    assert not ConstantFolding().run(graph).changed


def test_draws_are_not_folded() -> None:
    def function(state: Any) -> Any:
        drawn, _ = Uniform((), dtypes.float64)(state, constant(1.0) * 0, 1.0)
        return drawn

    made = folded(function, GeneratorType())
    assert names(made.graph) == ["uniform"]


def test_what_raises_is_left_to_raise_when_the_graph_runs() -> None:
    place = Location("train.py", 7)

    def function() -> Any:
        with Builder.current().at(place):
            return FloorDivide()(constant(1), 0)

    graph = graph_of(function)
    made = ConstantFolding().run(graph)
    assert not made.changed
    with pytest.raises(GraphnetError, match="divided by zero") as caught:
        interpret(made.graph, [])
    assert "train.py" in str(caught.value) + "".join(getattr(caught.value, "__notes__", ()))


def test_numpy_s_warnings_stay_silent() -> None:
    folded(lambda: Sqrt()(constant(-1.0)) / 0.0)


def test_a_folded_node_keeps_its_place() -> None:
    place = Location("train.py", 5)
    with Builder() as builder, builder.at(place, "scale"):
        y = builder.constant(2.0) * 3
    from graphnet.ir.graph import Graph

    made = ConstantFolding().run(Graph(builder.nodes, [], [y])).graph
    node = made.outputs[0].node
    assert (node.op, node.location, node.label) == (Constant(6.0), place, "scale")


@given(programs(updates=True))
def test_random_programs_keep_their_numbers(program: Program) -> None:
    made = Pipeline([ConstantFolding()], verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))
    assert not ConstantFolding().run(made).changed
