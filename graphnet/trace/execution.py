"""Runs a finished segment: interpreted at first, by a compiled plan once that pays."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from graphnet.config import config
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.registry import singletons
from graphnet.passes.residuals import history, residuals, touched
from graphnet.runtime.interpreter import evaluate
from graphnet.runtime.ownership import owner_of, separate
from graphnet.runtime.storage import Storage
from graphnet.runtime.threads import apply_setting
from graphnet.source import user_location
from graphnet.trace.cache import TraceCache
from graphnet.trace.patience import patience
from graphnet.trace.rescue import rescue, unharmed
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot, Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphnet.runtime.plan import Plan

INPUT = singletons["input"]


class Demand(NamedTuple):
    """What a run must deliver, by slot: the part of a plan's key that the state does not say.

    Attributes:
        created: values that get memory of their own.
        before: the values of memory that is overwritten.
        after: their new values.
        views: views with a gradient history that are alive.
        gradients: intermediate values whose gradients were asked for at this state before.
    """

    created: tuple[Slot, ...]
    before: tuple[Slot, ...]
    after: tuple[Slot, ...]
    views: tuple[Slot, ...]
    gradients: frozenset[Slot]

    @property
    def present(self) -> tuple[Slot, ...]:
        """All that is in memory after the run."""
        return self.created + self.after


@dataclass(slots=True, eq=False)
class CompiledRun:
    """A plan and what its outputs are, in order: created, saved, kept; then the updates.

    Attributes:
        plan: what to run.
        saved: values for a later backward pass.
        gradients: intermediate values whose gradients are kept.
        keeps: there are such values.
    """

    plan: Plan
    saved: tuple[Value, ...]
    gradients: tuple[Slot, ...]
    keeps: bool

    def keep(self, segment: Segment, arrays: list[Any], created: int) -> list[Any]:
        """Let the segment keep what it is to keep; returns the other arrays."""
        saved = created + len(self.saved)
        kept = saved + len(self.gradients)
        segment.saved = dict(zip(self.saved, arrays[created:saved], strict=True))
        segment.kept = dict(zip(self.gradients, arrays[saved:kept], strict=True))
        return arrays[:created] + arrays[kept:]


@dataclass(slots=True, eq=False)
class Visited:
    """A demand that was run before: what is known of it.

    Attributes:
        roots: values alive with a gradient history, that a later backward pass may start from.
        gradients: intermediate values whose gradients are kept.
        leaves: the leaves that the tensors alive afterwards were computed from.
        reason: what made it run, when it first did.
        line: the user's line that did.
        patience: how many runs are interpreted; 0 before that is known.
        compiled: the plan, from the next run on.
        count: how often it ran.
        last_use: when it last ran, on the clock of :attr:`TraceCache.steps`.
    """

    roots: tuple[Slot, ...]
    gradients: tuple[Slot, ...]
    leaves: frozenset[Slot]
    reason: str
    line: str
    patience: int = 0
    compiled: CompiledRun | None = None
    count: int = 0
    last_use: int = 0

    @classmethod
    def of(cls, segment: Segment, trace: Trace, demand: Demand, reason: str) -> Visited:
        """What follows from a state and a demand."""
        values, present = trace.values, demand.present
        differentiable = [slot for slot in present if values[slot].requires_grad]
        differentiable += demand.views
        return cls(
            tuple(slot for slot in differentiable if not segment.is_walked(values[slot].node)),
            tuple(slot for slot in present if slot in demand.gradients),
            _leaves(trace, [values[slot] for slot in differentiable]),
            reason,
            str(user_location() or ""),
        )

    def waits(self, trace: Trace) -> bool:
        """Whether to interpret the run at hand; most traces have but one, and are not weighed."""
        if self.count == 1:
            return True
        if not self.patience:
            self.patience = config.patience or patience(trace.nodes)
        return self.count <= self.patience


def run_segment(cache: TraceCache, segment: Segment, trace: Trace, reason: str) -> None:
    """Compute what is still alive of a segment and settle its memory.

    Raises:
        Whatever an operation raises, e.g. IndexError for an index out of range. Memory older than
        the segment then keeps its values. Of what the segment would have made, values that do not
        depend on what failed are there; others, and those with a gradient history, are lost, and
        say so.
    """
    state, mutated = segment.state, segment.mutated
    made = segment.without_memory()
    created: list[Storage] = []
    slots = [handle._slot for handle in made]
    if segment.created:
        created = [storage for each in segment.created if (storage := each()) is not None]
        slots += [storage.slot for storage in created]
    # A plain tuple finds a Demand, and is made in a quarter of the time.
    key = (
        tuple(slots),
        tuple(mutated.values()),
        tuple([storage.slot for storage in mutated]),
        tuple(segment.live_views()) if segment.views else (),
        state.wants_gradients,
    )
    segment.finished = True
    known: dict[Value, Any] = {}
    compiled: CompiledRun | None = None
    try:
        visited = state.runs.get(key) or _first_visit(cache, segment, trace, key, reason)
        cache.steps += state.steps
        visited.last_use = cache.steps
        visited.count += 1
        if config.optimization_level == 0 or (visited.compiled is None and visited.waits(trace)):
            cache.interpreted += 1
            results = _interpret(segment, trace, Demand._make(key), visited, known)
        else:
            compiled = visited.compiled
            if compiled is None:
                cache.compiled += 1
                with _no_collection():
                    compiled = _compile(segment, trace, Demand._make(key), visited)
                visited.compiled = compiled
            results = compiled.plan(segment.bindings)
            if compiled.keeps:
                results = compiled.keep(segment, results, len(slots))
    except BaseException as error:
        if isinstance(error, Exception):
            if compiled is not None:
                known = unharmed(segment, trace, slots, in_place=bool(compiled.plan.in_place))
            rescue(trace, made, created, known)
        segment.fail(error)
        raise
    arrays = iter(results)
    for handle in made:
        handle._array = next(arrays)
    for storage in created:
        storage.array = next(arrays)
        storage.pending = False
        storage.segment = None
    if mutated:
        _write(mutated, arrays)
    if visited.roots:
        segment.note_landed(made, created)
    segment.finish(visited)


def _first_visit(
    cache: TraceCache, segment: Segment, trace: Trace, key: tuple[Any, ...], reason: str
) -> Visited:
    """What follows from a demand that was never made here."""
    demand = Demand._make(key)
    visited = Visited.of(segment, trace, demand, reason)
    segment.state.note_run(demand, visited)
    cache.note_visit(segment.state, demand, visited)
    return visited


def _write(storages: Iterable[Storage], arrays: Iterator[Any]) -> None:
    """Put new values of memory where they belong, unless they were computed there."""
    for storage in storages:
        array = next(arrays)
        if array is not storage.array:
            np.copyto(storage.array, array)
        storage.pending = False
        storage.segment = None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for garbage: a compiler makes thousands of objects, and no circles.

    Each time it looks, it goes through all there are; that took up to half of the time to compile.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _leaves(trace: Trace, roots: list[Value]) -> frozenset[Slot]:
    """The leaves that differentiable tensors still alive were computed from."""
    if not roots:
        return frozenset()
    walked = set(history(trace.nodes, roots))
    return frozenset(slot for slot, value in enumerate(trace.values) if value.node in walked)


def _interpret(
    segment: Segment, trace: Trace, demand: Demand, visited: Visited, known: dict[Value, Any]
) -> list[Any]:
    """Run the trace as it was recorded; values are found in ``known``, also if it fails."""
    apply_setting()
    values, nodes = trace.values, trace.nodes
    known.update(zip(inputs_of(nodes), segment.bindings, strict=True))
    given = set(known)
    wanted = [values[slot] for slot in demand.present]
    kept = _gradients(segment, demand)
    draws = [value for node in nodes if node.op.is_(Trait.RANDOM) for value in node.results]
    rewritten = _rewritten(segment, trace)
    roots = [values[slot] for slot in visited.roots]
    keep = touched(nodes, roots, rewritten) if roots else set()
    computed = [value for value in keep if not value.op.is_(Trait.SOURCE)]
    gradients = [values[slot] for slot in kept.values()]
    evaluate(nodes, known, [*wanted, *gradients, *draws, *computed], forget=True)
    arrays = [np.asarray(known[value]) for value in wanted]
    separate(arrays, [known[value] for value in given])
    # What lies in a tensor's memory may be overwritten before the backward pass reads it.
    exposed = {id(owner_of(array)) for array in arrays}
    known.update(
        (value, np.array(known[value]))
        for value in keep
        if value in rewritten or id(owner_of(known.get(value))) in exposed
    )
    segment.saved = {value: known[value] for value in keep if value in known}
    segment.kept = {slot: known[values[g]] for slot, g in kept.items()}
    return arrays


def _rewritten(segment: Segment, trace: Trace) -> frozenset[Value]:
    """The leaves whose memory this run writes to: their values would be lost."""
    return frozenset(
        trace.values[slot]
        for slot, (storage, _) in segment.versions.items()
        if storage in segment.mutated
    )


def _gradients(segment: Segment, demand: Demand) -> dict[Slot, Slot]:
    """For each live intermediate tensor, the slot of its gradient."""
    found: dict[Slot, Slot] = {}
    for state in segment.gradients:
        if state.stage is not None:
            by_slot = state.stage.by_slot
            found.update((slot, by_slot[slot]) for slot in demand.present if slot in by_slot)
    return found


def inputs_of(nodes: Sequence[Node]) -> list[Value]:
    """The values of the input nodes, in the order in which they are bound."""
    return [node.result for node in nodes if node.op is INPUT]


def _compile(segment: Segment, trace: Trace, demand: Demand, visited: Visited) -> CompiledRun:
    values, nodes = trace.values, trace.nodes
    roots = [values[slot] for slot in visited.roots]
    kept = residuals(nodes, roots, _rewritten(segment, trace)) if roots else set()
    order = {node: position for position, node in enumerate(nodes)}
    saved = sorted(kept, key=lambda value: (order[value.node], value.index))
    gradients = _gradients(segment, demand)
    outputs = [values[slot] for slot in demand.created] + saved
    outputs += [values[gradients[slot]] for slot in visited.gradients]
    updates = [
        (values[before], values[after])
        for before, after in zip(demand.before, demand.after, strict=True)
    ]
    # A program that does everything once needs no compiler.
    from graphnet.passes.pipeline import optimize
    from graphnet.runtime.plan import compile_plan

    graph = Graph(nodes, inputs_of(nodes), outputs, updates, name="step")
    optimized = optimize(graph, config.optimization_level, verify=config.verify_passes)
    pool = segment.recorder.cache.memory
    plan = compile_plan(optimized, _memory_groups(segment, trace), pool=pool)
    return CompiledRun(
        plan, tuple(saved), visited.gradients, keeps=bool(saved or visited.gradients)
    )


def _memory_groups(segment: Segment, trace: Trace) -> list[int]:
    """For each input, a number that inputs sharing memory have in common."""
    groups: dict[int, int] = {}
    numbers = []
    for position, bound in enumerate(segment.bindings):
        owner = id(owner_of(bound)) if isinstance(bound, np.ndarray) else -position - 1
        numbers.append(groups.setdefault(owner, position))
    return numbers
