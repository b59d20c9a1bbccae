"""Plans that overwrite inputs: new values land in their memory, whoever reads it when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ir.types import TensorType
from graphnet.ops.convert import Clone
from graphnet.ops.reduce import Flip
from graphnet.ops.shape import Reshape, T
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.runtime.interpreter import interpret
from tests.graphs import agree, arrays_for, f32, f64
from tests.runtime.planning import planned


def updating(function: Any, *types: TensorType, memory: Sequence[int] | None = None) -> Any:
    """The plan of a function of inputs that gives (outputs, {input number: new value})."""
    with Builder() as builder:
        inputs = [builder.input(kind) for kind in types]
        outputs, changes = function(*inputs)
    updates = [(inputs[number], new) for number, new in changes.items()]
    return planned(Graph(builder.nodes, inputs, outputs, updates), memory)


def test_an_update_is_computed_where_it_belongs() -> None:
    plan = updating(lambda w, g: ([], {0: w - g * 0.5}), f64(3), f64(3))
    weight = np.ones(3)
    (result,) = plan([weight, np.full(3, 4.0)])
    assert result is weight
    assert weight.tolist() == [-1, -1, -1]
    assert plan.in_place == 1
    assert plan.arena_bytes == 64


def test_an_input_that_is_read_after_its_new_value_is_known_is_written_last() -> None:
    def function(w: Value, g: Value) -> Any:
        new = w - g
        return [w * new], {0: new}

    plan = updating(function, f64(3), f64(3))
    weight = np.full(3, 5.0)
    output, _ = plan([weight, np.ones(3)])
    assert output.tolist() == [20, 20, 20]
    assert weight.tolist() == [4, 4, 4]


def test_an_output_that_is_the_old_value_keeps_it() -> None:
    def function(w: Value) -> Any:
        return [w, Reshape((1, 3))(w)], {0: w + 1}

    plan = updating(function, f64(3))
    weight = np.zeros(3)
    old, view, new = plan([weight])
    assert old.tolist() == [0, 0, 0]
    assert view.tolist() == [[0, 0, 0]]
    assert new is weight
    assert weight.tolist() == [1, 1, 1]


def test_a_new_value_that_is_an_output_too_is_two_arrays() -> None:
    def function(w: Value) -> Any:
        new = w + 1
        return [new, T()(new)], {0: new}

    plan = updating(function, f64(2, 2))
    weight = np.zeros((2, 2))
    output, view, _ = plan([weight])
    weight[...] = 7
    assert output.tolist() == view.tolist() == [[1, 1], [1, 1]]


def test_two_inputs_are_exchanged() -> None:
    plan = updating(lambda a, b: ([], {0: b, 1: a}), f64(2), f64(2))
    first, second = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    plan([first, second])
    assert (first.tolist(), second.tolist()) == ([3, 4], [1, 2])


def test_three_inputs_go_round() -> None:
    plan = updating(lambda a, b, c: ([], {0: b, 1: c, 2: Clone()(a)}), f64(), f64(), f64())
    arrays = [np.array(float(number)) for number in range(3)]
    plan(arrays)
    assert [array.item() for array in arrays] == [1, 2, 0]


def test_an_input_becomes_a_view_of_itself() -> None:
    plan = updating(lambda a: ([], {0: T()(a)}), f64(2, 2))
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    plan([array])
    assert array.tolist() == [[1, 3], [2, 4]]


def test_an_input_becomes_itself() -> None:
    plan = updating(lambda a: ([a], {0: a}), f64(2))
    array = np.array([1.0, 2.0])
    output, result = plan([array])
    assert result is array
    assert output.tolist() == array.tolist() == [1, 2]


def test_one_new_value_for_two_inputs() -> None:
    def function(a: Value, b: Value) -> Any:
        new = a + b
        return [], {0: new, 1: new}

    plan = updating(function, f64(2), f64(2))
    first, second = np.ones(2), np.ones(2)
    plan([first, second])
    second += 1
    assert (first.tolist(), second.tolist()) == ([2, 2], [3, 3])


def test_a_new_value_that_another_one_depends_on() -> None:
    """Momentum: the buffer is updated, then the weight by the new buffer."""

    def function(w: Value, buffer: Value, g: Value) -> Any:
        velocity = buffer * 0.5 + g
        return [], {1: velocity, 0: w - velocity}

    plan = updating(function, f64(2), f64(2), f64(2))
    weight, buffer = np.zeros(2), np.full(2, 2.0)
    for _ in range(2):
        plan([weight, buffer, np.ones(2)])
    assert (weight.tolist(), buffer.tolist()) == ([-4, -4], [2, 2])
    assert plan.in_place == 2


def test_a_new_value_that_reads_its_target_at_another_place_is_copied() -> None:
    plan = updating(lambda w: ([], {0: Flip((0,))(w)}), f64(3))
    weight = np.array([1.0, 2, 3])
    plan([weight])
    assert weight.tolist() == [3, 2, 1]
    plan = updating(lambda w: ([], {0: w + T()(w)}), f64(2, 2))
    weight = np.array([[1.0, 2], [3, 4]])
    plan([weight])
    assert weight.tolist() == [[2, 5], [5, 8]]


def test_inputs_in_one_memory_are_overwritten_together() -> None:
    """The second input is read after the first one's new value is known."""

    def function(a: Value, b: Value) -> Any:
        new = a * 2
        return [new + b], {0: new}

    shared = np.array([1.0, 2.0])
    (output, _) = updating(function, f64(2), f64(2), memory=[0, 0])([shared, shared])
    assert output.tolist() == [3, 6]
    assert shared.tolist() == [2, 4]


def test_a_view_of_the_memory_that_is_updated_is_read_before() -> None:
    """Two inputs that overlap: one is the other backwards."""

    def function(a: Value, b: Value) -> Any:
        return [], {0: a + b}

    memory = np.array([1.0, 2.0, 3.0])
    updating(function, f64(3), f64(3), memory=[0, 0])([memory, memory[::-1]])
    assert memory.tolist() == [4, 4, 4]


def test_a_fused_update_by_a_scaled_gradient_runs_in_place() -> None:
    """The weight is read last: nothing may be written where it lies before that."""
    with Builder() as builder:
        w, g = (builder.input(f32(300, 300)) for _ in range(2))
        new = w - g * 0.01
    graph = Graph(builder.nodes, [w, g], [g], [(w, new)])
    plan = planned(ElementwiseFusion().run(graph).graph)
    assert (plan.steps, plan.in_place, plan.arena_bytes) == (1, 1, 0)
    arrays, expected = arrays_for(graph), interpret(graph, arrays_for(graph))
    agree(graph, expected, plan(arrays))


def test_a_fused_update_runs_in_place() -> None:
    with Builder() as builder:
        w, buffer, g = (builder.input(f32(300, 300)) for _ in range(3))
        velocity = buffer * 0.9 + g
        new = w - velocity * 0.01
    graph = Graph(builder.nodes, [w, buffer, g], [], [(buffer, velocity), (w, new)])
    fused = ElementwiseFusion().run(graph).graph
    plan = planned(fused)
    assert plan.steps == 1
    assert (plan.in_place, plan.arena_bytes) == (2, 0)
    arrays, expected = arrays_for(graph), interpret(graph, arrays_for(graph))
    agree(graph, expected, plan(arrays))
    np.testing.assert_allclose(arrays[1], expected[0], rtol=1e-6)
    np.testing.assert_allclose(arrays[0], expected[1], rtol=1e-5, atol=1e-6)
