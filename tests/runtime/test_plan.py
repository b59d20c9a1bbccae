"""The plan against the interpreter: numbers, outputs, memory, errors."""

from __future__ import annotations

import tracemalloc
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet import dtypes
from graphnet.errors import OutOfRangeError
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.ops.create import Full
from graphnet.ops.embedding import Embedding
from graphnet.ops.index import MaskedFill
from graphnet.ops.math import Exp, Neg, Sin, Sqrt, Tanh
from graphnet.ops.parts import Select
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Flip, Max, Sum
from graphnet.ops.shape import Expand, Reshape, T
from graphnet.passes.base import Pass
from graphnet.passes.decompose import Decompose
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.passes.pipeline import CLEAN_UP, LEVELS, Pipeline
from graphnet.passes.transposed_products import TransposedProducts
from graphnet.runtime import code
from graphnet.runtime.generator import Engine
from graphnet.runtime.interpreter import interpret
from graphnet.runtime.plan import Plan, compile_plan
from graphnet.source import Location
from tests.graphs import agree, arrays_for, f32, f64, graph_of
from tests.ops.differences import strided
from tests.programs import Program, programs
from tests.runtime.planning import planned, run

FUSING_ALL = (*CLEAN_UP, Decompose(), TransposedProducts(), ElementwiseFusion(0))


# ---------------------------------------------------------------------- random programs


@pytest.mark.parametrize(
    "passes", [(), CLEAN_UP, LEVELS[2], FUSING_ALL], ids=["0", "1", "2", "fused"]
)
@given(
    program=programs(updates=True, steps=15),
    poison=st.booleans(),
    gaps=st.booleans(),
    part=st.sampled_from([2, 3, 256]),
)
def test_plans_do_what_the_interpreter_does(
    passes: tuple[Pass, ...], program: Program, poison: bool, gaps: bool, part: int
) -> None:
    """Run after run, on other inputs each time; what earlier runs gave stays as it was."""
    graph = program.graph
    optimized = Pipeline(passes, verify=True).run(graph)
    with patch.object(code, "_PART", part):
        plan = compile_plan(optimized, program.memory, poison=poison)
    given_out: list[tuple[list[Any], list[Any]]] = []
    for seed in range(3):
        expected = [np.array(each) for each in interpret(graph, program.arrays(seed))]
        inputs = prepared(program, seed, gaps=gaps)
        results = plan(inputs)
        agree(graph, expected, results)
        check_inputs(program, seed, inputs, expected, results)
        outputs = results[: len(graph.outputs)]
        check_outputs(outputs, inputs, plan)
        for arrays, copies in given_out:
            for array, copy in zip(arrays, copies, strict=True):
                np.testing.assert_array_equal(array, copy)
        given_out.append((outputs, [each.copy() for each in outputs]))


def prepared(program: Program, seed: int, *, gaps: bool) -> list[Any]:
    """Inputs of which only those that an update may write to are writable and dense."""
    positions = {value: number for number, value in enumerate(program.graph.inputs)}
    written = {program.memory[positions[target]] for target, _ in program.graph.updates}
    made = program.arrays(seed)
    for number, (array, group) in enumerate(zip(made, program.memory, strict=True)):
        if isinstance(array, np.ndarray) and group not in written:
            made[number] = strided(array) if gaps else np.array(array)
            made[number].setflags(write=False)
    return made


def check_inputs(
    program: Program, seed: int, inputs: list[Any], expected: list[Any], results: list[Any]
) -> None:
    """Updates are written where they belong and nothing else is touched."""
    graph = program.graph
    wanted = dict(zip(program.memory, program.arrays(seed), strict=True))
    positions = {value: number for number, value in enumerate(graph.inputs)}
    count = len(graph.outputs)
    for (target, _), new, result in zip(
        graph.updates, expected[count:], results[count:], strict=True
    ):
        position = positions[target]
        assert result is inputs[position]
        wanted[program.memory[position]] = new
    for array, group in zip(inputs, program.memory, strict=True):
        if isinstance(array, np.ndarray):
            np.testing.assert_allclose(array, wanted[group], rtol=1e-4, atol=1e-4)


