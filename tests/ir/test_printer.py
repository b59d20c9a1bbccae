"""The text of a graph reads like a program."""

from __future__ import annotations

from textwrap import dedent

import pytest

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Op
from graphnet.ir.printer import print_graph
from graphnet.ir.types import TensorType
from graphnet.ops.create import Full
from graphnet.ops.math import Exp
from graphnet.ops.sort import Sort
from graphnet.passes.autodiff import differentiate, seed
from graphnet.source import Location

F32 = dtypes.float32
SCALAR = TensorType(F32)


def expression(tmp_path) -> Graph:
    """e = (a+b)*(b+1) from a file that says so, and its gradients."""
    source = tmp_path / "demo.py"
    source.write_text("e = (a+b)*(b+1)\n")
    with Builder() as builder:
        a = builder.input(SCALAR, "a", requires_grad=True)
        b = builder.input(SCALAR, "b", requires_grad=True)
        with builder.at(Location(str(source), 1)):
            e = (a + b) * (b + 1)
        forward = list(builder.nodes)
        builder.grad_enabled = False
        gradients = differentiate(forward, {e: seed(e)})
    return Graph(builder.nodes, [a, b], [e, gradients[a], gradients[b]])


def test_the_textbook_expression(tmp_path) -> None:
    assert str(expression(tmp_path)) == dedent(
        """\
        graph graph(%a: f32[] requires_grad, %b: f32[] requires_grad) {
          %c: f32[] = add(%a, %b)                       # demo.py:1
          %d: f32[] = add(%b, 1)                        # demo.py:1
          %e: f32[] = mul(%c, %d)                       # demo.py:1
          # backward
          %z: f32[] = identity(%e)                      # demo.py:1
          %dz/de: f32[] = full(1, shape=(), dtype=f32)  # demo.py:1
          %dz/dc: f32[] = mul(%dz/de, %d)               # demo.py:1; dz/dc = dz/da; mul backward
          %dz/dd: f32[] = mul(%dz/de, %c)               # demo.py:1; mul backward
          %dz/db: f32[] = add(%dz/dd, %dz/dc)           # demo.py:1; add backward
          return %e, %dz/dc, %dz/db
        }"""
    )


def one(op: Op, *operands: object, inputs: int = 1, **settings: object) -> tuple[Graph, Node]:
    """A graph of one operation, and its node."""
    with Builder(**settings) as builder:  # type: ignore[arg-type]
        values = [builder.input(TensorType(F32, (3,)), "xyz"[i]) for i in range(inputs)]
        op(*(operands or values))
    graph = Graph(builder.nodes, values, builder.nodes[-1].results)
    return graph, builder.nodes[-1]


def line(graph: Graph, number: int = 1) -> str:
    return str(graph).split("\n")[number].strip()


def test_a_number_with_one_reader_stands_among_the_operands() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        y = x * 2 + float("inf")
    graph = Graph(builder.nodes, [x], [y])
    assert line(graph, 1) == "%a: f32[] = mul(%x, 2)"
    assert line(graph, 2) == "%b: f32[] = add(%a, inf)"


def test_a_number_with_two_readers_has_a_line_of_its_own() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        two = builder.constant(2)
        y = x * two + two
    graph = Graph(builder.nodes, [x], [y])
    assert line(graph, 1) == "%1: ~i64[] = 2"
    assert line(graph, 2) == "%a: f32[] = mul(%x, %1)"


def test_a_number_of_another_phase_or_place_has_a_line_of_its_own() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        with builder.at(Location("a.py", 1)):
            one = builder.constant(1)
        two = builder.constant(2)
        builder.phase = Phase.UPDATE
        y = (x + one) * two
    text = str(Graph(builder.nodes, [x], [y]))
    assert "%1: ~i64[] = 1  # a.py:1" in text
    assert "%2: ~i64[] = 2\n" in text


def test_phases_are_sections() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        for phase in Phase:
            builder.phase = phase
            Exp()(x)
    assert [text.strip() for text in str(Graph(builder.nodes, [x], [])).split("\n")[1:-2]] == [
        "%a: f32[] = exp(%x)",
        "# backward",
        "%2: f32[] = exp(%x)",
        "# update",
        "%3: f32[] = exp(%x)",
    ]


def test_updates_and_results_come_last() -> None:
    with Builder() as builder:
        w = builder.input(SCALAR, "w")
        builder.phase = Phase.UPDATE
        new = w * 2
    text = str(Graph(builder.nodes, [w], [], [(w, new)], name="step"))
    assert text == dedent(
        """\
        graph step(%w: f32[]) {
          # update
          %w': f32[] = mul(%w, 2)
          update %w <- %w'
          return
        }"""
    )


