"""Dead-code elimination."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.types import GeneratorType
from graphnet.ops.math import Exp, Sin
from graphnet.ops.random import Uniform
from graphnet.ops.sort import Sort
from graphnet.passes.dce import DeadCodeElimination
from graphnet.passes.pipeline import Pipeline
from tests.graphs import agree, assert_transformed, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs


def alive(graph: Graph) -> Graph:
    made = DeadCodeElimination().run(graph).graph
    assert_transformed(graph, made)
    return made


def test_what_no_result_depends_on_goes() -> None:
    def function(x: Any) -> Any:
        Sin()(Sin()(x))
        return Exp()(x)

    assert names(alive(graph_of(function, f64(3)))) == ["exp"]


def test_inputs_stay_though_nobody_reads_them() -> None:
    graph = graph_of(lambda x, y: x, f64(3), f64(2))
    assert len(alive(graph).inputs) == 2


def test_what_an_update_needs_stays() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y = Exp()(x)
        z = Sin()(y)
    graph = Graph(builder.nodes, [x], [], [(x, y)])
    assert z.node in graph
    assert names(alive(graph)) == ["exp"]


def test_one_of_several_results_is_enough() -> None:
    graph = graph_of(lambda x: Sort(0)(x)[1], f64(3))
    assert names(alive(graph)) == ["sort"]


def test_draws_stay_with_all_they_need() -> None:
    def function(x: Any, state: Any) -> Any:
        Uniform((3,), dtypes.float64)(state, 0.0, 1.0)
        return x

    graph = graph_of(function, f64(3), GeneratorType())
    assert names(alive(graph)) == ["uniform"]


def test_a_graph_without_dead_code_is_given_back() -> None:
    graph = graph_of(lambda x: Exp()(x), f64(3))
    assert DeadCodeElimination().run(graph).graph is graph


@given(programs(updates=True))
def test_random_programs_keep_their_numbers(program: Program) -> None:
    made = Pipeline([DeadCodeElimination()], verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))
    assert len(made.find("uniform")) == len(program.graph.find("uniform"))
    assert DeadCodeElimination().run(made).graph is made
