"""Products of few rows, the other way round: when, and with the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphnet.ir.graph import Graph
from graphnet.ops.linear import Linear
from graphnet.ops.matmul import Matmul
from graphnet.ops.shape import Permute, T, Transpose
from graphnet.ops.tiles import Tile
from graphnet.passes.decompose import Decompose
from graphnet.passes.pipeline import Pipeline
from graphnet.passes.transposed_products import TransposedProducts
from graphnet.runtime.interpreter import interpret
from graphnet.runtime.plan import compile_plan
from tests.graphs import arrays_for, f32, graph_of, names


@pytest.fixture(autouse=True)
def _uncut(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a BLAS for which products are not cut into tiles."""
    monkeypatch.setattr(Tile, "enabled", False)


PASSES = (Decompose(), TransposedProducts())


def optimized(graph: Graph) -> Graph:
    return Pipeline(PASSES, verify=True).run(graph)


@pytest.mark.parametrize(
    ("rows", "depth", "columns", "expected"),
    [
        (32, 784, 128, True),
        (128, 784, 512, True),
        (1, 4096, 512, False),  # a vector
        (16, 256, 128, False),  # small enough for BLAS to take as it is
        (128, 2048, 2048, True),
        (512, 2048, 2048, False),  # so many rows that putting the result in order costs more
        (1024, 128, 512, False),  # so many rows that the result costs more than the weight
    ],
)
def test_where_it_pays(rows: int, depth: int, columns: int, expected: bool) -> None:
    graph = graph_of(lambda x, w: Linear()(x, w), f32(rows, depth), f32(columns, depth))
    x, w = optimized(graph).find("matmul")[0].operands
    assert (x.shape == (columns, depth) and w.shape == (depth, rows)) is expected


@pytest.mark.parametrize("transposing", [T(), Transpose(0, 1), Permute((1, 0))], ids=str)
def test_however_the_transpose_is_written(transposing: Any) -> None:
    graph = graph_of(lambda x, w: x @ transposing(w), f32(32, 784), f32(128, 784))
    assert optimized(graph).find("matmul")[0].operands[0].shape == (128, 784)


def test_a_factor_that_is_not_transposed_stays() -> None:
    graph = graph_of(lambda x, w: Matmul()(x, w), f32(32, 784), f32(784, 128))
    assert TransposedProducts().run(graph).graph is graph


@pytest.mark.parametrize("bias", [False, True])
def test_the_bits_are_those_of_the_layer(bias: bool) -> None:
    """A first visit is interpreted, later ones are planned: a loss must not tell which."""
    types = [f32(33, 500), f32(90, 500), f32(90)]
    graph = graph_of(lambda *operands: Linear()(*operands), *types[: 2 + bias])
    inputs = [np.asarray(array, np.float32) for array in arrays_for(graph)]
    (expected,) = interpret(graph, inputs)
    made = optimized(graph)
    assert "t" in names(made)
    (found,) = compile_plan(made)(inputs)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, expected)
