"""The results as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from benchmarks.figure import Figure
from benchmarks.history import Change
from benchmarks.result import Result
from benchmarks.shares import Shares


def speed_table(results: Sequence[Result]) -> Table:
    """A row for each comparison; a ratio above 1 means that graphnet is faster."""
    table = _table(
        "Speed: time of the peer ÷ time of graphnet, so above 1 is faster",
        ("workload", "peer"),
        ("threads", "ratio", "95 %", "graphnet", "peer", "compile", "pays after"),
    )
    for result in results:
        table.add_row(*_speed_row(result))
    return table


def notes(rows: Iterable[Result | Figure | Shares]) -> list[str]:
    """What is to be said of single rows, such as why they are empty: a line each."""
    return [f"{_name(row)}: {row.note}" for row in rows if row.note]


def _name(row: Result | Figure | Shares) -> str:
    if isinstance(row, Figure):
        return row.name
    with_peer = f"{row.workload} / {row.peer}" if isinstance(row, Result) else row.workload
    return f"{with_peer}, {row.threads} thread" + ("s" if row.threads > 1 else "")


def figure_table(title: str, figures: Sequence[Figure]) -> Table:
    """A row for each figure, with what torch has and with what was set as a limit."""
    columns = ["graphnet"]
    columns += ["torch", "torch ÷ graphnet"] if any(f.theirs is not None for f in figures) else []
    columns += ["at most"] if any(f.at_most is not None for f in figures) else []
    table = _table(title, ("",), (*columns, "unit"))
    for figure in figures:
        above = figure.at_most is not None and (figure.ours or 0.0) > figure.at_most
        ratio = figure.ratio
        cells = {
            "graphnet": Text(number(figure.ours), "red" if above else "bold"),
            "torch": Text(number(figure.theirs)),
            "torch ÷ graphnet": Text(number(ratio), "green" if (ratio or 0) > 1 else "red"),
            "at most": Text(number(figure.at_most)),
        }
        table.add_row(figure.name, *(cells[column] for column in columns), figure.unit)
    return table


def shares_table(rows: Sequence[Shares], most: int = 5) -> Table:
    """A row for each workload: products, how good they are, and the largest other shares."""
    table = _table(
        "Where the time of a step goes",
        ("workload",),
        ("threads", "step", "products", "GFLOP/s", "of peak"),
    )
    table.add_column("the rest", overflow="fold")
    for row in rows:
        if row.rest is None:
            table.add_row(row.workload, str(row.threads), Text("failed", "yellow"))
            continue
        largest = list(row.rest.items())[:most]
        rest = ", ".join(f"{name} {share:.0%}" for name, share in largest if share >= 0.005)
        table.add_row(
            row.workload,
            str(row.threads),
            duration(row.step_us),
            f"{row.products:.0%}",
            f"{row.gflops:.0f}" if row.gflops else "–",
            f"{row.of_peak:.0%}" if row.gflops else "–",
            rest,
        )
    return table


def change_table(changes: Sequence[Change]) -> Table:
    """A row for each comparison that changed."""
    table = _table(
        "What changed beyond noise", ("workload", "peer"), ("threads", "before", "after", "change")
    )
    for change in changes:
        table.add_row(
            change.after.workload,
            change.after.peer,
            str(change.after.threads),
            number(change.before.ratio),
            number(change.after.ratio),
            Text(f"× {change.factor:.2f}", "green" if change.factor > 1 else "red"),
        )
    return table


def _table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    """A table with columns of words and columns of figures."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for heading in left:
        table.add_column(heading, no_wrap=True)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


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
    """A time in the unit that suits it."""
    if microseconds is None:
        return "–"
    if microseconds < 1e3:
        return f"{number(microseconds)} µs"
    if microseconds < 1e6:
        return f"{number(microseconds / 1e3)} ms"
    return f"{number(microseconds / 1e6)} s"


def number(value: float | None) -> str:
    """Three digits, or all before the point; a dash for none."""
    if value is None or math.isnan(value):
        return "–"
    decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{decimals}f}"
