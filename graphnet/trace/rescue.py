"""What is kept of a run that failed.

An index out of range is found when values are needed, and by then a program may have recorded much
that has nothing to do with it. PyTorch would have computed that before.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ir.registry import singletons
from graphnet.runtime.interpreter import evaluate
from graphnet.runtime.ownership import owner_of, separate
from graphnet.runtime.storage import Storage
from graphnet.trace.handle import Handle
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot, Trace


def unharmed(
    segment: Segment, trace: Trace, slots: Sequence[Slot], *, in_place: bool
) -> dict[Value, Any]:
    """What can still be computed of a segment whose plan failed halfway.

    Not what is made of random numbers, for they were drawn, nor, if it wrote in place, what is made
    of memory it may have written to.

    Args:
        slots: the values wanted.
        in_place: whether the plan writes new values right to where they belong.
    """
    written = {id(owner_of(storage.array)) for storage in segment.mutated} if in_place else set()
    inputs = [node.result for node in trace.nodes if node.op is singletons["input"]]
    known = {
        value: bound
        for value, bound in zip(inputs, segment.bindings, strict=True)
        if id(owner_of(bound)) not in written
    }
    nodes = [node for node in trace.nodes if not node.op.is_(Trait.RANDOM)]
    with suppress(Exception):  # it is known what failed
        evaluate(nodes, known, [trace.values[slot] for slot in slots])
    return known


def rescue(
    trace: Trace, made: Sequence[Handle], created: Sequence[Storage], known: dict[Value, Any]
) -> None:
    """Settle the tensors whose values are known.

    Those with a gradient history are left out: it ends with the run that failed.

    Args:
        trace: the failed run's.
        made: tensors that have no memory yet.
        created: memory without values.
        known: the values that could be computed.
    """
    values = trace.values
    places: list[tuple[Handle | Storage, Value]] = [
        *((handle, values[handle._slot]) for handle in made),
        *((storage, values[storage.slot]) for storage in created),
    ]
    kept = [(each, value) for each, value in places if value in known and not value.requires_grad]
    arrays = [np.asarray(known[value]) for _, value in kept]
    results = {value for _, value in kept}
    separate(arrays, [array for value, array in known.items() if value not in results])
    for (each, _), array in zip(kept, arrays, strict=True):
        if isinstance(each, Handle):
            each._array = array
        else:
            each.array, each.pending, each.segment = array, False, None
