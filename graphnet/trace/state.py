"""The trie of trace states: what has been recorded since the trace began.

A state stands for a whole prefix of a program. Recording an operation follows an edge; only where
there is none yet are types inferred, nodes made and gradients derived. What is known about a
result — type, layout, place in the graph — is therefore looked up, not computed, whenever a
program does again what it did before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from graphnet.config import config
from graphnet.ir.node import Node, Value
from graphnet.runtime.storage import Layout
from graphnet.source import Location

if TYPE_CHECKING:
    from graphnet.trace.chart import Chart
    from graphnet.trace.versions import Read

Key = tuple[Hashable, ...]
Slot = int
#: Where a value stands: its slot or, as not every value has one, the value itself.
Place = Slot | Value


class Import(NamedTuple):
    """A value of an earlier segment that a stage of a backward pass reads.

    Attributes:
        value: which of its values.
        place: where it stands there.
        given: if it is an input there, its number among the inputs; -1 otherwise.
        slot: the slot it has here.
    """

    value: Value
    place: Place
    given: int
    slot: Slot


class Stage(NamedTuple):
    """What a stage of a backward pass found out, the same at every visit.

    Attributes:
        complete: (place, slot of the gradient) of each leaf that has one, or of each place asked
            for.
        pending: the same for values that a later stage goes on from.
        kept: the places of the gradients given that are left as they are for a later stage.
        by_slot: for each slot of the current segment that has a gradient, the gradient's slot.
        imports: the earlier values that the gradients read, in the order in which they are bound.
        spent: the nodes whose saved values the stage used up.
        walked: all nodes it went through.
        reads: the values in memory that the gradients read, by slot.
    """

    complete: tuple[tuple[Place, Slot], ...]
    pending: tuple[tuple[Place, Slot], ...]
    kept: tuple[Place, ...]
    by_slot: Mapping[Slot, Slot]
    imports: tuple[Import, ...]
    spent: frozenset[Node]
    walked: frozenset[Node]
    reads: Mapping[Slot, Read]


# There may be a hundred thousand states, and few of them have what these stand for.
_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_NO_SLOTS: frozenset[Slot] = frozenset()


class State:
    """A vertex of the trie.

    Attributes:
        parent: the state before, or None at the root.
        nodes: the nodes that the edge to this state added to the graph.
        values: the values that got slots here: leaves that entered, then results.
        first: the slot of the first result.
        size: the number of slots so far, here included.
        steps: the number of edges from the root.
        is_long: it may be time to run the trace.
        trace: all nodes and values so far, once a run has needed them.
        layouts: the layout of each result.
        layout: the layout of the result, where there is one and it is a tensor.
        constants: the numbers baked into the step that leads here; None once they are inputs.
        is_simple: there is one result, a tensor that is no view.
        is_view: the result is a view of its first operand.
        offset: for a view, how far behind its base it starts, when that never changes.
        head: what was recorded to get here; None where a leaf entered.
        begin: the first state on the path where something was recorded.
        stage: what was found out, if a stage of a backward pass leads here.
        chart: where all values so far stand, once a backward pass has asked.
        runs: what was made to run this state, by what was demanded of it.
        location: the user's line that made it first.
        loop: where the outermost loop on the path begins, once a trace so long has asked.
    """

    __slots__ = (
        "begin",
        "branches",
        "chart",
        "constants",
        "first",
        "head",
        "is_long",
        "is_simple",
        "is_view",
        "layout",
        "layouts",
        "location",
        "loop",
        "nodes",
        "offset",
        "parent",
        "runs",
        "size",
        "stage",
        "steps",
        "trace",
        "values",
        "wants_gradients",
    )

    def __init__(
        self,
        parent: State | None = None,
        nodes: Sequence[Node] = (),
        values: tuple[Value, ...] = (),
        layouts: tuple[Layout | None, ...] = (),
        location: Location | None = None,
        head: Hashable = None,
        leaves: int = 0,
    ) -> None:
        self.parent = parent
        self.nodes = tuple(nodes)
        self.values = values
        start: Slot = parent.size if parent else 0
        self.first: Slot = start + leaves if leaves else start  # the same object, where it can be
        self.size: Slot = start + len(values)
        self.steps: int = parent.steps + 1 if parent else 0
        self.is_long = self.steps >= config.watermark
        self.trace: Trace | None = None
        self.layouts = layouts
        self.layout = layouts[0] if len(layouts) == 1 else None
        self.constants: tuple[Any, ...] | None = ()
        self.location = location
        self.head = head
        self.is_simple = False
        self.is_view = False
        self.begin: State | None = parent.begin if parent else None
        if self.begin is None and head is not None:
            self.begin = self
        self.offset: int | None = 0
        self.loop: State | None = None
        self.stage: Stage | None = None
        self.chart: Chart | None = None
        self.runs: Mapping[Hashable, Any] = _NOTHING
        self.branches = 0
        self.wants_gradients = _NO_SLOTS

    def note_run(self, demand: Hashable, visited: Any) -> None:
        """Remember what is known of a demand."""
        self.runs = {**self.runs, demand: visited}

    def forget_run(self, demand: Hashable) -> None:
        """Let go of it."""
        self.runs = {known: run for known, run in self.runs.items() if known != demand}

    def path(self) -> Iterator[State]:
        """The states from the root to this one."""
        states = []
        state: State | None = self
        while state is not None:
            states.append(state)
            state = state.parent
        return reversed(states)


@dataclass(slots=True)
class Trace:
    """The nodes and values on the path to a state, extended as the path grows."""

    state: State
    values: list[Value] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    @classmethod
    def to(cls, state: State) -> Trace:
        """Walk the whole path."""
        return cls(state)._follow(state.path())

    def advance(self, state: State) -> Trace:
        """This trace, extended to ``state`` if it lies on the way there; else a fresh walk."""
        ahead: list[State] = []
        step: State | None = state
        while step is not None and step is not self.state and step.steps > self.state.steps:
            ahead.append(step)
            step = step.parent
        if step is not self.state:
            return Trace.to(state)
        self.state = state
        return self._follow(reversed(ahead))

    def _follow(self, steps: Iterator[State]) -> Trace:
        for step in steps:
            self.values.extend(step.values)
            self.nodes.extend(step.nodes)
        return self
