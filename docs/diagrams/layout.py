"""Where the boxes of a class diagram stand: floors as bands, classes in the order listed.

Positions follow from the design alone, so a picture changes only where its design does. Lengths
are in points; y grows upwards, as Graphviz has it, and the uppermost band begins at 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from design import Design, Floor, Kind

Point = tuple[float, float]
Size = tuple[float, float]

BOX_GAP, WIDEST_BOX_GAP = 46.0, 80.0
SIBLING_GAP = 22.0
ROW_GAP = 38.0
BAND_GAP = 26.0
PADDING = 30.0
CAPTION = 30.0


class Layout:
    """The places of all boxes and bands.

    Attributes:
        centres: the middle of each box.
        bands: top and bottom of each floor's band.
        width: the width of every band.
    """

    def __init__(self, design: Design, sizes: dict[str, Size]) -> None:
        self.centres: dict[str, Point] = {}
        self.bands: list[tuple[float, float]] = []
        families = [_Family(floor, design, sizes) for floor in design.floors]
        self.width = max(family.narrowest for family in families) + 2 * PADDING
        top = 0.0
        for family in families:
            centres, bottom = family.place(top, self.width)
            shift = self._shift(centres, sizes, design)
            self.centres |= {name: (x + shift, y) for name, (x, y) in centres.items()}
            self.bands.append((top, bottom))
            top = bottom - BAND_GAP

    def _shift(self, centres: dict[str, Point], sizes: dict[str, Size], design: Design) -> float:
        """How far to move a floor's boxes sideways to stand below what they relate to."""
        wishes = [
            self.centres[above][0] - centres[below][0]
            for arrow in design.relations
            for above, below in ((arrow.source, arrow.target), (arrow.target, arrow.source))
            if above in self.centres and below in centres
        ]
        left = min(x - sizes[name][0] / 2 for name, (x, _) in centres.items())
        right = max(x + sizes[name][0] / 2 for name, (x, _) in centres.items())
        wish = sum(wishes) / len(wishes) if wishes else 0.0
        return min(max(wish, PADDING - left), self.width - PADDING - right)


class _Family:
    """The classes of one floor as trees: a derived class stands below its base."""

    def __init__(self, floor: Floor, design: Design, sizes: dict[str, Size]) -> None:
        names = [box.name for box in floor.classes]
        self.sizes = sizes
        self.children: dict[str, list[str]] = {name: [] for name in names}
        derived = set()
        for arrow in design.relations:
            inside = arrow.source in self.children and arrow.target in self.children
            if arrow.kind is Kind.INHERITS and inside and arrow.source not in derived:
                derived.add(arrow.source)
                self.children[arrow.target].append(arrow.source)
        self.roots = [name for name in names if name not in derived]

    @property
    def narrowest(self) -> float:
        """The width of the floor with its trees as close as may be."""
        return sum(map(self.spread, self.roots)) + BOX_GAP * (len(self.roots) - 1)

    def spread(self, name: str) -> float:
        """The width of a class with everything below it."""
        return max(self.sizes[name][0], self._width(self.children[name]))

    def _width(self, siblings: list[str]) -> float:
        return sum(map(self.spread, siblings)) + SIBLING_GAP * (len(siblings) - 1)

    def rows(self) -> list[list[str]]:
        """The classes by depth in their trees."""
        rows = [self.roots]
        while below := [child for name in rows[-1] for child in self.children[name]]:
            rows.append(below)
        return rows

    def place(self, top: float, width: float) -> tuple[dict[str, Point], float]:
        """The centres of the floor's boxes in a band that begins at ``top``; where that ends."""
        y = top - CAPTION
        levels = []
        for row in self.rows():
            height = max(self.sizes[name][1] for name in row)
            levels.append(y - height / 2)
            y -= height + ROW_GAP
        slack = width - 2 * PADDING - self.narrowest
        gap = min(WIDEST_BOX_GAP, BOX_GAP + slack / max(1, len(self.roots) - 1))
        used = self.narrowest + (gap - BOX_GAP) * (len(self.roots) - 1)
        centres = dict(self._row(self.roots, (width - used) / 2, gap, levels))
        return centres, y + ROW_GAP - PADDING

    def _row(
        self, names: list[str], left: float, gap: float, levels: list[float]
    ) -> Iterator[tuple[str, Point]]:
        """The centres of neighbours, and of what stands below them."""
        for name in names:
            spread = self.spread(name)
            middle = left + spread / 2
            yield name, (middle, levels[0])
            below = self.children[name]
            yield from self._row(below, middle - self._width(below) / 2, SIBLING_GAP, levels[1:])
            left += spread + gap
