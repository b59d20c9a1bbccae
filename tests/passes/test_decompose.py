"""Operations become simpler ones: the same numbers, and parts that others can share."""

from __future__ import annotations

import numpy as np
import pytest

from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ops.linear import Linear
from graphnet.ops.loss import MseLoss
from graphnet.passes.autodiff import differentiate, seed
from graphnet.passes.decompose import Decompose
from graphnet.passes.pipeline import LEVELS, Pipeline
from graphnet.runtime.interpreter import interpret
from tests.graphs import arrays_for, f32, graph_of, names


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3)])
def test_a_linear_layer_is_a_product_and_a_sum(shape: tuple[int, ...]) -> None:
    graph = graph_of(lambda x, w, b: Linear()(x, w, b), f32(*shape), f32(6, 3), f32(6))
    made = Pipeline([Decompose()], verify=True).run(graph)
    assert {"t", "matmul", "add"} <= set(names(made))
    assert "linear" not in names(made)
    inputs = arrays_for(graph)
    (expected,), (found,) = interpret(graph, inputs), interpret(made, inputs)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_squared_error_shares_its_difference_with_its_gradient(reduction: str) -> None:
    with Builder() as builder:
        x = builder.input(f32(3, 4), "x", requires_grad=True)
        y = builder.input(f32(3, 4), "y")
        loss = MseLoss(reduction)(x, y)
        gradient = differentiate(list(builder.nodes), {loss: seed(loss)})[x]
    graph = Graph(builder.nodes, [x, y], [loss, gradient])
    made = Pipeline(LEVELS[2], verify=True).run(graph)
    assert names(made).count("sub") == 1
    inputs = arrays_for(graph)
    for found, expected in zip(interpret(made, inputs), interpret(graph, inputs), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_what_has_no_parts_stays() -> None:
    graph = graph_of(lambda x, y: MseLoss("none")(x, y), f32(3), f32(3))
    assert Decompose().run(graph).graph is graph
