"""The history of some tensors: the segments they were computed in, and how these hang together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from operator import attrgetter
from typing import Any

from graphnet.ir.node import Value
from graphnet.trace.chart import Below, Chart
from graphnet.trace.handle import Handle
from graphnet.trace.segment import Segment
from graphnet.trace.state import Place, Slot

_sequence = attrgetter("sequence")

#: A value of a segment.
Spot = tuple[Segment, Place]


class Past:
    """The segments that a backward pass from some roots goes through.

    The gradient of a leaf that was computed in an earlier segment goes on there. A tensor may be a
    leaf of many segments: its gradient is passed on from the latest of them to the earliest. So
    contributions are added up in the order in which they are without segments, and each tensor has
    one spot where its gradient is complete.

    Args:
        current: the segment that is being recorded.
        roots: where the pass starts.

    Attributes:
        segments: the latest first.
        routes: for each segment the slots of leaves whose gradient goes on, and where to.
    """

    def __init__(self, current: Segment, roots: Iterable[Spot]) -> None:
        self.segments: list[Segment] = []
        self.routes: dict[Segment, dict[Slot, Spot]] = {}
        self._reached: dict[Segment, dict[Place, None]] = {}
        self._charts: dict[Segment, Chart] = {}
        self._current = current, current.state
        self._latest: dict[Hashable, tuple[Segment, Slot]] = {}
        self._first: dict[Spot, Spot] = {}
        for segment, place in roots:
            self._reached.setdefault(segment, {})[place] = None
        if len(self._reached) == 1 and not segment.links:
            self.segments, self.routes = [segment], {segment: {}}
        else:
            self._follow_links()

    def _follow_links(self) -> None:
        waiting = list(self._reached)
        self.routes = {segment: {} for segment in waiting}
        while waiting:
            # Links lead to earlier segments only, so the latest one waiting is complete.
            waiting.sort(key=_sequence)
            segment = waiting.pop()
            self.segments.append(segment)
            self._follow(segment, self.below(segment).leaves)
            for past, _ in self.routes[segment].values():
                if past not in self.routes:
                    self.routes[past] = {}
                    waiting.append(past)

    def _follow(self, segment: Segment, leaves: tuple[Slot, ...]) -> None:
        """Find out where the gradients of a segment's leaves go on."""
        routes, links, variables = self.routes[segment], segment.links, segment.variables
        for slot in reversed(leaves):
            if slot in links:
                past, place = links[slot]
                place = self.chart(past).first(place)
                what: Any = (past, place)
                routes[slot] = past, place
                self._reached.setdefault(past, {})[place] = None
                self._first.setdefault(what, (segment, slot))
            elif slot in variables:
                what = id(variables[slot])
            else:
                continue
            later = self._latest.get(what)
            if later is not None and (later[0] is not segment or slot in variables):
                self.routes[later[0]][later[1]] = segment, slot
            self._latest[what] = segment, slot

    def entry(self, root: Spot) -> Spot:
        """Where the gradient of a root arrives: at the latest leaf that it is, or where it is."""
        return self._first.get(root, root)

    def chart(self, segment: Segment) -> Chart:
        """The chart of a segment as it was when the pass began."""
        chart = self._charts.get(segment)
        if chart is None:
            current, state = self._current
            chart = Chart.of(state if segment is current else segment.state)
            self._charts[segment] = chart
        return chart

    def below(self, segment: Segment) -> Below:
        """What the roots were computed from, of a segment's values."""
        return self.chart(segment).below(tuple(self._reached[segment]))

    def spot(self, handle: Handle) -> Spot | None:
        """Where the gradient of a tensor is complete; None if the pass does not come there."""
        if handle._layout.is_leaf:
            if not self._latest and len(self.segments) == 1:
                self._follow(self.segments[0], self.below(self.segments[0]).leaves)
            return self._latest.get(id(handle))
        segment: Segment | None = handle._segment
        place: Place = handle._slot
        while segment is not None and not isinstance(place, Value) and place in segment.links:
            segment, place = segment.links[place]
        if segment is None or segment not in self.routes:
            return None
        return segment, self.chart(segment).first(place)

    def border(self, spot: Spot) -> tuple[int, tuple[int, int]]:
        """Where in its segment the gradient of a value is complete.

        Returns:
            The position down to which there are contributions, and a rank among those that are
            complete there: leaves come first, in the order in which they were read.
        """
        segment, place = spot
        chart = self.chart(segment)
        # A leaf may be another leaf here, too, and complete only where both are.
        if self._is_leaf(spot) and spot not in self.routes[segment].values():
            first, turn = chart.reader(place, tuple(self._reached[segment]))
            return first - 1, (0, turn)
        return chart.position(place), (1, 0)

    def _is_leaf(self, spot: Spot) -> bool:
        segment, place = spot
        return not isinstance(place, Value) and place in segment.variables

    def leading_to(self, wanted: Iterable[Spot | None]) -> dict[Segment, tuple[Place, ...]]:
        """For each segment the places wanted, and of leaves whose gradient goes on to some."""
        found: dict[Segment, dict[Place, None]] = {segment: {} for segment in self.segments}
        for spot in wanted:
            if spot is not None:
                found[spot[0]][spot[1]] = None
        for segment in reversed(self.segments):
            # What goes on to a leaf of the same segment was noted before where that goes on.
            for slot, (past, place) in reversed(self.routes[segment].items()):
                chart = self.chart(past)
                if chart.value(place) in chart.leading(tuple(found[past])):
                    found[segment][slot] = None
        return {segment: tuple(places) for segment, places in found.items()}
