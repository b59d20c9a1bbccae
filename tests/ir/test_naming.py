"""What values are called."""

from __future__ import annotations

import pytest

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.assignments import assigned_name
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.naming import Names
from graphnet.ir.types import TensorType
from graphnet.ops.math import Exp
from graphnet.source import Location

SCALAR = TensorType(dtypes.float32)


@pytest.mark.parametrize(
    ("line", "operation", "name"),
    [
        ("e = (a+b)*(b+1)", "mul", "e"),
        ("e = (a+b)*(b+1)", "add", None),
        ("y: Tensor = -x", "neg", "y"),
        ("y: Tensor", "neg", None),
        ("total += loss", "add", "total"),
        ("total += loss", "mul", None),
        ("mask = x > 0", "gt", "mask"),
        ("mask = 0 < x < 1", "lt", None),
        ("x = self.linear1(x)", "linear", "x"),
        ("loss = loss_fn(output, target)", "mean", "loss"),
        ("loss = loss_fn(model(x), y)", "mean", None),
        ("y = torch.relu(self.conv(x))", "relu", "y"),
        ("y = relu(self.conv(x))", "relu", "y"),
        ("y = model(x / 2)", "div", None),
        ("y = x.view(-1, 4)", "reshape", "y"),
        ("y = x.sum(dim=[0, 1])", "sum", "y"),
        ("y = (a + b).clamp(0)", "add", None),
        ("y = x[0, 1:, ::2]", "slice", "y"),
        ("y = x[i + 1]", "add", None),
        ("y = f(*xs)", "add", None),
        ("a, b = x.max(0)", "max_dim", None),
        ("a = b = x + 1", "add", None),
        ("self.x = x + 1", "add", None),
        ("return x + 1", "add", None),
        ("x + 1", "add", None),
        ("e = (a +", "add", None),
        ("e = a if a else b", "add", None),
        ("", "add", None),
        ("e = \0", "add", None),
    ],
)
def test_the_name_that_a_line_assigns(line: str, operation: str, name: str | None) -> None:
    assert assigned_name(line, operation) == name


@pytest.mark.parametrize(
    ("line", "operation", "name"),
    [
        ("loss = loss_fn(model(x), y)", "mean", "loss"),
        ("e = (a+b)*(b+1)", "add", None),
        ("return loss_fn(x)", "mean", None),
    ],
)
def test_the_name_of_what_a_call_gave_if_nothing_else_ran_after(
    line: str, operation: str, name: str | None
) -> None:
    assert assigned_name(line, operation, called_away=False) == name


def names_of(builder: Builder, inputs: int = 1) -> list[str]:
    values = [node.results[0] for node in builder.nodes]
    names = Names(Graph(builder.nodes, values[:inputs], []))
    return [names[value] for value in values]


def test_only_the_last_value_of_a_line_gets_its_name(tmp_path) -> None:
    path = tmp_path / "model.py"
    path.write_text("y = f(x)\n")
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        with builder.at(Location(str(path), 1)):
            Exp()(Exp()(x))
        Exp()(x)
        with builder.at(Location(str(path), 1)):
            Exp()(x)
    assert names_of(builder) == ["x", "a", "y", "b", "y.2"]


def test_a_line_that_called_a_function_of_the_user_gives_no_name(tmp_path) -> None:
    path = tmp_path / "model.py"
    path.write_text("y = model(f(x))\nx = g(f(x))\n")
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        with builder.at(Location(str(path), 1, "main")):
            Exp()(x)
        with builder.at(Location(str(path), 9, "forward")):
            Exp()(x)
        with builder.at(Location(str(path), 2, "main")):
            Exp()(x)
    assert names_of(builder) == ["x", "a", "b", "x.2"]


def test_a_bare_file_name_is_not_looked_up(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.py").write_text("y = f(x)\n")
    monkeypatch.chdir(tmp_path)
    with Builder() as builder:
        x = builder.input(SCALAR, "x")
        with builder.at(Location("model.py", 1)):
            Exp()(x)
    assert names_of(builder) == ["x", "a"]


def test_letters_skip_names_that_are_taken() -> None:
    with Builder() as builder:
        builder.input(SCALAR, "b")
        y = builder.input(SCALAR)
        Exp()(Exp()(y))
    assert names_of(builder, 2) == ["b", "a", "c", "d"]


def test_given_names_come_first() -> None:
    with Builder() as builder:
        a = builder.input(SCALAR, "x")
        y = Exp()(a)
    names = Names(Graph(builder.nodes, [a], [y]), given={y: "x"})
    assert (names[y], names[a]) == ("x", "x.2")


def test_a_value_of_another_graph_says_so() -> None:
    names = Names(Graph([], [], []))
    assert names[Builder().input(SCALAR, "x")] == "<input, not in this graph>"


def test_numbers_say_nothing() -> None:
    with Builder() as builder:
        y = builder.input(SCALAR, "x")
        for _ in range(20):
            y = Exp()(y)
    graph = Graph(builder.nodes, builder.nodes[0].results, [y])
    names = Names(graph)
    assert names.is_numbered(y)
    assert not names.is_numbered(graph.inputs[0])
