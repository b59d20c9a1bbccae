"""What is remembered from one trace to the next, within bounds, and counted."""

from __future__ import annotations

import warnings
from collections import Counter, OrderedDict
from collections.abc import Hashable
from typing import Any

from graphnet.config import config
from graphnet.errors import RecompileWarning
from graphnet.source import user_location
from graphnet.trace.state import Edge, Key, State


class TraceCache:
    """The trie, the plans made for its states, and counts of what happened.

    Attributes:
        root: the state where every trace begins.
        states: how many states the trie has.
        hits: steps that followed an edge.
        misses: steps that had to make one.
        runs: how often traces were run, by reason and by the user's line that caused it.
        interpreted: runs of a first visit, node by node.
        compiled: plans made.
        replayed: runs of a ready plan.
        branchings: (line, operation) where traces diverged beyond the bound.
    """

    def __init__(self) -> None:
        self.root = State()
        self.states = 1
        self.hits = 0
        self.misses = 0
        self.interpreted = 0
        self.compiled = 0
        self.replayed = 0
        self.pruned = 0
        self.runs: Counter[tuple[str, str]] = Counter()
        self.recompiled: Counter[tuple[str, str]] = Counter()
        self._plans: OrderedDict[tuple[State, Hashable], None] = OrderedDict()

    def add(self, state: State, key: Key, edge: Edge) -> None:
        """Put a new edge into the trie; warn once where a state branches too often.

        The root is exempt: programs do begin in many ways.
        """
        replaced = state.edges.get(key)
        state.edges[key] = edge
        self.states += 1
        self.misses += 1
        where = str(edge.state.location or "")
        if replaced is not None:
            self.recompiled[where, f"{_name(key)}: a number changed and became an input"] += 1
        elif len(state.edges) > 1:
            self.recompiled[where, f"{_name(key)}: traces diverge here"] += 1
        state.branches += 1
        if state.branches == config.max_branches and state is not self.root:
            warnings.warn(
                f"traces diverge at {where}: after the same operations, `{_name(key)}` is the "
                f"{state.branches}th different continuation. Each is compiled by itself; see "
                "graphnet.explain()",
                RecompileWarning,
                stacklevel=2,
            )

    def next_root(self) -> State:
        """Where the next trace begins; a trie that grew beyond its bound starts anew."""
        if self.states > config.max_states:
            self.root = State()
            self.states = 1
            self.pruned += 1
            self._plans.clear()
        return self.root

    def touch_plan(self, state: State, demand: Hashable) -> None:
        """Note that a plan was used; let go of the one unused longest when there are too many."""
        self._plans[state, demand] = None
        self._plans.move_to_end((state, demand))
        while len(self._plans) > config.max_plans:
            (old_state, old_demand), _ = self._plans.popitem(last=False)
            old_state.runs.pop(old_demand, None)

    def note_run(self, reason: str) -> None:
        """Count a run and the user's line that caused it."""
        self.runs[reason, str(user_location() or "")] += 1

    @property
    def plans(self) -> int:
        """How many plans are kept."""
        return len(self._plans)


def _name(key: Key) -> str:
    head: Any = key[0][0] if isinstance(key[0], tuple) else key[0]
    return str(getattr(head, "name", head))
