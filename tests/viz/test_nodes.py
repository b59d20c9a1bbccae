"""A box for every node: the textbook's two figures, and a training step."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Phase
from graphnet.ir.types import TensorType
from graphnet.ops.math import Exp
from graphnet.ops.sort import Sort
from graphnet.passes.autodiff import differentiate, seed
from graphnet.viz import make_dot
from tests.viz.dot_text import Picture, read
from tests.viz.example_graphs import SCALAR, textbook, training_step


@pytest.fixture
def figure(tmp_path: Path) -> Picture:
    return read(make_dot(textbook(tmp_path)).source)


def test_the_forward_half_goes_from_the_leaves_to_e(figure: Picture) -> None:
    assert figure.areas["forward"] == ["a", "b", "c = a + b", "1", "d = b + 1", "e = c * d"]
    inside = {(s, e) for s, e in figure.solid() if {s, e} <= set(figure.areas["forward"])}
    assert inside == {
        ("a", "c = a + b"),
        ("b", "c = a + b"),
        ("b", "d = b + 1"),
        ("1", "d = b + 1"),
        ("c = a + b", "e = c * d"),
        ("d = b + 1", "e = c * d"),
    }


def test_leaves_have_a_shape_of_their_own(figure: Picture) -> None:
    for leaf in ("a", "b", "1"):
        assert "shape=ellipse" in figure.attributes[leaf]
    assert "shape" not in figure.attributes["c = a + b"]


def test_the_backward_half_starts_at_z_and_goes_to_the_leaves(figure: Picture) -> None:
    assert figure.areas["backward"] == [
        "z = Identity(e)",
        "dz/de = 1",
        "dz/dc = dz/de * d",
        "dz/da = dz/dc",
        "dz/dd = dz/de * c",
        "dz/db = dz/dd + dz/dc",
    ]
    inside = {(s, e) for s, e in figure.solid() if {s, e} <= set(figure.areas["backward"])}
    assert inside == {
        ("dz/de = 1", "dz/dc = dz/de * d"),
        ("dz/de = 1", "dz/dd = dz/de * c"),
        ("dz/dc = dz/de * d", "dz/da = dz/dc"),
        ("dz/dc = dz/de * d", "dz/db = dz/dd + dz/dc"),
        ("dz/dd = dz/de * c", "dz/db = dz/dd + dz/dc"),
    }
    assert ("e = c * d", "z = Identity(e)") in figure.solid()
    assert ("z = Identity(e)", "dz/de = 1") in figure.dashed()


def test_derivatives_are_linked_to_the_values_they_need(figure: Picture) -> None:
    assert figure.dashed() - {("z = Identity(e)", "dz/de = 1")} == {
        ("d = b + 1", "dz/dc = dz/de * d"),
        ("c = a + b", "dz/dd = dz/de * c"),
    }


def test_each_gradient_stands_beside_its_value(figure: Picture) -> None:
    assert set(figure.aligned) == {
        ("e = c * d", "dz/de = 1"),
        ("c = a + b", "dz/dc = dz/de * d"),
        ("d = b + 1", "dz/dd = dz/de * c"),
        ("a", "dz/da = dz/dc"),
        ("b", "dz/db = dz/dd + dz/dc"),
    }


def test_boxes_tell_type_and_line(figure: Picture) -> None:
    assert figure.labels["e = c * d"] == "e = c * d\nf32[]  demo.py:1"
    assert figure.labels["a"] == "a\nf32[]"


def test_results_have_a_thick_border(figure: Picture) -> None:
    thick = {box for box, attributes in figure.attributes.items() if "penwidth" in attributes}
    assert thick == {"e = c * d", "dz/da = dz/dc", "dz/db = dz/dd + dz/dc"}


def test_the_areas_keep_their_order(tmp_path: Path) -> None:
    source = make_dot(training_step(tmp_path)).source
    assert source.index("anchor0 -> anchor1") < source.index("anchor1 -> anchor2")
    assert list(read(source).areas) == ["forward", "backward", "update"]


def test_a_training_step_has_three_parts(tmp_path: Path) -> None:
    picture = read(make_dot(training_step(tmp_path)).source)
    assert "linear1.weight' = sub" in picture.areas["update"]
    assert ("linear1.weight", "linear1.weight' = sub") in picture.dashed()
    starts = {s for s, e in picture.solid() if e in picture.areas["update"]}
    assert starts & set(picture.areas["backward"]) == {
        "dz/dlinear1.weight = dz/da.T",
        "dz/dlinear1.bias = reshape",
        "dz/dlinear2.weight = dz/dc.T",
        "dz/dlinear2.bias = reshape",
    }


def test_updates_by_hand_are_updates_too(tmp_path: Path) -> None:
    by_hand = training_step(tmp_path, phase=Phase.FORWARD)
    by_optimizer = training_step(tmp_path)
    areas = [read(make_dot(graph).source).areas for graph in (by_hand, by_optimizer)]
    assert len(areas[0]["update"]) == len(areas[1]["update"])
    assert areas[0]["forward"] == areas[1]["forward"]


def test_what_an_optimizer_keeps_stands_with_the_updates() -> None:
    with Builder() as builder:
        w = builder.input(SCALAR, "w", requires_grad=True)
        kept = builder.input(SCALAR, "kept")
        loss = w * w
        gradients = differentiate(list(builder.nodes), {loss: seed(loss)})
        builder.phase = Phase.UPDATE
        new = kept * 0.9 + gradients[w]
    picture = read(make_dot(Graph(builder.nodes, [w, kept], [], [(kept, new)])).source)
    assert "kept" in picture.areas["update"]
    assert "kept" not in picture.areas["forward"]


def test_a_square_has_two_arrows() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        y = x * x
    picture = read(make_dot(Graph(builder.nodes, [x], [y])).source)
    assert [(start, end) for start, end, _ in picture.arrows] == [("x", "y = x * x")] * 2


def test_gradients_that_lead_nowhere_are_left_out() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        w = builder.input(SCALAR, "w", requires_grad=True)
        y = x * w
        gradients = differentiate(list(builder.nodes), {y: seed(y)})
    graph = Graph(builder.nodes, [x, w], [y, gradients[w]])
    picture = read(make_dot(graph).source)
    assert len([node for node in graph if node.op.name == "mul"]) == 3
    assert picture.areas["backward"] == ["z = Identity(y)", "dz/dy = 1", "dz/dw = dz/dy * x"]


def test_a_graph_without_gradients_has_one_area() -> None:
    with Builder() as builder:
        x = builder.input(TensorType(dtypes.float32, (2, 3)), "x")
        y = Exp()(x)
    picture = read(make_dot(Graph(builder.nodes, [x], [y])).source)
    assert picture.areas == {"forward": ["x", "y = exp(x)"]}


def test_an_empty_graph_can_be_drawn() -> None:
    assert read(make_dot(Graph([], [], [])).source).areas == {}


def test_several_results_are_named_together() -> None:
    with Builder() as builder:
        x = builder.input(TensorType(dtypes.float32, (3,)), "x")
        values, places = Sort(0, False)(x)
    picture = read(make_dot(Graph(builder.nodes, [x], [values, places])).source)
    assert picture.areas["forward"] == ["x", "values, places = sort(x, dim=0)"]
    assert picture.labels["values, places = sort(x, dim=0)"].endswith("\nf32[3], i64[3]")


def test_what_has_no_name_is_called_by_its_operation() -> None:
    with Builder() as builder:
        x = value = builder.input(SCALAR, "x", requires_grad=True)
        for _ in range(20):
            value = Exp()(value)
        differentiate(list(builder.nodes), {value: seed(value)})
    graph = Graph(builder.nodes, [x], [value])
    del value
    picture = read(make_dot(graph).source)
    assert picture.areas["forward"] == ["x", "exp(x)", *["exp"] * 19]
    assert picture.areas["backward"][:4] == [
        "z = identity",
        "dz/d(exp) = 1",
        "dz/d(exp) = mul",
        "dz/d(exp) = mul",
    ]
    assert picture.areas["backward"][-2:] == ["dz/d(exp(x)) = mul", "dz/dx = mul"]


def test_markup_in_names_is_shown_not_obeyed() -> None:
    builder = Builder()
    builder.input(SCALAR, '<b>"x" & y</b>')
    source = make_dot(Graph(builder.nodes, builder.nodes[0].results, [])).source
    assert "&lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;" in source


def test_numbers_in_large_graphs_stand_in_formulas_only() -> None:
    with Builder() as builder:
        x = y = builder.input(SCALAR, "x")
        for _ in range(30):
            y = (y + 2) * 3
    picture = read(make_dot(Graph(builder.nodes, [x], [y])).source)
    assert "x + 2" in picture.areas["forward"]
    assert ("2", "x + 2") not in picture.solid()
