"""Draws a large graph line by line: a box for what each line of the user's source does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.source import Location
from graphnet.viz.canvas import Canvas
from graphnet.viz.scene import Scene
from graphnet.viz.style import FAINT, LEAF, PALETTES, RESULT

if TYPE_CHECKING:
    import graphviz

_MOST_BOXES = 60
_MOST_ROWS = 12
_MOST_OPERATIONS = 5
_LONGEST_LINE = 48


def draw_lines(scene: Scene) -> graphviz.Digraph:
    """A box for each run of each line.

    Where that is too much, every line has one box, however often it ran.
    """
    groups = list(_runs(scene))
    if len(groups) > _MOST_BOXES:
        groups = list(_merged(groups))
    return _Drawing(scene, groups).canvas.dot


@dataclass(eq=False)
class Group:
    """What one line did in one part of the training step."""

    part: Phase
    location: Location | None
    nodes: list[Node] = field(default_factory=list)
    leaves: list[Value] = field(default_factory=list)


def _runs(scene: Scene) -> Iterator[Group]:
    """Consecutive operations of one line."""
    for part in Phase:
        group: Group | None = None
        for node in scene.nodes_in(part):
            if isinstance(node.op, (Constant, Input)):
                continue
            if group is None or group.location != node.location:
                if group is not None:
                    yield group
                group = Group(part, node.location)
            group.nodes.append(node)
        if group is not None:
            yield group


def _merged(groups: list[Group]) -> Iterator[Group]:
    """One group a line."""
    found: dict[tuple[Phase, Location | None], Group] = {}
    for group in groups:
        one = found.setdefault((group.part, group.location), Group(group.part, group.location))
        one.nodes += group.nodes
    yield from found.values()


class _Drawing:
    def __init__(self, scene: Scene, groups: list[Group]) -> None:
        self.scene = scene
        self.captions = scene.captions
        self.groups = groups
        self.ids = {group: f"g{number}" for number, group in enumerate(groups)}
        self.group_of = {node: group for group in groups for node in group.nodes}
        self.targets = {new: target for target, new in scene.graph.updates}
        self.inputs = list(self._place_inputs())
        self.canvas = Canvas(scene.graph.name)
        for part in Phase:
            self._draw_part(part)
        self._draw_arrows()
        self._align()

    def _place_inputs(self) -> Iterator[Node]:
        """Give parameters and settings to the line that reads them; the others have boxes."""
        for value in self.scene.graph.inputs:
            part = self.scene.part[value.node]
            readers = [self.group_of.get(user) for user in self.scene.graph.users(value)]
            here = [group for group in readers if group is not None and group.part is part]
            if here and (value.requires_grad or part is Phase.UPDATE):
                here[0].leaves.append(value)
            elif here:
                yield value.node

    def _input_id(self, node: Node) -> str:
        return f"i{self.scene.graph.inputs.index(node.result)}"

    def _draw_part(self, part: Phase) -> None:
        with self.canvas.part(part) as box:
            for node in self.inputs:
                if self.scene.part[node] is part:
                    name = self.captions.name(node.result) or ""
                    label = _rows(escape(name), [], str(node.result.type), part)
                    box(self._input_id(node), label=label, fillcolor="white", **LEAF)
            for group in self.groups:
                if group.part is part:
                    outputs = self.scene.graph.outputs
                    style = RESULT if any(v.node in group.nodes for v in outputs) else {}
                    box(self.ids[group], label=self._label(group), **style)

    def _label(self, group: Group) -> str:
        title = group.location.text if group.location is not None else ""
        if not title:
            title = (
                str(group.location)
                if group.location is not None
                else ", ".join(dict.fromkeys(node.op.name for node in group.nodes))
            )
        place = str(group.location or "")
        small = "  ".join(filter(None, [place, _operations(group.nodes)]))
        return _rows(escape(_cut(title)), list(self._told(group)), small, group.part)

    def _told(self, group: Group) -> Iterator[tuple[str, str]]:
        """Names and types worth telling: parameters read, their gradients, their updates."""
        if group.part is not Phase.UPDATE:
            for value in group.leaves:
                yield self.captions.name(value) or "input", str(value.type)
        for node in group.nodes:
            for value in node.results:
                if value in self.targets:
                    target = self.targets[value]
                    yield self.captions.name(target) or "input", str(value.type)
                elif group.part is Phase.BACKWARD:
                    for target in value.gradient_of:
                        if isinstance(target.op, Input):
                            yield f"dz/d{self.captions.name(target)}", str(value.type)
                elif value in self.scene.graph.outputs:
                    yield self.captions.name(value) or "result", str(value.type)

    def _draw_arrows(self) -> None:
        for start, end in dict.fromkeys(self._arrows()):
            one, other = self.scene.part[start], end.part
            if one is Phase.FORWARD and other is Phase.UPDATE:
                continue
            source = self.group_of.get(start)
            name = self._input_id(start) if source is None else self.ids[source]
            if source is not end:
                starts = any(z in end.nodes for z, _ in self.scene.seeds) and any(
                    start in (operand.node for operand in z.operands) for z, _ in self.scene.seeds
                )
                self.canvas.arrow(name, self.ids[end], one, other, starts=starts)

    def _arrows(self) -> Iterator[tuple[Node, Group]]:
        """From what is read to the line that reads it; one node stands for all of its group."""
        shown = set(self.inputs)
        for group in self.groups:
            for node in group.nodes:
                for operand in node.operands:
                    source = self.group_of.get(operand.node)
                    if source is not None:
                        yield source.nodes[0], group
                    elif operand.node in shown:
                        yield operand.node, group

    def _align(self) -> None:
        """Put what a line did backward beside what it did forward, the last run first."""
        runs: dict[Location | None, list[Group]] = {}
        for group in self.groups:
            if group.part is Phase.FORWARD:
                runs.setdefault(group.location, []).append(group)
        for group in self.groups:
            if group.part is Phase.BACKWARD and runs.get(group.location):
                self.canvas.align(self.ids[runs[group.location].pop()], self.ids[group])


def _operations(nodes: list[Node]) -> str:
    """The operations with their counts, the most frequent ones only."""
    counts = Counter(node.op.name for node in nodes)
    told = [name if n == 1 else f"{n} {name}" for name, n in counts.most_common(_MOST_OPERATIONS)]
    return ", ".join(told) + (", …" if len(counts) > _MOST_OPERATIONS else "")


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _rows(title: str, rows: list[tuple[str, str]], small: str, part: Phase) -> str:
    """A label of Graphviz's HTML-like kind: a title, a table, and small print."""
    colour = PALETTES[part].line
    lines = [f"<B>{title}</B>"] if title else []
    for name, type_ in rows[:_MOST_ROWS]:
        faint = f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{escape(type_)}</FONT>'
        lines.append(f'<FONT POINT-SIZE="10" COLOR="{colour}">{escape(name)}</FONT>  {faint}')
    if len(rows) > _MOST_ROWS:
        more = len(rows) - _MOST_ROWS
        lines.append(f'<FONT POINT-SIZE="9" COLOR="{FAINT}">and {more} more</FONT>')
    lines.append(f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{escape(small)}</FONT>')
    return f"<{'<BR/>'.join(lines)}>"