def check_outputs(outputs: list[Any], inputs: list[Any], plan: Plan) -> None:
    """Each is an array of its own: dense, writable, in nobody else's memory."""
    others = [each for each in inputs if isinstance(each, np.ndarray)]
    others += [each for each in plan.function.__globals__.values() if isinstance(each, np.ndarray)]
    for output in outputs:
        assert isinstance(output, np.ndarray)
        assert output.flags.c_contiguous
        assert output.flags.writeable
        assert not any(np.shares_memory(output, other) for other in others)
        others.append(output)


# ---------------------------------------------------------------------- outputs


def test_an_output_is_fresh_at_every_run() -> None:
    plan = planned(graph_of(lambda x: Exp()(x), f64(3)))
    (first,) = plan([np.zeros(3)])
    (second,) = plan([np.ones(3)])
    assert not np.shares_memory(first, second)
    assert first.tolist() == [1, 1, 1]


def test_a_repeated_output_is_two_arrays() -> None:
    def function(x: Any) -> Any:
        y = Exp()(x)
        return y, y

    first, second = run(graph_of(function, f64(3)), np.zeros(3))
    assert not np.shares_memory(first, second)
    assert first.tolist() == second.tolist() == [1, 1, 1]


def test_an_output_that_is_an_input_is_a_copy() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for output in run(graph_of(lambda x: (x, T()(x), x), f64(2, 3)), x):
        assert not np.shares_memory(output, x)


def test_another_shape_of_a_fresh_value_is_that_memory() -> None:
    plan = planned(graph_of(lambda x: Reshape((6,))(Exp()(x)), f64(2, 3)))
    (first,) = plan([np.zeros((2, 3))])
    (second,) = plan([np.ones((2, 3))])
    assert first.base.shape == (2, 3)
    assert first.tolist() == [1] * 6
    assert not np.shares_memory(first, second)


def test_a_fresh_value_expanded_to_its_own_shape_is_a_copy() -> None:
    (output,) = run(graph_of(lambda x: Expand((2, 3))(Exp()(x)), f64(2, 3)), np.zeros((2, 3)))
    assert output.flags.writeable


def test_part_of_a_fresh_value_is_a_copy() -> None:
    (output,) = run(graph_of(lambda x: Expand((2, 2, 3))(Exp()(x)), f64(2, 3)), np.zeros((2, 3)))
    assert output.base is None
    assert output.tolist() == [[[1] * 3] * 2] * 2


def test_a_value_and_a_view_of_it_are_two_arrays() -> None:
    def function(x: Any) -> Any:
        y = Exp()(x)
        return T()(y), y, Reshape((6,))(y)

    turned, whole, flat = run(graph_of(function, f64(2, 3)), np.zeros((2, 3)))
    assert turned.shape == (3, 2)
    assert not np.shares_memory(turned, whole)
    assert not np.shares_memory(whole, flat)


def test_a_view_of_what_dies_survives() -> None:
    graph = graph_of(lambda x: Select(0)(Exp()(x), 1), f64(2, 3))
    plan = planned(graph)
    (first,) = plan([np.zeros((2, 3))])
    plan([np.ones((2, 3))])
    assert first.tolist() == [1, 1, 1]


def test_an_expanded_output_is_written_out() -> None:
    (output,) = run(graph_of(lambda x: Expand((2, 3))(x), f64(3)), np.arange(3.0))
    assert output.strides == (24, 8)


def test_numbers_and_empty_arrays() -> None:
    total, nothing = run(graph_of(lambda x: (Sum((0,))(x), x * 2), f64(0)), np.zeros(0))
    assert (total.shape, total.item()) == ((), 0)
    assert nothing.shape == (0,)


def test_a_graph_without_inputs() -> None:
    (output,) = run(graph_of(lambda: Full((2,), dtypes.float32)(3)))
    assert (output.dtype, output.tolist()) == (np.float32, [3, 3])


def test_nothing_at_all() -> None:
    assert run(Graph([], [], [])) == []


