"""Records operations: one step in the trie each, and a run when somebody looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from graphnet.config import config
from graphnet.grad_mode import current_mode
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.node import Phase, Value
from graphnet.ir.op import Op
from graphnet.ir.types import GeneratorType
from graphnet.ops.convert import Attach, Detach
from graphnet.ops.shape import ViewOp
from graphnet.ops.strided import AsStrided, AsStridedScatter
from graphnet.ops.unsupported import refuse_to_compute
from graphnet.runtime.storage import Layout, Storage
from graphnet.source import user_location
from graphnet.trace.cache import TraceCache
from graphnet.trace.execution import run_segment
from graphnet.trace.handle import Handle, Origin
from graphnet.trace.look import settle, values_of
from graphnet.trace.loops import outermost_loop
from graphnet.trace.memory import Memory
from graphnet.trace.operands import (
    NUMBERS,
    alone,
    as_number,
    covers,
    is_negative_zero,
    layouts_of,
    numbers_vary,
    order_of_view,
)
from graphnet.trace.segment import Segment
from graphnet.trace.state import Key, Slot, State, Trace

Emit = Callable[..., Any]

_HARD_LIMIT = 8
_PARTS_OF_WRITES = (AsStrided, AsStridedScatter, Attach)
_GENERATOR = "generator"


class Draws:
    """The random state of a trace: a generator's engine and its latest token in the graph."""

    __slots__ = ("engine", "segment", "slot")

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.segment: Segment | None = None
        self.slot: Slot = -1


