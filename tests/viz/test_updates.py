"""What an optimizer does with one parameter is one box where it does much."""

from __future__ import annotations

from pathlib import Path

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Phase
from graphnet.ir.types import TensorType
from graphnet.viz import make_dot
from graphnet.viz.scene import Scene
from graphnet.viz.updates import Update, group_updates
from tests.viz.dot_text import read
from tests.viz.example_graphs import SCALAR, training_step

VECTOR = TensorType(dtypes.float32, (3,))
PARAMETERS = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]


def described(update: Update) -> tuple[list[str], list[str]]:
    return [t.node.label for t in update.targets], [node.op.name for node in update.nodes]


def test_each_parameter_has_a_box_beside_its_gradient(tmp_path: Path) -> None:
    picture = read(make_dot(training_step(tmp_path, momentum=True)).source)
    assert picture.areas["update"] == [f"{name}'" for name in PARAMETERS]
    assert "2 mul, add, sub" in picture.labels["linear1.bias'"]
    beside = {right: left for left, right in picture.aligned if right in picture.areas["update"]}
    arrows = {end: start for start, end, _ in picture.arrows if end in picture.areas["update"]}
    assert beside == arrows
    assert [beside[f"{name}'"].startswith(f"dz/d{name} = ") for name in PARAMETERS] == [True] * 4


def test_few_operations_have_a_box_each(tmp_path: Path) -> None:
    picture = read(make_dot(training_step(tmp_path)).source)
    assert len(picture.areas["update"]) == 8


def test_what_is_kept_for_a_parameter_belongs_to_it(tmp_path: Path) -> None:
    updates = group_updates(Scene(training_step(tmp_path, momentum=True), {}))
    assert [described(update) for update in updates] == [
        ([name, ""], ["mul", "add", "mul", "sub"]) for name in PARAMETERS
    ]


def test_shared_numbers_join_nothing_and_counters_follow_their_parameter() -> None:
    with Builder() as builder:
        w, v = (builder.input(VECTOR, name, requires_grad=True) for name in "wv")
        counts = [builder.input(SCALAR, f"{name}.step") for name in "wv"]
        rate = builder.input(SCALAR, "rate")
        builder.phase, builder.grad_enabled = Phase.UPDATE, False
        halved = rate / 2
        news = [w - halved * w, counts[0] + 1, v - halved * v, counts[1] + 1]
    targets = [w, counts[0], v, counts[1]]
    pairs = list(zip(targets, news, strict=True))
    graph = Graph(builder.nodes, [w, v, *counts, rate], [], pairs)
    assert [described(update) for update in group_updates(Scene(graph, {}))] == [
        (["w", "w.step"], ["div", "mul", "sub", "add"]),
        (["v", "v.step"], ["mul", "sub", "add"]),
    ]


def test_updates_with_operations_in_common_are_one() -> None:
    with Builder() as builder:
        inputs = [builder.input(VECTOR, name) for name in "abc"]
        builder.phase = Phase.UPDATE
        a, b, c = inputs
        new_a, new_b = -a, -b
        new_c = new_a + new_b
    graph = Graph(builder.nodes, inputs, [], [(a, new_a), (b, new_b), (c, new_c)])
    assert [described(update) for update in group_updates(Scene(graph, {}))] == [
        (["a", "b", "c"], ["neg", "neg", "add"])
    ]


def test_what_leads_to_no_update_is_kept() -> None:
    with Builder() as builder:
        a = builder.input(VECTOR, "a")
        builder.phase = Phase.UPDATE
        new, unused = -a, abs(a)
    graph = Graph(builder.nodes, [a], [unused], [(a, new)])
    assert [described(update) for update in group_updates(Scene(graph, {}))] == [
        (["a"], ["neg"]),
        ([], ["abs"]),
    ]
