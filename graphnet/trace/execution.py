"""Runs a finished segment: interpreted at a first visit, by a compiled plan from the second on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.config import config
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.registry import singletons
from graphnet.passes.pipeline import optimize
from graphnet.passes.residuals import history, residuals, touched
from graphnet.runtime.interpreter import evaluate
from graphnet.runtime.plan import Plan, compile_plan
from graphnet.runtime.storage import Storage
from graphnet.runtime.threads import apply_setting
from graphnet.trace.cache import TraceCache
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot, Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

INPUT = singletons["input"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a run must deliver, by slot: part of the key its plan is found by.

    Attributes:
        created: values that get memory of their own.
        updates: (slot before, slot after) of memory that is overwritten.
        differentiable: values with a gradient history that are alive.
        roots: those of them that a later backward pass may start from.
        gradients: gradients of intermediate values that were asked for.
    """

    created: tuple[Slot, ...]
    updates: tuple[tuple[Slot, Slot], ...]
    differentiable: tuple[Slot, ...]
    roots: tuple[Slot, ...]
    gradients: tuple[Slot, ...]


@dataclass(slots=True, eq=False)
class CompiledRun:
    """A plan and what its outputs are, in order: created, saved, kept; then the updates."""

    plan: Plan
    saved: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Visited:
    """A demand that was run before: what is known of it.

    Attributes:
        leaves: the leaves that the tensors alive afterwards were computed from.
        compiled: the plan, from the second visit on.
    """

    leaves: frozenset[Slot]
    compiled: CompiledRun | None = None


def run_segment(cache: TraceCache, segment: Segment, trace: Trace) -> None:
    """Compute what is still alive of a segment and settle its memory.

    Raises:
        Whatever an operation raises, e.g. IndexError for an index out of range. Memory older than
        the segment then keeps its values; what the segment would have made is lost, and says so.
    """
    created = [storage for made in segment.created if (storage := made()) is not None]
    updated = list(segment.mutated)
    demand = _demand(segment, created, trace)
    segment.finished = True
    visited = segment.state.runs.get(demand)
    first = visited is None
    if visited is None:
        visited = segment.state.runs[demand] = Visited(_leaves(trace, demand))
    try:
        _run(cache, segment, trace, demand, visited, first, created, updated)
    except BaseException as error:
        segment.error = error
        for storage in updated:
            storage.pending = False
            storage.segment = None
        raise
    finally:
        segment.finish(visited.leaves, keep_values=bool(demand.roots))


def _run(
    cache: TraceCache,
    segment: Segment,
    trace: Trace,
    demand: Demand,
    visited: Visited,
    first: bool,
    created: list[Storage],
    updated: list[Storage],
) -> None:
    if first or config.optimization_level == 0:
        apply_setting()
        cache.interpreted += 1
        arrays, saved, kept = _interpret(segment, trace, demand)
    else:
        if visited.compiled is None:
            cache.compiled += 1
            visited.compiled = _compile(trace, segment, demand)
        else:
            cache.replayed += 1
        arrays, saved, kept = _replay(visited.compiled, segment, demand)
    cache.touch_plan(segment.state, demand)
    for storage, array in zip(created, arrays, strict=False):
        storage.array = array
        storage.pending = False
        storage.segment = None
    for storage, array in zip(updated, arrays[len(created) :], strict=True):
        if array is not storage.array:
            np.copyto(storage.array, array)
        storage.pending = False
        storage.segment = None
    segment.saved = saved
    segment.kept = kept


def _leaves(trace: Trace, demand: Demand) -> frozenset[Slot]:
    """The leaves that a differentiable tensor still alive was computed from."""
    values = trace.values
    roots = [values[slot] for slot in demand.differentiable]
    if not roots:
        return frozenset()
    walked = set(history(trace.nodes, roots))
    return frozenset(slot for slot, value in enumerate(values) if value.node in walked)


def _demand(segment: Segment, created: list[Storage], trace: Trace) -> Demand:
    values = trace.values
    alive = [storage.slot for storage in created]
    mutated = [(before, storage.slot) for storage, before in segment.mutated.items()]
    present = alive + [after for _, after in mutated]
    differentiable = [slot for slot in present if values[slot].requires_grad]
    differentiable += segment.live_views() if segment.views else []
    roots = tuple(slot for slot in differentiable if not segment.is_walked(values[slot].node))
    wanted = segment.state.wants_gradients
    gradients = tuple(slot for slot in present if slot in wanted)
    return Demand(tuple(alive), tuple(mutated), tuple(differentiable), roots, gradients)


