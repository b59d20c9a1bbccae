"""A graph that is not well formed is shown with the complaint inside."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.errors import CompileError
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node
from graphnet.ir.registry import singletons
from graphnet.ir.types import TensorType
from graphnet.ir.verifier import verify
from tests.ir.random_graphs import graphs

F32 = dtypes.float32
VECTOR = TensorType(F32, (3,))
ADD, EXP = singletons["add"], singletons["exp"]


def shown(graph: Graph) -> str:
    """The verifier's message without its first line and the place where it was raised."""
    with pytest.raises(CompileError) as caught:
        verify(graph)
    head, _, text = caught.value.problem.partition("\n")
    assert head == f"graph {graph.name!r} is not well formed"
    return text


@pytest.fixture
def builder() -> Builder:
    with Builder() as builder:
        yield builder


@given(graphs())
def test_random_graphs_are_well_formed(graph: Graph) -> None:
    verify(graph)


def test_a_wrong_type(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = builder.add(Node(ADD, (x, x), (TensorType(F32, (4,)),))).result
    assert shown(Graph(builder.nodes, [x], [y])) == dedent(
        """\
        graph graph(%x: f32[3]) {
          %a: f32[4] = add(%x, %x)
          ^ typed f32[4], but the operation gives f32[3]
          return %a
        }"""
    )


def test_a_wrongly_typed_number(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = x * 2
    y.node.operands[1].type = TensorType(dtypes.int8)
    text = shown(Graph(builder.nodes, [x], [y]))
    assert "%1: i8[] = 2\n  ^ typed i8[], but the operation gives ~i64[]" in text


def test_a_float_may_be_of_another_default_dtype(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = x * 0.5
    y.node.operands[1].type = TensorType(dtypes.float64, weak=True)
    verify(Graph(builder.nodes, [x], [y]))


def test_operands_that_do_not_fit(builder: Builder) -> None:
    x, y = builder.input(VECTOR, "x"), builder.input(TensorType(F32, (4,)), "y")
    builder.add(Node(ADD, (x, y), (VECTOR,)))
    text = shown(Graph(builder.nodes, [x, y], []))
    assert "add(%x, %y)\n  ^ its operands do not fit: The size of tensor a (3) must" in text


def test_an_operand_that_is_not_in_the_graph(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = EXP(x)
    z = EXP(y)
    without = [node for node in builder.nodes if node is not y.node]
    assert shown(Graph(without, [x], [z])) == dedent(
        """\
        graph graph(%x: f32[3]) {
          %a: f32[3] = exp(%<exp, not in this graph>)
          ^ operand 0 (<Value 0 of exp: f32[3]>) is not defined in this graph
          return %a
        }"""
    )


def test_an_operand_that_is_no_result_of_its_node(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = EXP(x)
    impostor = Node(EXP, (x,), (VECTOR,)).result
    impostor.node = y.node
    builder.add(Node(EXP, (impostor,), (VECTOR,)))
    text = shown(Graph(builder.nodes, [x], []))
    assert "^ operand 0 is not a result of the node it names" in text


def test_a_cycle(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = x + x
    z = EXP(y)
    y.node.operands = (x, z)
    assert shown(Graph(builder.nodes, [x], [z])) == dedent(
        """\
        graph graph(%x: f32[3]) {
          %a: f32[3] = add(%x, %b)
          ^ depends on itself, in the cycle add -> exp -> add
          %b: f32[3] = exp(%a)
          ^ depends on itself, in the cycle add -> exp -> add
          return %b
        }"""
    )


def test_edges_that_are_not_the_operands(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = EXP(x)
    graph = Graph(builder.nodes, [x], [y])
    graph.nx.remove_edge(x.node, y.node)
    assert "^ edges [] do not mirror the operands" in shown(graph)


def test_a_source_with_operands(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = builder.add(Node(singletons["input"], (x,), (VECTOR,), label="y")).result
    assert "  ^ a source has operands" in shown(Graph(builder.nodes, [x, y], []))


def test_an_input_that_is_not_declared(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = EXP(x)
    assert shown(Graph(builder.nodes, [], [y])) == dedent(
        """\
        graph graph() {
          %x: f32[3] = input()
          %a: f32[3] = exp(%x)
          return %a
        }
        ^ the declared inputs are not the input nodes"""
    )


def test_a_result_that_is_not_in_the_graph(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y = EXP(x)
    text = shown(Graph([x.node], [x], [y]))
    assert "return %<exp, not in this graph>" in text
    assert text.endswith("^ result <Value 0 of exp: f32[3]> is not defined in this graph")


def test_updates_must_be_of_inputs_with_their_type(builder: Builder) -> None:
    x = builder.input(VECTOR, "x")
    y, wide = EXP(x), builder.input(TensorType(F32, (4,)), "w")
    text = shown(Graph(builder.nodes, [x, wide], [], [(y, x)]))
    assert text.endswith("^ update target <Value 0 of exp: f32[3]> is not an input")
    text = shown(Graph(builder.nodes, [x, wide], [], [(wide, y)]))
    assert text.endswith("^ update writes f32[3] into f32[4]")
