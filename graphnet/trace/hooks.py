"""Hooks on gradients: Python functions that see a gradient on its way, and may replace it.

A hook is arbitrary code, so it is called in every backward pass. The pass is recorded in stages:
for each hook the gradient that arrives at its tensors, with what earlier hooks made of theirs, and
then the whole pass with all replacements in place. Equal nodes of the stages are computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import ref

from graphnet.grad_mode import set_grad_enabled
from graphnet.runtime.storage import Layout
from graphnet.trace.backward import Past, backward, origins
from graphnet.trace.backward import backward_again as pass_again
from graphnet.trace.handle import Handle, Watched
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot

if TYPE_CHECKING:
    from graphnet.trace.recorder import Recorder

Gradients = Sequence[Handle | None]
Callback = Callable[[list[Handle | None]], Gradients]

_AFTER = "_accumulated_hooks"

_numbers = count()
_groups: dict[int, HookGroup] = {}


class HookGroup:
    """A callback on the gradients of one or more tensors, in force until it is removed.

    It is about the values that the tensors are now. If one is written to, the gradient of what it
    was before is the one the callback is given, as in PyTorch.

    Args:
        handles: the tensors.
        callback: given their gradients (None where there is none) it returns those to go on with.
        last: whether it is called after all others on the same tensors.
    """

    def __init__(
        self, handles: Sequence[Handle], callback: Callback, *, last: bool = False
    ) -> None:
        self.number = next(_numbers)
        self.last = last
        self.callback = callback
        self._watched = [self._watch(handle) for handle in handles]
        _groups[self.number] = self

    def _watch(self, handle: Handle) -> Callable[[], Handle | None]:
        """Says whose gradient is meant, as long as the tensor lives; its history keeps it alive."""
        tensor = ref(handle, self._forget)
        segment, layout = handle._segment, handle._layout
        if segment is None or layout.is_leaf:
            return tensor
        past, place = segment.links.get(handle._slot, (segment, handle._slot))
        if not isinstance(place, int):
            return tensor
        past.hooked += ((handle, place),)
        return partial(_value_of, tensor, ref(past), layout, place)

    def _forget(self, _: ref[Handle]) -> None:
        if not self.handles:
            self.remove()

    @property
    def handles(self) -> list[Handle]:
        """The values watched, as far as the tensors are alive."""
        return [handle for each in self._watched if (handle := each()) is not None]

    def remove(self) -> None:
        """Call it no more."""
        _groups.pop(self.number, None)


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


def backward_again(
    recorder: Recorder, root: Handle, retain_graph: bool
) -> list[tuple[Handle, Handle]] | None:
    """The commonest pass where it was recorded before; None if it was not, or if there are hooks.

    See :func:`graphnet.trace.backward.backward_again`.
    """
    return None if _groups else pass_again(recorder, root, retain_graph)


def backward_with_hooks(
    recorder: Recorder,
    roots: Sequence[Handle],
    cotangents: Sequence[Handle | None],
    *,
    inputs: Sequence[Handle] | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> tuple[list[tuple[Handle, Handle]], list[Handle | None]]:
    """As :func:`graphnet.trace.backward.backward`, with the hooks on the way called."""
    overrides: list[tuple[Handle, Handle]] = []
    for group in _in_order(recorder, roots) if _groups else ():
        handles = group.handles
        _, found = backward(
            recorder,
            roots,
            cotangents,
            inputs=handles,
            retain_graph=True,
            create_graph=create_graph,
            overrides=overrides,
        )
        if any(gradient is not None for gradient in found):
            with set_grad_enabled(create_graph):
                made = group.callback(found)
            overrides += [(h, g) for h, g in zip(handles, made, strict=True) if g is not None]
    return backward(
        recorder,
        roots,
        cotangents,
        inputs=inputs,
        retain_graph=retain_graph,
        create_graph=create_graph,
        overrides=overrides,
    )


def _in_order(recorder: Recorder, roots: Sequence[Handle]) -> list[HookGroup]:
    """The groups whose tensors a pass from ``roots`` may reach, those nearest to it first."""
    for root in roots:
        recorder.slot_of(root)
    past = Past.of(recorder.segment, roots)
    ranked: list[tuple[Any, HookGroup]] = []
    for group in list(_groups.values()):
        ranks = [_rank(handle, past.segments) for handle in group.handles]
        known = [rank for rank in ranks if rank is not None]
        if known:
            ranked.append((max(known), group))
    ranked.sort(key=lambda item: (item[0], not item[1].last, -item[1].number), reverse=True)
    return [group for _, group in ranked]


def _rank(handle: Handle, segments: list[Segment]) -> tuple[bool, int, int] | None:
    """How late in the program a tensor was computed; leaves come first, so they rank lowest."""
    if not handle._layout.requires_grad:
        return None
    places = [(number, place) for number, place in origins(handle, segments)]
    slots = [(segments[n].sequence, place) for n, place in places if isinstance(place, int)]
    return (not handle._layout.is_leaf, *max(slots)) if slots else None
