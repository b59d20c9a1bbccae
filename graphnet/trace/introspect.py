"""What the graph knows of a tensor: what made it, and its gradient."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from graphnet.ir.node import Value
from graphnet.trace.handle import Handle
from graphnet.trace.recorder import current_recorder
from graphnet.trace.segment import Segment
from graphnet.trace.state import Trace


class GradFunction:
    """A node of the backward graph, as PyTorch shows it.

    >>> import graphnet as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> (x * 2).grad_fn.name()
    'MulBackward0'
    """

    def __init__(self, value: Value, segment: Segment) -> None:
        self._value, self._segment = _origin(value, segment)

    def name(self) -> str:
        """What PyTorch calls it."""
        if self._value.op.name == "input":
            return "torch::autograd::AccumulateGrad"
        operands = [operand.type for operand in self._value.node.operands]
        return self._value.op.grad_name_of(self._value.index, operands)

    @property
    def next_functions(self) -> tuple[tuple[GradFunction | None, int], ...]:
        """Where it hands gradients on to: one pair for each operand that could take one.

        Of arithmetic these are all, and a number counts as the second one. Others have none for
        numbers, nor for tensors of integers, such as indices and masks.
        """
        node = self._value.node
        operands: Sequence[Value | None] = node.op.edges(node.operands)
        if getattr(node.op, "symbol", None) is not None:
            operands = sorted(operands, key=_is_number)
        else:
            operands = [each for each in operands if each is None or _could_have_gradient(each)]
        return tuple(
            (GradFunction(operand, self._segment), operand.index)
            if operand is not None and operand.requires_grad
            else (None, 0)
            for operand in operands
        )

    @property
    def variable(self) -> Any:
        """The leaf whose gradient it accumulates.

        Raises:
            AttributeError: it does not accumulate, or the leaf is there no more.
        """
        if self._value.op.name == "input":
            leaf = self._segment.variables.get(_slot(self._value, self._segment))
            if leaf is not None:
                return leaf
        raise AttributeError(f"'{self.name()}' object has no attribute 'variable'")

    def __repr__(self) -> str:
        return f"<{self.name().rpartition(':')[2]} object at {id(self._value.node):#x}>"


def _is_number(operand: Value | None) -> bool:
    return operand is not None and operand.type.weak


def _could_have_gradient(operand: Value) -> bool:
    dtype = operand.type.dtype
    return not operand.type.weak and (dtype.is_floating_point or dtype.is_complex)


def _slot(value: Value, segment: Segment) -> int:
    return Trace.to(segment.state).values.index(value)


def _origin(value: Value, segment: Segment) -> tuple[Value, Segment]:
    """What a value is where it was computed, and the segment where that was."""
    while value.op.name == "input":
        slot = _slot(value, segment)
        if slot not in segment.links:
            break
        segment, place = segment.links[slot]
        value = place if isinstance(place, Value) else Trace.to(segment.state).values[place]
    return value, segment


def value_of(handle: Handle) -> Value:
    """The IR value that a tensor with a history is, where it was computed."""
    return _origin(*_place_of(handle))[0]


def grad_fn_of(handle: Handle) -> GradFunction:
    """The backward node of a tensor that is no leaf."""
    return GradFunction(*_place_of(handle))


def _place_of(handle: Handle) -> tuple[Value, Segment]:
    """A tensor's value and segment."""
    recorder = current_recorder()
    if handle._segment is None or (
        handle._segment is recorder.segment and not handle._is_in(recorder.segment)
    ):
        recorder.slot_of(handle)
    segment = handle._segment
    assert segment is not None  # slot_of puts it into one
    return Trace.to(segment.state).values[handle._slot], segment


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
        found = state.stage.by_slot.get(slot) if state.stage is not None else None
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
