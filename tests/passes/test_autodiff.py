"""Reverse-mode differentiation: the graph it makes."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase
from graphnet.ir.types import TensorType
from graphnet.ir.verifier import verify
from graphnet.ops.compare import Greater
from graphnet.ops.convert import Cast, Detach
from graphnet.ops.create import Full
from graphnet.ops.math import Exp, Tanh
from graphnet.ops.reduce import Max
from graphnet.ops.shape import Expand
from graphnet.passes.autodiff import differentiate, seed
from graphnet.runtime.interpreter import evaluate, interpret
from graphnet.source import Location
from tests.graphs import f64
from tests.programs import Program, programs


def names(nodes: list[Node]) -> list[str]:
    return [node.op.name for node in nodes]


# ---------------------------------------------------------------------- structure


def test_the_pass_starts_at_an_identity_whose_derivative_is_one() -> None:
    with Builder() as builder:
        a = builder.input(f64(), "a", requires_grad=True)
        e = a * a
        one = seed(e)
    assert names(builder.nodes) == ["input", "mul", "identity", "constant", "full"]
    z = builder.nodes[2]
    assert (z.label, z.phase, z.operands) == ("z", Phase.BACKWARD, (e,))
    assert one.gradient_of == (e,)
    assert builder.phase is Phase.FORWARD


def test_contributions_to_one_value_are_added_up() -> None:
    """e = (a + b) * (b + 1): b receives two contributions."""
    with Builder() as builder:
        a = builder.input(f64(), "a", requires_grad=True)
        b = builder.input(f64(), "b", requires_grad=True)
        c, d = a + b, b + 1
        e = c * d
        count = len(builder.nodes)
        found = differentiate(list(builder.nodes), {e: seed(e)})
    emitted = builder.nodes[count:]
    assert names(emitted) == ["identity", "constant", "full", "mul", "mul", "add"]
    total = found[b].node
    assert total.operands == (found[d], found[c])
    known = {a: np.array(2.0), b: np.array(1.0)}
    values = evaluate(builder.nodes, known, found.values())
    assert [float(values[found[v]]) for v in (a, b, c, d, e)] == [2, 5, 2, 3, 1]


def test_an_operand_used_twice_receives_two_contributions() -> None:
    with Builder() as builder:
        x = builder.input(f64(3), requires_grad=True)
        y = x * x
        weight = builder.input(f64(3))
        found = differentiate(list(builder.nodes), {y: weight})
    values = evaluate(builder.nodes, {x: np.arange(3.0), weight: np.ones(3)}, [found[x]])
    np.testing.assert_array_equal(values[found[x]], [0, 2, 4])


def test_gradients_are_summed_over_what_broadcasting_repeated() -> None:
    with Builder() as builder:
        x = builder.input(f64(2, 1), requires_grad=True)
        y = builder.input(f64(3), requires_grad=True)
        z = x * y
        weight = builder.input(f64(2, 3))
        found = differentiate(list(builder.nodes), {z: weight})
    assert found[x].type == x.type
    assert found[y].type == y.type
    known = {x: np.ones((2, 1)), y: np.arange(3.0), weight: np.ones((2, 3))}
    values = evaluate(builder.nodes, known, [found[x], found[y]])
    np.testing.assert_array_equal(values[found[x]], [[3], [3]])
    np.testing.assert_array_equal(values[found[y]], [2, 2, 2])


def test_a_gradient_has_its_value_s_dtype() -> None:
    with Builder() as builder:
        x = builder.input(TensorType(dtypes.float32, (3,)), requires_grad=True)
        y = Cast(dtypes.float64)(x) * 2
        found = differentiate(list(builder.nodes), {y: builder.input(y.type)})
    assert found[x].type == x.type


def test_nodes_carry_the_place_of_the_forward_node_and_the_backward_phase() -> None:
    place = Location("train.py", 12)
    with Builder() as builder:
        x = builder.input(f64(3), requires_grad=True)
        with builder.at(place):
            y = Tanh()(x)
        weight = builder.input(f64(3))
        count = len(builder.nodes)
        differentiate(list(builder.nodes), {y: weight})
    emitted = builder.nodes[count:]
    assert emitted
    assert {node.location for node in emitted} == {place}
    assert {node.phase for node in emitted} == {Phase.BACKWARD}
    assert {node.label for node in emitted if node.operands} == {"tanh backward"}
    assert builder.location is None


def test_every_gradient_notes_whose_it_is() -> None:
    with Builder() as builder:
        x = builder.input(f64(3), requires_grad=True)
        y = Exp()(x)
        z = y + x
        weight = builder.input(f64(3))
        found = differentiate(list(builder.nodes), {z: weight})
    assert found[y] is weight
    assert weight.gradient_of == ()  # given, not made here
    assert found[x].gradient_of == (x,)


def test_nothing_is_emitted_for_what_needs_no_gradient() -> None:
    with Builder() as builder:
        x = builder.input(f64(3), requires_grad=True)
        fixed = builder.input(f64(3))
        mask = Greater()(x, 0)
        y = x * Tanh()(fixed) + Cast(dtypes.float64)(mask) + Detach()(Exp()(x))
        weight = builder.input(f64(3))
        found = differentiate(list(builder.nodes), {y: weight})
    assert fixed not in found
    assert mask not in found
    alive = Graph(builder.nodes, [x, fixed, weight], [found[x]]).reachable()
    assert [node.op.name for node in alive if node.phase is Phase.BACKWARD] == ["mul"]


def test_of_several_results_only_those_used_receive_gradients() -> None:
    with Builder() as builder:
        x = builder.input(f64(2, 3), requires_grad=True)
        values, indices = Max(1)(x)
        weight = builder.input(f64(2))
        found = differentiate(list(builder.nodes), {values: weight})
    assert not indices.requires_grad
    known = {x: np.array([[1.0, 3, 2], [6, 4, 5]]), weight: np.array([10.0, 20])}
    gradient = evaluate(builder.nodes, known, [found[x]])[found[x]]
    np.testing.assert_array_equal(gradient, [[0, 10, 0], [20, 0, 0]])


def test_several_roots_add_up() -> None:
    with Builder() as builder:
        x = builder.input(f64(3), requires_grad=True)
        y = x * 2
        z = y * 3
        first, second = builder.input(f64(3)), builder.input(f64(3))
        found = differentiate(list(builder.nodes), {y: first, z: second})
    known = {x: np.zeros(3), first: np.ones(3), second: np.full(3, 10.0)}
    gradient = evaluate(builder.nodes, known, [found[x]])[found[x]]
    np.testing.assert_array_equal(gradient, [62, 62, 62])


def test_saved_values_may_stand_for_forward_values() -> None:
    """With ``primal`` the gradient reads inputs that hold what was saved, nothing else."""
    with Builder() as forward:
        x = forward.input(f64(3), requires_grad=True)
        y = Tanh()(x)
    with Builder() as backward:
        saved = backward.input(f64(3), "saved")
        weight = backward.input(f64(3))
        stand_in = {y: saved}
        found = differentiate(forward.nodes, {y: weight}, primal=lambda v: stand_in.get(v, v))
    graph = Graph(backward.nodes, [saved, weight], [found[x]])
    verify(graph)
    out = np.tanh(np.arange(3.0))
    np.testing.assert_allclose(interpret(graph, [out, np.ones(3)])[0], 1 - out**2)


def test_visit_tells_which_nodes_gradient_reads_values() -> None:
    seen: dict[str, list[str]] = {}
    with Builder() as builder:
        x = builder.input(f64(3), requires_grad=True)
        y = Tanh()(Expand((2, 3))(x)) + 1
        weight = builder.input(y.type)
        differentiate(
            list(builder.nodes),
            {y: weight},
            visit=lambda node, reads: seen.update({node.op.name: [v.op.name for v in reads]}),
        )
    assert seen == {"add": [], "tanh": ["tanh"], "expand": []}


def test_long_chains_do_not_recurse() -> None:
    with Builder() as builder:
        x = y = builder.input(f64(), requires_grad=True)
        for _ in range(3000):
            y = y * 1.0001
        found = differentiate(list(builder.nodes), {y: Full((), dtypes.float64)(1)})
    gradient = evaluate(builder.nodes, {x: np.array(1.0)}, [found[x]])[found[x]]
    np.testing.assert_allclose(gradient, 1.0001**3000)


# ---------------------------------------------------------------------- numbers


@given(programs(smooth=True))
def test_gradients_of_random_programs_are_directional_derivatives(program: Program) -> None:
    graph = program.graph
    inputs = [value for value in graph.inputs if value.requires_grad]
    roots = [value for value in dict.fromkeys(graph.outputs) if value.requires_grad]
    builder = Builder()
    builder.nodes = list(graph.nodes)
    with builder:
        ones = {root: Full(root.shape, root.dtype)(1) for root in roots}
        found = differentiate(graph.nodes, ones)
    known = dict(zip(graph.inputs, program.arrays(1), strict=True))
    random = np.random.default_rng(2)
    direction = {x: random.normal(size=x.shape) for x in inputs}
    slopes = evaluate(builder.nodes, dict(known), [found[x] for x in inputs if x in found])
    derived = sum(np.sum(slopes[found[x]] * direction[x]) for x in inputs if x in found)

    def total(step: float) -> float:
        moved = known | {x: known[x] + step * direction[x] for x in inputs}
        values = evaluate(graph.nodes, moved, roots)
        return float(sum(np.sum(values[root]) for root in roots))

    expected = (total(1e-6) - total(-1e-6)) / 2e-6
    np.testing.assert_allclose(derived, expected, rtol=1e-4, atol=1e-4 * max(1, abs(total(0))))