# ---------------------------------------------------------------------- the arena


def chain(length: int) -> Graph:
    def function(x: Any) -> Any:
        for number in range(length):
            # A flip cannot be done in place, so that two buffers take turns.
            x = Flip((0,))(Exp()(Neg()(x))) if number % 2 else Sin()(x)
        return Sum((0,))(x)

    return graph_of(function, f64(1024))


def test_a_chain_takes_two_buffers_however_long() -> None:
    short, long = planned(chain(10)), planned(chain(100))
    assert long.arena_bytes == short.arena_bytes
    assert long.arena_bytes <= 2 * 8192
    graph = chain(100)
    agree(graph, interpret(graph, arrays_for(graph)), long(arrays_for(graph)))


def test_elementwise_operations_run_in_place() -> None:
    graph = graph_of(lambda x: Sum((0,))(Exp()(Sin()(Neg()(x)))), f64(1024))
    plan = planned(graph)
    assert plan.arena_bytes == 8192
    agree(graph, interpret(graph, arrays_for(graph)), plan(arrays_for(graph)))


def test_an_operand_that_is_read_later_is_not_overwritten() -> None:
    def function(x: Any) -> Any:
        y = Sin()(x)
        z = Exp()(y)
        return Sum((0,))(z * y)

    graph = graph_of(function, f64(1024))
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))
    assert planned(graph).arena_bytes == 16384


def test_an_operand_whose_view_is_read_too_is_not_overwritten() -> None:
    def function(x: Any) -> Any:
        y = Sin()(x)
        return Sum((0, 1))(y + T()(y))

    graph = graph_of(function, f64(30, 30))
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))


def test_what_escapes_is_not_in_the_arena() -> None:
    graph = graph_of(lambda x: Exp()(Sin()(x)), f64(1024))
    assert planned(graph).arena_bytes == 8192  # of the sine only


def test_storing_overwrites_its_operand_where_that_dies() -> None:
    graph = graph_of(
        lambda x: Sum((0,))(MaskedFill()(Exp()(x), x > 0, 2.0)),
        f64(1024),
    )
    plan = planned(graph)
    assert plan.arena_bytes < 16384
    agree(graph, interpret(graph, arrays_for(graph)), plan(arrays_for(graph)))


def test_storing_copies_its_operand_where_that_lives_on() -> None:
    def function(x: Any) -> Any:
        y = Exp()(x)
        z = MaskedFill()(y, x > 0, 2.0)
        return Sum((0,))(y * z)

    graph = graph_of(function, f64(1000))
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))


def test_poison_reaches_dead_buffers() -> None:
    plan = planned(graph_of(lambda x: Sum((0,))(Flip((0,))(Sin()(x) * 2)), f64(4)))
    assert "fill(np.nan)" in str(plan)
    plan([np.ones(4)])
    dead = [each for each in plan.function.__globals__.values() if isinstance(each, np.ndarray)]
    assert any(np.isnan(each).all() for each in dead)


@pytest.mark.parametrize("part", [4, 256])
def test_what_kernels_make_is_let_go_of_when_nobody_reads_it(part: int) -> None:
    """A flip has no kernel that writes into the arena: each makes an array."""

    def function(x: Any) -> Any:
        for _ in range(20):
            x = T()(Flip((0,))(x))
        return Sum((0, 1))(x)

    with patch.object(code, "_PART", part):
        plan = planned(graph_of(function, f64(300, 300)))
    arrays = [np.zeros((300, 300))]
    tracemalloc.start()
    plan(arrays)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * arrays[0].nbytes


# ---------------------------------------------------------------------- numbers and draws


def test_a_number_may_change_from_run_to_run() -> None:
    rate = TensorType(dtypes.float32, (), weak=True)
    plan = planned(graph_of(lambda x, rate: x * (rate * 2), f32(2), rate))
    for number in (0.5, 3):
        (output,) = plan([np.ones(2, np.float32), number])
        assert (output.dtype, output.tolist()) == (np.float32, [2 * number] * 2)


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, -0.0, 2**70, True, 1e-320])
def test_every_number_can_be_written_down(number: Any) -> None:
    graph = graph_of(lambda x: x * number, f64(2))
    agree(graph, interpret(graph, [np.ones(2)]), run(graph, np.ones(2)))


