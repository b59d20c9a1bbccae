"""What a plan may compute where an operand lies, shown by operations that would tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.types import TensorType
from graphnet.ops.convert import Clone
from graphnet.ops.math import Exp, Sin
from graphnet.ops.reduce import Flip, Sum
from graphnet.ops.shape import Expand, T
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.runtime.interpreter import interpret
from tests.graphs import agree, arrays_for, f32, f64, graph_of
from tests.runtime.planning import planned, run


class Restless(Op):
    """The sum of its operands, by a kernel that writes before it reads."""

    def infer(self, *operands: TensorType) -> TensorType:
        return operands[0]

    def kernel(self, *arrays: Any) -> Any:
        return sum(arrays[1:], np.array(arrays[0]))

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        def run(out: Any, *arrays: Any) -> None:
            out.fill(0)
            for array in arrays:
                out += array

        return run


class Storing(Restless):
    """The same, which may store into operand 0."""

    def infer(self, *operands: TensorType) -> TensorType:
        widest: TensorType = max(operands, key=lambda operand: operand.ndim)
        return widest

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        def run(out: Any, base: Any, *rest: Any) -> None:
            if out is not base:
                assert not np.shares_memory(out, base)
                np.copyto(out, base)
            for array in rest:
                assert not np.shares_memory(out, array)
                out += array

        return run


# Not in the registry: they exist in these tests only.
Restless.declare("restless", frozenset())
Storing.declare("storing", frozenset({Trait.OVERWRITES}))


def dying(x: Any) -> Any:
    """A value in the arena that nobody else reads."""
    return Flip((0,))(x) * 2


OPERANDS: dict[str, Any] = {
    "once": lambda op, y: op(y),
    "twice": lambda op, y: op(y, y),
    "and_a_view": lambda op, y: op(y, T()(y)),
    "and_a_view_first": lambda op, y: op(T()(y), y),
    "and_another": lambda op, y: op(Sin()(y), y),
    "one_that_lives": lambda op, y: op(y, Exp()(y)) + y,
    "grown": lambda op, y: op(y, Expand((2, 3, 3))(Exp()(y))),
}


SAME_SHAPE = [(op, each) for op in (Restless(), Storing()) for each in OPERANDS if each != "grown"]


@pytest.mark.parametrize(("op", "operands"), [*SAME_SHAPE, (Storing(), "grown")], ids=str)
def test_only_what_an_operation_allows_is_overwritten(op: Op, operands: str) -> None:
    graph = graph_of(lambda x: Sum((0,))(OPERANDS[operands](op, dying(x))), f64(3, 3))
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))


@pytest.mark.parametrize(("op", "operands"), SAME_SHAPE, ids=str)
def test_only_what_an_operation_allows_is_updated_in_place(op: Op, operands: str) -> None:
    with Builder() as builder:
        x = builder.input(f64(3, 3))
        new = OPERANDS[operands](op, x)
    graph = Graph(builder.nodes, [x], [], [(x, new)])
    arrays = arrays_for(graph)
    (expected,) = interpret(graph, arrays_for(graph))
    planned(graph)(arrays)
    np.testing.assert_allclose(arrays[0], expected)


def test_a_storing_operation_takes_over_its_operand_s_memory() -> None:
    graph = graph_of(lambda x: Sum((0,))(Storing()(dying(x), x)), f64(128, 64))
    assert planned(graph).arena_bytes == 65_536


LARGE = f32(300, 300)
"""A region of this shape runs in several blocks."""


def region(function: Any, *types: TensorType) -> Graph:
    graph = ElementwiseFusion().run(graph_of(function, *types)).graph
    assert graph.find("fused")
    return graph


def test_a_region_does_not_overwrite_an_operand_it_still_reads() -> None:
    def function(x: Any) -> Any:
        y = Clone()(x)
        first = Exp()(y)
        second = first + y
        return Sum((0, 1))(first), Sum((0, 1))(second * 1)

    graph = region(function, LARGE)
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))


def test_a_region_does_not_overwrite_an_operand_whose_view_it_reads_in_other_blocks() -> None:
    def function(x: Any) -> Any:
        y = Clone()(x)
        return Sum((0, 1))(Exp()(y) + T()(y))

    graph = region(function, LARGE)
    agree(graph, interpret(graph, arrays_for(graph)), run(graph, *arrays_for(graph)))


def test_a_region_is_not_computed_over_an_input_whose_view_it_reads() -> None:
    with Builder() as builder:
        w = builder.input(LARGE)
        new = Exp()(w) + T()(w)
    graph = ElementwiseFusion().run(Graph(builder.nodes, [w], [], [(w, new)])).graph
    arrays, (expected,) = arrays_for(graph), interpret(graph, arrays_for(graph))
    planned(graph)(arrays)
    np.testing.assert_allclose(arrays[0], expected, rtol=1e-6)
