"""Version counters: refuse a gradient whose saved values were written over, as PyTorch does.

Values of the graph are never overwritten, so the gradient would be right; but a program must do the
same with both. PyTorch counts the writes to each memory and compares at every backward pass. Here a
backward pass knows which values it reads (:class:`Read`, found once, when it is first made), and a
segment knows which values were written over (:class:`Overwrite`, noted by the write). Where nothing
was written over, nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from graphnet.errors import AutogradError
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Trait
from graphnet.ir.types import TensorType
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES
from graphnet.runtime.storage import Storage
from graphnet.trace.state import Slot, State, Trace

if TYPE_CHECKING:
    from graphnet.trace.chart import Chart
    from graphnet.trace.segment import Segment


class Overwrite(NamedTuple):
    """A write over a value that was in memory.

    Attributes:
        after: the slot of what is in memory since.
        began: the first slot of what the writing operation computed: it may read what it
            overwrites.
        version: how many writes autograd had been told of before.
        silent: autograd is not told.
    """

    after: Slot
    began: Slot
    version: int
    silent: bool


class Read(NamedTuple):
    """A value that a backward pass reads, where it lies in memory.

    Attributes:
        slot: the slot of the value, or of what it is a view of.
        reader: the slot of the first operation whose gradient reads it.
        value: what is read last in the program, so first in a backward pass.
        made_by: the operation that made it, if it is that reader.
    """

    slot: Slot
    reader: Slot
    value: Value
    made_by: Node | None


def reads(chart: Chart, found: Iterable[tuple[Node, Value]]) -> dict[Slot, Read]:
    """The reads of a backward pass in one segment, by slot; each tells of the earliest reader.

    Args:
        chart: the segment's values.
        found: pairs of a forward node and a value that its gradient reads, the last node first.
    """
    known: dict[Slot, Read] = {}
    for node, value in found:
        slot = chart.last_slot(_memory(value))
        if slot is None or node.phase is Phase.UPDATE:
            continue  # the step of an optimizer is one formula: what it reads is never written over
        reader = chart.made_at(node)
        if slot not in known:
            known[slot] = Read(slot, reader, value, node if value.node is node else None)
        elif reader < known[slot].reader:
            known[slot] = known[slot]._replace(reader=reader)
    return known


def _memory(value: Value) -> Value:
    """What a value is a view of."""
    while value.op.is_(Trait.VIEW):
        value = value.node.operands[0]
    return value


def check(segment: Segment, state: State, read: Mapping[Slot, Read]) -> None:
    """Raise AutogradError if something that is read in a segment was written over since."""
    overwritten, mutated = segment.overwritten, segment.mutated
    if overwritten or mutated:
        for slot in read.keys() & {*overwritten, *mutated.values()}:
            _check_slot(segment, state, read[slot])


def check_past(segment: Segment, read: Mapping[Slot, Read]) -> None:
    """The same for a finished segment, whose values may have been written over after it."""
    for slot, each in read.items():
        if slot in segment.overwritten:
            _check_slot(segment, segment.state, each)
        elif slot in segment.versions:
            storage, version = segment.versions[slot]
            _check_storage(each, storage, version)
        elif slot in segment.landed:
            storage_of, version = segment.landed[slot]
            found = storage_of()
            if found is not None:
                _check_storage(each, found, version)


def _check_slot(segment: Segment, state: State, read: Read) -> None:
    slot = read.slot
    write = segment.overwritten.get(slot)
    unseen: set[Slot] = set()
    while write is not None and write.silent and slot not in unseen:
        unseen.add(slot)
        slot = write.after
        write = segment.overwritten.get(slot)
    if write is not None:
        if read.reader >= write.began or write.after == slot:  # the same value was written again
            return
        saved = present = write.version
        passed: set[Slot] = set()
        while write is not None and slot not in passed:  # what was there may have come back
            passed.add(slot)
            present = write.version + (not write.silent)
            slot = write.after
            write = segment.overwritten.get(slot)
        raise _modified(read, present, saved, Trace.to(state).values[slot])
    for storage, before in segment.mutated.items():
        if before == slot:
            _check_storage(read, storage, segment.versions[read.slot][1])


def _check_storage(read: Read, storage: Storage, saved: int) -> None:
    writes = storage.noticed_since(saved)
    if writes:
        segment, present = storage.segment, storage.noticed
        now = None if segment is None else Trace.to(segment.state).values[storage.slot]
        raise _modified(read, present, present - writes, now)


def _modified(read: Read, present: int, saved: int, now: Value | None) -> AutogradError:
    """PyTorch's error for a value that is needed and was written over."""
    value = read.value
    origin = None
    if read.made_by is not None:
        origin = value.index, read.made_by.op.grad_name
    elif value.op.is_(Trait.VIEW) and value.requires_grad:
        origin = 0, "AsStridedBackward0"  # how PyTorch reads a view again from what was written
    elif value.requires_grad and not value.op.is_(Trait.SOURCE):
        origin = value.index, (now or value).op.grad_name
    kind = TensorType(value.dtype, value.shape)
    return modified(kind, origin, present, saved)


def modified(
    kind: TensorType, origin: tuple[int, str] | None, present: int, saved: int
) -> AutogradError:
    """The error for a saved tensor that was written over.

    Args:
        kind: its type.
        origin: which result of what gradient function it is, if it has a history.
        present: its version now.
        saved: its version when it was saved.
    """
    name = f"[torch.{SCALAR_TYPE_NAMES[kind.dtype]}Tensor {list(kind.shape)}]"
    if origin is not None:
        number, function = origin
        name += (
            f", which is output {number} of {function.removesuffix('0').removesuffix('Backward')},"
        )
    return AutogradError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: {name} is at version {present}; expected version {saved} instead. Hint: "
        "enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False).",
        cure="compute the gradient before the in-place write, or write out of place",
    )


def second_time(where: str | None = None) -> AutogradError:
    """PyTorch's error for a backward pass through what an earlier one has used up."""
    return AutogradError(
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have already been freed). Saved intermediate values of the graph are freed "
        "when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to "
        "backward through the graph a second time or if you need to access saved tensors after "
        "calling backward.",
        cure=f"retain the graph for what is used again: {where}" if where else None,
    )
