"""Colours, fonts and shapes of the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graphnet.ir.node import Phase

INK: Final = "#22252b"
FAINT: Final = "#6b7078"
PALE: Final = "#98a0ab"
FONT: Final = "Helvetica"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one part of a training step.

    Attributes:
        line: borders, arrows and headings.
        leaf: fill of the values that come from outside and are trained.
        field: fill of the area that holds the part.
    """

    line: str
    leaf: str
    field: str


PALETTES: Final = {
    Phase.FORWARD: Palette("#3f669c", "#dce7f4", "#f4f7fb"),
    Phase.BACKWARD: Palette("#b0573a", "#f7ddd2", "#fdf6f2"),
    Phase.UPDATE: Palette("#4d8040", "#dcebd6", "#f4f9f1"),
}

GRAPH: Final = {
    # Only with this may nodes of different clusters share a rank.
    "newrank": "true",
    "rankdir": "TB",
    "nodesep": "0.35",
    "ranksep": "0.5",
    "pad": "0.2",
    "bgcolor": "white",
}
CLUSTER: Final = {
    "style": "rounded,filled",
    "fontname": FONT,
    "fontsize": "14",
    "margin": "16",
}
NODE: Final = {
    "fontname": FONT,
    "fontsize": "12",
    "fontcolor": INK,
    "shape": "box",
    "style": "rounded,filled",
    "fillcolor": "white",
    "margin": "0.14,0.07",
    "height": "0.3",
    "width": "0.4",
    "penwidth": "1.2",
}
EDGE: Final = {"arrowsize": "0.7", "color": PALE}

ANCHOR: Final = {"style": "invis", "shape": "point", "width": "0.01", "height": "0.01"}
LEAF: Final = {"shape": "ellipse", "style": "filled"}
RESULT: Final = {"penwidth": "2.4"}
STAND_IN: Final = {"style": "rounded,filled,dashed"}
NEEDED: Final = {"style": "dashed", "constraint": "false", "color": PALE}
"""An arrow from a value of the forward pass to a gradient or an update that reads it."""
