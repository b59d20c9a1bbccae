"""What the graph knows of a tensor: what made it, and its gradient."""

from __future__ import annotations

import warnings
from typing import Any

from graphnet.ir.node import Node, Value
from graphnet.trace.handle import Handle
from graphnet.trace.recorder import current_recorder
from graphnet.trace.state import Trace


class GradFunction:
    """A node of the backward graph, as PyTorch shows it.

    >>> import graphnet as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> (x * 2).grad_fn.name()
    'MulBackward0'
    """

    def __init__(self, node: Node, index: int = 0) -> None:
        self._node = node
        self._index = index

    def name(self) -> str:
        """What PyTorch calls it."""
        if self._node.op.name == "input":
            return "AccumulateGrad"
        return self._node.op.grad_name_of(self._index)

    @property
    def next_functions(self) -> tuple[tuple[GradFunction | None, int], ...]:
        """Where it hands gradients on to: one pair for each operand that is a tensor."""
        return tuple(
            (GradFunction(operand.node, operand.index), operand.index)
            if operand.requires_grad
            else (None, 0)
            for operand in self._node.operands
            if not operand.type.weak
        )

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self._node):#x}>"


def value_of(handle: Handle) -> Value:
    """The IR value that a tensor with a history is."""
    recorder = current_recorder()
    if handle._segment is None or (
        handle._segment is recorder.segment and handle._seen != handle._storage.version
    ):
        recorder.slot_of(handle)
    segment = handle._segment
    assert segment is not None  # slot_of puts it into one
    place: Any = handle._slot
    while not isinstance(place, Value):
        if place in segment.links:
            segment, place = segment.links[place]
        else:
            place = Trace.to(segment.state).values[place]
    return place


def grad_fn_of(handle: Handle) -> GradFunction:
    """The backward node of a tensor that is no leaf."""
    value = value_of(handle)
    return GradFunction(value.node, value.index)


def gradient_of(handle: Handle) -> Any:
    """The gradient that the latest backward pass found for an intermediate tensor, or None.

    The graph holds it, so before the run it is had for the asking. A run keeps it if it is a first
    visit, or if it was asked for at this place before.
    """
    segment = handle._segment
    if segment is None:
        return None
    recorder = segment.recorder
    slot = handle._slot
    for state in reversed(segment.gradients):
        found = state.backward.by_slot.get(slot) if state.backward is not None else None
        if found is None:
            continue
        if not segment.finished:
            layout = state.layouts[found - state.first]
            assert layout is not None  # gradients are tensors
            return recorder.new(found, layout)
        segment.state.wants_gradients |= {slot}
        if slot in segment.kept:
            import numpy as np

            return recorder.handle._from_array(np.array(segment.kept[slot]))  # type: ignore[attr-defined]  # the facade's class
        warnings.warn(
            "the gradient of this intermediate tensor was not kept, as nobody had asked for it "
            "here before; from now on it is",
            UserWarning,
            stacklevel=4,
        )
        return None
    return None
