"""The results of past commits, a line of JSON each, and what changed between two of them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.result import AGAINST_ITSELF, Report, Result
from benchmarks.side import ROOT

HISTORY = ROOT / "docs" / "benchmarks" / "history.jsonl"


class HistoryError(Exception):
    """A commit that was asked for is not in the history, or is not told apart."""


@dataclass(frozen=True)
class Change:
    """A comparison as it was and as it is."""

    before: Result
    after: Result

    @property
    def factor(self) -> float:
        """How many times as fast graphnet became, measured by the peer's time."""
        assert self.before.ratio is not None  # only what was measured twice is a change
        assert self.after.ratio is not None
        return self.after.ratio / self.before.ratio


def record(report: Report, path: Path = HISTORY) -> None:
    """Append a report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(report.as_json(), separators=(",", ":")) + "\n")


def find(commit: str, path: Path = HISTORY) -> Report:
    """The latest report of a commit, of which the first characters are enough.

    Raises:
        HistoryError: there is none, or several commits begin like that.
    """
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    reports = [Report.from_json(json.loads(line)) for line in lines]
    found = [r for r in reports if r.environment["commit"].startswith(commit)]
    names = {report.environment["commit"].rstrip("+") for report in found}
    if not found:
        known = ", ".join(dict.fromkeys(r.environment["commit"] for r in reports)) or "none"
        raise HistoryError(f"no commit {commit!r} in {path.name}; there are: {known}")
    if len(names) > 1:
        raise HistoryError(f"{commit!r} may be any of {', '.join(sorted(names))}")
    return found[-1]


def changes(before: Report, after: Report) -> list[Change]:
    """What changed beyond noise: intervals that have nothing in common.

    Where torch was compared with itself, changes no larger than what came out there do not count.
    """
    old = {result.key: result for result in before.results}
    noise = _noise(before.results), _noise(after.results)
    found = []
    for result in after.results:
        earlier = old.get(result.key)
        if earlier is None or result.peer == AGAINST_ITSELF:
            continue
        was, is_ = earlier.estimate, result.estimate
        if was is None or is_ is None or was.overlaps(is_):
            continue
        floor = max(each.get(result.threads, 0.0) for each in noise)
        if abs(math.log(is_.median / was.median)) > floor:
            found.append(Change(earlier, result))
    return found


def appeared(before: Report, after: Report) -> list[Result]:
    """Comparisons with a ratio in the second report and none in the first."""
    old = {result.key for result in before.results if result.ratio is not None}
    return [r for r in after.results if r.ratio is not None and r.key not in old]


def _noise(results: Sequence[Result]) -> dict[int, float]:
    """By number of threads, the logarithm of how far torch seemed to be from itself."""
    found: dict[int, float] = {}
    for result in results:
        estimate = result.estimate
        if result.peer == AGAINST_ITSELF and estimate is not None:
            far = max(abs(math.log(estimate.low)), abs(math.log(estimate.high)))
            found[result.threads] = max(found.get(result.threads, 0.0), far)
    return found
