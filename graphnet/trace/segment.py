"""What one pass through the trie carries along: the things themselves, not their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import ref

from graphnet.ir.node import Node, Value
from graphnet.runtime.storage import Storage, clock
from graphnet.trace.state import Place, Slot, State
from graphnet.trace.versions import Overwrite

if TYPE_CHECKING:
    from graphnet.trace.execution import Visited
    from graphnet.trace.handle import Handle
    from graphnet.trace.recorder import Recorder


_sequence = count()


class Segment:
    """The stretch of a program between two runs.

    While it grows it binds what the graph's inputs stand for. After its run it lives on, as long
    as a tensor with a gradient history points to it, as that history.

    Attributes:
        state: where in the trie the trace is.
        bindings: arrays, numbers and generators for the graph's inputs, in their order.
        memory: the first slot of each storage that entered as a leaf; leaves of one storage share
            it.
        made: the results that had no memory when they were made. Those of them that still have
            none and are alive at the run are demanded.
        created: the storages first written here; those still alive at the run are demanded, too.
        views: the differentiable views made here: they have a history without memory of their own.
        mutated: the slot each older storage had when it was first written to here.
        variables: leaf tensors that require a gradient, by slot.
        links: for leaves computed earlier, the segment and the slot (or value) of their history.
        linked: the tensors those leaves are, with their slots.
        versions: for leaves, their storage and its version when they entered.
        overwritten: for values that were in memory until they were written over, how.
        landed: what is in memory of a finished segment's values, and the memory's version then.
        clock: how many writes there had been anywhere when the segment ended; -1 if it wrote.
        gradients: what the backward passes of this segment found, latest last.
        hooks: the numbers of the hooks on what was computed here.
        hooked: tensors with a hook that were computed here, with their slots: their history holds
            them, as nobody else need do, until a backward pass has used it up. Third comes whether
            it does: what saves nothing can be gone through again.
        spent: nodes whose saved values a backward pass has freed.
        walked: all nodes that such a pass went through: nothing is left to save for them.
        saved: what the run kept for a later backward pass.
        kept: gradients of intermediate tensors kept by the run, by slot.
        keepers: what a program keeps itself for the backward pass, by the nodes it is of.
        loop: where the outermost loop of the trace begins, once it is long enough to be cut there.
        error: what made the run fail.
    """

    # What most segments never get is made when it is first needed.
    views: list[ref[Handle]] | tuple[()] = ()
    links: Mapping[Slot, tuple[Segment, Place]] = MappingProxyType({})
    linked: list[tuple[ref[Handle], Slot]] | tuple[()] = ()
    overwritten: Mapping[Slot, Overwrite] = MappingProxyType({})
    landed: Mapping[Slot, tuple[ref[Storage], int]] = MappingProxyType({})
    clock = 0
    gradients: tuple[State, ...] = ()
    hooked: tuple[tuple[Handle, Slot, bool], ...] = ()
    hooks: tuple[int, ...] = ()
    spent: tuple[frozenset[Node], ...] = ()
    walked: tuple[frozenset[Node], ...] = ()
    saved: Mapping[Value, Any] = MappingProxyType({})
    kept: Mapping[Slot, Any] = MappingProxyType({})
    keepers: Mapping[Node, Any] = MappingProxyType({})
    loop: State | None = None
    error: BaseException | None = None
    finished = False

    def __init__(self, recorder: Recorder, state: State) -> None:
        self.recorder = recorder
        self.state = state
        self.sequence = next(_sequence)
        self.bindings: list[Any] = []
        self.memory: dict[Storage, Slot] = {}
        self.made: list[ref[Handle]] = []
        self.created: list[ref[Storage]] = []
        self.mutated: dict[Storage, Slot] = {}
        self.variables: dict[Slot, Handle] = {}
        self.versions: dict[Slot, tuple[Storage, int]] = {}

    def without_memory(self) -> list[Handle]:
        """The results that are alive and have no memory yet."""
        return [made for each in self.made if (made := each()) is not None and made._stored is None]

    def storages(self) -> list[Storage]:
        """The storages first written here that are alive; results get theirs now."""
        for made in self.without_memory():
            made._make_storage()
        return [storage for made in self.created if (storage := made()) is not None]

    def note_view(self, view: Handle) -> None:
        """Remember a view with a history, as long as it lives."""
        self.views = self.views or []
        self.views.append(ref(view))

    def note_write(self, before: Slot, write: Overwrite) -> None:
        """Remember that a value is in memory no more."""
        if not isinstance(self.overwritten, dict):
            self.overwritten = {}
        self.overwritten[before] = write

    def link(self, slot: Slot, past: Segment, place: Place) -> None:
        """Say where the history of a leaf goes on."""
        if not isinstance(self.links, dict):
            self.links = {}
        self.links[slot] = (past, place)

    def link_handle(self, handle: Handle, slot: Slot, past: Segment, place: Slot) -> None:
        """The same for a tensor, which gets its place there back when this segment ends."""
        self.link(slot, past, place)
        self.linked = self.linked or []
        self.linked.append((ref(handle), slot))

    def is_spent(self, node: Node) -> bool:
        """Whether a backward pass has freed what ``node`` needs for another."""
        return any(node in nodes for nodes in self.spent)

    def is_walked(self, node: Node) -> bool:
        """Whether a backward pass that freed its values went through ``node``."""
        return any(node in nodes for nodes in self.walked)

    def unhook(self, nodes: Set[Node], values: Sequence[Value]) -> None:
        """Let go of the hooked tensors that some nodes computed.

        Args:
            nodes: what a backward pass has gone through.
            values: the values that there were when it began, by slot.
        """
        self.hooked = tuple(
            (handle, slot, used_up)
            for handle, slot, used_up in self.hooked
            if not used_up or slot >= len(values) or values[slot].node not in nodes
        )

    def release(self, values: Iterable[Value]) -> None:
        """Let go of saved values."""
        self.saved = dict(self.saved)
        for value in values:
            self.saved.pop(value, None)

    def live_views(self) -> list[Slot]:
        """The slots of the differentiable views that are still alive."""
        alive = [handle for made in self.views if (handle := made()) is not None]
        return [
            handle._slot
            for handle in alive
            if handle._segment is self and handle._seen == handle._storage.version
        ]

    def note_landed(self, made: Sequence[Handle], created: Sequence[Storage]) -> None:
        """Remember in what memory values are that a backward pass may still read."""
        landed = [(storage.slot, storage) for storage in created]
        landed += [(handle._slot, handle._storage) for handle in made]
        self.landed = {slot: (ref(storage), storage.version) for slot, storage in landed}
        self.clock = -1 if self.mutated else clock.writes

    def finish(self, visited: Visited | None) -> None:
        """The run is over: become the history of what is alive, and no more.

        Args:
            visited: what is known of the run: which leaves the tensors still alive were computed
                from, and whether a backward pass may still need saved values. None if it failed.
        """
        if self.linked:
            self._hand_back()
        self.memory, self.mutated, self.made, self.created, self.views = {}, {}, [], [], ()
        leaves = visited.leaves if visited else ()
        if leaves:
            self.variables = {s: v for s, v in self.variables.items() if s in leaves}
            if self.links:
                self.links = {s: link for s, link in self.links.items() if s in leaves}
        else:
            self.variables, self.links = {}, {}
        if not (visited and visited.roots):
            self.hooked = ()
            self.bindings = []
            self.versions, self.overwritten, self.saved = {}, {}, {}

    def fail(self, error: BaseException) -> None:
        """The run failed: memory older than it keeps its values, the rest says what was wrong."""
        self.error = error
        for storage in self.mutated:
            storage.pending = False
            storage.segment = None
        self.finish(None)

    def _hand_back(self) -> None:
        """Let tensors that entered with a history have it where they were computed."""
        for handle_of, slot in self.linked:
            handle = handle_of()
            if handle is not None and handle._segment is self and handle._slot == slot:
                past, place = self.links[slot]
                if isinstance(place, int):
                    handle._segment, handle._slot = past, place
        self.linked = ()