def test_several_results_share_a_line() -> None:
    graph, _ = one(Sort(0, False))
    assert line(graph) == "%a: f32[3], %b: i64[3] = sort(%x, dim=0)"


def test_a_wide_header_has_a_line_for_each_input() -> None:
    with Builder() as builder:
        inputs = [
            builder.input(TensorType(F32, (128, 784)), f"layers.{i}.weight", requires_grad=True)
            for i in range(3)
        ]
        builder.phase = Phase.UPDATE
        inputs.append(builder.input(SCALAR, "lr"))
    assert str(Graph(builder.nodes, inputs, [])) == dedent(
        """\
        graph graph(
          %layers.0.weight: f32[128, 784] requires_grad,
          %layers.1.weight: f32[128, 784] requires_grad,
          %layers.2.weight: f32[128, 784] requires_grad,
          # update
          %lr: f32[],
        ) {
          return
        }"""
    )


def test_what_requires_a_gradient_is_marked_where_it_does_not_follow() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x", requires_grad=True)
        follows = x * 2
        builder.grad_enabled = False
        without = x * 3
        builder.phase, builder.grad_enabled = Phase.BACKWARD, True
        again = x * 4
    text = str(Graph(builder.nodes, [x], [follows, without, again]))
    assert "(%x: f32[] requires_grad)" in text
    assert "%a: f32[] = mul(%x, 2)" in text
    assert "%b: f32[] no_grad = mul(%x, 3)" in text
    assert "%3: f32[] requires_grad = mul(%x, 4)" in text


def test_equal_names_are_told_apart() -> None:
    with Builder() as builder:
        inputs = [builder.input(SCALAR, "x") for _ in range(3)]
    assert "(%x: f32[], %x.2: f32[], %x.3: f32[])" in str(Graph(builder.nodes, inputs, []))


def test_names_that_need_quotes_have_them() -> None:
    with Builder() as builder:
        inputs = [builder.input(SCALAR, name) for name in ("my data", "7", 'a"b')]
    text = str(Graph(builder.nodes, inputs, [], name="two words"))
    assert text.startswith('graph "two words"(%"my data": f32[], %_7: f32[], %"a\\"b": f32[])')


@pytest.mark.parametrize(
    ("label", "comment"),
    [
        ("of the encoder", "of the encoder"),
        ("a.py:3", '"a.py:3"'),
        ("dz/da = dz/db", '"dz/da = dz/db"'),
        ("one; two", '"one; two"'),
        (" padded", '" padded"'),
        ("two\nlines", '"two\\nlines"'),
        ('"quoted"', '"\\"quoted\\""'),
    ],
)
def test_labels_that_are_no_names_are_comments(label: str, comment: str) -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        with builder.at(Location("/some/where/b.py", 9), label):
            y = Exp()(x)
    assert line(Graph(builder.nodes, [x], [y])) == f"%a: f32[] = exp(%x)  # b.py:9; {comment}"


def test_a_second_gradient_of_a_value_is_counted() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x", requires_grad=True)
        y = x * x
        forward = list(builder.nodes)
        for _ in range(2):
            differentiate(forward, {y: seed(y)})
    text = str(Graph(builder.nodes, [x], [y]))
    assert "%dz/dx: f32[]" in text
    assert "%dz.2/dx: f32[]" in text


def test_the_gradient_of_a_value_from_elsewhere_is_named_after_it() -> None:
    with Builder() as builder:
        elsewhere = Builder().input(SCALAR, "decoder.weight")
        builder.phase = Phase.BACKWARD
        one: Value = Full((), F32)(1)
        one.gradient_of = (elsewhere,)
    assert "%dz/ddecoder.weight: f32[] = full(1" in str(Graph(builder.nodes, [], [one]))


def test_many_values_have_numbers() -> None:
    with Builder() as builder:
        x = y = builder.input(SCALAR, "x")
        for _ in range(13):
            y = Exp()(y)
    text = str(Graph(builder.nodes, [x], [y]))
    assert "%1: f32[] = exp(%x)" in text
    assert "%13: f32[] = exp(%12)" in text


def test_notes_stand_below_their_nodes() -> None:
    graph, node = one(Exp())
    text = print_graph(graph, notes={graph.nodes[0]: "an input", node: "why?"}, footer="the end")
    assert text == dedent(
        """\
        graph graph(%x: f32[3]) {
          ^ an input
          %a: f32[3] = exp(%x)
          ^ why?
          return %a
        }
        ^ the end"""
    )


def test_a_note_on_a_number_is_shown() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        y = x * 2
    graph = Graph(builder.nodes, [x], [y])
    (constant,) = graph.find("constant")
    assert "= 2\n  ^ so?" in print_graph(graph, notes={constant: "so?"})
