"""The row that one comparison makes, and the JSON of all rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from benchmarks.shares import Shares
from benchmarks.statistics import Estimate

AGAINST_ITSELF = "A/A"
"""The peer's name in the row that compares torch with torch: what noise alone makes of a ratio."""


@dataclass(frozen=True)
class Result:
    """One workload against one peer.

    Attributes:
        workload: its name.
        peer: who it is compared with.
        threads: how many threads each side had.
        ratio: the median of the peer's time over ours; above 1 graphnet is faster. None if the two
            did not compute the same, or one could not run.
        low: lower end of its 95 % interval.
        high: upper end.
        ours_us: median time of a step of graphnet, in microseconds.
        theirs_us: the peer's.
        compile_s: what graphnet's first eight steps took beyond eight later ones, in seconds.
        theirs_compile_s: the same of the peer.
        break_even: the steps after which the time saved makes up for ``compile_s``; None if never.
        correct: whether results, gradients and outputs agreed; None if that was not found out.
        note: why there is no ratio, or what to beware of.
        pairs: how many pairs of times the ratio is the median of.
        steps: how many steps each time is of.
        load: how many cores other processes kept busy meanwhile.
    """

    workload: str
    peer: str
    threads: int
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    ours_us: float | None = None
    theirs_us: float | None = None
    compile_s: float | None = None
    theirs_compile_s: float | None = None
    break_even: int | None = None
    correct: bool | None = None
    note: str = ""
    pairs: int = 0
    steps: int = 0
    load: float | None = None

    @property
    def name(self) -> str:
        """The workload, told apart where torch is compared with itself."""
        return f"{self.workload} ({self.peer})" if self.peer == AGAINST_ITSELF else self.workload

    @property
    def key(self) -> tuple[str, str, int]:
        """What the row is about."""
        return self.workload, self.peer, self.threads

    @property
    def estimate(self) -> Estimate | None:
        """The ratio with its interval."""
        if self.ratio is None or self.low is None or self.high is None:
            return None
        return Estimate(self.ratio, self.low, self.high)


@dataclass(frozen=True)
class Report:
    """All that one call of the benchmarks found out.

    Attributes:
        environment: where it ran.
        results: the comparisons.
        shares: where the time of steps goes.
        figures: the figures of ``cold``, ``memory``, ``scaling`` and ``overhead``, by that name.
    """

    environment: dict[str, Any]
    results: list[Result] = field(default_factory=list)
    shares: list[Shares] = field(default_factory=list)
    figures: dict[str, list[Figure]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        """What :meth:`as_json` made."""
        return cls(
            data["environment"],
            [Result(**row) for row in data["results"]],
            [Shares(**row) for row in data.get("shares", ())],
            {
                name: [Figure(**row) for row in rows]
                for name, rows in data.get("figures", {}).items()
            },
        )

    def write(self, path: Path) -> None:
        """Write it to a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", "utf-8")


BUSY = 0.3
"""Above this load, threads that wait for each other throw both sides off, by far more than half."""


def warnings_of(report: Report) -> list[str]:
    """What the reader of these rows should beware of."""
    measured = [r for r in report.results if r.threads > 1 and r.load is not None]
    crowded = [r for r in measured if (r.load or 0.0) > BUSY]
    found = []
    if crowded:
        most = max(result.load or 0.0 for result in crowded)
        found.append(
            f"Other processes kept up to {most:.1f} cores busy while {_names(crowded)} ran on two "
            f"threads or more. With a load above {BUSY} such figures mean nothing: repeat them on "
            "an idle machine."
        )
    cores = report.environment["allowed_cores"]
    if any(result.threads > cores for result in measured):
        found.append(f"There are more threads than the {cores} cores that this process may use.")
    return found


def _names(results: Sequence[Result]) -> str:
    return ", ".join(dict.fromkeys(result.name for result in results))