def _interpret(
    segment: Segment, trace: Trace, demand: Demand
) -> tuple[list[Any], dict[Value, Any], dict[Slot, Any]]:
    """Run the trace as it was recorded."""
    values, nodes = trace.values, trace.nodes
    known = dict(zip(inputs_of(nodes), segment.bindings, strict=True))
    given = set(known)
    wanted = [values[slot] for slot in demand.created]
    wanted += [values[after] for _, after in demand.updates]
    kept = _gradients(segment, demand)
    draws = [value for node in nodes if node.op.is_(Trait.RANDOM) for value in node.results]
    evaluate(nodes, known, [*wanted, *(values[slot] for slot in kept.values()), *draws])
    arrays = [np.asarray(known[value]) for value in wanted]
    _separate(arrays, [known[value] for value in given])
    keep: set[Value] = set()
    if demand.roots:
        rewritten = _rewritten(segment, trace)
        keep = touched(nodes, [values[slot] for slot in demand.roots], rewritten)
        known.update((value, np.array(known[value])) for value in keep & rewritten)
    saved = {value: known[value] for value in keep if value in known}
    return arrays, saved, {slot: known[values[g]] for slot, g in kept.items()}


def _rewritten(segment: Segment, trace: Trace) -> frozenset[Value]:
    """The leaves whose memory this run writes to: their values would be lost."""
    return frozenset(
        trace.values[slot]
        for slot, (storage, _) in segment.versions.items()
        if storage in segment.mutated
    )


def _separate(arrays: list[Any], given: list[Any]) -> None:
    """Give every result contiguous memory of its own, in place."""
    taken = [array for array in given if isinstance(array, np.ndarray)]
    owners = {id(_owner(array)) for array in taken}
    for position, array in enumerate(arrays):
        owner = _owner(array)
        if not array.flags.c_contiguous or not array.flags.writeable or id(owner) in owners:
            arrays[position] = owner = np.array(array, order="C")
        owners.add(id(owner))


def _owner(array: Any) -> Any:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _gradients(segment: Segment, demand: Demand) -> dict[Slot, Slot]:
    """For each live intermediate tensor, the slot of its gradient."""
    found: dict[Slot, Slot] = {}
    present = (*demand.created, *(after for _, after in demand.updates))
    for state in segment.gradients:
        if state.backward is not None:
            by_slot = state.backward.by_slot
            found.update((slot, by_slot[slot]) for slot in present if slot in by_slot)
    return found


def inputs_of(nodes: Sequence[Node]) -> list[Value]:
    """The values of the input nodes, in the order in which they are bound."""
    return [node.result for node in nodes if node.op is INPUT]


def graph_of_segment(trace: Trace, segment: Segment, demand: Demand) -> tuple[Graph, list[Value]]:
    """The graph of a demand, and the values it saves.

    Its outputs are the created values, then the saved, then the kept gradients.
    """
    values, nodes = trace.values, trace.nodes
    roots = [values[slot] for slot in demand.roots]
    kept = residuals(nodes, roots, _rewritten(segment, trace)) if roots else set()
    order = {node: position for position, node in enumerate(nodes)}
    saved = sorted(kept, key=lambda value: (order[value.node], value.index))
    gradients = _gradients(segment, demand)
    outputs = [values[slot] for slot in demand.created] + saved
    outputs += [values[gradients[slot]] for slot in demand.gradients]
    updates = [(values[before], values[after]) for before, after in demand.updates]
    return Graph(nodes, inputs_of(nodes), outputs, updates, name="step"), saved


def _compile(trace: Trace, segment: Segment, demand: Demand) -> CompiledRun:
    graph, saved = graph_of_segment(trace, segment, demand)
    optimized = optimize(graph, config.optimization_level, verify=config.verify_passes)
    plan = compile_plan(optimized, _memory_groups(segment, trace))
    return CompiledRun(plan, tuple(saved))


def _memory_groups(segment: Segment, trace: Trace) -> list[int]:
    """For each input, a number that inputs sharing memory have in common."""
    groups: dict[int, int] = {}
    numbers = []
    for position, bound in enumerate(segment.bindings):
        owner = id(_owner(bound)) if isinstance(bound, np.ndarray) else -position - 1
        numbers.append(groups.setdefault(owner, position))
    return numbers


def _replay(
    run: CompiledRun, segment: Segment, demand: Demand
) -> tuple[list[Any], dict[Value, Any], dict[Slot, Any]]:
    """Run the plan."""
    arrays = run.plan(segment.bindings)
    first, last = len(demand.created), len(demand.created) + len(run.saved)
    saved = dict(zip(run.saved, arrays[first:last], strict=True))
    end = last + len(demand.gradients)
    kept = dict(zip(demand.gradients, arrays[last:end], strict=True))
    return arrays[:first] + arrays[end:], saved, kept
