"""What the graph knows of a tensor: what made it, and its gradient."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import numpy as np

from graphnet.ir.node import Node, Value
from graphnet.trace.handle import Handle
from graphnet.trace.operands import layout_of
from graphnet.trace.recorder import current_recorder
from graphnet.trace.segment import Segment
from graphnet.trace.state import Trace


class GradFunction:
    """A node of the backward graph, as PyTorch shows it.

    As there, a node is one object as long as somebody holds it, and its class has its name:
    programs that draw the graph go by both.

    >>> import graphnet as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> y = x * 2
    >>> y.grad_fn.name(), type(y.grad_fn).__name__, y.grad_fn is y.grad_fn
    ('MulBackward0', 'MulBackward0', True)
    """

    #: What it saved, by the name of an attribute; the facade sets it.
    read_saved: ClassVar[Callable[[GradFunction, str], Any]]

    def __init__(self, value: Value, segment: Segment) -> None:
        self._value, self._segment = value, segment

    @classmethod
    def of(cls, value: Value, segment: Segment) -> GradFunction:
        """The node of a value that has a gradient."""
        value, segment = _origin(value, segment)
        name = _grad_name(value)
        key = (value.node, name, segment)
        found = _held.get(key)
        if found is None:
            found = _held[key] = _class_named(name)(value, segment)
        return found

    def name(self) -> str:
        """What PyTorch calls it."""
        return _grad_name(self._value)

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
            (GradFunction.of(operand, self._segment), operand.index)
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

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_saved_"):
            return GradFunction.read_saved(self, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"


_held: WeakValueDictionary[tuple[Node, str, Segment], GradFunction] = WeakValueDictionary()


@cache
def _class_named(name: str) -> type[GradFunction]:
    return type(name.rpartition(":")[2], (GradFunction,), {"__module__": GradFunction.__module__})


def _grad_name(value: Value) -> str:
    if value.op.name == "input":
        return "torch::autograd::AccumulateGrad"
    operands = [operand.type for operand in value.node.operands]
    return value.op.grad_name_of(value.index, operands)


def _is_number(operand: Value | None) -> bool:
    return operand is not None and operand.type.weak


def _could_have_gradient(operand: Value) -> bool:
    dtype = operand.type.dtype
    return not operand.type.weak and (dtype.is_floating_point or dtype.is_complex)


def _slot(value: Value, segment: Segment) -> int:
    return Trace.to(segment.state).values.index(value)


def _origin(value: Value, segment: Segment) -> tuple[Value, Segment]:
    """What a value is where it was computed differentiably, and the segment where that was."""
    while value.op.name in ("input", "attach"):
        if value.op.name == "attach":
            value = value.node.operands[1]
            continue
        slot = _slot(value, segment)
        if slot not in segment.links:
            break
        segment, place = segment.links[slot]
        value = place if isinstance(place, Value) else Trace.to(segment.state).values[place]
    return value, segment


def value_of(handle: Handle) -> Value:
    """The IR value that a tensor with a history is, where it was computed."""
    return _origin(*_place_of(handle))[0]


def note_keeper(handle: Handle, kept: Any) -> None:
    """Remember what a program keeps itself of the operation that a tensor was made by."""
    value, segment = _origin(*_place_of(handle))
    segment.keepers = {**segment.keepers, value.node: kept}


def tensor_of(value: Value, segment: Segment) -> Any:
    """A value of a segment as a tensor, or as a number: None if it is remembered nowhere."""
    value, segment = _origin(value, segment)
    if value.op.name == "constant":
        return value.op.value  # type: ignore[attr-defined]  # constants have one
    slot, layout = _slot(value, segment), layout_of(value)
    if slot in segment.variables:
        return segment.variables[slot]
    recorder = segment.recorder
    if layout is None or not segment.finished:
        return recorder.new(slot, layout)
    made = recorder.handle
    if value in segment.saved:
        return made._from_array(np.array(segment.saved[value]))  # type: ignore[attr-defined]  # the facade's class
    if slot in segment.versions:
        return made._of(segment.versions[slot][0], layout)
    storage = segment.landed[slot][0]() if slot in segment.landed else None
    return None if storage is None else made._of(storage, layout)


def grad_fn_of(handle: Handle) -> GradFunction:
    """The backward node of a tensor that is no leaf."""
    return GradFunction.of(*_place_of(handle))


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
            return recorder.handle._from_array(np.array(segment.kept[slot]))  # type: ignore[attr-defined]  # the facade's class
        warnings.warn(
            "the gradient of this intermediate tensor was not kept, as nobody had asked for it "
            "here before; from now on it is",
            UserWarning,
            stacklevel=4,
        )
        return None
    return None
