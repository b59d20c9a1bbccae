"""Only the new rows are computed of what has grown: where, where not, and with the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet import dtypes
from graphnet.config import config
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ops.arithmetic import Add, Mul
from graphnet.ops.compare import Where
from graphnet.ops.create import Arange, Full
from graphnet.ops.embedding import Embedding
from graphnet.ops.gelu import Gelu
from graphnet.ops.join import Cat
from graphnet.ops.linear import Linear
from graphnet.ops.matmul import Matmul
from graphnet.ops.norm import LayerNorm
from graphnet.ops.rearrange import Tril, Triu
from graphnet.ops.reduce import Mean
from graphnet.ops.shape import Reshape, Transpose, Unsqueeze, View
from graphnet.ops.softmax import Softmax
from graphnet.passes.cse import CommonSubexpressions
from graphnet.passes.dce import DeadCodeElimination
from graphnet.passes.incremental import Incremental
from graphnet.passes.pipeline import Pipeline
from graphnet.runtime.interpreter import interpret
from tests.graphs import arrays_for, f32, graph_of

PASSES = (CommonSubexpressions(), Incremental(), DeadCodeElimination())

Layer = Callable[[Value], Any]


def grown(layer: Layer, *more: Any, shape: tuple[int, ...] = (2, 5, 8), dim: int = 1) -> Graph:
    """The graph of a layer of ``x``, and of ``x`` with two rows behind it."""
    rows = (*shape[:dim], 2, *shape[dim + 1 :])

    def both(x: Value, y: Value, *others: Value) -> list[Value]:
        return [layer(x, *others), layer(Cat(dim)(x, y), *others)]

    return graph_of(both, f32(*shape), f32(*rows), *more)


def optimized(graph: Graph) -> Graph:
    """The graph after the pass; both give the same numbers."""
    made = Pipeline(PASSES, verify=True).run(graph)
    given = arrays_for(graph)
    for before, after in zip(interpret(graph, given), interpret(made, given), strict=True):
        np.testing.assert_allclose(after, before, rtol=2e-5, atol=2e-6)
    return made


def rows_of(graph: Graph, name: str, dim: int) -> list[int]:
    """The sizes of a dimension of what the operations of a name give."""
    return [node.results[0].shape[dim] for node in graph.find(name)]


def test_a_linear_layer_sees_each_row_by_itself() -> None:
    graph = optimized(grown(lambda x, w, b: Linear()(x, w, b), f32(3, 8), f32(3)))
    assert rows_of(graph, "linear", 1) == [5, 2]


def test_not_along_the_dimension_that_it_adds_up() -> None:
    before = grown(lambda x, w: Matmul()(x, w), f32(7, 3), shape=(2, 5, 7), dim=1)
    assert rows_of(optimized(before), "matmul", 1) == [5, 2]
    y = graph_of(
        lambda x, y, v, w: [Matmul()(x, v), Matmul()(Cat(2)(x, y), w)],
        f32(2, 5, 7),
        f32(2, 5, 2),
        f32(7, 3),
        f32(9, 3),
    )
    assert Incremental().run(y).graph is y


def test_a_graph_in_which_no_product_shrinks_stays() -> None:
    graph = grown(lambda x: Gelu()(x)[0])
    assert Incremental().run(graph).graph is graph


def attention(mask: Callable[[Value, int], Value]) -> Layer:
    """Self-attention of (batch, length, 8) by two heads."""

    def layer(x: Value, w: Value, *others: Value) -> Value:
        batch, length, width = x.shape
        q, k, v = (
            Transpose(1, 2)(View((batch, length, 2, 4))(part))
            for part in (Linear()(x, w), Linear()(x * 2, w), Linear()(x * 3, w))
        )
        scores = mask(Matmul()(q, Transpose(2, 3)(k)) * 0.5, length)
        mixed = Transpose(1, 2)(Matmul()(Softmax(3)(scores), v))
        joined: Value = Reshape((batch, length, width))(mixed)
        return Linear()(joined, w)

    return layer


def added(scores: Value, length: int) -> Value:
    full = Full((length, length), dtypes.float32)(float("-inf"))
    return Add()(scores, Triu(1)(full))


def filled(scores: Value, length: int) -> Value:
    lower = Tril(0)(Full((length, length), dtypes.bool)(True))
    return Where()(lower, scores, float("-inf"))


@pytest.mark.parametrize("mask", [added, filled])
def test_causal_attention_keeps_what_earlier_rows_saw(mask: Any) -> None:
    graph = optimized(grown(attention(mask), f32(8, 8)))
    assert rows_of(graph, "linear", 1) == [5, 5, 5, 5, 2, 2, 2, 2]
    assert rows_of(graph, "matmul", 2) == [5, 5, 2, 2]


def near(scores: Value, length: int) -> Value:
    """All but the first place: earlier rows see later ones."""
    return Add()(scores, Tril(-1)(Full((length, length), dtypes.float32)(float("-inf"))))


@pytest.mark.parametrize("mask", [lambda scores, length: scores, near])
def test_other_attention_is_computed_as_a_whole(mask: Any) -> None:
    graph = optimized(grown(attention(mask), f32(8, 8)))
    assert rows_of(graph, "matmul", 2) == [5, 5, 7, 7]


def test_a_mask_that_is_given_may_be_any() -> None:
    def layer(x: Value, w: Value, short: Value, long: Value) -> Value:
        mask = short if x.shape[1] == 5 else long
        return attention(lambda scores, length: Add()(scores, mask))(x, w)

    graph = optimized(grown(layer, f32(8, 8), f32(5, 5), f32(7, 7)))
    assert rows_of(graph, "matmul", 2) == [5, 5, 7, 7]


def test_places_are_counted_on() -> None:
    def layer(x: Value, table: Value, w: Value) -> Value:
        places = Arange(x.shape[1], dtypes.int64)(0, 1)
        return Linear()(Add()(x, Embedding()(table, places)), w)

    graph = optimized(grown(layer, f32(9, 8), f32(3, 8)))
    assert rows_of(graph, "linear", 1) == [5, 2]
    assert rows_of(graph, "embedding", 0) == [5, 2]


STEPS: dict[str, Layer] = {
    "double": lambda x: x * 2,
    "gelu": lambda x: Gelu()(x)[0],
    "norm": lambda x: LayerNorm(1)(x, 1e-5)[0],
    "softmax": lambda x: Softmax(x.ndim - 1)(x),
    "exchange": lambda x: Transpose(0, 1)(x),
    "turn": lambda x: Transpose(1, 2)(x),
    "centre": lambda x: x - Mean((x.ndim - 1,), True)(x),
    "gram": lambda x: Matmul()(x, Transpose(1, 2)(x)),
    "square": lambda x: Mul()(x, x),
    "flatten": lambda x: Reshape((1, x.shape[0] * x.shape[1], x.shape[2]))(x),
    "widen": lambda x: Reshape((x.shape[0], x.shape[1], x.shape[2]))(Unsqueeze(1)(x)),
    "first": lambda x: Softmax(0)(x),
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=7), st.integers(0, 2))
def test_any_chain_gives_the_same_numbers(steps: list[str], dim: int) -> None:
    """Operations that keep rows apart and others, along each dimension."""

    def layer(x: Value) -> Value:
        x = Matmul()(x * 0.5, Full((x.shape[2], 4), dtypes.float32)(0.5))
        for step in steps:
            x = STEPS[step](x)
        return x

    optimized(grown(layer, shape=(2, 3, 4), dim=dim))


SIZES = st.sampled_from([1, 2, 3])


@given(st.data(), st.tuples(SIZES, SIZES, SIZES), st.integers(0, 2))
def test_what_is_broadcast_may_have_rows_of_its_own(
    data: st.DataObject, shape: tuple[int, ...], dim: int
) -> None:
    """One row is added to several, once, and several rows to as many, the other time."""
    whole = (*shape[:dim], shape[dim] + 2, *shape[dim + 1 :])
    other = tuple(data.draw(st.sampled_from([1, size])) for size in whole)
    if shape[dim] != 1:  # or it would fit one of the two only
        other = (*other[:dim], 1, *other[dim + 1 :])
    other = other[data.draw(st.integers(0, 2)) :]

    def layer(x: Value, z: Value) -> Value:
        x = Add()(x, z)
        return Matmul()(x, Full((x.shape[2], 4), dtypes.float32)(0.5))

    optimized(grown(layer, f32(*other), shape=shape, dim=dim))


def test_masks_that_are_broadcast_at_first() -> None:
    """The mask of one row fits scores of any number of rows, the longer one only its own."""

    def layer(x: Value, w: Value) -> Value:
        length = 1 if x.shape[1] == 5 else 7
        return attention(lambda scores, _: added(scores, length))(x, w)

    graph = optimized(grown(layer, f32(8, 8)))
    assert rows_of(graph, "matmul", 2) == [5, 5, 7, 7]


class _Sampler(torch.nn.Module):
    """A transformer of two layers that says what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.places = torch.nn.Embedding(11, 16), torch.nn.Embedding(64, 16)
        self.project = torch.nn.ModuleList(torch.nn.Linear(16, 48) for _ in range(2))
        self.head = torch.nn.Linear(16, 11)

    def forward(self, tokens: Any) -> Any:
        batch, length = tokens.shape
        x = self.tokens(tokens) + self.places(torch.arange(length))
        for project in self.project:
            q, k, v = (
                part.view(batch, length, 2, 8).transpose(1, 2)
                for part in project(x).split(16, dim=2)
            )
            y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + y.transpose(1, 2).reshape(batch, length, 16)
        return self.head(x)[:, -1]


