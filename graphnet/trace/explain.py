"""``graphnet.explain()``: what the tracing runtime did, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graphnet.trace.recorder import current_recorder


@dataclass(frozen=True)
class Explanation:
    """Counts of this thread's traces.

    Attributes:
        hits: steps that were looked up in the trie.
        misses: operations that were recorded for the first time.
        interpreted: runs node by node, the first ones of each trace.
        compiled: plans made.
        replayed: runs of a ready plan.
        states: trace states in the trie.
        plans: plans kept.
        pruned: how often the trie was emptied because it had grown beyond its bound.
        runs: what forced each run: (reason, line) and how often.
        recompiled: why something had to be recorded anew: (line, reason) and how often.
    """

    hits: int
    misses: int
    interpreted: int
    compiled: int
    replayed: int
    states: int
    plans: int
    pruned: int
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    recompiled: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __str__(self) -> str:
        total = self.hits + self.misses
        lines = [
            f"operations recorded   {total:>9}   {self.hits} looked up, {self.misses} new",
            f"runs                  {sum(self.runs.values()):>9}   {self.interpreted} interpreted, "
            f"{self.compiled} compiled, {self.replayed} replayed",
            f"kept                  {self.states:>9}   trace states, {self.plans} plans"
            + (f"; emptied {self.pruned} times" if self.pruned else ""),
        ]
        if self.runs:
            lines.append("forced by")
            lines += [
                f"  {count:>6} x  {reason}" + (f" at {line}" if line else "")
                for (reason, line), count in self.runs.most_common(10)
            ]
        if self.recompiled:
            lines.append("recorded anew because")
            lines += [
                f"  {count:>6} x  {reason}" + (f" at {line}" if line else "")
                for (line, reason), count in self.recompiled.most_common(10)
            ]
        return "\n".join(lines)


def explain() -> Explanation:
    """What this thread's recorder did so far: hits, misses, runs and their causes.

    >>> import graphnet as torch
    >>> before = torch.explain().misses
    >>> _ = torch.tensor(1.0) + torch.tensor(2.0)
    >>> torch.explain().misses >= before
    True
    """
    recorder = current_recorder()
    cache = recorder.cache
    return Explanation(
        hits=cache.steps + recorder.segment.state.steps - cache.misses,
        misses=cache.misses,
        interpreted=cache.interpreted,
        compiled=cache.compiled,
        replayed=cache.replayed,
        states=cache.states,
        plans=cache.plans,
        pruned=cache.pruned,
        runs=cache.runs,
        recompiled=Counter(cache.recompiled),
    )
