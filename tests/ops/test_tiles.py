"""Products in tiles: how they are cut, and that they are the same products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphnet.ops.linear import Linear
from graphnet.ops.matmul import Matmul
from graphnet.ops.tiles import Tile, product
from graphnet.passes.decompose import Decompose
from graphnet.passes.pipeline import optimize
from graphnet.runtime.interpreter import interpret
from graphnet.runtime.plan import compile_plan
from tests.graphs import arrays_for, f32, graph_of

sizes = st.integers(1, 700)


@pytest.fixture(autouse=True)
def _cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tile, "enabled", True)


@given(sizes, sizes, sizes)
def test_tiles_are_small_products_that_cover_the_result(r: int, d: int, c: int) -> None:
    tile = Tile.of(r, d, c)
    if tile is not None:
        assert tile.rows * tile.columns <= 1200
        assert tile.rows * tile.columns * d <= 100**3
        assert c % tile.columns == 0
        assert min(tile.rows, r) >= min(8, r)


@pytest.mark.parametrize("sizes", [(1, 784, 512), (30, 500, 30), (64, 9216, 128), (300, 300, 307)])
def test_what_stays_whole(sizes: tuple[int, int, int]) -> None:
    """A vector, a small product, one that is too large, one without a divisor."""
    assert Tile.of(*sizes) is None


@settings(max_examples=60)
@given(
    rows=st.integers(2, 140),
    depth=st.integers(20, 300),
    columns=st.sampled_from([16, 48, 64, 65, 128, 384]),
    turned=st.tuples(st.booleans(), st.booleans()),
)
def test_the_product_is_the_product(
    rows: int, depth: int, columns: int, turned: tuple[bool, bool]
) -> None:
    random = np.random.default_rng(0)

    def matrix(*shape: int, turned: bool) -> Any:
        made = random.standard_normal(shape[::-1] if turned else shape, np.float32)
        return made.T if turned else made

    x, y = matrix(rows, depth, turned=turned[0]), matrix(depth, columns, turned=turned[1])
    exact = x.astype(np.float64) @ y.astype(np.float64)
    # Higham's bound on the rounding of a sum of `depth` products.
    bound = depth * 2.0**-24 * (np.abs(x) @ np.abs(y))
    assert (np.abs(product(x, y) - exact) <= bound).all()


@pytest.mark.parametrize("rows", [5, 33, 64, 97, 600])
def test_a_plan_and_the_interpreter_cut_alike(rows: int) -> None:
    """A first visit is interpreted, later ones are planned: a loss must not tell which."""
    graph = graph_of(lambda x, w: Linear()(x, w), f32(rows, 300), f32(128, 300))
    inputs = [np.asarray(array, np.float32) for array in arrays_for(graph)]
    (expected,) = interpret(graph, inputs)
    (found,) = compile_plan(optimize(graph, 2))(inputs)
    np.testing.assert_array_equal(found, expected)


def test_a_product_that_is_cut_is_not_turned_around() -> None:
    graph = graph_of(lambda x, w: Linear()(x, w), f32(32, 784), f32(128, 784))
    (node,) = optimize(Decompose().run(graph).graph, 2).find("matmul")
    assert node.operands[0].shape == (32, 784)


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.complex64])
def test_only_single_precision_is_cut(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tile, "multiply", None)  # calling it would fail
    x = np.ones((64, 300), dtype)
    assert (product(x, x.T) == 300).all()


def test_sizes_that_do_not_fit_are_refused_as_ever() -> None:
    with pytest.raises(ValueError, match="mismatch"):
        product(np.ones((64, 300), np.float32), np.ones((64, 301), np.float32))


def test_the_operation_takes_tiles() -> None:
    kernel = Matmul().into([f32(64, 784), f32(784, 128)], f32(64, 128))
    out = np.empty((64, 128), np.float32)
    assert kernel is not None
    kernel(out, np.ones((64, 784), np.float32), np.ones((784, 128), np.float32))
    assert (out == 784).all()
