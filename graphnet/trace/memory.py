"""How memory gets new values in a trace, and how tensors over it read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphnet import grad_mode
from graphnet.ir.types import contiguous_strides
from graphnet.ops.convert import Attach, Detach
from graphnet.ops.strided import AsStrided, AsStridedScatter
from graphnet.runtime.storage import Layout, Storage, clock
from graphnet.trace.handle import Handle, Origin, origin_of
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot
from graphnet.trace.versions import Overwrite

if TYPE_CHECKING:
    from graphnet.trace.recorder import Recorder


Place = tuple[Segment, Slot]


class Memory:
    """The writes of one recorder.

    A write is a new value of a whole storage: through a view, the old value with the view stored in
    it. Tensors over the storage are told apart from their value by its version, and read it again.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def write(self, handle: Handle, value: Handle, began: Place | None = None) -> None:
        """Give ``handle``'s memory a new value, in place; ``value`` has its type and shape.

        ``began`` is the place in the trace where computing ``value`` began, if that is part of the
        write: an in-place operation reads what it overwrites.
        """
        self.recorder.await_others((handle, value))
        with self.recorder.lock:
            segment, storage, layout = self.recorder.segment, handle._storage, handle._layout
            owner = self._owner(handle)
            for entering in (handle, value, owner):
                self.recorder.slot_of(entering)
            present = self.recorder.segment is segment
            if present and not grad_mode.enabled() and self._is_differentiable(value._slot):
                value = self.recorder.apply(Detach(), (value,))
            if self.recorder.segment is not segment:  # something ran the trace; start over
                self.write(handle, value, began)
                return
            before, first = storage.slot, self._first(began)
            after = value
            if not layout.whole:
                store = AsStridedScatter(layout.strides, storage.another(layout.dtype))
                # Autograd is not told of what is written through a part of a detached alias.
                seen = layout if handle._base is None else handle._base._layout
                told = seen.requires_grad or self._is_differentiable(value._slot)
                with grad_mode.set_grad_enabled(grad_mode.enabled() and told):
                    after = self.recorder.apply(store, (owner, value, handle._offset))
            after = self._keep_history(handle, after)
            self.assign(handle, after._slot, before, first)
            if not layout.whole:
                handle._seen = -1  # to be read again from the memory it was written to
            if grad_mode.enabled() and self._is_differentiable(after._slot):
                self._give_history(handle)
                if handle._base is not None:
                    self._give_history(handle._base)
            if handle._base is not None and handle._base._layout.whole:
                self.place(handle._base, after._slot)
            if storage.visible:
                self.recorder.run("memory shared with numpy was written")

    def _owner(self, handle: Handle) -> Handle:
        """The tensor over the whole storage that a write through ``handle`` gives a new value."""
        if handle._layout.whole:
            return handle
        if handle._base is not None and handle._base._layout.whole:
            return handle._base
        base: Handle = self.base(handle._storage)
        return base

    def _keep_history(self, handle: Handle, after: Handle) -> Handle:
        """A memory's new value, joined to the history that the memory has and the value lacks.

        Written differentiably, what was there has a gradient of zero. Written behind autograd's
        back, through a detached alias or without gradients, it keeps its place in the history.
        """
        present = self.base(handle._storage)
        if self._is_differentiable(after._slot) or not self._has_history(present._slot):
            return after
        joined: Handle
        if grad_mode.enabled() and handle._layout.requires_grad:
            whole = AsStridedScatter(contiguous_strides(present._layout.type.shape))
            joined = self.recorder.apply(whole, (present, after, 0))
        else:
            with grad_mode.set_grad_enabled(True):
                joined = self.recorder.apply(Attach(), (after, present))
        return joined

    def _has_history(self, slot: Slot) -> bool:
        """Whether a value was computed differentiably: it requires grad and is no leaf."""
        return self._is_differentiable(slot) and slot not in self.recorder.segment.variables

    def _is_differentiable(self, slot: Slot) -> bool:
        """Whether a value requires grad."""
        return self.recorder.value(slot).requires_grad

    def here(self) -> Place:
        """The present place in the trace."""
        segment = self.recorder.segment
        return segment, segment.state.size

    def _first(self, began: Place | None) -> Slot:
        """The first slot of what a write computed, in the current segment."""
        if began is None:
            return self.recorder.segment.state.size
        segment, slot = began
        return slot if segment is self.recorder.segment else 0

    def assign(self, handle: Handle, slot: Slot, before: Slot, began: Slot) -> None:
        """Make ``slot`` the present value of a whole storage that was at ``before``."""
        storage, segment = handle._storage, self.recorder.segment
        if storage in segment.memory:
            segment.mutated.setdefault(storage, before)
        alias = handle if handle._base is None else handle._base
        silent = origin_of(alias) is Origin.DATA
        segment.note_write(before, Overwrite(slot, began, storage.noticed, silent))
        storage.version += 1
        if silent:
            storage.note_silent_write()
        clock.writes += 1
        storage.segment, storage.slot, storage.pending = segment, slot, True
        self.place(handle, slot)

    def assign_all(self, handles: Sequence[Handle], slot: Slot) -> bool | None:
        """Make values from ``slot`` on the present ones of tensors over whole storages.

        Returns whether numpy code can see one of them; None, and does nothing, if one is no tensor
        over a whole storage that has a value in this trace.
        """
        segment = self.recorder.segment
        memory, mutated = segment.memory, segment.mutated
        storages = [each._stored or each._storage for each in handles if each._layout.whole]
        if len(storages) < len(handles):
            return None
        for storage in storages:
            if storage.segment is not segment:
                return None
        visible = False
        clock.writes += 1
        for handle, storage in zip(handles, storages, strict=True):
            if storage in memory and storage not in mutated:
                mutated[storage] = storage.slot
            else:
                overwrite = Overwrite(slot, segment.state.size, storage.noticed, silent=False)
                segment.note_write(storage.slot, overwrite)
            storage.version = version = storage.version + 1
            storage.slot = handle._slot = slot
            storage.pending = True
            handle._segment = segment
            layout = handle._layout
            handle._seen = -1 if layout.requires_grad and layout.is_leaf else version
            if storage.shared:
                visible = visible or storage.visible
            slot += 1
        return visible

    def place(self, handle: Handle, slot: Slot) -> None:
        """Say that a tensor over a whole storage is at ``slot`` now."""
        handle._segment, handle._slot = self.recorder.segment, slot
        # A leaf that requires grad must not be read by its new value: see `enter`.
        is_variable = handle._layout.requires_grad and handle._layout.is_leaf
        handle._seen = -1 if is_variable else handle._storage.version

    def reread(self, handle: Handle) -> None:
        """Read a tensor again from its memory's present value.

        A view has the gradient history of what it is a view of, which a write may have changed.
        """
        layout = handle._layout
        differentiable = layout.requires_grad
        # A parameter on the memory of something computed is a leaf: that has the history.
        is_variable = differentiable and layout.is_leaf
        if handle._base is not None:
            self.recorder.slot_of(handle._base)
            differentiable = handle._base._layout.requires_grad
        current = self.base(handle._storage)
        with grad_mode.set_grad_enabled(True):
            if differentiable and layout.whole and not layout.is_leaf:
                current = self._rejoin(handle, current)
            if self._is_differentiable(current._slot) and (not differentiable or is_variable):
                current = self.recorder.apply(Detach(), (current,))
            if not layout.whole:
                seen_as = handle._storage.another(layout.dtype)
                view = AsStrided(layout.type.shape, layout.strides, seen_as)
                current = self.recorder.apply(view, (current, handle._offset))
        handle._segment, handle._slot = current._segment, current._slot
        handle._seen = handle._storage.version
        if differentiable and self._is_differentiable(handle._slot):
            self._give_history(handle)
        elif differentiable:
            # Read without gradients from a leaf that was written to: with gradients it must be
            # read otherwise, see `Recorder.enter`.
            handle._seen = -1

    def _rejoin(self, handle: Handle, current: Handle) -> Handle:
        """A memory's present value, joined to the history that a tensor over it has from earlier.

        In an earlier segment the tensor was computed; in this one a detached alias was written to.
        """
        segment, storage = self.recorder.segment, handle._storage
        if handle._segment in (None, segment) or self._is_differentiable(current._slot):
            return current
        slot = storage.slot
        self.recorder.enter_leaf(handle)
        joined: Handle = self.recorder.apply(Attach(), (current, handle))
        storage.slot = slot if joined._segment is not segment else joined._slot
        return joined

    def _give_history(self, handle: Handle) -> None:
        """A tensor that was written to with something differentiable is a leaf no more."""
        if handle._layout.is_leaf:
            handle._layout = handle._layout.but(requires_grad=True, is_leaf=False)
        if not handle._layout.whole or handle._base is not None:
            self.recorder.segment.note_view(handle)

    def base(self, storage: Storage) -> Any:
        """A handle on a whole storage."""
        base = self.recorder.handle._of(storage, Layout.of(storage.type.dtype, storage.type.shape))
        if storage.segment is self.recorder.segment:
            base._segment, base._slot = self.recorder.segment, storage.slot
        return base
