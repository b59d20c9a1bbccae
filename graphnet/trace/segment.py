"""What one pass through the trie carries along: the things themselves, not their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from graphnet.ir.node import Node, Value
from graphnet.runtime.storage import Storage
from graphnet.trace.state import Slot, State

if TYPE_CHECKING:
    from graphnet.trace.handle import Handle
    from graphnet.trace.recorder import Recorder


class Segment:
    """The stretch of a program between two runs.

    While it grows it binds what the graph's inputs stand for. After its run it lives on, as long
    as a tensor with a gradient history points to it, as that history.

    Attributes:
        state: where in the trie the trace is.
        bindings: arrays, numbers and generators for the graph's inputs, in their order.
        memory: the first slot of each storage that entered as a leaf; leaves of one storage share
            it.
        created: the storages first written here; those still alive at the run are demanded.
        mutated: the slot each older storage had when it was first written to here.
        variables: leaf tensors that require a gradient, by slot.
        links: for leaves computed earlier, the segment and the slot (or value) of their history.
        versions: for leaves, their storage and its version when they entered.
        gradients: what the backward passes of this segment found, latest last.
        spent: nodes whose saved values a backward pass has freed.
        walked: all nodes that such a pass went through: nothing is left to save for them.
        saved: what the run kept for a later backward pass.
        kept: gradients of intermediate tensors kept by the run, by slot.
        error: what made the run fail.
    """

    __slots__ = (
        "bindings",
        "created",
        "error",
        "finished",
        "gradients",
        "kept",
        "links",
        "memory",
        "mutated",
        "recorder",
        "saved",
        "sequence",
        "spent",
        "state",
        "variables",
        "versions",
        "walked",
    )

    def __init__(self, recorder: Recorder, state: State, sequence: int) -> None:
        self.recorder = recorder
        self.state = state
        self.sequence = sequence
        self.bindings: list[Any] = []
        self.memory: dict[Storage, Slot] = {}
        self.created: list[ref[Storage]] = []
        self.mutated: dict[Storage, Slot] = {}
        self.variables: dict[Slot, Handle] = {}
        self.links: dict[Slot, tuple[Segment, Slot | Value]] = {}
        self.versions: dict[Slot, tuple[Storage, int]] = {}
        self.gradients: list[State] = []
        self.spent: list[frozenset[Node]] = []
        self.walked: list[frozenset[Node]] = []
        self.saved: dict[Value, Any] = {}
        self.kept: dict[Slot, Any] = {}
        self.error: BaseException | None = None
        self.finished = False

    def is_spent(self, node: Node) -> bool:
        """Whether a backward pass has freed what ``node`` needs for another."""
        return any(node in nodes for nodes in self.spent)

    def is_walked(self, node: Node) -> bool:
        """Whether a backward pass that freed its values went through ``node``."""
        return any(node in nodes for nodes in self.walked)

    def forget(self) -> None:
        """Let go of the values a backward pass would need; where gradients go stays known."""
        self.bindings = []
        self.versions = {}
        self.saved = {}
