"""Fusion of a matrix product and a bias."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from graphnet.ir.types import TensorType
from graphnet.ops.matmul import Matmul
from graphnet.ops.shape import Permute, T, Transpose
from graphnet.passes.dce import DeadCodeElimination
from graphnet.passes.fuse_linear import LinearFusion
from graphnet.passes.pipeline import Pipeline
from tests.graphs import agree, assert_transformed, f32, f64, graph_of, names
from tests.programs import Program, interpret_twice, programs

Function = Callable[[Any, Any, Any], Any]
LAYER = (f64(5, 3), f64(2, 3), f64(2))


def fused(function: Function, *types: TensorType) -> list[str]:
    """What is left of the graph of ``function(x, weight, bias)``."""
    graph = graph_of(function, *types)
    made = Pipeline([LinearFusion(), DeadCodeElimination()], verify=True).run(graph)
    assert_transformed(graph, made)
    return names(made)


FITTING: dict[str, Function] = {
    "t": lambda x, w, b: x @ T()(w) + b,
    "transpose": lambda x, w, b: x @ Transpose(0, 1)(w) + b,
    "permute": lambda x, w, b: x @ Permute((1, 0))(w) + b,
    "bias_first": lambda x, w, b: b + x @ T()(w),
}


@pytest.mark.parametrize("name", FITTING)
def test_a_product_and_a_bias_become_one(name: str) -> None:
    assert fused(FITTING[name], *LAYER) == ["linear"]


@pytest.mark.parametrize("shape", [(3,), (2, 5, 3), (0, 3)], ids=str)
def test_inputs_of_any_number_of_dimensions(shape: tuple[int, ...]) -> None:
    assert fused(FITTING["t"], f64(*shape), *LAYER[1:]) == ["linear"]


def test_single_precision() -> None:
    assert fused(FITTING["t"], f32(5, 3), f32(2, 3), f32(2)) == ["linear"]


APART: dict[str, tuple[Function, tuple[TensorType, ...]]] = {
    "not_transposed": (lambda x, w, b: x @ w + b, (f64(5, 3), f64(3, 2), f64(2))),
    "bias_is_a_matrix": (FITTING["t"], (f64(5, 3), f64(2, 3), f64(5, 2))),
    "bias_makes_it_wider": (FITTING["t"], (f64(5, 3), f64(1, 3), f64(4))),
    "bias_is_a_number": (FITTING["t"], (f64(5, 3), f64(2, 3), f64())),
    "product_is_read_elsewhere": (
        lambda x, w, b: (y := x @ T()(w), y + b)[1] * y,
        LAYER,
    ),
    "product_is_an_output": (lambda x, w, b: [y := x @ T()(w), y + b], LAYER),
    "two_products": (lambda x, w, b: x @ T()(w) + x @ T()(w), LAYER),
    "stacked_weights": (
        lambda x, w, b: x @ T()(w) + b,
        (f64(4, 5, 3), f64(2, 3, 4), f64(2)),
    ),
    "subtracted": (lambda x, w, b: x @ T()(w) - b, LAYER),
    "a_python_number": (lambda x, w, b: x @ T()(w) + 1, LAYER),
}


@pytest.mark.parametrize("name", APART)
def test_what_does_not_fit_stays(name: str) -> None:
    function, types = APART[name]
    assert "linear" not in fused(function, *types)


def test_each_layer_is_fused() -> None:
    def function(x: Any, w: Any, b: Any) -> Any:
        hidden = x @ T()(w) + b
        return hidden @ Transpose(0, 1)(w) + b

    assert fused(function, f64(5, 3), f64(3, 3), f64(3)) == ["linear", "linear"]


def test_a_graph_without_products_is_given_back() -> None:
    graph = graph_of(lambda x: x + 1, f64(3))
    assert LinearFusion().run(graph).graph is graph


def test_a_product_alone_stays() -> None:
    graph = graph_of(lambda x, w: Matmul()(x, T()(w)), f64(5, 3), f64(2, 3))
    assert LinearFusion().run(graph).graph is graph


@given(programs(updates=True))
def test_random_programs_keep_their_numbers(program: Program) -> None:
    made = Pipeline([LinearFusion()], verify=True).run(program.graph)
    agree(program.graph, *interpret_twice(program, made))
