"""A backward pass: a sequence of stages, back through the segments of the history.

A stage takes the gradients that have arrived at values of one segment, and hands them on to its
leaves. Where these were computed, in earlier segments, the next stages go on. A stage also ends
where a hook is to be called. In between, Python carries the gradients: tensors yet to be computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from graphnet.ir.node import Node
from graphnet.ops.arithmetic import Add
from graphnet.trace.chart import Chart
from graphnet.trace.handle import Handle
from graphnet.trace.history import Past, Spot
from graphnet.trace.hooks import HookGroup
from graphnet.trace.segment import Segment
from graphnet.trace.stages import StageKey, needs_check, record_stage
from graphnet.trace.state import Place, Stage, State
from graphnet.trace.versions import second_time

if TYPE_CHECKING:
    from graphnet.trace.recorder import Recorder

#: Begins the key of the shortcut to a pass of one stage.
AGAIN = "backward again"

#: The stages of up to so many segments are run together. Longer histories are as a rule of another
#: length each time: there each is run by itself, so that it is the same trace again.
_FEW = 4


def use_up(segment: Segment, stage: Stage, is_partial: bool = False) -> None:
    """Free what a stage read, as PyTorch does unless told to retain the graph."""
    if stage.spent:
        segment.spent += (stage.spent,)
    if stage.walked and not is_partial:
        segment.walked += (stage.walked,)
    if segment.saved:
        segment.release(Chart.of(segment.state).unread(segment.spent))


class Stop(NamedTuple):
    """Where a hook is called.

    Attributes:
        group: the hook.
        spots: the values whose gradients it is given; None for those that have none.
        onward: the values whose gradients it gives; None for those that nobody wants.
    """

    group: HookGroup
    spots: list[Spot | None]
    onward: list[Spot | None]


class BackwardPass:
    """A backward pass under way.

    Nothing is used up before it is over: then another pass can be tried if a hook raised.

    Attributes:
        past: the history it goes through.
        pending: for each segment, what has arrived at its values and is not differentiated yet;
            None is for the 1 that a pass starts from.
        complete: what has arrived where it goes no further.
        targets: for each segment the places whose gradients are wanted, or that lead to some; None
            if those of all leaves are.
    """

    def __init__(
        self,
        recorder: Recorder,
        roots: Sequence[Handle],
        cotangents: Sequence[Handle | None],
        inputs: Sequence[Handle] | None,
        retain_graph: bool,
        create_graph: bool,
    ) -> None:
        self.recorder = recorder
        self.retain_graph = retain_graph
        self.create_graph = create_graph
        spots: list[Spot] = [(root._segment, root._slot) for root in roots]  # type: ignore[misc]  # they have a history
        self.past = past = Past(recorder.segment, spots)
        self.pending: dict[Segment, dict[Place, list[Handle | None]]] = {}
        for spot, cotangent in zip(spots, cotangents, strict=True):
            self._arrive(past.entry(spot), cotangent)
        self.complete: dict[Spot, list[Handle | None]] = {}
        self.targets: dict[Segment, tuple[Place, ...]] | None = None
        self._wanted: list[Spot | None] = []
        self._before: dict[Spot, Handle] = {}
        if inputs is not None:
            self._wanted = [past.spot(handle) for handle in inputs]
            self.targets = past.leading_to(self._wanted)
        self._borders: dict[Segment, dict[int, list[Stop]]] = {}
        self._done: list[tuple[Segment, State]] = []
        self._crossed: list[tuple[Segment, Node]] = []

    def _arrive(self, spot: Spot, gradient: Handle | None) -> None:
        """A gradient has come to a value, which may get more."""
        segment, place = spot
        self.pending.setdefault(segment, {}).setdefault(place, []).append(gradient)

    def run(self) -> None:
        """Take all stages."""
        segments = self.past.segments
        for segment in segments:
            self._go_through(segment)
            if len(segments) > _FEW and segment is not segments[-1]:
                self.recorder.run("long backward pass")
        if not self.retain_graph:
            self._use_all_up()

    def _go_through(self, segment: Segment) -> None:
        """Take the stages of one segment, and call the hooks between them."""
        if self._borders:
            borders = self._borders.get(segment, {})
            for border in sorted(borders, reverse=True):
                if self._comes_to(segment, border + 1):
                    self._take_stage(segment, border + 1)
                for stop in borders[border]:
                    self._call(stop)
        while segment in self.pending:  # more than once for a leaf that is another one here, too
            self._take_stage(segment, 0)

    def _comes_to(self, segment: Segment, low: int) -> bool:
        """Whether there is something to differentiate from a position on."""
        chart = self.past.chart(segment)
        return any(
            None in found or chart.position(place) >= low
            for place, found in self.pending.get(segment, {}).items()
        )

    def _take_stage(self, segment: Segment, low: int) -> None:
        """Differentiate the nodes of a segment from a position on."""
        pending = self.pending.pop(segment)
        places: list[Place] = []
        gradients: list[Handle | None] = []
        for place, found in pending.items():
            for gradient in found:
                places.append(place)
                gradients.append(gradient)
        operands = [gradient for gradient in gradients if gradient is not None]
        is_seeded = len(operands) < len(gradients)
        recorder = self.recorder
        if operands:
            recorder.await_others(operands)
        with recorder.lock:
            if operands:
                self._let_enter(operands, segment)
            here = recorder.segment
            key = StageKey(
                None if segment is here else (segment.state, segment.spent),
                low,
                tuple(places),
                tuple([gradient is None for gradient in gradients]) if is_seeded else (),
                self.create_graph,
                self.retain_graph,
                None if self.targets is None else self.targets[segment],
            )
            state = record_stage(recorder, segment, self.past, key, operands)
            self._done.append((segment, state))
            stage: Stage = state.stage  # type: ignore[assignment]  # record_stage sees to it
            if stage.kept:
                self.pending[segment] = {place: pending[place] for place in stage.kept}
            self._hand_on(segment, state, stage)

    def _hand_on(self, segment: Segment, state: State, stage: Stage) -> None:
        """Put the gradients that a stage found where the next ones look for them."""
        make, here = self.recorder.make, self.recorder.segment
        layouts, first = state.layouts, state.first
        for place, slot in stage.pending:
            self._arrive((segment, place), make(layouts[slot - first], here, slot))
        routes = self.past.routes[segment]
        for place, slot in stage.complete:
            gradient = make(layouts[slot - first], here, slot)
            if place in routes:
                self._arrive(routes[place], gradient)
            else:
                self.complete.setdefault((segment, place), []).append(gradient)

    def _let_enter(self, operands: Sequence[Handle], segment: Segment) -> None:
        """Let tensors enter the trace before the stage does, if that may fail or run the trace."""
        here = None
        while here is not self.recorder.segment:
            here = self.recorder.segment
            checked = needs_check(segment, here)
            for operand in operands:
                stored = operand._stored
                if checked or (stored is not None and stored.pending):
                    self.recorder.slot_of(operand)

    # ------------------------------------------------------------------ hooks

    def stop_for(self, groups: Sequence[HookGroup]) -> None:
        """Find out where the gradients of hooked tensors are complete.

        An operation of several results, as a user's function may be, has got all of its gradients
        where that of its last result is complete.
        """
        for segment, arrived in self.pending.items():
            chart = self.past.chart(segment)
            merged: dict[Place, list[Handle | None]] = {}
            for place, gradients in arrived.items():
                merged.setdefault(chart.first(place), []).extend(gradients)
            self.pending[segment] = merged
        together: dict[Spot, Spot] = {}
        found: dict[Segment, dict[int, list[tuple[Any, Stop]]]] = {}
        for group in sorted(groups, key=lambda each: not each.is_bridge):
            spots = self._reached(group.handles)
            onward = self._reached(group.entries) if group.is_bridge else spots
            if any(spots) and any(onward):
                ways = [together.get(spot, spot) for spot in spots if spot is not None]
                last = max(ways, key=self._lateness)
                if group.is_bridge:
                    together.update((spot, last) for spot in spots if spot is not None)
                border, rank = self.past.border(last)
                stops = found.setdefault(last[0], {}).setdefault(border, [])
                stops.append(((rank, group.is_bridge, group.number), Stop(group, spots, onward)))
        self._borders = {
            segment: {
                border: [stop for _, stop in sorted(stops)] for border, stops in borders.items()
            }
            for segment, borders in found.items()
        }

    def _lateness(self, spot: Spot) -> tuple[Any, ...]:
        """How late in the program a value is, so how early in the pass its gradient is complete."""
        return spot[0].sequence, self.past.border(spot)

    def _reached(self, handles: Sequence[Handle]) -> list[Spot | None]:
        """The spots of some tensors; None for those that no gradient that is wanted comes to."""
        spots = [self.past.spot(handle) for handle in handles]
        return [spot if spot is not None and self._reaches(spot) else None for spot in spots]

    def _reaches(self, spot: Spot) -> bool:
        segment, place = spot
        chart = self.past.chart(segment)
        value = chart.value(place)
        if self.targets is not None and value not in chart.leading(self.targets[segment]):
            return False
        return value.node in self.past.below(segment).nodes

    def _call(self, stop: Stop) -> None:
        """Let a hook see the gradients of its tensors, and go on with what it gives for them."""
        group, spots, onward = stop
        found = [self._arrived(spot) for spot in spots]
        if all(gradient is None for gradient in found):
            return
        if not group.is_whole:
            raise second_time()
        if not group.is_bridge and self._wanted:
            self._keep(spots, found)
        made = group.callback(found)
        if group.is_bridge:
            for spot, gradient in zip(spots, found, strict=True):
                if spot is not None and gradient is not None:
                    self._cross(spot, gradient)
        for spot, gradient in zip(onward, made, strict=True):
            if spot is not None and gradient is not None:
                segment, place = spot
                self.pending.setdefault(segment, {})[place] = [gradient]

    def _keep(self, spots: Sequence[Spot | None], gradients: Sequence[Handle | None]) -> None:
        """Keep gradients that are wanted as they were before hooks, if the pass goes on from there.

        PyTorch gives those of the inputs at which the pass ends after the hooks.
        """
        for spot, gradient in zip(spots, gradients, strict=True):
            if spot is None or gradient is None:
                continue
            if spot in self._wanted and spot not in self._before:
                segment, place = spot
                others = self.past.leading_to(each for each in self._wanted if each != spot)
                chart = self.past.chart(segment)
                if chart.value(place) in chart.leading(others[segment]):
                    self._before[spot] = gradient

    def _cross(self, spot: Spot, gradient: Handle) -> None:
        """A hook has taken the gradient of a value elsewhere."""
        segment, place = spot
        del self.pending[segment][place]
        if not self.pending[segment]:
            del self.pending[segment]
        self._crossed.append((segment, self.past.chart(segment).value(place).node))
        if self.targets is not None and place in self.targets[segment]:
            self.complete[spot] = [gradient]

    def _arrived(self, spot: Spot | None) -> Handle | None:
        """All that has arrived at a value that hooks are called for, in one."""
        if spot is None:
            return None
        segment, place = spot
        return self._total(self.pending.get(segment, {}).get(place))

    def _total(self, found: list[Handle | None] | None) -> Handle | None:
        """The sum of what has arrived at a value, which takes its place."""
        if found is None:
            return None
        while len(found) > 1:
            found[:2] = [self.recorder.apply(Add(), found[:2])]
        return found[0]

    # ------------------------------------------------------------------ results

    def gradients_of_leaves(self) -> list[tuple[Handle, Handle]]:
        """Each leaf reached, with its gradient."""
        pairs: list[tuple[Handle, Handle]] = []
        for (segment, slot), found in self.complete.items():
            gradient = self._total(found)
            if gradient is not None and slot in segment.variables:
                pairs.append((segment.variables[slot], gradient))
        return pairs

    def gradients_of_inputs(self) -> list[Handle | None]:
        """The gradient of each input; None for those that the pass does not reach."""
        return [self._gradient_of(spot) for spot in self._wanted]

    def _gradient_of(self, spot: Spot | None) -> Handle | None:
        if spot is None:
            return None
        before = self._before.get(spot)
        return self._total(self.complete.get(spot)) if before is None else before

    def note_shortcut(self, root: Handle) -> None:
        """Let :func:`backward_again` find a pass of one stage."""
        if len(self.past.segments) == 1 and not self.past.segments[0].links:
            ((segment, state),) = self._done
            key: StageKey = state.head  # type: ignore[assignment]  # so it was recorded
            if state.parent and all(slot in segment.variables for _, slot in self.complete):
                shortcut = (AGAIN, root._slot, self.retain_graph, *(key.past or ()))
                self.recorder.cache.edges[state.parent, *shortcut] = state
                if key.past is None:
                    state.parent.chart = None  # which the shortcut does not ask

    def _use_all_up(self) -> None:
        """Free what the pass read."""
        is_partial = self.targets is not None
        for segment, state in self._done:
            use_up(segment, state.stage, is_partial)  # type: ignore[arg-type]  # each has a stage
        for segment, node in self._crossed:
            if not is_partial:
                segment.walked += (frozenset({node}),)
        for segment in self.past.segments:
            if segment.hooked:
                walked = {node for each, node in self._crossed if each is segment}
                for each, state in self._done:
                    if each is segment:
                        walked |= state.stage.walked  # type: ignore[union-attr]  # each has a stage
                segment.unhook(walked, self.past.chart(segment).values)
