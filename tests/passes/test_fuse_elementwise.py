"""Fusion of elementwise operations: what is joined, what must not be, and the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Phase
from graphnet.ops.fused import Fused
from graphnet.ops.math import Exp, Neg, Sin, Tanh
from graphnet.ops.reduce import Flip, Sum
from graphnet.ops.shape import Expand
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.passes.pipeline import Pipeline
from graphnet.runtime.interpreter import interpret
from graphnet.source import Location
from tests.graphs import agree, arrays_for, assert_transformed, f32, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs


def fused(graph: Graph, min_bytes: int = 0) -> Graph:
    made = ElementwiseFusion(min_bytes).run(graph).graph
    assert_transformed(graph, made)
    return made


def regions(graph: Graph) -> list[list[str]]:
    """The operations of each region."""
    return [
        [step.op.name for step in node.op.body]
        for node in graph.nodes
        if isinstance(node.op, Fused)
    ]


# ---------------------------------------------------------------------- what is joined


def test_a_chain_becomes_one_region() -> None:
    made = fused(graph_of(lambda x: Exp()(Sin()(x * 2)) + 1, f32(4, 3)))
    assert names(made) == ["fused"]
    assert regions(made) == [["mul", "sin", "exp", "add"]]


def test_one_operation_alone_stays() -> None:
    graph = graph_of(lambda x: Exp()(x), f32(3))
    assert ElementwiseFusion(0).run(graph).graph is graph


def test_what_is_read_outside_is_a_result_of_the_region() -> None:
    def function(x: Any) -> Any:
        y = Exp()(x)
        z = Sin()(y)
        return Sum((0,))(y), z * y

    made = fused(graph_of(function, f64(3)))
    (region,) = made.find("fused")
    assert len(region.results) == 2
    assert names(made) == ["fused", "sum"]


def test_an_output_in_the_middle_is_a_result_too() -> None:
    def function(x: Any) -> Any:
        y = Exp()(x)
        return Sin()(y), y, y

    made = fused(graph_of(function, f64(3)))
    (region,) = made.find("fused")
    assert [value.index for value in made.outputs] == [1, 0, 0]
    assert len(region.results) == 2


def test_a_region_nobody_reads_goes() -> None:
    def function(x: Any) -> Any:
        Exp()(Sin()(x))
        return x

    assert names(fused(graph_of(function, f64(3)))) == []


def test_operands_may_broadcast_into_the_region() -> None:
    made = fused(graph_of(lambda x, y: (x + y) * y, f64(4, 3), f64(3)))
    assert regions(made) == [["add", "mul"]]


def test_constants_come_last_among_the_operands() -> None:
    made = fused(graph_of(lambda x, y: (x * 2 + y) * 2, f64(3), f64(3)))
    (region,) = made.find("fused")
    assert [operand.op.name for operand in region.operands] == ["input", "input", *["constant"] * 2]


def test_results_may_have_different_dtypes() -> None:
    def function(x: Any) -> Any:
        y = Exp()(x)
        return y > 1, y

    made = fused(graph_of(function, f64(3)))
    assert regions(made) == [["exp", "gt"]]


# ---------------------------------------------------------------------- what is not


def test_different_shapes_are_not_joined() -> None:
    made = fused(graph_of(lambda x, y: Exp()(x) + Exp()(Sin()(y)), f64(4, 3), f64(3)))
    assert sorted(regions(made)) == [["exp", "add"], ["sin", "exp"]]


def test_small_results_are_not_joined() -> None:
    graph = graph_of(lambda x: Exp()(Sin()(x)), f64(100))
    assert names(fused(graph, min_bytes=801)) == ["sin", "exp"]
    assert names(fused(graph, min_bytes=800)) == ["fused"]


def test_the_default_leaves_what_fits_the_cache() -> None:
    assert names(fused(graph_of(lambda x: Exp()(Sin()(x)), f64(100)), 256 * 1024)) == ["sin", "exp"]
    large = graph_of(lambda x: Exp()(Sin()(x)), f32(256, 256))
    assert names(ElementwiseFusion().run(large).graph) == ["fused"]


def test_numbers_are_not_joined() -> None:
    graph = graph_of(lambda x: Exp()(Sin()(x)), f64())
    assert names(fused(graph)) == ["sin", "exp"]


def test_what_lies_in_between_keeps_operations_apart() -> None:
    made = fused(graph_of(lambda x: Exp()(Flip((0,))(Sin()(x))), f64(3)))
    assert names(made) == ["sin", "flip", "exp"]


def test_a_region_does_not_wait_for_itself() -> None:
    """``exp`` is read by the sum in between, which the last operation reads too."""

    def function(x: Any) -> Any:
        y = Exp()(x)
        total = Expand((3,))(Sum((0,), True)(y))
        return y / total

    made = fused(graph_of(function, f64(3)))
    assert regions(made) == []


def test_two_regions_do_not_wait_for_each_other() -> None:
    """``t`` joins one of two groups, so that what reads it through ``m`` may not join the other."""

    def function(x: Any, y: Any) -> Any:
        s, c = Tanh()(x), Exp()(y)
        m = Flip((0,))(s)
        t = c + s
        return t, m + c

    graph = graph_of(function, f64(3), f64(3))
    fused(graph)

    def mirrored(x: Any, y: Any) -> Any:
        s, c = Tanh()(x), Exp()(y)
        m = Flip((0,))(s)
        t = s + c
        return t, c + m, Flip((0,))(t) + s

    fused(graph_of(mirrored, f64(3), f64(3)))


# ---------------------------------------------------------------------- carried over


def test_a_region_has_the_place_of_its_last_operation() -> None:
    place = Location("train.py", 8)
    with Builder() as builder:
        x = builder.input(f64(3))
        y = Exp()(x)
        builder.phase = Phase.BACKWARD
        with builder.at(place, "sin backward"):
            z = Sin()(y)
    made = fused(Graph(builder.nodes, [x], [z]))
    node = made.outputs[0].node
    assert (node.location, node.phase, node.label) == (place, Phase.BACKWARD, "sin backward")


def test_results_know_whose_gradient_they_are() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y = Exp()(Neg()(x))
        y.gradient_of = (x,)
    made = fused(Graph(builder.nodes, [x], [y]))
    assert made.outputs[0].gradient_of == (made.inputs[0],)


def test_the_given_graph_is_not_changed() -> None:
    graph = graph_of(lambda x: Exp()(Sin()(x)), f64(3))
    before = str(graph)
    fused(graph)
    assert str(graph) == before


# ---------------------------------------------------------------------- numbers


def test_long_chains_become_one_region() -> None:
    def function(x: Any) -> Any:
        for _ in range(3000):
            x = Neg()(x)
        return x

    graph = graph_of(function, f64(2))
    made = ElementwiseFusion(0).run(graph).graph
    assert names(made) == ["fused"]
    arrays = arrays_for(graph)
    np.testing.assert_array_equal(interpret(made, arrays)[0], arrays[0])


def test_long_chains_of_small_regions_do_not_recurse() -> None:
    def function(x: Any) -> Any:
        for _ in range(1000):
            x = Flip((0,))(Neg()(Neg()(x)))
        return x

    graph = graph_of(function, f64(2))
    made = ElementwiseFusion(0).run(graph).graph
    assert names(made) == ["fused", "flip"] * 1000


@given(programs(updates=True, same_shape=True, steps=25))
def test_random_programs_keep_their_numbers(program: Program) -> None:
    made = Pipeline([ElementwiseFusion(0)], verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))
    assert len(made.find("uniform")) == len(program.graph.find("uniform"))


def test_blocks_of_a_large_region_are_put_together() -> None:
    graph = graph_of(lambda x, y: (Exp()(x) * y + x, x > y), f32(300, 400), f32(400))
    made = ElementwiseFusion().run(graph).graph
    assert dtypes.bool in {value.dtype for value in made.outputs}
    assert_transformed(graph, made)
