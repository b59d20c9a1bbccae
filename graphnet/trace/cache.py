"""What is remembered from one trace to the next, within bounds, and counted."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Hashable
from typing import TYPE_CHECKING

from graphnet.config import config
from graphnet.errors import RecompileWarning
from graphnet.runtime.arena import Pool
from graphnet.trace.state import Key, State

if TYPE_CHECKING:
    from graphnet.trace.execution import Visited


class TraceCache:
    """The trie, the plans made for its states, and counts of what happened.

    Attributes:
        root: the state where every trace begins.
        edges: where each step leads, by the state it is taken in and its key. One table for all
            states: most have one edge, and a dictionary of one entry takes 224 bytes.
        states: how many states the trie has.
        steps: steps taken in traces that were run.
        misses: steps that had to make a state.
        memory: what the plans compute in; one thread's plans never run at once.
        interpreted: runs node by node, the first ones of each trace.
        compiled: plans made.
        branchings: (line, operation) where traces diverged beyond the bound.
    """

    def __init__(self) -> None:
        self.root = State()
        self.edges: dict[tuple[Hashable, ...], State] = {}
        self.states = 1
        self.steps = 0
        self.misses = 0
        self.interpreted = 0
        self.compiled = 0
        self.pruned = 0
        self.recompiled: Counter[tuple[str, str]] = Counter()
        self.memory = Pool()
        self._plans: dict[tuple[State, Hashable], Visited] = {}
        self._retired: Counter[tuple[str, str]] = Counter()

    def after(self, state: State, key: Key) -> State | None:
        """Where a step leads; None if it was never taken there."""
        return self.edges.get((state, *key))

    def add(self, state: State, key: Key, after: State) -> None:
        """Put a new state into the trie; warn once where a state branches too often.

        The root is exempt: programs do begin in many ways.
        """
        replaced = self.after(state, key)
        self.edges[state, *key] = after
        self.states += 1
        self.misses += 1
        state.branches += 1
        if state.branches == 1:
            return  # the usual case: nothing to tell of
        where = str(after.location or "")
        if replaced is not None:
            self.recompiled[where, f"{_name(key)}: a number changed and became an input"] += 1
        else:
            self.recompiled[where, f"{_name(key)}: traces diverge here"] += 1
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
            self.edges.clear()
            self.states = 1
            self.pruned += 1
            for visited in self._plans.values():
                self._retire(visited)
            self._plans.clear()
        return self.root

    def note_visit(self, state: State, demand: Hashable, visited: Visited) -> None:
        """Keep what is known of a demand; let go of what was unused longest if it is too much."""
        visited.last_use = self.steps
        self._plans[state, demand] = visited
        if len(self._plans) > config.max_plans:
            oldest = min(self._plans, key=lambda entry: self._plans[entry].last_use)
            self._retire(self._plans.pop(oldest))
            oldest[0].forget_run(oldest[1])

    def _retire(self, visited: Visited) -> None:
        self._retired[visited.reason, visited.line] += visited.count

    @property
    def runs(self) -> Counter[tuple[str, str]]:
        """How often traces were run, by reason and by the user's line that caused it first."""
        counts = Counter(self._retired)
        for visited in self._plans.values():
            counts[visited.reason, visited.line] += visited.count
        return counts

    @property
    def replayed(self) -> int:
        """Runs of a ready plan."""
        return self.runs.total() - self.interpreted - self.compiled

    @property
    def plans(self) -> int:
        """How many plans are kept."""
        return len(self._plans)


def _name(key: Key) -> str:
    return str(getattr(key[0], "name", key[0]))
