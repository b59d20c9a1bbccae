"""Large graphs: a box for each line of the source."""

from __future__ import annotations

from pathlib import Path

import graphnet  # noqa: F401  # declares the operations
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ops.math import Exp
from graphnet.source import Location
from graphnet.viz import make_dot
from tests.viz.dot_text import read
from tests.viz.example_graphs import SCALAR, training_step


def test_each_line_has_a_box_in_each_part(tmp_path: Path) -> None:
    picture = read(make_dot(training_step(tmp_path), detail="line").source)
    lines = [
        "x = self.linear1(x)",
        "return self.linear2(x)",
        "loss = loss_fn(model(x), y)",
    ]
    assert picture.areas == {
        "forward": ["x", "y", *lines],
        "backward": lines[::-1],
        "update": ["optimizer.step()"],
    }


def test_arrows_go_from_line_to_line(tmp_path: Path) -> None:
    source = make_dot(training_step(tmp_path), detail="line").source
    arrows = [(start, end) for start, end, _ in read(source).arrows]
    assert ("x", "x = self.linear1(x)") in arrows
    assert ("x = self.linear1(x)", "return self.linear2(x)") in arrows
    assert ("return self.linear2(x)", "x = self.linear1(x)") in arrows  # backward
    assert ("x = self.linear1(x)", "optimizer.step()") in arrows
    assert len([pair for pair in arrows if pair[1] == "optimizer.step()"]) == 2


def test_boxes_tell_parameters_gradients_and_updates(tmp_path: Path) -> None:
    source = make_dot(training_step(tmp_path, momentum=True), detail="line").source
    for row in ("linear1.weight", "dz/dlinear1.weight", "dz/dlinear2.bias"):
        assert f">{row}</FONT>" in source
    update = read(source).labels["optimizer.step()"].split("\n")
    assert update[1:5] == [
        f"{name}  {shape}"
        for name, shape in (
            ("linear1.weight", "f32[4, 8]"),
            ("linear1.bias", "f32[4]"),
            ("linear2.weight", "f32[2, 4]"),
            ("linear2.bias", "f32[2]"),
        )
    ]
    assert update[-1].startswith("train.py:8  8 mul, ")


def test_a_line_backward_stands_beside_itself_forward(tmp_path: Path) -> None:
    picture = read(make_dot(training_step(tmp_path), detail="line").source)
    assert picture.aligned == [(line, line) for line in picture.areas["backward"]]


def test_large_graphs_are_drawn_by_line(tmp_path: Path) -> None:
    source = tmp_path / "loop.py"
    source.write_text("x = step(x)\ny = x\n")
    with Builder() as builder:
        x = y = builder.input(SCALAR, "x")
        for number in range(200):
            with builder.at(Location(str(source), 1 + number // 150)):
                y = Exp()(y)
    picture = read(make_dot(Graph(builder.nodes, [x], [y])).source)
    assert picture.areas["forward"] == ["x", "x = step(x)", "y = x"]


def test_a_line_that_ran_often_has_one_box(tmp_path: Path) -> None:
    source = tmp_path / "loop.py"
    source.write_text("x = f(x)\nx = g(x)\n")
    with Builder() as builder:
        x = y = builder.input(SCALAR, "x")
        for number in range(100):
            with builder.at(Location(str(source), 1 + number % 2)):
                y = Exp()(y)
    graph = Graph(builder.nodes, [x], [y])
    few = read(make_dot(Graph(builder.nodes[:21], [x], []), detail="line").source)
    assert len(few.areas["forward"]) == 21
    many = read(make_dot(graph, detail="line").source)
    assert many.areas["forward"] == ["x", "x = f(x)", "x = g(x)"]
    assert "50 exp" in many.labels["x = g(x)"]


def test_without_source_the_operations_are_told() -> None:
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        y = abs(Exp()(x))
    picture = read(make_dot(Graph(builder.nodes, [x], [y]), detail="line").source)
    assert picture.areas["forward"] == ["x", "exp, abs"]


def test_long_lines_and_many_rows_are_cut(tmp_path: Path) -> None:
    source = tmp_path / "long.py"
    source.write_text("result = some_function(" + "argument, " * 20 + ")\n")
    with Builder() as builder, builder.at(Location(str(source), 1)):
        inputs = [builder.input(SCALAR, f"w{n}", requires_grad=True) for n in range(20)]
        total = inputs[0]
        for value in inputs[1:]:
            total = total + value
    picture = read(make_dot(Graph(builder.nodes, inputs, [total]), detail="line").source)
    (box,) = picture.areas["forward"]
    assert len(box) == 48
    assert "\nand 9 more\n" in picture.labels[box]
