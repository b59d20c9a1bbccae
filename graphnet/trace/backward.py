"""The backward pass: one edge of the trie, across as many segments as the history has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Trait
from graphnet.passes.autodiff import differentiate, seed
from graphnet.passes.residuals import history as walked
from graphnet.runtime.storage import clock
from graphnet.trace.handle import Handle, Watched
from graphnet.trace.segment import Segment
from graphnet.trace.state import Backward, Import, Slot, State, Trace
from graphnet.trace.versions import check, check_past, reads, second_time

if TYPE_CHECKING:
    from graphnet.trace.recorder import Recorder

BACKWARD = "backward"
_AGAIN = "backward again"


def backward(
    recorder: Recorder,
    roots: Sequence[Handle],
    cotangents: Sequence[Handle | None],
    *,
    inputs: Sequence[Handle] | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
    overrides: Sequence[tuple[Handle, Handle]] = (),
) -> tuple[list[tuple[Handle, Handle]], list[Handle | None]]:
    """Record a backward pass.

    Args:
        recorder: where it is recorded.
        roots: the tensors to differentiate.
        cotangents: the gradient arriving at each; None for 1.
        inputs: tensors whose gradients are wanted, instead of all leaves'.
        retain_graph: keep what another backward pass would need.
        create_graph: make the gradients differentiable themselves.
        overrides: (tensor, gradient) pairs: what a hook put in the place of a tensor's gradient.

    Returns:
        The (leaf, gradient) pairs found, or, if ``inputs`` is given, nothing and the gradient of
        each of them, None where the roots do not depend on it.
    """
    given = [cotangent for cotangent in cotangents if cotangent is not None]
    given += [gradient for _, gradient in overrides]
    hooked = [handle for handle, _ in overrides]
    read = [
        each for each in (*roots, *given, *hooked, *(inputs or ())) if type(each) is not Watched
    ]
    recorder.await_others(read)
    mode = recorder.mode
    enabled, mode.enabled = mode.enabled, create_graph
    try:
        with recorder.lock:
            _enter_together(recorder, read)
            segment = recorder.segment
            past = Past.of(segment, roots)
            wanted = [origins(handle, past.segments) for handle in inputs or ()]
            head = (
                BACKWARD,
                tuple([cotangent is not None for cotangent in cotangents]),
                create_graph,
                retain_graph,
                inputs is not None and tuple(map(tuple, wanted)),
                past.signature,
                tuple([tuple(origins(handle, past.segments)) for handle in hooked]),
            )
            state = _record(recorder, head, [*roots, *given], past, wanted)
            found: Backward = state.backward  # type: ignore[assignment]  # set by _record
            segment.gradients += (state,)
            if not retain_graph:
                _spend(found, past.segments)
            alone = len(roots) == 1 and not given and not overrides and not past.links[0]
            if alone and inputs is None and not create_graph and state.parent is not None:
                state.parent.edges[_AGAIN, roots[0]._slot, retain_graph] = state
            if inputs is not None:
                return [], [
                    None if slot is None else recorder.new(slot, state.layouts[slot - state.first])
                    for slot in found.wanted
                ]
            make, segments = recorder.make, past.segments
            layouts, first = state.layouts, state.first
            return [
                (
                    segments[position].variables[slot],
                    make(layouts[gradient - first], segment, gradient),
                )
                for position, slot, gradient in found.gradients
            ], []
    finally:
        mode.enabled = enabled


def backward_again(
    recorder: Recorder, root: Handle, retain_graph: bool
) -> list[tuple[Handle, Handle]] | None:
    """What :func:`backward` does from one tensor to all leaves, where that was done here before.

    None if the pass is new, or goes beyond the current segment.
    """
    segment = recorder.segment
    if not root._is_in(segment):
        return None
    with recorder.lock:
        state = segment.state.edges.get((_AGAIN, root._slot, retain_graph))
        if state is None or segment.links or segment.hooked:
            return None
        found: Backward = state.backward  # type: ignore[assignment]  # such states have one
        if segment.overwritten or segment.mutated:
            check(segment, segment.state, found.reads[0])
        segment.state = state
        segment.gradients += (state,)
        if not retain_graph:
            segment.spent += (found.spent[0],)
            segment.walked += (found.walked[0],)
        make, variables = recorder.make, segment.variables
        layouts, first = state.layouts, state.first
        return [
            (variables[slot], make(layouts[gradient - first], segment, gradient))
            for _, slot, gradient in found.gradients
        ]


def _enter_together(recorder: Recorder, handles: Sequence[Handle]) -> None:
    """Bring all handles into one segment; entering one may begin a new segment for all."""
    segment = None
    while segment is not recorder.segment:
        segment = recorder.segment
        for handle in handles:
            recorder.slot_of(handle)


def _record(
    recorder: Recorder,
    head: tuple[Any, ...],
    operands: Sequence[Handle],
    past: Past,
    wanted: list[list[tuple[int, Slot | Value]]],
) -> State:
    """Take the step and bind what it reads, or leave everything as it was."""
    emitters: list[_Emitter] = []

    def emit(*values: Value) -> tuple[Value, ...]:
        emitters.append(_Emitter(recorder, past, head, wanted))
        return emitters[0](*values)

    phase, recorder.phase = recorder.phase, Phase.BACKWARD
    segment = recorder.segment
    before, bound = segment.state, len(segment.bindings)
    try:
        state = recorder.record(head, operands, emit)
        if state.backward is None:
            state.backward = emitters[0].finish(state.first)
        _check_versions(state.backward, past, before)
        if state.backward.imports:
            _bind(state.backward, past.segments, head[2])
    except BaseException:
        segment.state = before
        del segment.bindings[bound:]
        raise
    finally:
        recorder.phase = phase
    return state


def _spend(found: Backward, segments: Sequence[Segment]) -> None:
    """Free what the pass used up, as PyTorch does unless told to retain the graph."""
    for segment, spent, walked_nodes in zip(segments, found.spent, found.walked, strict=False):
        if spent:
            segment.spent += (spent,)
        if walked_nodes and not found.partial:
            segment.walked += (walked_nodes,)
        if segment.hooked:
            values = Trace.to(segment.state).values
            segment.hooked = tuple(
                (handle, slot)
                for handle, slot in segment.hooked
                if values[slot].node not in walked_nodes
            )
    for position, value in found.released:
        saved = segments[position].saved
        if value in saved:
            del saved[value]  # type: ignore[attr-defined]  # a dict, as it holds something


def _check_versions(found: Backward, past: Past, before: State) -> None:
    """Raise AutogradError if something that the pass reads was written over since."""
    for number, (segment, read) in enumerate(zip(past.segments, found.reads, strict=True)):
        if not number:
            if segment.overwritten or segment.mutated:
                check(segment, before, read)
        elif segment.overwritten or segment.clock != clock.writes:
            check_past(segment, read)


_NO_LINKS: list[tuple[tuple[Slot, int, Slot | Value], ...]] = [()]


@dataclass(slots=True, eq=False)
class Past:
    """The segments a backward pass goes through, the latest first, and how they hang together.

    Attributes:
        segments: the current one, then earlier ones.
        links: for each segment the links that the pass follows: (slot of a leaf, position of the
            segment it was computed in, its place there).
    """

    segments: list[Segment]
    links: list[tuple[tuple[Slot, int, Slot | Value], ...]]

    @classmethod
    def of(cls, current: Segment, roots: Sequence[Handle]) -> Past:
        """Follow the links of the leaves that ``roots`` were computed from, and on from there."""
        if not current.links:
            return cls([current], _NO_LINKS)
        starts: dict[Slot | Value, None] = dict.fromkeys(root._slot for root in roots)
        places = {current: starts}
        found: list[Segment] = []
        followed: list[list[tuple[Slot, Segment, Slot | Value]]] = []
        waiting = [current]
        while waiting:
            # Links lead to earlier segments only, so the latest one waiting is complete.
            segment = max(waiting, key=lambda each: each.sequence)
            waiting.remove(segment)
            found.append(segment)
            followed.append([])
            for slot in _leaves_below(segment, tuple(places[segment])):
                if slot in segment.links:
                    past, place = segment.links[slot]
                    followed[-1].append((slot, past, place))
                    if past not in places:
                        places[past] = {}
                        waiting.append(past)
                    places[past][place] = None
        position = {segment: number for number, segment in enumerate(found)}
        return cls(
            found,
            [tuple((slot, position[to], place) for slot, to, place in each) for each in followed],
        )

    @property
    def signature(self) -> tuple[Any, ...]:
        """What the pass depends on beyond the current state."""
        if len(self.segments) == 1:
            return ()
        return tuple(
            (segment.state, segment.spent, links) if number else links
            for number, (segment, links) in enumerate(zip(self.segments, self.links, strict=True))
        )


def _leaves_below(segment: Segment, places: tuple[Slot | Value, ...]) -> tuple[Slot, ...]:
    """The slots of the leaves that these values were computed from; remembered by the state."""
    state = segment.state
    found = state.leaves.get(places)
    if found is None:
        trace = state.trace or Trace.to(state)
        roots = [p if isinstance(p, Value) else trace.values[p] for p in places]
        nodes = set(walked(trace.nodes, roots))
        found = tuple(
            slot
            for slot, value in enumerate(trace.values)
            if value.node in nodes and value.op.name == "input"
        )
        state.note_leaves(places, found)
    return found


def origins(handle: Handle, chain: list[Segment]) -> list[tuple[int, Slot | Value]]:
    """Where a tensor stands in the history: each place its gradient is collected at."""
    if handle._layout.is_leaf:
        return [
            (position, slot)
            for position, past in enumerate(chain)
            for slot, variable in past.variables.items()
            if variable is handle
        ]
    segment: Segment | None = handle._segment
    place: Slot | Value = handle._slot
    while segment is not None and not isinstance(place, Value) and place in segment.links:
        segment, place = segment.links[place]
    return [(chain.index(segment), place)] if segment in chain else []


def _bind(found: Backward, chain: list[Segment], create_graph: bool) -> None:
    """Bind the saved values that the pass reads."""
    current = chain[0]
    for each in found.imports:
        past, value = chain[each.position], each.value
        if value in past.saved:
            current.bindings.append(past.saved[value])
        else:
            # What was not saved is read by nothing that is computed.
            current.bindings.append(None if each.given < 0 else past.bindings[each.given])
        if create_graph and value.requires_grad:
            if each.leaf in past.variables:
                current.variables[each.slot] = past.variables[each.leaf]
            else:
                current.link(each.slot, past, value)


class _Emitter:
    """Makes the gradient nodes at the first visit of a backward edge."""

    def __init__(
        self,
        recorder: Recorder,
        past: Past,
        head: tuple[Any, ...],
        wanted: list[list[tuple[int, Slot | Value]]],
    ) -> None:
        _, self.given, _, _, inputs, _, self.overridden = head
        self.recorder = recorder
        self.chain = past.segments
        self.links = past.links
        self.roots = len(self.given)
        self.wanted = wanted
        self.all_leaves = inputs is False
        self.found = Backward()
        self.results: list[Value] = []
        self._imports: list[tuple[int, Value, Value]] = []
        self._imported: dict[tuple[int, Value], Value] = {}

    def __call__(self, *operands: Value) -> tuple[Value, ...]:
        roots, given = operands[: self.roots], iter(operands[self.roots :])
        traces = [self.recorder.trace(), *(Trace.to(past.state) for past in self.chain[1:])]
        arriving: list[dict[Value, Value]] = [{} for _ in self.chain]
        for root, is_given in zip(roots, self.given, strict=True):
            cotangent = next(given) if is_given else seed(root)
            _add(arriving[0], root, cotangent)
        overrides = self._overrides(traces, given)
        gradients: list[dict[Value, Value]] = []
        leading = self._leading(traces)
        for number, (past, trace) in enumerate(zip(self.chain, traces, strict=True)):
            nodes = walked(trace.nodes, arriving[number]) if arriving[number] else []
            if leading is not None:
                nodes = [node for node in nodes if not leading[number].isdisjoint(node.operands)]
            visited = _Visited(past)
            found = differentiate(
                nodes,
                arriving[number],
                primal=self._primal(number) if number else None,
                overrides=overrides[number],
                visit=visited,
            )
            self.found.spent.append(frozenset(visited.spent))
            self.found.walked.append(frozenset(nodes))
            self.found.reads.append(reads(past.state, trace.values, visited.reads))
            gradients.append(found)
            for slot, target, place in self.links[number]:
                leaf = trace.values[slot]
                if leaf in found:
                    value = self._value(traces, target, place)
                    _add(arriving[target], value, found[leaf])
        self._collect(traces, gradients)
        self._keep_needed_imports(traces)
        self._release(traces)
        return tuple(self.results)

    def _leading(self, traces: list[Trace]) -> list[set[Value]] | None:
        """By segment, the values on the way to inputs; None if gradients of all leaves are wanted.

        What lies on no such way is not differentiated, nor are its saved values used up.
        """
        if self.all_leaves:
            return None
        self.found.partial = True
        found: list[set[Value]] = [set() for _ in traces]
        for number, place in (each for places in self.wanted for each in places):
            found[number].add(self._value(traces, number, place))
        for number in reversed(range(len(traces))):  # the earliest segment first
            leading = found[number]
            for slot, target, place in self.links[number]:
                if self._value(traces, target, place) in found[target]:
                    leading.add(traces[number].values[slot])
            for node in traces[number].nodes:
                if not leading.isdisjoint(node.operands):
                    leading.update(node.results)
        return found

    @staticmethod
    def _value(traces: list[Trace], number: int, place: Slot | Value) -> Value:
        return place if isinstance(place, Value) else traces[number].values[place]

    def _overrides(
        self, traces: list[Trace], given: Iterator[Value]
    ) -> list[dict[Value, Value | None]]:
        """The gradients that hooks gave, by segment and value: whole at a tensor's first place."""
        found: list[dict[Value, Value | None]] = [{} for _ in traces]
        for places, gradient in zip(self.overridden, given, strict=True):
            for rank, (number, place) in enumerate(places):
                value = self._value(traces, number, place)
                found[number][value] = None if rank else gradient
        return found

    def _collect(self, traces: list[Trace], gradients: list[dict[Value, Value]]) -> None:
        """Choose what gets a slot: gradients of leaves, of inputs, of live intermediates."""
        if self.all_leaves:
            for number, past in enumerate(self.chain):
                for slot in past.variables:
                    gradient = gradients[number].get(traces[number].values[slot])
                    if gradient is not None:
                        self.found.gradients.append((number, slot, self._slot(gradient)))
        for places in self.wanted:
            parts = [
                gradients[number].get(self._value(traces, number, place))
                for number, place in places
            ]
            total: Value | None = None
            for part in parts:
                if part is not None:
                    total = part if total is None else total + part
            self.found.wanted.append(None if total is None else self._slot(total))
        known = {value: slot for slot, value in enumerate(traces[0].values)}
        for value, gradient in gradients[0].items():
            if value in known:
                self.found.by_slot[known[value]] = self._slot(gradient)

    def _slot(self, value: Value) -> Slot:
        """The place of a result among the results; made absolute by :meth:`finish`."""
        self.results.append(value)
        return len(self.results) - 1

    def finish(self, first: Slot) -> Backward:
        """What was found, with slots counted from the start of the segment."""
        found = self.found
        found.gradients = [(n, slot, first + g) for n, slot, g in found.gradients]
        found.wanted = [None if g is None else first + g for g in found.wanted]
        found.by_slot = {slot: first + g for slot, g in found.by_slot.items()}
        found.imports = [replace(each, slot=first + each.slot) for each in found.imports]
        return found

    def _primal(self, number: int) -> Any:
        """What stands here for a value of an earlier segment.

        Segments that begin alike share the states, and so the values, of their beginnings: a value
        is told apart by the segment it is read in.
        """
        builder = Builder.current()

        def read(value: Value) -> Value:
            here = self._imported.get((number, value))
            if here is None:
                op = value.op
                if isinstance(op, Constant):
                    here = builder.constant(op.value)
                elif op.is_(Trait.VIEW):
                    operands = [read(operand) for operand in value.node.operands]
                    # Formulas ask which of their operands want a gradient: the view does if it did.
                    enabled, builder.grad_enabled = builder.grad_enabled, value.requires_grad
                    here = builder.emit(op, *operands)
                    builder.grad_enabled = enabled
                else:
                    here = builder.input(value.type, "saved", requires_grad=value.requires_grad)
                    self._imports.append((number, value, here))
                self._imported[number, value] = here
            return here

        return read

    def _keep_needed_imports(self, traces: list[Trace]) -> None:
        """Bind only those saved values that the gradients were found to read."""
        needed: set[Value] = set()
        stack = list(self.results)
        while stack:
            value = stack.pop()
            if value not in needed:
                needed.add(value)
                stack.extend(value.node.operands)
        unread = {here.node for _, _, here in self._imports if here not in needed}
        builder = Builder.current()
        builder.nodes = [node for node in builder.nodes if node not in unread]
        given = [_numbered(n.result for n in t.nodes if n.op.name == "input") for t in traces]
        leaves = [_numbered(trace.values) for trace in traces]
        self.found.imports = [
            Import(
                number,
                value,
                self._slot(here),
                leaves[number].get(value, -1),
                given[number].get(value, -1),
            )
            for number, value, here in self._imports
            if here in needed
        ]

    def _release(self, traces: list[Trace]) -> None:
        """Find saved values of which every reader is spent."""
        for number, past in enumerate(self.chain[1:], start=1):
            spent = self.found.spent[number].union(*past.spent)
            readers: dict[Value, bool] = {}
            for node in traces[number].nodes:
                if any(operand.requires_grad for operand in node.operands):
                    for value in (*node.operands, *node.results):
                        readers[value] = readers.get(value, True) and node in spent
            self.found.released += [
                (number, value) for value, over in readers.items() if over and value in past.saved
            ]


def _numbered(values: Iterable[Value]) -> dict[Value, int]:
    return {value: number for number, value in enumerate(values)}


class _Visited:
    """Notes what the gradients of a segment's nodes read; refuses what is there no more."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.spent: set[Node] = set()
        self.reads: list[tuple[Node, Value]] = []

    def __call__(self, node: Node, values: Sequence[Value]) -> None:
        """The gradient of ``node`` reads these forward values."""
        if values or node.op.saves is not None:
            if self.segment.is_spent(node):
                raise second_time(f"{node.op.name} ({node.location})")
            self.spent.add(node)
        self.reads += [(node, value) for value in values]


def _add(arriving: dict[Value, Value], value: Value, gradient: Value) -> None:
    before = arriving.get(value)
    arriving[value] = gradient if before is None else before + gradient