def test_draws_go_on_from_run_to_run() -> None:
    def function(state: Any) -> Any:
        draw = Uniform((2,), dtypes.float64)
        first, after = draw(state, 0.0, 1.0)
        second, _ = draw(after, 0.0, 1.0)
        return first, second

    graph = graph_of(function, GeneratorType())
    plan = planned(graph)
    planned_engine, engine = Engine(1), Engine(1)
    for _ in range(3):
        found, expected = plan([planned_engine]), interpret(graph, [engine])
        assert [each.tolist() for each in found] == [each.tolist() for each in expected]


def test_draws_whose_numbers_nobody_reads_still_happen() -> None:
    def function(state: Any) -> Any:
        draw = Uniform((2,), dtypes.float64)
        _, after = draw(state, 0.0, 1.0)
        return draw(after, 0.0, 1.0)[0]

    graph = graph_of(function, GeneratorType())
    assert run(graph, Engine(1))[0].tolist() == interpret(graph, [Engine(1)])[0].tolist()


def test_several_results_of_one_operation() -> None:
    top, place = run(graph_of(Max(1), f64(2, 3)), np.array([[1.0, 3, 2], [6, 4, 5]]))
    assert (top.tolist(), place.tolist()) == ([3, 6], [1, 0])
    assert place.dtype == np.int64


# ---------------------------------------------------------------------- text and errors


def test_the_code_reads_like_numpy() -> None:
    plan = compile_plan(graph_of(lambda x: Sum((0,))(Exp()(x * 2)), f32(3)))
    assert "np.multiply(x0, n2, " in str(plan)
    assert "np.exp(" in str(plan)
    assert plan.steps == 3
    assert str(plan) == plan.source


def failing() -> Graph:
    with Builder() as builder:
        table, index = builder.input(f64(4, 2)), builder.input(TensorType(dtypes.int64, (1,)))
        scaled = table * 2
        with builder.at(Location("train.py", 31, "forward")):
            rows = Embedding()(scaled, index)
        total = Sum((0, 1))(rows)
    return Graph(builder.nodes, [table, index], [total])


def test_an_error_names_the_line_that_recorded_the_operation() -> None:
    plan = planned(failing())
    with pytest.raises(OutOfRangeError, match="out of range") as caught:
        plan([np.zeros((4, 2)), np.array([9])])
    assert "train.py" in str(caught.value)
    assert "31" in str(caught.value)


def test_a_plan_can_be_run_again_after_an_error() -> None:
    plan = planned(failing())
    with pytest.raises(OutOfRangeError):
        plan([np.ones((4, 2)), np.array([9])])
    assert plan([np.ones((4, 2)), np.array([3])])[0].item() == 4


@pytest.mark.parametrize("before", [0, 1000])
def test_an_error_of_numpy_s_names_the_operation_in_a_note(before: int) -> None:
    with Builder() as builder:
        x, y = builder.input(f64(3)), builder.input(f64(3))
        for _ in range(before):
            x = Tanh()(x)
        with builder.at(Location("train.py", 8)):
            y = Exp()(y)
    inputs = [node.result for node in builder.nodes[:2]]
    plan = planned(Graph(builder.nodes, inputs, [x, y]))
    with pytest.raises(TypeError) as caught:
        plan([np.ones(3), "not an array"])
    assert caught.value.__notes__ == ["in `exp`, recorded at train.py:8"]


def test_numpy_s_warnings_stay_silent() -> None:
    graph = graph_of(lambda x: Sqrt()(x) / 0, f64(3))
    assert np.isnan(run(graph, -np.ones(3))[0]).all()


def test_thousands_of_operations_do_not_recurse() -> None:
    def function(x: Any) -> Any:
        for _ in range(3000):
            x = Tanh()(x)
        return x

    graph = graph_of(function, f64(2))
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))
