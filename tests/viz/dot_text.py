"""Reads boxes and arrows back from the text of a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape


@dataclass
class Picture:
    """Boxes by what their first line says, per area, and arrows between them."""

    areas: dict[str, list[str]] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    arrows: list[tuple[str, str, str]] = field(default_factory=list)
    aligned: list[tuple[str, str]] = field(default_factory=list)

    def solid(self) -> set[tuple[str, str]]:
        """The pairs that a solid arrow joins, in its direction."""
        return {(a, b) for a, b, style in self.arrows if "dashed" not in style}

    def dashed(self) -> set[tuple[str, str]]:
        """The pairs that a dashed arrow joins, in its direction."""
        return {(a, b) for a, b, style in self.arrows if "dashed" in style}


def plain(label: str) -> list[str]:
    """The lines of a label without their markup."""
    text = re.sub(r"<BR/>", "\n", label.removeprefix("<").removesuffix(">"))
    return unescape(re.sub(r"<[^>]*>", "", text)).split("\n")


def read(source: str) -> Picture:
    """The picture that a text describes."""
    picture, area, same_rank = Picture(), "", False
    for raw in source.split("\n"):
        line = raw.strip()
        if found := re.match(r"subgraph cluster_(\w+)", line):
            area = found[1]
            picture.areas[area] = []
        elif line == "}":
            area, same_rank = "", False
        elif "rank=same" in line:
            same_rank = True
        elif found := re.match(r"(\w+) -> (\w+)(.*)", line):
            start, end, style = found.groups()
            if "invis" in style:
                if same_rank and "anchor" not in start:
                    picture.aligned.append((picture.boxes[start], picture.boxes[end]))
                continue
            if "dir=back" in style:
                start, end = end, start
            picture.arrows.append((picture.boxes[start], picture.boxes[end], style))
        elif area and (found := re.match(r"(\w+) \[label=(<.*>|\"[^\"]*\"|\S+) ?(.*)\]$", line)):
            name, label, rest = found.groups()
            lines = plain(label.strip('"'))
            picture.boxes[name] = lines[0]
            picture.labels[lines[0]] = "\n".join(lines)
            picture.attributes[lines[0]] = rest
            picture.areas[area].append(lines[0])
    return picture