class Recorder:
    """The trace of one thread.

    ``handle`` is the class of the tensors it makes; the facade sets it.
    """

    handle: ClassVar[type[Handle]] = Handle
    #: ``handle._made``, found with one look-up less.
    make: ClassVar[Callable[..., Any]] = Handle._made
    #: Whether inputs are bound to copies of the memory.
    snapshots: ClassVar[bool] = False
    #: Whether it records a function below another recorder.
    is_nested: ClassVar[bool] = False
    #: Whether it matters which tensor a value in memory enters as.
    tells_tensors_apart: ClassVar[bool] = False
    #: Whether one thread only has recorded anything so far.
    is_alone: ClassVar[bool] = True

    def __init__(self) -> None:
        self.lock = threading.RLock()
        # Another thread may run this trace: it takes the lock, claims the trace, and waits until
        # its owner is not busy where it does without the lock.
        self.busy = False
        self.claimed = False
        self.mode = current_mode()
        self.cache = TraceCache()
        self.segment = Segment(self, self.cache.root)
        self.phase = Phase.FORWARD
        self.memory = Memory(self)
        self.detours: dict[int, Callable[..., Any]] = {}
        self._trace = Trace(self.cache.root)

    # ------------------------------------------------------------------ recording

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """Record ``op``; a handle, or a tuple of handles, on what it will compute."""
        self.busy = True
        segment = self.segment
        try:
            state = self._look_up(op, operands)
            if state is not None and state.is_simple:
                return self.make(state.layout, self.segment, state.first)
        finally:
            self.busy = False
        self.await_others(operands)
        with self.lock:
            if state is None or self.segment is not segment:  # another thread may have run it
                state = self._step(op, operands, op)
            if state.is_view:
                return self._view(op, operands, state)
            if state.layout is not None:
                return self.make(state.layout, self.segment, state.first)
            return tuple(
                self.new(slot, layout) for slot, layout in enumerate(state.layouts, state.first)
            )

    def await_others(self, operands: Iterable[Any]) -> None:
        """Let what other threads have recorded of the operands be computed.

        It is done before this trace's lock is taken: two threads that wait for each other's trace
        and hold their own would wait for ever.
        """
        if Recorder.is_alone:
            return
        for operand in operands:
            if isinstance(operand, Handle):
                stored = operand._stored
                pending = operand._array is None if stored is None else stored.pending
                segment = operand._segment if stored is None else stored.segment
                if pending and segment is not None and segment.recorder.mode is not self.mode:
                    values_of(operand)

    def record(self, head: Hashable, operands: Sequence[Any], emit: Emit) -> State:
        """Take one step in the trie; returns the state after it.

        A step is looked up by what it does, the grad mode, the slots of the operands, and the types
        of the numbers among them. A tensor that is not in the segment yet enters it with the step,
        as a leaf; it has no slot, so its layout stands for it.

        Args:
            head: what the step does.
            operands: handles, random states, and Python numbers. Numbers are baked into the graph
                at first sight; at the first visit with other ones they become inputs.
            emit: makes the nodes, given the operands as IR values; called at a first visit only.
        """
        return self._look_up(head, operands) or self._step(head, operands, emit)

    def _look_up(  # noqa: C901  # every step goes this way: calls would double what it costs
        self, head: Hashable, operands: Sequence[Any]
    ) -> State | None:
        """Take a step that was taken here before; None if there is more to it.

        This is the shortest way through the recorder, and most steps go it: it asks only what could
        make a difference. Whatever is unusual goes through :meth:`_step`.
        """
        segment = self.segment
        before, memory = segment.state, segment.memory
        parts: list[Any] = [before, head, self.mode.enabled]
        numbers: tuple[Any, ...] = ()
        leaves: dict[Storage, Handle] | None = None
        for operand in operands:
            if isinstance(operand, Handle):
                stored = operand._stored
                if operand._segment is segment and (
                    stored is None or operand._seen == stored.version
                ):
                    parts.append(operand._slot)
                    continue
                if stored is None and operand._array is None:
                    return None  # another thread's; who waits for it must not be busy
                storage = stored or operand._storage
                if (
                    storage.pending
                    or storage in memory
                    or not (operand._base is None or operand._seen == storage.version)
                ):
                    return None
                if leaves is None:
                    leaves = {storage: operand}
                elif storage in leaves:
                    return None
                else:
                    leaves[storage] = operand
                parts.append(operand._layout)
            elif operand.__class__ in NUMBERS and (operand or not is_negative_zero(operand)):
                parts.append(operand.__class__)
                numbers += (operand,)
            else:
                return None
        state = self.cache.edges.get(tuple(parts))
        if state is None or before.is_long:
            return None
        if self.claimed or self.segment is not segment:  # asked in this order: see _claim
            return None
        inputs = numbers and state.constants != numbers
        if inputs and state.constants is not None:
            return None
        if leaves is not None:
            self._take_in(segment, leaves.items(), before.size)
        if inputs:
            segment.bindings += numbers
        segment.state = state
        return state

    def _step(self, head: Hashable, operands: Sequence[Any], emit: Emit) -> State:
        """Take a step, whatever comes with it: entering, running, recording."""
        segment = self.segment
        if segment.state.steps >= config.watermark and self._may_cut(head):
            self.run("watermark")
            segment = self.segment
        parts: list[Any] = [head, self.mode.enabled]
        numbers: list[Any] = []
        leaves: dict[Storage, Handle] = {}
        for operand in operands:
            if isinstance(operand, Handle):
                self._add_handle(operand, parts, leaves)
            elif isinstance(operand, Draws):
                parts.append(self._enter_generator(operand))
            else:
                number = operand
                if number.__class__ not in NUMBERS:
                    number = as_number(operand, head)
                parts.append(number.__class__)
                numbers.append(number)
                if not number and is_negative_zero(number):
                    parts.append("-0.0")  # equals 0.0, but is another number
        if segment is not self.segment:  # what entered made the trace run: start over
            return self._step(head, operands, emit)
        before, key, constants = segment.state, tuple(parts), tuple(numbers)
        state = self.cache.after(before, key)
        if state is None:
            state = self._extend(key, operands, constants, list(leaves.values()), emit)
        elif state.constants is not None and state.constants != constants:
            state = self._extend(key, operands, constants, list(leaves.values()), emit, baked=False)
        self._take_in(segment, leaves.items(), before.size)
        if state.constants is None:
            segment.bindings += constants
        segment.state = state
        return state

    def _add_handle(self, operand: Handle, parts: list[Any], leaves: dict[Storage, Handle]) -> None:
        """Put into a key what stands for a tensor: its slot or, if it is a new leaf, its layout."""
        segment = self.segment
        if operand._is_in(segment):
            parts.append(operand._slot)
            return
        storage = operand._storage
        if (
            storage.pending
            or storage in segment.memory
            or storage in leaves
            or not (operand._base is None or operand._seen == storage.version)
        ):
            # It has a history in this trace. Those before it enter first, to have slots.
            for leaf in leaves.values():
                parts[parts.index(leaf._layout)] = self.slot_of(leaf)
            leaves.clear()
            parts.append(self.slot_of(operand))
        else:
            leaves[storage] = operand
            parts.append(operand._layout)

    def _may_cut(self, head: Hashable) -> bool:
        """Whether a trace that nobody looked at is run here.

        A loop is cut where its body begins, so that the next stretch is the same trace again, and
        as many rounds after its beginning whatever came before it. A trace without loops is cut at
        once. Writing to memory, and reading what was written, is never cut in two, nor is a
        backward pass or an update: the parts are about the segment that they began in.
        """
        if isinstance(head, _PARTS_OF_WRITES) or not isinstance(head, Op):
            return False
        segment = self.segment
        loop = segment.loop
        if loop is None:
            loop = segment.loop = segment.state.loop or self._find_loop()
        if loop is None:
            return True
        steps = segment.state.steps
        if loop.head is head and loop.location == user_location():
            return steps - loop.steps + 1 >= config.watermark
        return steps >= _HARD_LIMIT * config.watermark

    def _find_loop(self) -> State | None:
        state = self.segment.state
        state.loop = outermost_loop(state)
        return state.loop

    def _extend(
        self,
        key: Key,
        operands: Sequence[Any],
        numbers: tuple[Any, ...],
        leaves: Sequence[Handle],
        emit: Emit,
        baked: bool = True,
    ) -> State:
        """Make a state: infer types, emit nodes. Nothing has changed if this raises."""
        op = key[0]
        baked = baked and not numbers_vary(op)  # those are inputs from the start
        before = self.segment.state
        values = self.trace().values
        location = user_location()
        builder = Builder(phase=self.phase, location=location)
        builder.grad_enabled = bool(key[1])
        entered = {leaf: self._input(builder, leaf) for leaf in leaves}
        parts = iter([part for part in key[2:] if part != "-0.0"])
        given = iter(numbers)
        arguments: list[Value] = []
        with builder:
            for operand, part in zip(operands, parts, strict=True):
                if isinstance(part, int):
                    arguments.append(values[part])
                elif isinstance(operand, Handle):
                    arguments.append(entered[operand])
                elif baked:
                    arguments.append(builder.constant(next(given)))
                else:
                    arguments.append(builder.input(Constant(next(given)).infer()))
            results = emit(*arguments)
        made = results if isinstance(results, tuple) else alone(results)
        refuse_to_compute(op, (*arguments, *made))
        state = State(
            before,
            builder.nodes,
            (*entered.values(), *made) if entered else made,
            layouts_of(op, made, operands),
            location,
            op,
            len(entered),
        )
        state.constants = numbers if baked or not numbers else None
        state.is_simple = state.layout is not None and not isinstance(op, ViewOp)
        if isinstance(op, ViewOp):
            source = next(operand for operand in operands if isinstance(operand, Handle))
            self._place_view(state, op, source, numbers)
        self.cache.add(before, key, state)
        return state

    def _input(self, builder: Builder, leaf: Handle) -> Value:
        layout = leaf._layout
        return builder.input(layout.type, self._label(leaf), requires_grad=layout.requires_grad)

    def _place_view(
        self, state: State, op: ViewOp, source: Handle, numbers: tuple[Any, ...]
    ) -> None:
        """Find out how a view lies in the memory of its source."""
        strides, delta = op.strides(source._layout.type.shape, source._layout.strides, *numbers)
        layout = state.layout
        assert layout is not None  # a view op makes a tensor
        whole = covers(source, layout, strides)
        order = order_of_view(op, source._layout, numbers)
        state.layout = layout.but(strides=strides, whole=whole, order=order)
        state.layouts = state.layout.alone
        state.offset = None if numbers else delta
        state.is_view = True

    def trace(self) -> Trace:
        """The nodes and values recorded so far."""
        self._trace = self._trace.advance(self.segment.state)
        return self._trace

    # ------------------------------------------------------------------ results

    def new(self, slot: Slot, layout: Layout | None) -> Any:
        """A tensor for the value of ``slot``, with memory of its own; the slot if it is none."""
        return slot if layout is None else self.make(layout, self.segment, slot)

    def _view(self, op: Op, operands: Sequence[Any], state: State) -> Any:
        base, *numbers = operands
        layout = state.layout
        assert layout is not None  # a view op makes a tensor
        assert isinstance(op, ViewOp)
        delta = state.offset
        if delta is None:
            delta = op.strides(base._layout.type.shape, base._layout.strides, *numbers)[1]
        made = self.handle._of(base._storage, layout, base._offset + delta)
        made._segment = self.segment
        made._slot = state.first
        if self.mode.enabled or not base._layout.requires_grad:
            if not isinstance(op, Detach):
                made._base = base if base._base is None else base._base
        elif not isinstance(op, Detach):
            made._origin = Origin.NO_GRAD
        if layout.requires_grad:
            self.segment.note_view(made)
        return made

    # ------------------------------------------------------------------ entering the trace

    def enter(self, handle: Handle) -> Slot:
        """The slot of a tensor that is not in this segment yet, or whose memory has changed."""
        storage = handle._storage
        if storage.pending:
            if storage.segment is not self.segment:
                settle(storage)
                return self.enter(handle)
            layout = handle._layout
            if layout.requires_grad and layout.is_leaf and self.mode.enabled:
                return self._enter_written_leaf(handle)
            self.memory.reread(handle)
            return handle._slot
        if handle._seen != storage.version and self._has_other_history(handle):
            self.memory.reread(handle)
            return handle._slot
        return self.enter_leaf(handle)

    def _has_other_history(self, handle: Handle) -> bool:
        """Whether a view was made before its memory was written to, differentiably perhaps."""
        base = handle._base
        return base is not None and base._layout.whole and base._layout.requires_grad

    def _enter_written_leaf(self, handle: Handle) -> Slot:
        """A leaf written to in this trace ends it, and starts the next one as a leaf again."""
        self.run("a leaf that was written to is read")
        return self.enter(handle)

    def enter_leaf(self, handle: Handle) -> Slot:
        """Let a leaf enter by itself: it shares memory with another, or is not read at once."""
        segment, storage = self.segment, handle._storage
        before = segment.state
        key = (handle._layout, segment.memory.get(storage, before.size))
        state = self.cache.after(before, key)
        if state is None:
            builder = Builder(phase=self.phase, location=user_location())
            value = self._input(builder, handle)
            state = State(before, builder.nodes, (value,), (handle._layout,), builder.location)
            self.cache.add(before, key, state)
        self._take_in(segment, [(storage, handle)], state.first)
        segment.state = state
        return state.first

    def _take_in(
        self, segment: Segment, leaves: Iterable[tuple[Storage, Handle]], slot: Slot
    ) -> None:
        """Note that leaves have entered, the first of them at ``slot``."""
        bindings, memory, versions = segment.bindings, segment.memory, segment.versions
        snapshots = self.snapshots
        for storage, handle in leaves:
            layout, array = handle._layout, handle._array
            if array is None or storage.shared or snapshots:
                array = self._binding(handle)
            bindings.append(array)
            if storage not in memory:
                memory[storage] = slot
            version = handle._seen = storage.version
            versions[slot] = (storage, version)
            if layout.requires_grad:
                if layout.is_leaf:
                    segment.variables[slot] = handle
                elif handle._segment is not None:
                    segment.link_handle(handle, slot, handle._segment, handle._slot)
            handle._segment, handle._slot = segment, slot
            if layout.whole and (storage.segment is not segment or layout.requires_grad):
                storage.segment, storage.slot = segment, slot
            slot += 1

    def _label(self, handle: Handle) -> str:
        """A name for people; a trace is shared by all tensors that take it, and has none."""
        return ""

    def _binding(self, handle: Handle) -> Any:
        """What an input stands for: the memory itself, unless numpy code may write to it."""
        array, storage = handle._memory(), handle._storage
        return array.copy() if storage.shared and storage.visible else array

    def _enter_generator(self, draws: Draws) -> Slot:
        segment = self.segment
        if draws.segment is segment:
            return draws.slot
        if draws.segment is not None and not draws.segment.finished:
            draws.segment.recorder.run("generator shared between threads")
        group = sum(isinstance(bound, type(draws.engine)) for bound in segment.bindings)
        key = (_GENERATOR, group)
        state = self.cache.after(segment.state, key)
        if state is None:
            builder = Builder(phase=self.phase, location=user_location())
            value = builder.input(GeneratorType(), "generator")
            state = State(segment.state, builder.nodes, (value,), (None,), builder.location)
            self.cache.add(segment.state, key, state)
        segment.bindings.append(draws.engine)
        segment.state = state
        draws.segment, draws.slot = segment, state.first
        return draws.slot

    def value(self, slot: Slot) -> Value:
        """The IR value of a slot of the current segment."""
        return self.trace().values[slot]

    # ------------------------------------------------------------------ writing

    def update(
        self,
        rule: Emit,
        operands: Sequence[Any],
        writes: Sequence[int],
        differentiable: bool = False,
    ) -> list[Any]:
        """Record an update of several tensors in place, as one step.

        Args:
            rule: hashable; makes the new values, given the operands as IR values: first those of
                the tensors written to, in order, then any further ones.
            operands: tensors and numbers.
            writes: the positions, among the operands, of the tensors that are written to.
            differentiable: whether the new values have a gradient history.

        Returns:
            New tensors of the further values.
        """
        mode = self.mode
        enabled, phase = mode.enabled, self.phase
        self.await_others(operands)
        mode.enabled, self.phase = differentiable, Phase.UPDATE
        try:
            with self.lock:
                state = self.record(rule, operands, rule)
                written = [operands[position] for position in writes]
                slot = state.first
                shared = None if differentiable else self.memory.assign_all(written, slot)
                if shared is None:
                    for place, handle in enumerate(written):
                        value = self.new(slot + place, state.layouts[place])
                        self.memory.write(handle, value, (self.segment, state.first))
                slot += len(written)
                made = [
                    self.new(slot, layout)
                    for slot, layout in enumerate(state.layouts[len(writes) :], slot)
                ]
                if shared:
                    self.run("memory shared with numpy was written")
                return made
        finally:
            mode.enabled, self.phase = enabled, phase

    def slot_of(self, handle: Handle) -> Slot:
        """The slot of a tensor in the current segment."""
        if handle._is_in(self.segment):
            return handle._slot
        return self.enter(handle)

    # ------------------------------------------------------------------ running

    def check_roots(self, roots: Sequence[Handle]) -> None:
        """Raise an error if these tensors cannot be differentiated here."""

    def can_look_at(self, handle: Handle) -> bool:
        """Whether a tensor has a value, and not another one for each member of a batch."""
        return True

    def look(self, storage: Storage) -> None:
        """Somebody wants to see what is in a storage."""
        self.run("looked at")

    def finish_step(self) -> None:
        """A training step is over: run it, so that the next one starts at the root."""
        self.run("optimizer.step()")

    def run(self, reason: str) -> None:
        """Run what was recorded; every tensor alive is settled and a new segment begins."""
        with self.lock:
            try:
                if self.mode is not current_mode():
                    self._claim()
                segment, cache = self.segment, self.cache
                state = segment.state
                if state is cache.root:
                    return
                if state.trace is None:
                    state.trace = self.trace()
                    self._trace = Trace(cache.root)
                self.segment = Segment(self, cache.next_root())
                run_segment(cache, segment, state.trace, reason)
            finally:
                self.claimed = False

    def _claim(self) -> None:
        """Keep the owner of the trace from going on with it; it waits for the lock from now on.

        The claim ends with the run: until then tensors are being settled and handed back to where
        their history is. An owner that has the old segment in its hands then finds the new one.
        """
        self.claimed = True
        while self.busy:
            time.sleep(0)


class _ThisThread(threading.local):
    """What belongs to the thread that asks."""

    def __init__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            Recorder.is_alone = False
        self.recorder = Recorder()


this_thread = _ThisThread()


def current_recorder() -> Recorder:
    """This thread's recorder."""
    return this_thread.recorder


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Let another recorder take this thread's operations for a while."""
    before = current_recorder()
    this_thread.recorder = recorder
    try:
        yield
    finally:
        this_thread.recorder = before
