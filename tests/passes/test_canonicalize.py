"""Canonicalisation: each rule, what must not be rewritten, and random programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.ir.verifier import verify
from graphnet.ops.activation import ReluGrad
from graphnet.ops.arithmetic import Heaviside
from graphnet.ops.compare import Where
from graphnet.ops.convert import Attach, Cast, Detach, Identity
from graphnet.ops.create import Full
from graphnet.ops.join import Cat
from graphnet.ops.math import Exp, Neg
from graphnet.ops.parts import PartScatter
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Expand, Reshape, Squeeze, T, Transpose, Unsqueeze, View
from graphnet.passes.canonicalize import RULES, Canonicalize
from graphnet.passes.dce import DeadCodeElimination
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.passes.pipeline import Pipeline
from tests.graphs import agree, assert_transformed, f32, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs

HALF = TensorType(dtypes.float16, (3,))
WHOLE = TensorType(dtypes.int64, (3,))


def negated(x: Any) -> Any:
    return Neg()(x)


REWRITES: dict[str, tuple[Callable[..., Any], list[str]]] = {
    "add_zero": (lambda x, y: x + 0, []),
    "add_zero_left": (lambda x, y: 0 + x, []),
    "add_zero_real": (lambda x, y: x + 0.0, []),
    "subtract_zero": (lambda x, y: x - 0, []),
    "multiply_by_one": (lambda x, y: x * 1, []),
    "multiply_by_one_left": (lambda x, y: 1.0 * x, []),
    "divide_by_one": (lambda x, y: x / 1, []),
    "to_the_first": (lambda x, y: x**1, []),
    "to_the_second": (lambda x, y: x**2, ["mul"]),
    "double_negation": (lambda x, y: negated(negated(x)), ["neg"]),
    "add_negated": (lambda x, y: x + negated(y), ["neg", "sub"]),
    "add_negated_left": (lambda x, y: negated(y) + x, ["neg", "sub"]),
    "subtract_negated": (lambda x, y: x - negated(y), ["neg", "add"]),
    "transpose_twice": (lambda x, y: T()(T()(x)), ["t"]),
    "starting_point": (lambda x, y: Identity()(x), []),
    "without_history": (lambda x, y: Detach()(x), []),
    "with_history_of": (lambda x, y: Attach()(x, y), []),
    "one_after_another": (lambda x, y: negated(negated(x * 1 + 0)) / 1, ["neg"]),
    "until_none_fits": (lambda x, y: x - negated(negated(negated(y))), ["neg", "neg", "add"]),
}
"""What becomes of an expression. Operands that nobody reads any more are left to others."""


@pytest.mark.parametrize("name", REWRITES)
def test_rules(name: str) -> None:
    function, expected = REWRITES[name]
    graph = graph_of(function, f64(2, 3), f64(2, 3))
    made = Canonicalize().run(graph)
    assert made.changed
    assert names(made.graph) == expected
    assert_transformed(graph, made.graph)


def test_every_rule_is_tried_here() -> None:
    assert {rule.name for rule in RULES} <= set(REWRITES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_say_what_they_do(rule: Any) -> None:
    assert rule.__doc__


UNCHANGED: dict[str, tuple[Callable[..., Any], TensorType]] = {
    "another_number": (lambda x: x * 2, f64(3)),
    "zero_minus": (lambda x: 0 - x, f64(3)),
    "one_over": (lambda x: 1 / x, f64(3)),
    "power_of_one": (lambda x: 1**x, f64(3)),
    "another_transpose": (lambda x: Transpose(0, 1)(x), f64(2, 3)),
    "nothing": (lambda x: Exp()(x), f64(3)),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_would_change_the_meaning_stays(name: str) -> None:
    function, kind = UNCHANGED[name]
    graph = graph_of(function, kind)
    made = Canonicalize().run(graph)
    assert not made.changed
    assert made.graph is graph


CHANGING_DTYPE: dict[str, Callable[..., Any]] = {
    "times_one": lambda x: x * 1.0,
    "by_one": lambda x: x / 1,
    "plus_zero": lambda x: x + 0.0,
}


@pytest.mark.parametrize("name", CHANGING_DTYPE)
def test_integers_that_become_reals_are_cast(name: str) -> None:
    graph = graph_of(CHANGING_DTYPE[name], WHOLE)
    made = Canonicalize().run(graph).graph
    assert names(made) == ["cast"]
    assert_transformed(graph, made)


# ---------------------------------------------------------------------- shapes


def test_only_the_last_of_several_shapes_matters() -> None:
    graph = graph_of(
        lambda x: Reshape((3, 2))(View((1, 6))(Unsqueeze(0)(Squeeze((1,))(x)))), f64(6, 1)
    )
    made = Canonicalize().run(graph).graph
    last = made.outputs[0].node
    assert (last.op, last.operands) == (Reshape((3, 2)), made.inputs)
    assert_transformed(graph, made)


SAME: dict[str, Callable[..., Any]] = {
    "reshape": lambda x: Reshape((2, 3))(x),
    "there_and_back": lambda x: Reshape((2, 3))(Reshape((6,))(x)),
    "view": lambda x: View((2, 3))(x),
    "expand": lambda x: Expand((2, 3))(x),
    "cast": lambda x: Cast(dtypes.float64)(x),
    "sum": lambda x: Sum(())(x),
    "sum_of_one": lambda x: Squeeze((0,))(Sum((0,), True)(Unsqueeze(0)(x))),
}


@pytest.mark.parametrize("name", SAME)
def test_what_changes_nothing_goes(name: str) -> None:
    graph = graph_of(SAME[name], f64(2, 3))
    made = Canonicalize().run(graph).graph
    assert made.outputs == made.inputs
    assert_transformed(graph, made)


def test_a_sum_over_dimensions_of_size_one_is_a_reshape() -> None:
    graph = graph_of(lambda x: Sum((0, 2))(x), f64(1, 3, 1))
    made = Canonicalize().run(graph).graph
    assert names(made) == ["reshape"]
    assert_transformed(graph, made)


# ---------------------------------------------------------------------- broadcasting


def operands_of_last(graph: Graph) -> list[str]:
    return [operand.op.name for operand in graph.outputs[0].node.operands]


def test_elementwise_operations_broadcast_by_themselves() -> None:
    graph = graph_of(lambda x, y: x * Expand((2, 3))(y), f64(2, 3), f64(3))
    made = Canonicalize().run(graph).graph
    assert operands_of_last(made) == ["input", "input"]
    assert_transformed(graph, made)


def test_an_expansion_that_makes_the_shape_stays() -> None:
    graph = graph_of(lambda x: Exp()(Expand((2, 3))(x)), f64(3))
    assert not Canonicalize().run(graph).changed


@pytest.mark.parametrize("number", [2, 0.5])
def test_a_filled_tensor_is_left_out_for_its_number(number: float) -> None:
    graph = graph_of(lambda x: x - Full((2, 3), dtypes.float32)(number), f32(2, 3))
    made = Canonicalize().run(graph).graph
    assert operands_of_last(made) == ["input", "constant"]
    assert_transformed(graph, made)


def test_a_filled_tensor_stays_where_filling_changed_the_number() -> None:
    graph = graph_of(lambda x: x * Cast(dtypes.float64)(Full((3,), dtypes.int64)(2.7)), f64(3))
    assert_transformed(graph, Canonicalize().run(graph).graph)
    graph = graph_of(lambda x: x * Full((3,), dtypes.int64)(2.7), WHOLE)
    made = Canonicalize().run(graph)
    assert_transformed(graph, made.graph)
    assert not made.changed


def test_a_filled_tensor_stays_where_it_makes_the_dtype() -> None:
    graph = graph_of(lambda x: x * Full((3,), dtypes.float32)(2.0), HALF)
    made = Canonicalize().run(graph).graph
    assert_transformed(graph, made)
    assert made.outputs[0].dtype is dtypes.float32


def test_an_operation_that_takes_tensors_only_gets_no_number() -> None:
    graph = graph_of(lambda x: ReluGrad()(Full((3,), dtypes.float64)(1), x), f64(3))
    made = Canonicalize().run(graph).graph
    assert operands_of_last(made) == ["full", "input"]
    assert_transformed(graph, made)


def test_an_operation_that_refuses_numbers_of_another_dtype_keeps_its_tensor() -> None:
    graph = graph_of(lambda x: Heaviside()(x, Full((3,), dtypes.float64)(0.5)), f64(3))
    made = Canonicalize().run(graph).graph
    assert_transformed(graph, made)


def test_a_choice_between_two_numbers_keeps_its_dtype() -> None:
    def function(x: Any) -> Any:
        one, half = (Full((3,), dtypes.float32)(n) for n in (1.0, 0.5))
        return Where()(x > 0, one, half)

    graph = graph_of(function, f32(3))
    assert_transformed(graph, Canonicalize().run(graph).graph)


def test_fused_regions_are_left_alone() -> None:
    """They want their operands in one shape, though they are elementwise."""
    graph = graph_of(lambda x, y: Exp()(Expand((4, 3))(y) * x) + 1, f64(4, 3), f64(3))
    fused = ElementwiseFusion(0).run(graph).graph
    assert "fused" in names(fused)
    made = Canonicalize().run(fused).graph
    assert_transformed(graph, made)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_parts_side_by_side_are_joined(order: tuple[int, ...]) -> None:
    def function(*parts: Any) -> Any:
        placed = [PartScatter(1, 2 * place, 6)(parts[place]) for place in order]
        return (placed[0] + placed[1]) + placed[2]

    graph = graph_of(function, *[f64(3, 2)] * 3)
    made = Pipeline([Canonicalize(), DeadCodeElimination()]).run(graph)
    assert names(made) == ["cat"]
    assert_transformed(graph, made)


def test_some_parts_are_joined_and_placed() -> None:
    graph = graph_of(lambda x, y: PartScatter(0, 3, 7)(x) + PartScatter(0, 1, 7)(y), f64(3), f64(2))
    made = Pipeline([Canonicalize(), DeadCodeElimination()]).run(graph)
    assert names(made) == ["cat", "part_scatter"]
    assert_transformed(graph, made)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: PartScatter(0, 0, 9)(x) + PartScatter(0, 4, 9)(y),
        lambda x, y: PartScatter(0, 0, 9)(x) + PartScatter(0, 2, 9)(y),
        lambda x, y: PartScatter(0, 0, 3)(x) + PartScatter(0, 0, 3)(y),
        lambda x, y: PartScatter(0, 0, 6)(x) + Cat(0)(x, y),
    ],
    ids=["apart", "overlapping", "twice the same", "beside something else"],
)
def test_other_parts_are_added(function: Any) -> None:
    graph = graph_of(function, f64(3), f64(3))
    made = Pipeline([Canonicalize(), DeadCodeElimination()]).run(graph)
    assert "add" in names(made)
    assert_transformed(graph, made)


def test_what_is_joined_twice_is_joined_at_once() -> None:
    graph = graph_of(lambda x, y: Cat(0)(Cat(0)(x, y), x), f64(3), f64(2))
    made = Pipeline([Canonicalize(), DeadCodeElimination()]).run(graph)
    assert names(made) == ["cat"]
    assert_transformed(graph, made)


def test_draws_are_kept() -> None:
    def function(state: Any) -> Any:
        drawn, state = Uniform((3,), dtypes.float32)(state, 0.0, 1.0)
        return drawn * 1 + 0

    graph = graph_of(function, GeneratorType())
    made = Canonicalize().run(graph).graph
    assert names(made) == ["uniform"]


# ---------------------------------------------------------------------- carried over


def test_locations_labels_and_phases_carry_over() -> None:
    from graphnet.source import Location

    place = Location("train.py", 3)
    with Builder() as builder:
        x = builder.input(f64(3), "x")
        with builder.at(place, "square"):
            y = x**2
    made = Canonicalize().run(Graph(builder.nodes, [x], [y])).graph
    node = made.outputs[0].node
    assert (node.location, node.label) == (place, "square")


def test_the_given_graph_is_not_changed() -> None:
    graph = graph_of(lambda x: negated(negated(x)) * 1, f64(3))
    before = str(graph)
    Canonicalize().run(graph)
    assert str(graph) == before
    verify(graph)


@given(programs(updates=True))
def test_random_programs_keep_their_numbers(program: Program) -> None:
    made = Pipeline([Canonicalize()], verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))


@given(programs())
def test_a_second_run_finds_nothing(program: Program) -> None:
    passes = Pipeline([Canonicalize(), DeadCodeElimination()])
    made = passes.run(program.graph)
    assert str(passes.run(made)) == str(made)
