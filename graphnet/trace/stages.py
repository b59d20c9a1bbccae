"""A stage of a backward pass: one edge of the trie, about a range of nodes of one segment.

What it is recorded by says nothing of the segments before and after, so the same stage is found
again in a longer history, and its nodes need not be derived, optimised and compiled anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from graphnet.ir.node import Node, Phase
from graphnet.runtime.storage import clock
from graphnet.trace.emitter import Emitter
from graphnet.trace.versions import check, check_past

if TYPE_CHECKING:
    from graphnet.trace.handle import Handle
    from graphnet.trace.history import Past
    from graphnet.trace.recorder import Recorder
    from graphnet.trace.segment import Segment
    from graphnet.trace.state import Place, Stage, State


class StageKey(NamedTuple):
    """What a stage is looked up by, besides the layouts of the gradients it is given.

    Attributes:
        past: of an earlier segment, its state and the nodes that are spent; the current segment is
            known by the state that the stage follows.
        low: the first node to differentiate.
        places: where gradients arrive.
        seeded: for each place whether 1 arrives there, and not a gradient that is given; empty if
            all are given.
        create_graph: the gradients are to be differentiable themselves.
        retain_graph: nothing is used up.
        targets: the places whose gradients are asked for, or that lead to some; None for all
            leaves.
        name: what people are told of such a step.
    """

    past: tuple[State, tuple[frozenset[Node], ...]] | None
    low: int
    places: tuple[Place, ...]
    seeded: tuple[bool, ...]
    create_graph: bool
    retain_graph: bool
    targets: tuple[Place, ...] | None
    name: str = "backward"


def record_stage(
    recorder: Recorder,
    segment: Segment,
    past: Past,
    key: StageKey,
    operands: Sequence[Handle],
) -> State:
    """Take the step and bind what it reads, or leave everything as it was.

    Args:
        recorder: where it is recorded.
        segment: what is differentiated.
        past: the history it is part of.
        key: what is to be done.
        operands: the gradients that arrive at those places that are not seeded.

    Raises:
        AutogradError: something that the gradients read was used up, or written over.
    """
    emit = Emitter(segment, past, key)
    current = recorder.segment
    before, bound = current.state, len(current.bindings)
    phase, recorder.phase = recorder.phase, Phase.BACKWARD
    try:
        state = recorder.record(key, operands, emit)
        stage = state.stage
        if stage is None:
            stage = state.stage = emit.finish(state.first)
        if needs_check(segment, current):
            check_versions(stage, segment, current)
        if stage.imports:
            bind(stage, segment, current, key.create_graph)
    except BaseException:
        current.state = before
        del current.bindings[bound:]
        raise
    finally:
        recorder.phase = phase
    current.gradients += (state,)
    return state


def needs_check(segment: Segment, current: Segment) -> bool:
    """Whether something that is read may have been written over."""
    if segment is current:
        return bool(segment.overwritten or segment.mutated)
    return bool(segment.overwritten) or segment.clock != clock.writes


def check_versions(stage: Stage, segment: Segment, current: Segment) -> None:
    """Raise AutogradError if something that a stage reads was written over since."""
    if segment is current:
        check(segment, segment.state, stage.reads)
    else:
        check_past(segment, stage.reads)


def bind(stage: Stage, past: Segment, current: Segment, create_graph: bool) -> None:
    """Bind the saved values that a stage reads."""
    saved, bindings = past.saved, current.bindings
    for each in stage.imports:
        value, place = each.value, each.place
        if value in saved:
            bindings.append(saved[value])
        else:
            # What was not saved is read by nothing that is computed.
            bindings.append(None if each.given < 0 else past.bindings[each.given])
        if create_graph and value.requires_grad:
            if place in past.variables:
                current.variables[each.slot] = past.variables[place]
            else:
                current.link(each.slot, past, place)