def _sampled(model: Any) -> tuple[list[int], list[float]]:
    torch.manual_seed(3)
    tokens, seen = torch.zeros(2, 1, dtype=torch.long), torch.zeros(2, 11)
    with torch.no_grad():
        for _ in range(40):
            logits = model(tokens)
            chosen = torch.multinomial(torch.softmax(logits, dim=-1), 1)
            tokens, seen = torch.cat([tokens, chosen], dim=1), seen + logits
    return tokens.tolist(), seen.flatten().tolist()


def test_a_model_samples_the_same_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    model = _Sampler()
    with monkeypatch.context() as patch:
        patch.setattr(config, "optimization_level", 0)
        tokens, seen = _sampled(model)
    for _ in range(3):  # interpreted, compiled, and from the plan
        again, total = _sampled(model)
        assert again == tokens
        np.testing.assert_allclose(total, seen, rtol=1e-4, atol=1e-4)


def test_what_it_computes_does_not_grow_with_the_text() -> None:
    """In most rounds a product has one row for each of the two samples."""
    from graphnet.passes import pipeline

    model, graphs = _Sampler(), []
    before = pipeline.optimize

    def noting(graph: Graph, *args: Any, **options: Any) -> Graph:
        graphs.append(before(graph, *args, **options))
        return graphs[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "optimize", noting)
        for _ in range(4):
            _sampled(model)
    shapes = [node.result.shape for graph in graphs for node in graph.find("matmul")]
    rows = [shape[0] for shape in shapes if len(shape) == 2]
    assert 2 * rows.count(2) > len(rows) > 0
