"""Common-subexpression elimination."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from graphnet import dtypes
from graphnet.ir.types import GeneratorType
from graphnet.ops.create import Full
from graphnet.ops.math import Exp, Sin
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import T
from graphnet.ops.sort import Sort
from graphnet.passes.cse import CommonSubexpressions
from graphnet.passes.pipeline import Pipeline
from tests.graphs import agree, assert_transformed, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs


def shared(function: Any, *types: Any) -> Any:
    graph = graph_of(function, *types)
    made = CommonSubexpressions().run(graph)
    assert_transformed(graph, made.graph)
    return made


def test_equal_expressions_are_computed_once() -> None:
    made = shared(lambda x: Exp()(x) + Sin()(Exp()(x)), f64(3))
    assert names(made.graph) == ["exp", "sin", "add"]


def test_what_follows_from_equal_expressions_is_equal_too() -> None:
    made = shared(lambda x: Sin()(Exp()(x)) * Sin()(Exp()(x)), f64(3))
    assert names(made.graph) == ["exp", "sin", "mul"]
    first, second = made.graph.outputs[0].node.operands
    assert first is second


def test_operands_of_commutative_operations_may_be_exchanged() -> None:
    made = shared(lambda x, y: (x + y) * (y + x), f64(3), f64(3))
    assert names(made.graph) == ["add", "mul"]
    made = shared(lambda x, y: (x - y) * (y - x), f64(3), f64(3))
    assert names(made.graph) == ["sub", "sub", "mul"]


def test_attributes_tell_expressions_apart() -> None:
    made = shared(lambda x: Sum((0,))(x) + Sum((1,))(x), f64(3, 3))
    assert names(made.graph) == ["sum", "sum", "add"]


def test_equal_constants_become_one_and_different_kinds_do_not() -> None:
    made = shared(lambda x: (x + 1) * (x * 1), f64(3))
    assert len(made.graph.find("constant")) == 1
    made = shared(lambda x: (x + 1) * (x + 1.0) * (x + True), f64(3))
    assert len(made.graph.find("constant")) == 3
    assert names(made.graph).count("add") == 3


def test_results_of_one_node_stay_apart() -> None:
    def function(x: Any) -> Any:
        first, _ = Sort(0)(x)
        _, second = Sort(0)(x)
        return first, second

    made = shared(function, f64(5))
    assert names(made.graph) == ["sort"]
    assert [value.index for value in made.graph.outputs] == [0, 1]


def test_draws_are_never_shared() -> None:
    def function(state: Any) -> Any:
        draw = Uniform((3,), dtypes.float64)
        first, after = draw(state, 0.0, 1.0)
        second, _ = draw(after, 0.0, 1.0)
        third, _ = draw(state, 0.0, 1.0)
        return first, second, third

    made = shared(function, GeneratorType())
    assert names(made.graph) == ["uniform"] * 3


def test_inputs_are_never_shared() -> None:
    made = shared(lambda x, y: x + y, f64(3), f64(3))
    assert not made.changed
    assert len(made.graph.inputs) == 2


def test_equal_outputs_stay_two_outputs() -> None:
    made = shared(lambda x: (Exp()(x), Exp()(x)), f64(3))
    assert len(made.graph.outputs) == 2
    assert made.graph.outputs[0] is made.graph.outputs[1]


def test_a_graph_without_repetition_is_given_back() -> None:
    graph = graph_of(lambda x: T()(Exp()(x) * Full((), dtypes.float64)(2)), f64(2, 2))
    assert CommonSubexpressions().run(graph).graph is graph


@given(programs(updates=True))
def test_random_programs_keep_their_numbers(program: Program) -> None:
    made = Pipeline([CommonSubexpressions()], verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))
    assert len(made.find("uniform")) == len(program.graph.find("uniform"))
    assert not CommonSubexpressions().run(made).changed
