"""Draws a design: Graphviz measures the boxes and routes arrows between where a layout put them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import graphviz

from design import Class, Design, Kind
from layout import Layout, Size

INK, FAINT, LINE, PALE = "#22252b", "#6b7078", "#44505f", "#98a0ab"
FONT = "Helvetica"
# Header and background of each band, from the uppermost down.
PALETTE = (
    ("#4c6f9c", "#eef3f9"),
    ("#3f8080", "#ebf5f5"),
    ("#5b8a4e", "#f0f6ed"),
    ("#a37a2c", "#fbf5e8"),
    ("#a85b3f", "#fbf0eb"),
    ("#8a5280", "#f7eff6"),
    ("#6a6a78", "#f3f3f5"),
)
BOX = {"shape": "plain", "fontname": FONT, "fontsize": "10.5", "fontcolor": INK}
ARROWS = {
    Kind.INHERITS: {"arrowhead": "onormal", "arrowsize": "1.1", "color": INK},
    Kind.HOLDS: {"dir": "both", "arrowtail": "diamond", "arrowhead": "vee", "color": LINE},
    Kind.USES: {"style": "dashed", "arrowhead": "vee", "color": PALE},
}


def picture(design: Design) -> bytes:
    """The design as a PNG file."""
    return draw(design, Layout(design, measure(design))).pipe("png", neato_no_op=2, quiet=True)


def measure(design: Design) -> dict[str, Size]:
    """Width and height of every box."""
    dot = graphviz.Digraph(node_attr=BOX)
    for box, colour in coloured(design):
        dot.node(box.name, label(box, colour))
    plain = dot.pipe("plain", encoding="utf-8", quiet=True)
    return {
        name: (float(width) * 72, float(height) * 72)
        for name, width, height in re.findall(r'^node "?(\w+)"? \S+ \S+ (\S+) (\S+)', plain, re.M)
    }


def coloured(design: Design) -> Iterator[tuple[Class, str]]:
    """Every box with the colour of its floor."""
    for number, floor in enumerate(design.floors):
        for box in floor.classes:
            yield box, PALETTE[number % len(PALETTE)][0]


def label(box: Class, colour: str) -> str:
    """The box as one of Graphviz's HTML-like labels: name, attributes, methods."""
    head = f'<B><FONT COLOR="white" POINT-SIZE="13">{escape(box.name)}</FONT></B>'
    if box.stereotype:
        words = escape(f"«{box.stereotype}»")
        head = f'<FONT COLOR="white" POINT-SIZE="9">{words}</FONT><BR/>{head}'
    rows = [f'<TR><TD BGCOLOR="{colour}" CELLPADDING="5">{head}</TD></TR>']
    for section in (box.attributes, box.methods):
        if section:
            lines = "".join(f'{escape(line)}<BR ALIGN="LEFT"/>' for line in section)
            rows.append(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT" CELLPADDING="5">{lines}</TD></TR>')
    table = f'BORDER="1" CELLBORDER="1" CELLSPACING="0" COLOR="{colour}" BGCOLOR="white"'
    return f"<<TABLE {table}>{''.join(rows)}</TABLE>>"


def draw(design: Design, layout: Layout) -> graphviz.Digraph:
    """The picture with every box in its place."""
    dot = graphviz.Digraph(
        engine="neato",
        graph_attr={
            "_background": background(design, layout),
            "splines": "true",
            "esep": "+4",
            "pad": "0.35",
            "dpi": "110",
            "outputorder": "edgesfirst",
        },
        node_attr=BOX,
    )
    middle = layout.width / 2
    title = f'<<B><FONT POINT-SIZE="20">{escape(design.title)}</FONT></B>>'
    dot.node("title", title, pos=f"{middle},58")
    dot.node("subtitle", design.subtitle, pos=f"{middle},30", fontsize="13", fontcolor=FAINT)
    for box, colour in coloured(design):
        x, y = layout.centres[box.name]
        dot.node(box.name, label(box, colour), pos=f"{x:.1f},{y:.1f}")
    for arrow in design.relations:
        dot.edge(arrow.source, arrow.target, **ARROWS[arrow.kind])
    return dot


def background(design: Design, layout: Layout) -> str:
    """The bands and their names, in Graphviz's drawing language (xdot)."""
    words = []
    for number, (floor, (top, bottom)) in enumerate(zip(design.floors, layout.bands, strict=True)):
        colour, fill = PALETTE[number % len(PALETTE)]
        words += [f"c 7 -{colour} C 7 -{fill}"]
        words += [f"P 4 0 {bottom:.1f} 0 {top:.1f} {layout.width:.1f} {top:.1f}"]
        words += [f"{layout.width:.1f} {bottom:.1f}"]
        name = floor.name
        words += [f"F 13 {len(FONT)} -{FONT} t 1 T 12 {top - 17:.1f} -1 {8 * len(name)}"]
        words += [f"{len(name.encode())} -{name}"]
    return " ".join(words)
