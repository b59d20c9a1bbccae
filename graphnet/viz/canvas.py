"""The frame that all pictures share: three parts side by side, and the arrows between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graphnet.ir.node import Phase
from graphnet.viz.style import ANCHOR, CLUSTER, EDGE, GRAPH, NEEDED, NODE, PALETTES

_HELD = 5


class Canvas:
    """A ``graphviz.Digraph`` with an area for each part of a training step.

    The forward part runs downwards. The backward part runs upwards beside it, so that each
    gradient stands at the height of its value.
    """

    def __init__(self, name: str) -> None:
        import graphviz

        self.dot = graphviz.Digraph(name, graph_attr=GRAPH, node_attr=NODE, edge_attr=EDGE)
        self._anchors: list[str] = []
        self._first: list[str] = []

    @contextmanager
    def part(self, part: Phase) -> Iterator[Callable[..., None]]:
        """The next area to the right; yields what puts boxes there. Without boxes there is none."""
        import graphviz

        boxes: list[str] = []

        def box(name: str, **attributes: str) -> None:
            boxes.append(name)
            cluster.node(name, **attributes)

        palette = PALETTES[part]
        cluster = graphviz.Digraph(f"cluster_{part.value}")
        cluster.attr(
            label=f"<<B>{part.value}</B>>",
            color=palette.leaf,
            fillcolor=palette.field,
            fontcolor=palette.line,
            # Arrows enter the last part from above and the left.
            labeljust="r" if part is Phase.UPDATE else "l",
            **CLUSTER,
        )
        cluster.attr("node", color=palette.line)
        yield box
        if not boxes:
            return
        held = boxes[-_HELD:]
        if not self._first:  # an area alone needs no anchor, which takes room beside it
            self.dot.subgraph(cluster)
            self._first = held
            return
        if not self._anchors:
            self._anchor(self._first)
        self.dot.subgraph(cluster)
        self._anchor(held)

    def _anchor(self, boxes: list[str]) -> None:
        """Keep the areas in the order in which they were made.

        Left to itself the layout places them anyhow, or all mirrored. The order of arrows between
        boxes of one height is kept, but only outside clusters: so a row of invisible boxes hangs
        above the areas, and arrows from each hold an area below it. A few arrows do, to boxes that
        stand low: more of them draw the layout apart.
        """
        name = f"anchor{len(self._anchors)}"
        self.dot.node(name, **ANCHOR)
        for box in boxes:
            self.dot.edge(name, box, style="invis", weight="0")
        if self._anchors:
            self.align(self._anchors[-1], name)
        self._anchors.append(name)

    def arrow(
        self,
        start: str,
        end: str,
        part_of_start: Phase,
        part: Phase,
        *,
        solid: bool = True,
        starts: bool = False,
    ) -> None:
        """An arrow to a box in ``part`` from one in ``part_of_start``.

        Args:
            start: the box the arrow comes from.
            end: the box it points at.
            part_of_start: where the first stands.
            part: where the second stands.
            solid: whether the line is solid.
            starts: whether the backward part starts here; else the arrow is one from a value
                that a gradient or an update reads.
        """
        style = {"style": "solid" if solid else "dashed", "color": PALETTES[part].line}
        if part_of_start is Phase.FORWARD and part is not Phase.FORWARD and not starts:
            self.dot.edge(start, end, **NEEDED)
        elif part is Phase.BACKWARD and part_of_start is Phase.BACKWARD:
            self.dot.edge(end, start, dir="back", **style)
        else:
            self.dot.edge(start, end, **style)

    def align(self, left: str, right: str) -> None:
        """Put two boxes at one height, in this order."""
        with self.dot.subgraph() as rank:
            rank.attr(rank="same")
            rank.edge(left, right, style="invis")
