"""Rebuilding a graph: what carries over to nodes that replace others."""

from __future__ import annotations

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.registry import singletons
from graphnet.ir.rewriter import Rewriter
from graphnet.ir.types import TensorType
from graphnet.passes.autodiff import differentiate, seed
from graphnet.source import Location

SCALAR = TensorType(dtypes.float32)


class Doubling(Rewriter):
    """Writes every product with a sum of two halves of it."""

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        if node.op is singletons["mul"]:
            half = operands[0] * operands[1] / 2
            return (half + half,)
        return None


def square() -> tuple[Graph, Value]:
    """y = x * x with its gradient."""
    with Builder() as builder:
        x = builder.input(SCALAR, "x", requires_grad=True)
        with builder.at(Location("demo.py", 1), "y"):
            y = x * x
        forward = list(builder.nodes)
        builder.grad_enabled = False
        gradients = differentiate(forward, {y: seed(y)})
    return Graph(builder.nodes, [x], [y, gradients[x]]), gradients[x]


def test_differentiation_notes_whose_gradients_it_finds() -> None:
    graph, gradient = square()
    x, y = graph.inputs[0], graph.outputs[0]
    (one,) = graph.find("full")
    assert gradient.gradient_of == (x,)
    assert one.result.gradient_of == (y,)
    assert all(operand.gradient_of == () for operand in gradient.node.operands)


def test_a_rebuilt_gradient_knows_whose_it_is() -> None:
    graph, gradient = square()
    rebuilt = Doubling(graph).run()
    x, y = rebuilt.inputs[0], rebuilt.outputs[0]
    assert x is graph.inputs[0]
    assert y is not graph.outputs[0]
    new_gradient = rebuilt.outputs[1]
    assert new_gradient is not gradient
    assert new_gradient.gradient_of == (x,)
    assert gradient.gradient_of == (x,)  # the old graph is as it was


def test_places_and_phases_carry_over() -> None:
    graph, _ = square()
    for node in Doubling(graph).run():
        if node.operands:
            assert node.location == Location("demo.py", 1)
            backward = node.op.name in ("identity", "full") or node.label == "mul backward"
            assert node.phase is (Phase.BACKWARD if backward else Phase.FORWARD)
            assert node.label or node.op.name == "full"
