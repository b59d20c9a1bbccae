"""Hooks on gradients: Python functions that see a gradient on its way, and may replace it.

A hook is arbitrary code, so it is called in every backward pass: between two of its stages, where
the gradient is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from typing import Any, ClassVar
from weakref import ref

from graphnet.ir.node import Value
from graphnet.runtime.storage import Layout
from graphnet.trace.handle import Handle, Watched
from graphnet.trace.segment import Segment
from graphnet.trace.state import Place, Slot

Gradients = Sequence[Handle | None]
Callback = Callable[[list[Handle | None]], Gradients]

_AFTER = "_accumulated_hooks"

_numbers = count()
#: The groups that are not removed, the oldest first.
hooks_in_force: dict[int, HookGroup] = {}
#: The numbers of those on leaves, which any pass may come to.
_on_leaves: set[int] = set()


class HookGroup:
    """A callback on the gradients of one or more tensors, in force until it is removed.

    It is about the values that the tensors are now. If one is written to, the gradient of what it
    was before is the one the callback is given, as in PyTorch.

    Args:
        handles: the tensors.
        callback: given their gradients (None where there is none) it returns those to go on with.
        entries: the tensors to go on from, if not the same. Gradients then go no other way from
            the first ones to these; all other hooks on the first ones are called before.
        used_up: whether a backward pass is the only one. Otherwise nothing was saved for it.
    """

    def __init__(
        self,
        handles: Sequence[Handle],
        callback: Callback,
        entries: Sequence[Handle] = (),
        used_up: bool = True,
    ) -> None:
        self.number = next(_numbers)
        self.callback = callback
        self._used_up = used_up
        self._watched = [self._watch(handle) for handle in handles]
        self._entries = [self._watch(handle) for handle in entries]
        hooks_in_force[self.number] = self
        for handle in handles:
            segment = _home(handle)
            if segment is None:
                _on_leaves.add(self.number)
            else:
                segment.hooks += (self.number,)

    def _watch(self, handle: Handle) -> Callable[[], Handle | None]:
        """Says whose gradient is meant, as long as the tensor lives; its history keeps it alive."""
        tensor = ref(handle, self._forget)
        segment, layout = handle._segment, handle._layout
        if segment is None or layout.is_leaf:
            return tensor
        past, place = segment.links.get(handle._slot, (segment, handle._slot))
        if not isinstance(place, int):
            return tensor
        past.hooked += ((handle, place, self._used_up),)
        return partial(_value_of, tensor, ref(past), layout, place)

    def _forget(self, _: ref[Handle]) -> None:
        if not any(each() is not None for each in self._watched):
            self.remove()

    @property
    def is_whole(self) -> bool:
        """Whether all its tensors are alive: their history lets go of them when it is used up."""
        return all(each() is not None for each in self._watched + self._entries)

    @property
    def is_bridge(self) -> bool:
        """Whether it takes gradients from some tensors to others."""
        return bool(self._entries)

    @property
    def handles(self) -> list[Handle]:
        """The values watched, as far as the tensors are alive."""
        return [handle for each in self._watched if (handle := each()) is not None]

    @property
    def entries(self) -> list[Handle]:
        """The values to go on from, as far as the tensors are alive."""
        return [handle for each in self._entries or self._watched if (handle := each()) is not None]

    def remove(self) -> None:
        """Call it no more."""
        hooks_in_force.pop(self.number, None)
        _on_leaves.discard(self.number)


def hooks_near(segments: Iterable[Segment]) -> list[HookGroup]:
    """The groups that a pass through some segments may come to, the oldest first.

    There may be thousands of others, on tensors that nobody differentiates.
    """
    if not hooks_in_force:
        return []
    numbers = _on_leaves.union(*[segment.hooks for segment in segments])
    return [hooks_in_force[number] for number in sorted(numbers) if number in hooks_in_force]


def _home(handle: Handle) -> Segment | None:
    """The segment that a tensor was computed in; None for a leaf."""
    segment: Segment | None = handle._segment
    place: Place = handle._slot
    if handle._layout.is_leaf:
        return None
    while segment is not None and not isinstance(place, Value) and place in segment.links:
        segment, place = segment.links[place]
    return segment


def _value_of(
    tensor: ref[Handle], history: ref[Segment], layout: Layout, slot: Slot
) -> Handle | None:
    """The value that a living tensor was; the tensor itself, if that is not remembered."""
    handle, segment = tensor(), history()
    if handle is None or segment is None:
        return handle
    return Watched.at(layout, segment, slot)


class AfterHook:
    """A hook on a leaf that has got a gradient; :meth:`remove` takes it off."""

    #: Whether there ever was one: leaves are asked for theirs only then.
    used: ClassVar[bool] = False

    def __init__(self, leaf: Handle, hook: Callable[[Any], None]) -> None:
        AfterHook.used = True
        self._table: dict[int, Callable[[Any], None]] = leaf.__dict__.setdefault(_AFTER, {})
        self._number = next(_numbers)
        self._table[self._number] = hook

    @staticmethod
    def call_all(leaf: Handle) -> None:
        """Call the hooks on a leaf."""
        for hook in list(leaf.__dict__.get(_AFTER, {}).values()):
            hook(leaf)

    def remove(self) -> None:
        """Call it no more."""
        self._table.pop(self._number, None)
