"""The results as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from benchmarks.result import Result


def speed_table(results: Sequence[Result]) -> Table:
    """A row for each comparison; a ratio above 1 means that graphnet is faster."""
    table = Table(
        title="Speed: time of the peer ÷ time of graphnet, so above 1 is faster",
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
    )
    table.add_column("workload", no_wrap=True)
    table.add_column("peer", no_wrap=True)
    for heading in ("threads", "ratio", "95 %", "graphnet", "peer", "compile", "pays after"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        table.add_row(*_speed_row(result))
    return table


def notes(results: Sequence[Result]) -> list[str]:
    """Why rows have no ratio, a line each."""
    return [
        f"{result.workload} / {result.peer}, threads: {result.threads}: {result.note}"
        for result in results
        if result.note
    ]


def _speed_row(result: Result) -> list[Text | str]:
    head: list[Text | str] = [result.workload, result.peer, str(result.threads)]
    estimate = result.estimate
    if estimate is None:
        wrong = result.correct is False
        return [*head, Text("wrong", "bold red") if wrong else Text("failed", "yellow")]
    return [
        *head,
        Text(f"{estimate.median:.2f}", f"bold {verdict(result)}"),
        f"{estimate.low:.2f}–{estimate.high:.2f}",
        duration(result.ours_us),
        duration(result.theirs_us),
        duration(None if result.compile_s is None else result.compile_s * 1e6),
        "never" if result.break_even is None else f"{result.break_even:,} steps",
    ]


def verdict(result: Result) -> str:
    """The colour of a ratio: green or red where the whole interval lies on one side of 1."""
    estimate = result.estimate
    if estimate is None or estimate.low <= 1 <= estimate.high:
        return "default"
    return "green" if estimate.low > 1 else "red"


def duration(microseconds: float | None) -> str:
    """A time with the unit that suits it, to three digits."""
    if microseconds is None:
        return "–"
    for limit, unit in ((1e3, "µs"), (1e6, "ms"), (float("inf"), "s")):
        if microseconds < limit:
            break
    value = microseconds * 1e3 / limit if limit < float("inf") else microseconds / 1e6
    return f"{value:.{max(0, 2 - len(str(int(value))) + 1)}f} {unit}"
