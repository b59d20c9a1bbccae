"""The ratios as a bar chart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.result import AGAINST_ITSELF, Report, Result

FASTER, SLOWER, INK, PALE = "#2f7d6b", "#b5573c", "#22252b", "#98a0ab"
BAR, FOOT = 0.36, 0.25  # inches, for a row and for the line below all
TICKS = (0.33, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8)
SPARSE_TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
WIDE = 12  # the largest number over the smallest from which ticks are sparse


def draw_chart(report: Report, path: Path) -> None:
    """Draw a bar from 1 to the ratio of each comparison, with its interval, on a logarithmic axis.

    Torch against itself is a grey band around 1: what lies in it is noise.

    Raises:
        ValueError: there is nothing to draw.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    groups = _groups(report.results)
    if not groups:
        raise ValueError("no comparison has a ratio, so there is nothing to draw")
    tallest = max(len(rows) for rows in groups.values())
    figure = Figure(figsize=(8.5, BAR * tallest + 1.5), facecolor="white")
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    for axes, (title, rows) in zip(panels, groups.items(), strict=True):
        _panel(axes, title, rows, _noise_of(report.results, rows))
    for axes, rows in zip(panels[1:], list(groups.values())[1:], strict=True):
        if [row.workload for row in rows] == [row.workload for row in next(iter(groups.values()))]:
            axes.tick_params(labelleft=False)
    low, high = _limits(report.results)
    for axes in panels:
        axes.set_xlim(low, high)
        ticks = TICKS if high < WIDE * low else SPARSE_TICKS
        shown = [tick for tick in ticks if low <= tick <= high]
        axes.set_xticks(shown, [f"{tick:g}" for tick in shown])
    cpu, versions = report.environment["cpu"], report.environment["versions"]
    figure.suptitle(
        "Time of the peer ÷ time of graphnet: right of 1, graphnet is faster",
        fontsize=11.5,
        x=0.01,
        ha="left",
        color=INK,
    )
    figure.text(
        0.995,
        0.005,
        f"{cpu}, torch {versions['torch']}, numpy {versions['numpy']}; "
        "whiskers: 95 %, grey: torch against itself",
        fontsize=7.5,
        ha="right",
        va="bottom",
        color=PALE,
    )
    margin = FOOT / figure.get_figheight()
    ConstrainedLayoutEngine(rect=(0, margin, 1, 1 - margin)).execute(figure)
    figure.set_layout_engine("none")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140)


def _groups(results: Sequence[Result]) -> dict[str, list[Result]]:
    """The rows of each panel, by its title: a peer and a number of threads."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.estimate is not None and result.peer != AGAINST_ITSELF:
            count = f"{result.threads} thread" + ("s" if result.threads > 1 else "")
            groups.setdefault(f"{result.peer}, {count}", []).append(result)
    return groups


def _noise_of(results: Sequence[Result], rows: Sequence[Result]) -> Result | None:
    same = (r for r in results if r.peer == AGAINST_ITSELF and r.threads == rows[0].threads)
    return next((result for result in same if result.estimate is not None), None)


def _limits(results: Sequence[Result]) -> tuple[float, float]:
    """Room for every interval, for the labels beside them, and for something on both sides of 1."""
    estimates = [result.estimate for result in results if result.estimate is not None]
    low = min(0.75, *(estimate.low for estimate in estimates))
    high = max(1.5, *(estimate.high for estimate in estimates))
    room = (high / low) ** 0.16
    return low / room, high * room


def _panel(axes: Any, title: str, rows: Sequence[Result], noise: Result | None) -> None:
    if noise is not None and noise.estimate is not None:
        axes.axvspan(noise.estimate.low, noise.estimate.high, color="#e4e7eb", zorder=0, lw=0)
    for position, row in enumerate(rows):
        estimate = row.estimate
        assert estimate is not None  # _groups leaves out what has none
        color = FASTER if estimate.median >= 1 else SLOWER
        axes.barh(position, estimate.median - 1, left=1, height=0.62, color=color, zorder=2)
        axes.plot([estimate.low, estimate.high], [position] * 2, color=INK, lw=1.3, zorder=3)
        right = estimate.median >= 1
        axes.annotate(
            f"{estimate.median:.2f}",
            (estimate.high if right else estimate.low, position),
            (5 if right else -5, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8.5,
            color=INK,
        )
    axes.axvline(1, color=INK, lw=1, zorder=4)
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_yticks(range(len(rows)), [row.workload for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="both", length=0, labelsize=9, labelcolor=INK)
    axes.grid(axis="x", color="#e4e7eb", lw=0.7, zorder=0)
    axes.set_axisbelow(True)
    axes.set_title(title, fontsize=10, color=INK, loc="left")
    axes.spines[:].set_visible(False)
