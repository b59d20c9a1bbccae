"""What the printer writes, the parser reads: the same text again, and the same numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.errors import CompileError
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase
from graphnet.ir.op import Op
from graphnet.ir.parser import parse_graph
from graphnet.ir.registry import op, operations, singletons
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.ir.verifier import verify
from graphnet.ops.fused import Fused, Instruction
from graphnet.ops.reduce import Sum
from graphnet.runtime.interpreter import interpret
from graphnet.source import Location
from tests.ir.random_graphs import arrays_for, graphs

F32 = dtypes.float32


def outcome(graph: Graph) -> list[np.ndarray] | str:
    """The results of a run, or the message of its failure."""
    try:
        return [np.asarray(result) for result in interpret(graph, arrays_for(graph))]
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        return str(error).splitlines()[0]


@given(graphs())
def test_a_graph_prints_the_same_after_parsing(graph: Graph) -> None:
    text = str(graph)
    assert str(parse_graph(text)) == text


@given(graphs())
def test_a_graph_computes_the_same_after_parsing(graph: Graph) -> None:
    parsed = parse_graph(str(graph))
    verify(parsed)
    before, after = outcome(graph), outcome(parsed)
    if isinstance(before, str):
        assert after == before
        return
    for one, other in zip(before, after, strict=True):
        assert one.dtype == other.dtype  # type: ignore[union-attr]
        np.testing.assert_array_equal(one, other)


@given(graphs())
def test_a_parsed_graph_has_the_same_structure(graph: Graph) -> None:
    parsed = parse_graph(str(graph))
    assert parsed.name == graph.name
    assert sorted(node.op.name for node in parsed) == sorted(node.op.name for node in graph)
    assert parsed.nx.number_of_edges() == graph.nx.number_of_edges()
    for phase in Phase:
        names = [[n.op for n in g.in_phase(phase) if n.operands] for g in (graph, parsed)]
        assert names[0] == names[1]
    before = [v.requires_grad for n in graph if n.operands for v in n.results]
    assert [v.requires_grad for n in parsed if n.operands for v in n.results] == before


def one_line(statement: str, inputs: str = "%x: f32[3]") -> Node:
    """The node that a statement makes."""
    return parse_graph(f"graph g({inputs}) {{\n  {statement}\n  return\n}}").nodes[-1]


def test_location_label_and_phase_are_recovered() -> None:
    graph = parse_graph(
        """
        graph step(%x: f32[3]) {
          %y: f32[3] = exp(%x)  # train.py:7; the result
          # backward
          %dz/dx: f32[3] = neg(%y)  # train.py:7; exp backward
          # update
          %x': f32[3] = abs(%dz/dx)
          update %x <- %x'
          return %y
        }
        """
    )
    exp, neg, new = graph.nodes[1:]
    assert (exp.location, exp.label) == (Location("train.py", 7), "the result")
    assert (neg.location, neg.label) == (Location("train.py", 7), "exp backward")
    assert [node.phase for node in graph.nodes] == [
        Phase.FORWARD,
        Phase.FORWARD,
        Phase.BACKWARD,
        Phase.UPDATE,
    ]
    assert neg.result.gradient_of == (graph.inputs[0],)
    assert graph.updates == ((graph.inputs[0], new.result),)
    assert graph.outputs == (exp.result,)


def test_names_become_labels_and_numbers_do_not() -> None:
    graph = parse_graph("graph g(%x: f32[]) {\n  %loss: f32[] = exp(%x)\n  return %loss\n}")
    assert [node.label for node in graph.nodes] == ["x", "loss"]
    assert one_line("%1: f32[3] = exp(%x)").label == ""


def test_what_else_a_gradient_is_the_gradient_of() -> None:
    graph = parse_graph(
        """
        graph g(%a: f32[], %b: f32[]) {
          %c: f32[] = add(%a, %b)
          # backward
          %dz/dc: f32[] = full(1, shape=(), dtype=f32)  # dz/dc = dz/da; dz/dc = dz/db
          return %dz/dc
        }
        """
    )
    a, b = graph.inputs
    assert graph.outputs[0].gradient_of == (graph.nodes[2].result, a, b)


@pytest.mark.parametrize(
    ("text", "op_", "weak"),
    [
        ("%y: ~i64[] = 1", Constant(1), True),
        ("%y: ~f32[] = 1.0", Constant(1.0), True),
        ("%y: ~bool[] = True", Constant(True), True),
        ("%y: ~f32[] = -inf", Constant(float("-inf")), True),
        ("%y: ~f32[] = nan", Constant(float("nan")), True),
        ("%y: ~c64[] = 1.0-2.0j", Constant(1 - 2j), True),
        ("%y: ~c64[] = nan+infj", Constant(complex("nan+infj")), True),
        ("%y: f64[] = f64(0.5)", Constant(0.5, dtypes.float64), False),
        ("%y: bool[] = bool(False)", Constant(False, dtypes.bool), False),
    ],
)
def test_constants(text: str, op_: Constant, weak: bool) -> None:
    node = one_line(text)
    assert node.op is op_
    assert node.result.type.weak is weak


def test_an_inline_number_is_a_constant_at_its_readers_line() -> None:
    graph = parse_graph(
        "graph g(%x: f32[]) {\n  # update\n  %y: f32[] = mul(f32(2.0), %x)  # a.py:3\n  return\n}"
    )
    constant = next(node for node in graph.nodes if isinstance(node.op, Constant))
    assert constant.op is Constant(2.0, F32)
    assert (constant.location, constant.phase) == (Location("a.py", 3), Phase.UPDATE)


def test_several_results_and_a_generator() -> None:
    graph = parse_graph(
        """
        graph draw(%g: generator) {
          %1: f32[4], %2: generator = uniform(%g, 0, 1, shape=(4,), dtype=f32)
          return %1
        }
        """
    )
    (node,) = graph.find("uniform")
    assert graph.inputs[0].type == GeneratorType()
    assert [value.type for value in node.results] == [TensorType(F32, (4,)), GeneratorType()]


@dataclass(frozen=True)
class Piece:
    """A record among attributes."""

    op: Op
    place: tuple[int, ...]


@pytest.fixture
def everything() -> type[Op]:
    """An operation with every kind of attribute, registered for the time of a test."""

    class Everything(Op):
        flags: tuple[bool, ...]
        nothing: int | None
        scale: float
        dtype: dtypes.dtype
        type: TensorType
        inner: Op
        plain: Op
        mode: str
        pieces: tuple[Piece, ...]
        nested: tuple[tuple[int, ...], ...] = ()

        def infer(self, x: TensorType) -> TensorType:
            return x

        def kernel(self, x: object) -> object:
            return x

    declared = op("everything")(Everything)
    # What type hints are looked up in is a module, and the class stands in a function.
    Everything.__annotations__ = {**Everything.__annotations__, "pieces": tuple[Piece, ...]}
    yield declared
    del operations["everything"]


def test_attributes_of_every_kind(everything: type[Op]) -> None:
    made = everything(
        (True, False),
        None,
        float("-inf"),
        dtypes.int8,
        TensorType(F32, (2, 3), weak=True),
        Sum((0,), True),
        singletons["add"],
        'a "b", # c\n',
        (Piece(singletons["mul"], (0, 1)), Piece(Sum((1,)), ())),
        ((), (1,), (1, 2)),
    )
    with Builder() as builder:
        x = builder.input(TensorType(F32, (3,)), "x")
        y = made(x)
    text = str(Graph(builder.nodes, [x], [y]))
    assert (
        "everything(%x, flags=(True, False), nothing=None, scale=-inf, dtype=i8, "
        "type=~f32[2, 3], inner=@sum(dims=(0,), keepdim=True), plain=@add, "
        r'mode="a \"b\", # c\n", pieces=(Piece(@mul, (0, 1)), Piece(@sum(dims=(1,)), ())), '
        "nested=((), (1,), (1, 2)))"
    ) in text
    parsed = parse_graph(text)
    assert parsed.nodes[1].op is made
    assert str(parsed) == text


def test_attributes_with_their_default_are_left_out() -> None:
    with Builder() as builder:
        x = builder.input(TensorType(F32, (3,)), "x")
        y = Sum((0,))(x)
    text = str(Graph(builder.nodes, [x], [y]))
    assert "sum(%x, dims=(0,))" in text
    assert parse_graph(text).nodes[1].op is Sum((0,), False)


def test_a_fused_region_reads_back() -> None:
    vector = TensorType(F32, (3,))
    body = (
        Instruction(singletons["mul"], (0, 1), vector),
        Instruction(singletons["exp"], (2,), vector),
    )
    with Builder() as builder:
        x, y = (builder.input(vector, name) for name in "xy")
        result = Fused(2, body, (3,))(x, y)
    graph = Graph(builder.nodes, [x, y], [result])
    text = str(graph)
    assert (
        "fused(%x, %y, arity=2, body=(Instruction(@mul, (0, 1), f32[3]), "
        "Instruction(@exp, (2,), f32[3])), results=(3,))"
    ) in text
    parsed = parse_graph(text)
    assert str(parsed) == text
    assert parsed.nodes[-1].op is result.op
    arrays = arrays_for(graph)
    np.testing.assert_array_equal(interpret(parsed, arrays)[0], interpret(graph, arrays)[0])


GOOD = """\
graph g(%a: f32[2], %b: f32[2]) {
  %c: f32[2] = add(%a, %b)
  %d: f32[] = sum(%c, dims=(0,))
  update %a <- %c
  return %d
}"""


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("graph g", "grph g", 1, "expected 'graph', found 'grph'"),
        ("g(", "(", 1, "expected the graph's name, found '('"),
        ("%a:", "a:", 1, "expected a value, such as %x, found 'a'"),
        ("%a: f32", "%a f32", 1, "expected ':', found 'f32'"),
        ("f32[2], %b", "f31[2], %b", 1, "there is no element type 'f31'"),
        ("f32[2], %b", "f32[-2], %b", 1, "-2 is not the size of a dimension"),
        ("f32[2], %b", "f32[2.0], %b", 1, "2.0 is not the size of a dimension"),
        ("%b: f32", "%a: f32", 1, "%a is defined twice"),
        (") {", ")", 1, "expected '{', the line ends"),
        ("add(", "ad(", 2, "there is no operation 'ad'; there is 'add'"),
        ("add(", "xyzzy(", 2, "there is no operation 'xyzzy'"),
        ("add(%a, %b)", "add %a, %b", 2, "expected '(', found '%a'"),
        ("add(%a, %b)", "add(%a, %b", 2, "expected ')', the line ends"),
        ("add(%a, %b)", "add(%a, %e)", 2, "%e is not defined above"),
        ("add(%a, %b)", "add(%a, ?)", 2, "cannot read '?)'"),
        ("add(%a, %b)", "add(%a, f32(%b))", 2, "expected a number, found '%b'"),
        ("add(%a, %b)", "add(%a, =)", 2, "expected a number, found '='"),
        ("add(%a, %b)", "add(%a, %b) %c", 2, "expected the end of the line, found '%c'"),
        ("%c: f32[2] =", "%c: f32[2]", 2, "expected '=', found 'add'"),
        ("%c: f32[2] =", "%a: f32[2] =", 2, "%a is defined twice"),
        (
            "dims=(0,)",
            "dms=(0,)",
            3,
            "Sum does not take these: sum got an unexpected keyword argument 'dms'",
        ),
        (
            "dims=(0,)",
            "",
            3,
            "Sum does not take these: sum is missing a required attribute: 'dims'",
        ),
        ("dims=(0,)", "dims=(0,), dims=(0,)", 3, "attribute 'dims' is given twice"),
        ("dims=(0,)", "dims=(zero,)", 3, "expected a number, found 'zero'"),
        ("dims=(0,)", 'dims="\\q"', 3, 'cannot read "\\q"'),
        ("%a <- %c", "%a %c", 4, "expected '<-', found '%c'"),
        ("%a <- %c", "%a <- %f", 4, "%f is not defined above"),
        ("return %d", "return %d, %q", 5, "%q is not defined above"),
        ("return %d", "", 6, "expected a value, such as %x, found '}'"),
        ("}", "", 6, "the text ends here, before the graph does"),
        ("}", "%a", 6, "expected '}', found '%a'"),
        ("}", "} }", 6, "expected nothing after the graph, found '}'"),
        ("}", "}\n%a", 7, "expected nothing after the graph, found '%a'"),
        ("\n  return %d\n}", "", 4, "the text ends here, before the graph does"),
    ],
)
def test_malformed_text_is_an_error_at_its_line(
    before: str, after: str, line: int, message: str
) -> None:
    assert before in GOOD
    text = GOOD.replace(before, after, 1)
    shown = text.split("\n")[line - 1].strip()
    expected = f"line {line} of the graph's text: {message}"
    with pytest.raises(CompileError, match="^" + re.escape(expected)) as caught:
        parse_graph(text)
    assert str(caught.value).split("\n")[1].strip() == shown


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment"])
def test_no_text_is_no_graph(text: str) -> None:
    with pytest.raises(CompileError, match="expected 'graph', the line ends"):
        parse_graph(text)


def test_nothing_in_the_text_is_evaluated() -> None:
    with pytest.raises(CompileError, match="expected a number, found '__import__'"):
        parse_graph(GOOD.replace("dims=(0,)", "dims=__import__('os')".replace("'", '"')))


def test_blank_lines_and_comments_are_allowed_anywhere() -> None:
    loose = GOOD.replace("\n", "\n\n  # words\n").replace("g(%a", "g(\n  # words\n  %a")
    loose = loose.replace("%b: f32[2])", "%b: f32[2],\n\n)")
    assert str(parse_graph(f"\n# words\n{loose}\n\n# words\n")) == GOOD


def test_parse_is_a_method_of_the_class() -> None:
    assert str(Graph.parse(GOOD)) == GOOD


def test_types_are_left_to_the_verifier() -> None:
    graph = parse_graph(GOOD.replace("%d: f32[]", "%d: i64[7]"))
    with pytest.raises(CompileError, match=r"typed i64\[7\], but the operation gives f32\[\]"):
        verify(graph)
