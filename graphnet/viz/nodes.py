"""Draws a graph node by node: the forward half on the left, the backward half beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.syntax import number_text
from graphnet.viz.canvas import Canvas
from graphnet.viz.groups import operations_text
from graphnet.viz.scene import Scene
from graphnet.viz.style import FAINT, LEAF, PALETTES, RESULT, STAND_IN
from graphnet.viz.updates import Update, group_updates

if TYPE_CHECKING:
    import graphviz

_FEW_NODES = 40
_FEW_UPDATE_NODES = 12


def draw_nodes(scene: Scene) -> graphviz.Digraph:
    """A box for every node, an arrow for every operand.

    Where an optimizer does much, all that it does with one parameter is a single box.
    """
    return _Drawing(scene).canvas.dot


@dataclass(frozen=True, slots=True)
class StandIn:
    """The box of a leaf's gradient where that is the gradient of another value, handed on."""

    id: str
    leaf: Value
    text: str


class _Drawing:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.graph = scene.graph
        self.captions = scene.captions
        self.ids = {node: f"n{number}" for number, node in enumerate(self.graph.nodes)}
        few = len(scene.nodes_in(Phase.UPDATE)) <= _FEW_UPDATE_NODES
        self.updates = {} if few else {f"u{i}": u for i, u in enumerate(group_updates(scene))}
        self.ids |= {node: name for name, u in self.updates.items() for node in u.nodes}
        self.nodes = [node for node in scene.nodes if self._is_shown(node)]
        self.stand_ins = {node: self._stand_ins(node) for node in self.nodes}
        self.canvas = Canvas(self.graph.name)
        for part in Phase:
            self._draw_part(part)
        self._draw_arrows()
        self._align()

    def _is_shown(self, node: Node) -> bool:
        """Numbers have boxes in the forward half, if it is small or no formula tells them."""
        if self.updates and self.scene.part[node] is Phase.UPDATE:
            return False
        if not isinstance(node.op, Constant):
            return True
        users = self.graph.users(node.result)
        if self.scene.part[node] is not Phase.FORWARD or not users:
            return False
        few = self.scene.size <= _FEW_NODES
        return few or any(self.captions.formula(user) == user.op.name for user in users)

    def _stand_ins(self, node: Node) -> list[StandIn]:
        found: list[StandIn] = []
        for value in node.results:
            for target in value.gradient_of[1:]:
                name = self.captions.name(target)
                if isinstance(target.op, Input) and target.node in self.graph and name:
                    text = f"<B>{escape(f'dz/d{name}')}</B>"
                    if own := self.captions.name(value):
                        text += f" = {escape(own)}"
                    found.append(StandIn(f"{self.ids[node]}_{len(found)}", target, text))
        return found

    # ------------------------------------------------------------------ boxes

    def _draw_part(self, part: Phase) -> None:
        with self.canvas.part(part) as box:
            for node in self.nodes:
                if self.scene.part[node] is part:
                    box(self.ids[node], **self._box(node))
                    for stand_in in self.stand_ins[node]:
                        style = RESULT if self._is_result(node) else {}
                        box(stand_in.id, label=f"<{stand_in.text}>", **STAND_IN, **style)
            if part is Phase.UPDATE:
                for name, update in self.updates.items():
                    box(name, label=self._update_label(update), **RESULT)

    def _box(self, node: Node) -> dict[str, str]:
        value = node.results[0]
        if isinstance(node.op, Constant):
            return {"label": number_text(node.op.value), **LEAF, "fillcolor": "white"}
        name = ", ".join(filter(None, map(self.captions.name, node.results)))
        types = ", ".join(str(result.type) for result in node.results)
        if isinstance(node.op, Input):
            fill = PALETTES[self.scene.part[node]].leaf if value.requires_grad else "white"
            return {"label": _label(name, "", [types]), **LEAF, "fillcolor": fill}
        told = {f"dz/d{self.captions.name(one.leaf)}" for one in self.stand_ins[node]}
        others = [f"= {other}" for other in self.captions.others(value) if other not in told]
        small = [types, str(node.location or ""), *others]
        label = _label(name, self.captions.formula(node), small)
        is_result = self._is_result(node) and not self.stand_ins[node]
        return {"label": label, **(RESULT if is_result else {})}

    def _update_label(self, update: Update) -> str:
        named = [name for target in update.targets if (name := self.captions.name(target))]
        types = [str(target.type) for target in update.targets[:1]]
        places = [str(node.location) for node in update.nodes[-1:] if node.location]
        small = [*types, *places, operations_text(update.nodes)]
        return _label(", ".join(f"{name}'" for name in named[:1]), "", small)

    def _is_result(self, node: Node) -> bool:
        return any(value in self.scene.results for value in node.results)

    # ------------------------------------------------------------------ arrows

    def _draw_arrows(self) -> None:
        part = self.scene.part
        for node in self.nodes:
            for stand_in in self.stand_ins[node]:
                self.canvas.arrow(self.ids[node], stand_in.id, part[node], part[node])
        starts = {z for z, _ in self.scene.seeds}
        for source, node in self._operands():
            parts, ends = (part[source], part[node]), (self.ids[source], self.ids[node])
            self.canvas.arrow(*ends, *parts, starts=node in starts)
        for z, seed in self.scene.seeds:
            ends = self.ids[z], self.ids[seed]
            self.canvas.arrow(*ends, Phase.BACKWARD, Phase.BACKWARD, solid=False)

    def _operands(self) -> Iterator[tuple[Node, Node]]:
        """Pairs of boxes, one for each operand; those between updates as a whole once each."""
        shown = set(self.nodes)
        for node in self.nodes:
            yield from ((o.node, node) for o in node.operands if o.node in shown)
        for name, update in self.updates.items():
            read = dict.fromkeys(o.node for node in update.nodes for o in node.operands)
            for source in read:
                is_told = self.ids[source] == name or self.scene.part[source] is Phase.FORWARD
                if not is_told and (source in shown or self.ids[source] in self.updates):
                    yield source, update.nodes[0]

    def _align(self) -> None:
        """Put each gradient, and each update, at the height of the value it belongs to."""
        shown = set(self.nodes)
        for node in self.nodes:
            pairs = [(v.gradient_of[0], self.ids[node]) for v in node.results if v.gradient_of]
            pairs += [(stand_in.leaf, stand_in.id) for stand_in in self.stand_ins[node]]
            for target, gradient in pairs:
                if target.node in shown and self.scene.part[target.node] is Phase.FORWARD:
                    self.canvas.align(self.ids[target.node], gradient)
        for name, update in self.updates.items():
            read = [o for node in update.nodes for o in node.operands if o.node in shown]
            beside = [o for o in read if any(t in o.gradient_of for t in update.targets)]
            if beside:
                self.canvas.align(self.ids[beside[0].node], name)


def _label(name: str, formula: str, small: list[str]) -> str:
    """A label of Graphviz's HTML-like kind: the formula, and the small print below it."""
    parts = [f"<B>{escape(name)}</B>" if name else "", escape(formula)]
    head = " = ".join(filter(None, parts))
    below = escape("  ".join(filter(None, small)))
    small_print = f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{below}</FONT>'
    return f"<{'<BR/>'.join(filter(None, [head, small_print]))}>"
