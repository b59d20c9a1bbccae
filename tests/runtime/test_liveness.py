"""Liveness: whose memory a value lies in, and when that is last needed."""

from __future__ import annotations

from hypothesis import given

from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ops.convert import Clone
from graphnet.ops.math import Exp
from graphnet.ops.reduce import Max
from graphnet.ops.shape import Reshape, T
from graphnet.runtime.liveness import Liveness
from tests.graphs import f64
from tests.programs import Program, programs


def test_a_value_lives_until_its_last_reader() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))  # 0
        y = Exp()(x)  # 1
        z = Exp()(y)  # 2
        w = y + z  # 3
        out = Exp()(w)  # 4
    live = Liveness.of(Graph(builder.nodes, [x], [out]))
    assert [live.last_use[value] for value in (x, y, z, w)] == [1, 3, 3, 4]


def test_results_outlive_the_run() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y, z = Exp()(x), x + x
    live = Liveness.of(Graph(builder.nodes, [x], [y], [(x, z)]))
    assert live.last_use[y] == live.last_use[z] == 3


def test_what_nobody_reads_dies_where_it_is_made() -> None:
    with Builder() as builder:
        x = builder.input(f64(2, 3))
        top, place = Max(1)(x)
    live = Liveness.of(Graph(builder.nodes, [x], [top]))
    assert live.last_use[place] == 1


def test_a_view_lies_in_the_memory_of_what_it_views_and_keeps_it_alive() -> None:
    with Builder() as builder:
        x = builder.input(f64(2, 3))  # 0
        y = Exp()(x)  # 1
        v = Reshape((6,))(T()(y))  # 2, 3
        w = Exp()(x)  # 4
        out = Exp()(v)  # 5
    live = Liveness.of(Graph(builder.nodes, [x], [out, w]))
    assert live.origin[v] is y
    assert live.origin[w] is w
    assert live.last_use[y] == 5
    assert v not in live.last_use


def test_an_output_that_is_a_view_keeps_its_memory_alive() -> None:
    with Builder() as builder:
        x = builder.input(f64(2, 3))
        v = T()(Exp()(x))
    live = Liveness.of(Graph(builder.nodes, [x], [v]))
    assert live.last_use[live.origin[v]] == 3


def test_a_copy_has_memory_of_its_own() -> None:
    with Builder() as builder:
        x = builder.input(f64(3))
        y = Clone()(x)
    live = Liveness.of(Graph(builder.nodes, [x], [y]))
    assert live.origin[y] is y


@given(programs(updates=True))
def test_no_value_is_read_after_its_memory_died(program: Program) -> None:
    graph = program.graph
    live = Liveness.of(graph)
    for step, node in enumerate(graph.nodes):
        for operand in node.operands:
            assert live.last_use[live.origin[operand]] >= step
        for value in node.results:
            assert live.last_use[live.origin[value]] >= step
            assert owner(value) is live.origin[value]
    for value in graph.results:
        assert live.last_use[live.origin[value]] == len(graph.nodes)


def owner(value: Value) -> Value:
    while value.op.is_(Trait.VIEW):
        value = value.node.operands[0]
    return value
