"""Draws a graph node by node: the forward half on the left, the backward half beside it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.syntax import number_text
from graphnet.viz.canvas import Canvas
from graphnet.viz.scene import Scene
from graphnet.viz.style import FAINT, LEAF, PALETTES, RESULT, STAND_IN

if TYPE_CHECKING:
    import graphviz


def draw_nodes(scene: Scene) -> graphviz.Digraph:
    """A box for every node, an arrow for every operand."""
    return _Drawing(scene).canvas.dot


class _Drawing:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.graph = scene.graph
        self.captions = scene.captions
        self.ids = {node: f"n{number}" for number, node in enumerate(self.graph.nodes)}
        self.shown = {node for node in scene.nodes if self._is_shown(node)}
        self.written = {new for _, new in self.graph.updates}
        self.canvas = Canvas(self.graph.name)
        for part in Phase:
            self._draw_part(part)
        self._draw_arrows()
        self._align()

    def _is_shown(self, node: Node) -> bool:
        """Numbers have boxes of their own in the forward half; elsewhere formulas hold them."""
        return not isinstance(node.op, Constant) or (
            self.scene.part[node] is Phase.FORWARD and bool(self.graph.users(node.result))
        )

    def _draw_part(self, part: Phase) -> None:
        with self.canvas.part(part) as box:
            for node in self.scene.nodes_in(part):
                if node in self.shown:
                    box(self.ids[node], **self._box(node))
                    for name, target in self._stand_ins(node):
                        own = self.captions.name(node.results[0])
                        text = escape(f"dz/d{self.captions.name(target)} = {own}")
                        box(name, label=f"<{text}>", **STAND_IN)

    def _box(self, node: Node) -> dict[str, str]:
        value = node.results[0]
        name = ", ".join(filter(None, map(self.captions.name, node.results)))
        types = ", ".join(str(result.type) for result in node.results)
        if isinstance(node.op, Constant):
            return {"label": number_text(node.op.value), **LEAF, "fillcolor": "white"}
        if isinstance(node.op, Input):
            fill = PALETTES[self.scene.part[node]].leaf if value.requires_grad else "white"
            return {"label": _label(name, "", types), **LEAF, "fillcolor": fill}
        small = [types, str(node.location or "")]
        if not any(True for _ in self._stand_ins(node)):
            small += [f"= {other}" for other in self.captions.others(value)]
        box = {"label": _label(name, self.captions.formula(node), "  ".join(filter(None, small)))}
        if not self.written.isdisjoint(node.results) or self._is_output(node):
            box |= RESULT
        return box

    def _is_output(self, node: Node) -> bool:
        return any(value in self.graph.outputs for value in node.results)

    def _stand_ins(self, node: Node) -> Iterator[tuple[str, Value]]:
        """Leaves whose gradient is that of another value, handed on: each gets a box as well."""
        for value in node.results:
            for number, target in enumerate(value.gradient_of[1:]):
                if isinstance(target.op, Input) and target.node in self.graph:
                    yield f"{self.ids[node]}_{number}", target

    def _draw_arrows(self) -> None:
        part = self.scene.part
        for node in self.graph.nodes:
            if node not in self.shown:
                continue
            for operand in node.operands:
                if operand.node in self.shown:
                    start, end = self.ids[operand.node], self.ids[node]
                    starts = any(node is z for z, _ in self.scene.seeds)
                    self.canvas.arrow(start, end, part[operand.node], part[node], starts=starts)
            for name, _ in self._stand_ins(node):
                self.canvas.arrow(self.ids[node], name, part[node], part[node])
        for z, seed in self.scene.seeds:
            ends = self.ids[z], self.ids[seed]
            self.canvas.arrow(*ends, Phase.BACKWARD, Phase.BACKWARD, solid=False)

    def _align(self) -> None:
        """Put each gradient at the height of the value whose gradient it is."""
        for node in self.graph.nodes:
            for value in node.results if node in self.shown else ():
                pairs = [(self.ids[node], target) for target in value.gradient_of[:1]]
                for name, target in [*pairs, *self._stand_ins(node)]:
                    beside = target.node in self.shown
                    if beside and self.scene.part[target.node] is Phase.FORWARD:
                        self.canvas.align(self.ids[target.node], name)


def _label(name: str, formula: str, small: str) -> str:
    """A label of Graphviz's HTML-like kind: the formula, and the small print below it."""
    parts = [f"<B>{escape(name)}</B>" if name else "", escape(formula)]
    head = " = ".join(filter(None, parts))
    below = f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{escape(small)}</FONT>'
    return f"<{'<BR/>'.join(filter(None, [head, below]))}>"
