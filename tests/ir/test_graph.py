"""The graph: edges mirror operands, order is topological, and walks need no recursion."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Phase
from graphnet.ir.registry import operations
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.ops.math import Exp
from graphnet.ops.sort import Sort
from tests.ir.random_graphs import graphs

F32 = dtypes.float32
VECTOR = TensorType(F32, (3,))


@pytest.fixture
def builder() -> Builder:
    with Builder() as builder:
        yield builder


def test_a_square_has_two_edges(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = x * x
    graph = Graph(builder.nodes, [x], [y])
    assert list(graph.nx.edges(keys=True)) == [(x.node, y.node, 0), (x.node, y.node, 1)]
    assert graph.users(x) == [y.node, y.node]


def test_edges_carry_the_result_they_read(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    values, indices = Sort(0, False)(x)
    y = Exp()(values)
    z = indices + indices
    graph = Graph(builder.nodes, [x], [y, z])
    assert graph.users(values) == [y.node]
    assert graph.users(indices) == [z.node, z.node]
    assert graph.nx.edges[values.node, z.node, 1] == {"result": 1}


def test_nodes_are_in_topological_order_and_else_as_recorded(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y, z = Exp()(x), abs(x)
    w = y + z
    recorded = [w.node, z.node, x.node, y.node]
    graph = Graph(recorded, [x], [w])
    assert graph.nodes == (x.node, z.node, y.node, w.node)
    assert list(graph) == list(graph.nodes)
    assert len(graph) == 4


@given(graphs())
def test_operands_come_before_their_users(graph: Graph) -> None:
    place = {node: number for number, node in enumerate(graph.nodes)}
    assert all(place[v.node] < place[node] for node in graph for v in node.operands)
    assert networkx.is_directed_acyclic_graph(graph.nx)


@given(graphs())
def test_users_mirror_operands(graph: Graph) -> None:
    for node in graph:
        for value in node.results:
            reads = [user for user in graph for operand in user.operands if operand is value]
            assert sorted(map(id, graph.users(value))) == sorted(map(id, reads))


def test_reachable_is_what_results_updates_inputs_and_draws_need(builder: Builder) -> None:
    x, w = builder.input(VECTOR, "x"), builder.input(VECTOR, "w")
    unused = builder.input(VECTOR, "unused")
    state = builder.input(GeneratorType(), "g")
    used, new, dead = Exp()(x), Exp()(w), Exp()(x)
    drawn, _ = operations["uniform"]((3,), F32)(state, 0, 1)
    graph = Graph(builder.nodes, [x, w, unused, state], [used], [(w, new)])
    found = graph.reachable()
    assert {x.node, w.node, unused.node, used.node, new.node, drawn.node} <= found
    assert dead.node not in found


def test_results_are_outputs_then_updates(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y, z = Exp()(x), abs(x)
    assert Graph(builder.nodes, [x], [y], [(x, z)]).results == (y, z)


def test_nodes_by_phase_and_by_operation(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = Exp()(x)
    builder.phase = Phase.UPDATE
    z = Exp()(y)
    graph = Graph(builder.nodes, [x], [z])
    assert graph.in_phase(Phase.UPDATE) == (z.node,)
    assert graph.find("exp") == [y.node, z.node]
    assert graph.find("log") == []


def test_a_node_outside_is_not_taken_in(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = Exp()(x)
    graph = Graph([y.node], [], [y])
    assert x.node not in graph
    assert len(graph) == 1


def test_ten_thousand_nodes_in_a_row_need_no_recursion(builder: Builder) -> None:
    x = y = builder.input(VECTOR, "x")
    for _ in range(10_000):
        y = Exp()(y)
    graph = Graph(builder.nodes, [x], [y])
    assert len(graph.reachable()) == len(graph.nodes) == 10_001
    assert str(Graph.parse(str(graph))) == str(graph)


def test_repr(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    graph = Graph(builder.nodes, [x], [], name="g")
    assert repr(graph) == "<Graph 'g': 1 nodes, 1 inputs, 0 outputs, 0 updates>"
    assert repr(x) == "<Value 0 of input: f32[3]>"
    assert repr(x.node) == "<Node input>"
