"""The passes together: levels, order, broken passes, numbers, growth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet import dtypes
from graphnet.config import config
from graphnet.errors import CompileError
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node
from graphnet.ir.types import GeneratorType
from graphnet.ops.create import Full
from graphnet.ops.math import Exp, Neg, Sin, Tanh
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Sum
from graphnet.passes.autodiff import differentiate
from graphnet.passes.base import Pass
from graphnet.passes.canonicalize import Canonicalize
from graphnet.passes.cse import CommonSubexpressions
from graphnet.passes.dce import DeadCodeElimination
from graphnet.passes.decompose import Decompose
from graphnet.passes.fold import ConstantFolding
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.passes.pipeline import CLEAN_UP, LEVELS, Pipeline, optimize
from graphnet.passes.transposed_products import TransposedProducts
from graphnet.runtime.interpreter import interpret
from tests.graphs import agree, assert_same_interface, assert_transformed, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs

ALL: tuple[Pass, ...] = (
    DeadCodeElimination(),
    ConstantFolding(),
    Canonicalize(),
    CommonSubexpressions(),
    Decompose(),
    TransposedProducts(),
    ElementwiseFusion(0),
)
FUSING_ALL = (
    *CLEAN_UP,
    Decompose(),
    TransposedProducts(),
    ElementwiseFusion(0),
    DeadCodeElimination(),
)


# ---------------------------------------------------------------------- levels


def test_level_0_does_nothing() -> None:
    graph = graph_of(lambda x: x * 1, f64(3))
    assert optimize(graph, 0) is graph


def test_level_1_cleans_up_and_level_2_fuses() -> None:
    def function(x: Any) -> Any:
        return Exp()(Sin()(x * 1)) + Exp()(Sin()(x))

    graph = graph_of(function, f64(200, 200))
    assert names(optimize(graph, 1)) == ["sin", "exp", "add"]
    assert names(optimize(graph, 2)) == ["fused"]
    assert_transformed(graph, optimize(graph, 2, verify=True))


def test_every_level_that_can_be_configured_has_passes() -> None:
    before = config.optimization_level
    try:
        for level in LEVELS:
            config.optimization_level = level
    finally:
        config.optimization_level = before
    assert set(LEVELS) == {0, 1, 2}


def test_passes_are_values() -> None:
    """Equal options make equal passes; their fields are their options."""
    assert ElementwiseFusion(3) == ElementwiseFusion(3)
    assert ElementwiseFusion(3) != ElementwiseFusion(4)
    assert len({each.name for each in ALL}) == len(ALL)
    with pytest.raises(AttributeError):
        ElementwiseFusion().min_bytes = 3  # type: ignore[misc]


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
def test_a_pass_with_nothing_to_do_gives_the_graph_back(each: Pass) -> None:
    graph = graph_of(lambda x: Sum((0,))(x), f64(2, 3))
    result = each.run(graph)
    assert result.graph is graph
    assert not result.changed


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
def test_passes_take_empty_graphs(each: Pass) -> None:
    assert len(each.run(Graph([], [], [])).graph) == 0


# ---------------------------------------------------------------------- a training step


def training_step() -> Graph:
    """Two layers, their gradients and updates, as a program would record them."""
    with Builder() as builder:
        x = builder.input(f64(4, 3), "x")
        weights = [
            builder.input(f64(3, 3), f"weight{number}", requires_grad=True) for number in range(2)
        ]
        hidden = x
        for weight in weights:
            hidden = Tanh()(hidden @ weight)
        loss = Sum((0, 1))(hidden**2)
        one = Full((), dtypes.float64)(1)
        found = differentiate(list(builder.nodes), {loss: one})
        updates = [(weight, weight - found[weight] * 0.1) for weight in weights]
    return Graph(builder.nodes, [x, *weights], [loss], updates, "step")


@pytest.mark.parametrize("level", LEVELS)
def test_a_training_step_keeps_its_numbers_at_every_level(level: int) -> None:
    graph = training_step()
    made = optimize(graph, level, verify=True)
    assert_transformed(graph, made)
    assert level == 0 or len(made) < len(graph)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
def test_a_training_step_keeps_its_numbers_under_each_pass(each: Pass) -> None:
    graph = training_step()
    assert_transformed(graph, Pipeline([each], verify=True).run(graph))


def test_the_order_of_the_interface_stays() -> None:
    with Builder() as builder:
        x, y, z = (builder.input(f64(2), name) for name in "xyz")
        a, b = x + 0, y * 1
        c = Neg()(Neg()(z))
    graph = Graph(builder.nodes, [z, x, y], [b, a, b, c, x], [(y, a), (x, b)], "named")
    for passes in (CLEAN_UP, FUSING_ALL):
        made = Pipeline(passes, verify=True).run(graph)
        assert_same_interface(graph, made)
        arrays = [np.full(2, float(number)) for number in range(3)]
        results = [result[0] for result in interpret(made, arrays)]
        assert results == [2, 1, 2, 0, 1, 1, 2]


def test_draws_stay_in_their_number_and_order() -> None:
    def function(state: Any) -> Any:
        draw = Uniform((2,), dtypes.float64)
        first, after = draw(state, 0.0, 1.0)
        second, after = draw(after, 0.0, 1.0)
        draw(after, 0.0, 1.0)
        return first * 1 + 0, second

    graph = graph_of(function, GeneratorType())
    for level in LEVELS:
        made = optimize(graph, level, verify=True)
        assert names(made) == ["uniform"] * 3 + ["mul", "add"] * (level == 0)
        assert_transformed(graph, made)


# ---------------------------------------------------------------------- broken passes


@dataclass(frozen=True)
class Forgetful(Pass):
    """Leaves out what defines the first output."""

    name: ClassVar[str] = "forgetful"

    def transform(self, graph: Graph) -> Graph:
        gone = graph.outputs[0].node
        kept = [node for node in graph.nodes if node is not gone]
        return Graph(kept, graph.inputs, graph.outputs, graph.updates, graph.name)


@dataclass(frozen=True)
class Mistyping(Pass):
    """Says that the first output is of another type."""

    name: ClassVar[str] = "mistyping"

    def transform(self, graph: Graph) -> Graph:
        old = graph.outputs[0].node
        new = Node(old.op, old.operands, (f64(7),))
        kept = [node for node in graph.nodes if node is not old]
        return Graph([*kept, new], graph.inputs, [new.result], graph.updates, graph.name)


@pytest.mark.parametrize("broken", [Forgetful(), Mistyping()], ids=lambda each: each.name)
def test_a_broken_pass_is_named_and_the_graph_is_shown(broken: Pass) -> None:
    graph = graph_of(lambda x: Exp()(Sin()(x)), f64(3))
    pipeline = Pipeline([DeadCodeElimination(), broken, Canonicalize()], verify=True)
    with pytest.raises(CompileError, match=f"pass '{broken.name}' broke the graph") as caught:
        pipeline.run(graph)
    assert "sin(%x0)" in str(caught.value)


def test_without_verification_passes_are_trusted() -> None:
    graph = graph_of(lambda x: Exp()(x), f64(3))
    made = Pipeline([Mistyping()]).run(graph)
    assert made.outputs[0].type == f64(7)


# ---------------------------------------------------------------------- random programs


@pytest.mark.parametrize("passes", [CLEAN_UP, LEVELS[2], FUSING_ALL], ids=["1", "2", "fuse all"])
@given(program=programs(updates=True))
def test_random_programs_keep_their_numbers(passes: tuple[Pass, ...], program: Program) -> None:
    made = Pipeline(passes, verify=True).run(program.graph)
    assert_same_interface(program.graph, made)
    agree(program.graph, *interpret_twice(program, made))
    assert len(made.find("uniform")) == len(program.graph.find("uniform"))


@given(programs(updates=True), st.permutations(ALL))
def test_passes_may_run_in_any_order(program: Program, passes: list[Pass]) -> None:
    made = Pipeline(passes, verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))


@given(programs(updates=True), st.sampled_from([1, 2]))
def test_a_second_run_changes_nothing(program: Program, level: int) -> None:
    made = optimize(program.graph, level)
    assert str(optimize(made, level)) == str(made)


@given(programs(updates=True))
def test_optimising_does_not_add_work(program: Program) -> None:
    made = optimize(program.graph, 1)
    assert len(names(made)) <= len(names(program.graph))


# ---------------------------------------------------------------------- growth


@pytest.mark.parametrize("level", [1, 2])
def test_chains_of_thousands_do_not_recurse(level: int) -> None:
    def function(x: Any) -> Any:
        for _ in range(1500):
            x = Sin()(x) * 0.5
        return x

    graph = graph_of(function, f64(2))
    made = optimize(graph, level, verify=True)
    assert len(names(made)) == 3000


def test_chains_that_collapse_do_not_recurse() -> None:
    def function(x: Any) -> Any:
        for _ in range(3000):
            x = Neg()(x)
        return x

    graph = graph_of(function, f64(2))
    made = optimize(graph, 2, verify=True)
    assert made.outputs == made.inputs
