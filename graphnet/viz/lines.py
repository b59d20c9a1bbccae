"""Draws a large graph line by line: a box for what each line of the user's source does."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from graphnet.ir.core_ops import Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.source import Location
from graphnet.viz.canvas import Canvas
from graphnet.viz.groups import Group, group_by_line
from graphnet.viz.scene import Scene
from graphnet.viz.style import FAINT, LEAF, PALETTES, RESULT

if TYPE_CHECKING:
    import graphviz

_MOST_ROWS = 12


def draw_lines(scene: Scene) -> graphviz.Digraph:
    """A box for each line, an arrow where one reads what another computes."""
    return _Drawing(scene).canvas.dot


class _Drawing:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.groups = group_by_line(scene)
        self.ids = {group: f"g{number}" for number, group in enumerate(self.groups)}
        self.group_of = {node: group for group in self.groups for node in group.nodes}
        self.inputs = {node: f"i{number}" for number, node in enumerate(self._place_inputs())}
        self.canvas = Canvas(scene.graph.name)
        for part in Phase:
            self._draw_part(part)
        self._draw_arrows()
        self._align()

    def _place_inputs(self) -> Iterator[Node]:
        """Give parameters and settings to the first line that reads them; the others have boxes."""
        for value in self.scene.graph.inputs:
            part = self.scene.part[value.node]
            users = [self.group_of.get(user) for user in self.scene.graph.users(value)]
            readers = [group for group in users if group is not None and group.part is part]
            if readers and (value.requires_grad or part is Phase.UPDATE):
                readers[0].leaves.append(value)
            elif readers:
                yield value.node

    def _draw_part(self, part: Phase) -> None:
        with self.canvas.part(part) as box:
            for node, name in self.inputs.items():
                if self.scene.part[node] is part:
                    label = _label(self._name(node.result), [], str(node.result.type), part)
                    box(name, label=label, fillcolor="white", **LEAF)
            for group in self.groups:
                if group.part is part:
                    rows = self._rows(group)
                    is_result = any(v.node in group.nodes for v in self.scene.graph.outputs)
                    label = _label(group.title, rows, group.summary, part)
                    box(self.ids[group], label=label, **(RESULT if is_result else {}))

    def _name(self, value: Value) -> str:
        return self.scene.captions.name(value) or ""

    def _rows(self, group: Group) -> list[tuple[str, str]]:
        """Names and types worth telling, if they have names."""
        found = {
            Phase.FORWARD: self._forward_rows,
            Phase.BACKWARD: self._backward_rows,
            Phase.UPDATE: self._update_rows,
        }[group.part](group)
        return [(name, str(value.type)) for name, value in found if name]

    def _forward_rows(self, group: Group) -> Iterator[tuple[str, Value]]:
        """The parameters that are read, and what is returned."""
        yield from ((self._name(value), value) for value in group.leaves)
        for value in self.scene.graph.outputs:
            if value.node in group.nodes:
                yield self._name(value), value

    def _backward_rows(self, group: Group) -> Iterator[tuple[str, Value]]:
        """The gradients of leaves."""
        for node in group.nodes:
            for value in node.results:
                for target in value.gradient_of:
                    name = self.scene.captions.name(target)
                    if isinstance(target.op, Input) and name:
                        yield f"dz/d{name}", value

    def _update_rows(self, group: Group) -> Iterator[tuple[str, Value]]:
        """What is written, the parameters first, then what the optimizer keeps for them."""
        written = [pair for pair in self.scene.graph.updates if pair[1].node in group.nodes]
        for target, _ in sorted(written, key=lambda pair: not pair[0].requires_grad):
            yield self._name(target), target

    def _draw_arrows(self) -> None:
        starts = {operand for z, _ in self.scene.seeds for operand in z.operands}
        arrows: dict[tuple[str, Phase, Group], bool] = {}
        for group in self.groups:
            for value in (operand for node in group.nodes for operand in node.operands):
                source = self.group_of.get(value.node)
                name = self.inputs.get(value.node) if source is None else self.ids[source]
                part = self.scene.part[value.node]
                parameter = part is Phase.FORWARD and group.part is Phase.UPDATE
                if name is not None and source is not group and not parameter:
                    key = name, part, group
                    arrows[key] = arrows.get(key, False) or value in starts
        for (name, part, group), does_start in arrows.items():
            self.canvas.arrow(name, self.ids[group], part, group.part, starts=does_start)

    def _align(self) -> None:
        """Put what a line did backward beside what it did forward, the last run first."""
        runs: dict[Location | None, list[Group]] = {}
        for group in self.groups:
            if group.part is Phase.FORWARD:
                runs.setdefault(group.location, []).append(group)
            elif group.part is Phase.BACKWARD and runs.get(group.location):
                self.canvas.align(self.ids[runs[group.location].pop()], self.ids[group])


def _label(title: str, rows: list[tuple[str, str]], small: str, part: Phase) -> str:
    """A label of Graphviz's HTML-like kind: a title, a row for each name, and small print."""
    lines = [f"<B>{escape(title)}</B>"] if title else []
    for name, type_ in rows[:_MOST_ROWS]:
        text = f'<FONT POINT-SIZE="10" COLOR="{PALETTES[part].line}">{escape(name)}</FONT>'
        lines.append(f"{text}  {_small(type_)}")
    if len(rows) > _MOST_ROWS:
        lines.append(_small(f"and {len(rows) - _MOST_ROWS} more"))
    return f"<{'<BR/>'.join([*lines, _small(small)])}>"


def _small(text: str) -> str:
    return f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{escape(text)}</FONT>'
