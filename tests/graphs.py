"""Small graphs by hand, and what must hold of one graph and another made from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet import ops as ops
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ir.types import GeneratorType, TensorType, Type
from graphnet.ir.verifier import verify
from graphnet.runtime.generator import Engine
from graphnet.runtime.interpreter import interpret


def f32(*shape: int) -> TensorType:
    """Single precision."""
    return TensorType(dtypes.float32, shape)


def f64(*shape: int) -> TensorType:
    """Double precision."""
    return TensorType(dtypes.float64, shape)


def graph_of(function: Callable[..., Any], *types: Type, requires_grad: bool = False) -> Graph:
    """The graph of a function of IR values, one for each type; it gives a value or several."""
    builder = Builder()
    with builder:
        inputs = [
            builder.input(kind, f"x{number}", requires_grad=requires_grad)
            for number, kind in enumerate(types)
        ]
        made = function(*inputs)
    outputs = made if isinstance(made, list | tuple) else (made,)
    return Graph(builder.nodes, inputs, outputs)


def names(graph: Graph) -> list[str]:
    """What the graph does, in order; inputs and constants left out."""
    return [node.op.name for node in graph.nodes if node.op.name not in ("input", "constant")]


def arrays_for(graph: Graph, seed: int = 0) -> list[Any]:
    """Values for a graph's inputs."""
    random = np.random.default_rng(seed)
    return [_array(value, random) for value in graph.inputs]


def _array(value: Value, random: np.random.Generator) -> Any:
    if isinstance(value.type, GeneratorType):
        return Engine(0)
    if value.type.weak:
        return 0.5
    if value.dtype is dtypes.bool:
        return random.integers(0, 2, value.shape).astype(np.bool_)
    return (random.normal(size=value.shape) * 2).astype(value.dtype.numpy)


def assert_same_interface(before: Graph, after: Graph) -> None:
    """Inputs, outputs and updates keep their order, types and labels."""
    assert [v.type for v in after.inputs] == [v.type for v in before.inputs]
    assert [v.node.label for v in after.inputs] == [v.node.label for v in before.inputs]
    assert [v.type for v in after.outputs] == [v.type for v in before.outputs]
    assert [v.type for _, v in after.updates] == [v.type for _, v in before.updates]
    targets = [before.inputs.index(target) for target, _ in before.updates]
    assert [after.inputs.index(target) for target, _ in after.updates] == targets
    assert after.name == before.name


def assert_same_numbers(before: Graph, after: Graph, seed: int = 0) -> None:
    """Both compute the same, and what each result's type says."""
    agree(
        before,
        interpret(before, arrays_for(before, seed)),
        interpret(after, arrays_for(after, seed)),
    )


def agree(graph: Graph, expected: Sequence[Any], actual: Sequence[Any]) -> None:
    """Two lists of the graph's results are the same numbers, of the promised types."""
    singles = any(
        isinstance(value.type, TensorType) and value.dtype.itemsize < 8 and not value.type.weak
        for node in graph.nodes
        for value in node.results
        if getattr(value.type, "dtype", dtypes.bool).is_floating_point
    )
    tolerance = 1e-4 if singles else 1e-9
    for number, value in enumerate(graph.results):
        if isinstance(value.type, GeneratorType):
            continue
        found = np.asarray(actual[number])
        if not value.type.weak:
            assert (found.dtype, found.shape) == (value.dtype.numpy, value.shape), value.type
        np.testing.assert_allclose(
            found,
            expected[number],
            rtol=tolerance,
            atol=tolerance,
            err_msg=f"result {number} of\n{graph}",
        )


def assert_transformed(before: Graph, after: Graph, seed: int = 0) -> None:
    """All of it: well formed, the same interface, the same numbers."""
    verify(after)
    assert_same_interface(before, after)
    assert_same_numbers(before, after, seed)
