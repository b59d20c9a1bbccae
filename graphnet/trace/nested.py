"""Recording a function's operations as a program of its own, to be transformed and recorded again.

What ``torch.func`` transforms is a graph: the function is called once, on tensors that stand for
its arguments, and what it does is recorded by a :class:`NestedRecorder`, which runs nothing. The
program is transformed, and recorded by the recorder around as one step of its trace. Tensors from
around are inputs of the program; its gradients are those of the nodes that it consists of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from graphnet.errors import AliasError, AutogradError, GraphnetError
from graphnet.ir.builder import Builder
from graphnet.ir.node import Node, Value
from graphnet.ops.convert import Identity
from graphnet.runtime.interpreter import evaluate
from graphnet.runtime.storage import Layout, Storage
from graphnet.source import user_location
from graphnet.trace.detours import Stop, detour_of, set_detour
from graphnet.trace.handle import Handle
from graphnet.trace.look import settle
from graphnet.trace.memory import Memory, Place
from graphnet.trace.recorder import Draws, Recorder, current_recorder, recording
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot, State, Trace

Emit = Callable[..., Any]


class TransformError(GraphnetError, RuntimeError):
    """Something that a function cannot do while it is transformed."""


class _CapturedMemory(Memory):
    """The writes of a transformed function: to its own tensors only."""

    def write(self, handle: Handle, value: Handle, began: Place | None = None) -> None:
        recorder = self.recorder
        assert isinstance(recorder, NestedRecorder)
        recorder.refuse_captured(handle)
        super().write(handle, recorder.inside(value), began)


class NestedRecorder(Recorder):
    """Records what a function does, below another recorder; nothing is run.

    Attributes:
        outer: the recorder around, which may be nested, too.
        randomness: what random operations may do: "error", "different" or "same".
    """

    is_nested = True
    tells_tensors_apart = True  # one that was looked at is in memory, and still its own

    def __init__(self, outer: Recorder) -> None:
        super().__init__()
        self.outer = outer
        self.memory = _CapturedMemory(self)
        self.randomness = "same"
        self.arguments: set[Value] = set()
        self._inside: dict[int, tuple[Handle, Handle]] = {}
        self._known: dict[Value, Any] = {}
        self._drawn: dict[Draws, tuple[Segment | None, Slot]] = {}

    def begin(self, randomness: str) -> None:
        """Start a new program."""
        self.segment = Segment(self, self.cache.next_root())
        self._trace = Trace(self.cache.root)
        self.randomness = randomness
        self.arguments = set()
        self._inside, self._known, self._drawn = {}, {}, {}

    def end(self) -> dict[Draws, Slot]:
        """The program is complete: its random states, which are those of the trace around again."""
        self.segment.finished = True
        last = {draws: draws.slot for draws in self._drawn}
        for draws, (segment, slot) in self._drawn.items():
            draws.segment, draws.slot = segment, slot
        return last

    # ------------------------------------------------------------------ entering

    def stand_in(self, source: Any, layout: Layout) -> Handle:
        """A tensor that stands for ``source`` in the program."""
        segment = self.segment
        before = segment.state
        key = ("input", layout)
        state = self.cache.after(before, key)
        if state is None:
            builder = Builder(phase=self.phase, location=user_location())
            value = builder.input(layout.type, requires_grad=layout.requires_grad)
            state = State(before, builder.nodes, (value,), (layout,), builder.location)
            self.cache.add(before, key, state)
        segment.bindings.append(source)
        segment.state = state
        made: Handle = self.make(layout, segment, state.first)
        return made

    def alias(self, handle: Handle) -> Handle:
        """Another tensor of the same value, with memory of its own."""
        made: Handle = self.make(handle._layout, self.segment, handle._slot)
        return made

    def inside(self, operand: Any) -> Any:
        """What stands in the program for an operand."""
        if not isinstance(operand, Handle) or self._owns(operand):
            return operand
        known = self._inside.get(id(operand))
        if known is None:
            self.outer.slot_of(operand)
            layout = operand._layout
            wanted = Layout.of(
                layout.type.dtype,
                layout.type.shape,
                requires_grad=layout.requires_grad,
                is_leaf=not layout.requires_grad,
            )
            known = self._inside[id(operand)] = operand, self.stand_in(operand, wanted)
        return known[1]

    def _owns(self, handle: Handle) -> bool:
        return handle._segment is self.segment or handle._storage.segment is self.segment

    def apply(self, op: Any, operands: Sequence[Any]) -> Any:
        """As the base does, on what stands for the operands."""
        return super().apply(op, [self.inside(operand) for operand in operands])

    def record(self, head: Any, operands: Sequence[Any], emit: Emit) -> State:
        """As the base does, on what stands for the operands."""
        return super().record(head, [self.inside(operand) for operand in operands], emit)

    def check_roots(self, roots: Sequence[Handle]) -> None:
        """Refuse to differentiate what belongs to the recorder around."""
        if not all(map(self._owns, roots)):
            raise TransformError(
                "a transformed function cannot differentiate what was computed outside of it",
                cure="take the function outside with torch.func.vjp, or give "
                "torch.autograd.grad all vectors at once, with is_grads_batched=True",
            )

    def slot_of(self, handle: Handle) -> Slot:
        """As the base does, of what stands for a tensor."""
        return super().slot_of(self.inside(handle))

    def update(
        self,
        rule: Emit,
        operands: Sequence[Any],
        writes: Sequence[int],
        differentiable: bool = False,
    ) -> list[Any]:
        """As the base does, for tensors of the function's own."""
        for position in writes:
            self.refuse_captured(operands[position])
        inner = [self.inside(operand) for operand in operands]
        return super().update(rule, inner, writes, differentiable)

    def refuse_captured(self, handle: Handle) -> None:
        """Raise AliasError unless a tensor may be written to: it belongs to the function."""
        if not self._owns(handle):
            raise AliasError(
                "the transformed function attempted to call an in-place operation that would "
                "mutate a captured Tensor. This is not supported; please rewrite the function "
                "being transformed to explicitly accept the mutated Tensor(s) as inputs.",
            )

    def _enter_generator(self, draws: Draws) -> Slot:
        if draws.segment is self.segment:
            return draws.slot
        if self.randomness == "error":
            raise TransformError(
                "vmap: called random operation while in randomness error mode. Please either use "
                "the 'same' or 'different' randomness flags on vmap or perform the randomness "
                "operation out of vmap"
            )
        self._drawn[draws] = draws.segment, draws.slot
        draws.segment = None
        slot = super()._enter_generator(draws)
        self.segment.bindings[-1] = draws
        return slot

    def _enter_written_leaf(self, handle: Handle) -> Slot:
        """A leaf that wants gradients is a value of the program with a history that starts here."""
        layout = handle._layout
        handle._layout = layout.but(requires_grad=False)
        self.memory.reread(handle)
        handle._layout = layout
        before, source = self.segment.state, self.value(handle._slot)
        key = ("leaf", handle._slot)
        state = self.cache.after(before, key)
        if state is None:
            builder = Builder(phase=self.phase, location=user_location())
            node = builder.add(Node(Identity(), (source,), (source.type,), requires_grad=True))
            state = State(before, builder.nodes, (node.result,), (layout,), builder.location)
            self.cache.add(before, key, state)
        segment = self.segment
        segment.state = state
        segment.variables[state.first] = handle
        handle._segment, handle._slot = segment, state.first
        handle._seen = handle._storage.version
        return state.first

    # ------------------------------------------------------------------ looking

    def run(self, reason: str) -> None:
        """Nothing runs here: the program is recorded by the recorder around."""

    def can_look_at(self, handle: Handle) -> bool:
        """Whether it depends on no argument of a batch."""
        if not self._owns(handle):
            return self.outer.can_look_at(handle)
        if not self._is_in_batch:
            return True
        read = self._read_by(self.value(self.slot_of(handle)))
        return self.arguments.isdisjoint(read) and all(
            self.outer.can_look_at(source)
            for value, source in self._sources()
            if value in read and isinstance(source, Handle)
        )

    @property
    def _is_in_batch(self) -> bool:
        """Whether it stands for each member of a batch, or is below one that does."""
        outer = self.outer
        return bool(self.arguments) or (isinstance(outer, NestedRecorder) and outer._is_in_batch)

    def _sources(self) -> Iterator[tuple[Value, Any]]:
        """The inputs so far, with what each stands for."""
        inputs = [node.result for node in self.trace().nodes if node.op.name == "input"]
        return zip(inputs, self.segment.bindings, strict=True)

    def look(self, storage: Storage) -> None:
        """Compute one value, and what it depends on, as far as that has a value."""
        if storage.segment is not self.segment:
            raise AutogradError(
                "a tensor that a transformed function made is looked at after the function",
                cure="return the tensor from the function instead",
            )
        wanted = self.trace().values[storage.slot]
        read = self._read_by(wanted)
        if not self.arguments.isdisjoint(read):
            raise TransformError(
                "vmap: It looks like you're calling .item() on a Tensor, or attempting to use a "
                "Tensor in some data-dependent control flow. We don't support vmap over that, "
                "please try to rewrite what you're doing with other operations.",
                cure="use torch.where(condition, a, b) in the place of an if",
            )
        for value, source in self._sources():
            if value in read and value not in self._known:
                self._known[value] = self._look_at(source)
        evaluate(self.trace().nodes, self._known, [wanted])
        storage.array = np.array(self._known[wanted], storage.type.dtype.numpy, order="C")
        storage.pending = False

    def _read_by(self, wanted: Value) -> set[Value]:
        """The values that one depends on, itself among them."""
        found, stack = {wanted}, [wanted]
        while stack:
            for operand in stack.pop().node.operands:
                if operand not in found:
                    found.add(operand)
                    stack.append(operand)
        return found

    def _look_at(self, source: Any) -> Any:
        """What an input is at this moment; a random state is copied, as it is drawn from later."""
        if isinstance(source, Handle):
            settle(source._storage)
            return source._memory()
        if isinstance(source, Draws):
            segment, _ = self._drawn[source]
            if segment is not None and not segment.finished:
                segment.recorder.run("random state looked at")
            return source.engine.copy()
        return source


_recorders: WeakKeyDictionary[Recorder, NestedRecorder] = WeakKeyDictionary()


@contextmanager
def nested(randomness: str = "same") -> Iterator[NestedRecorder]:
    """Record what is done inside as a program below this thread's recorder."""
    outer = current_recorder()
    inner = _recorders.get(outer)
    if inner is None:
        inner = _recorders[outer] = NestedRecorder(outer)
    inner.begin(randomness)
    set_detour(inner, Stop.CAST, detour_of(outer, Stop.CAST))
    try:
        with recording(inner):
            yield inner
    finally:
        if not inner.segment.finished:
            inner.end()
