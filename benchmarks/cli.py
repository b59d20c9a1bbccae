"""The command line: what is measured, against whom, and where the results go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import history
from benchmarks.chart import draw_chart
from benchmarks.environment import describe_environment
from benchmarks.frameworks import FRAMEWORKS
from benchmarks.result import Report
from benchmarks.session import TABLES, Session
from benchmarks.show import show_changes, show_report
from benchmarks.workloads import WORKLOADS, describe

PEERS = tuple(name for name in FRAMEWORKS if name != "graphnet")
PAGE_WIDTH = 120


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    workloads = "\n".join(f"  {name:14} {describe(name)}" for name in WORKLOADS)
    tables = "\n".join(f"  {name:14} {words}" for name, words in TABLES.items())
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare graphnet with PyTorch.",
        epilog=f"workloads:\n{workloads}\n\nother tables, as a word alone or as an option "
        f"beside the workloads:\n{tables}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("words", nargs="*", metavar="WORKLOAD", help="all workloads unless some are named")
    add(
        "--against",
        type=_peers,
        default=["torch"],
        metavar="PEERS",
        help=f"whom to compare with, separated by commas: {', '.join(PEERS)} (torch)",
    )
    add("--threads", type=_counts, default=[1], metavar="COUNTS", help="such as 1,2 (1)")
    add("--quick", action="store_true", help="fewer and shorter blocks of steps")
    add("--json", type=Path, metavar="FILE", help="write the results there")
    add("--plot", type=Path, metavar="FILE.png", help="draw the ratios there")
    for name, words in TABLES.items():
        add(f"--{name}", action="store_true", help=words)
    add("--record", action="store_true", help="append the results to the history, by commit")
    add(
        "--compare",
        nargs=2,
        metavar=("A", "B"),
        help="measure nothing; say what changed between two recorded commits",
    )
    return made


def _peers(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(PEERS)}")
    return names


def _counts(text: str) -> list[int]:
    try:
        counts = [int(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers such as 1,2") from None
    if min(counts) < 1:
        raise argparse.ArgumentTypeError("a side needs at least one thread")
    return counts


def session_of(options: argparse.Namespace) -> Session:
    """What the words and options ask for.

    Raises:
        ValueError: a word is neither a workload nor a table.
    """
    for word in options.words:
        if word not in WORKLOADS and word not in TABLES:
            choices = ", ".join((*WORKLOADS, *TABLES))
            raise ValueError(f"there is no workload {word!r}; there are {choices}")
    named = tuple(word for word in options.words if word in WORKLOADS)
    return Session(
        workloads=named or WORKLOADS,
        speed=bool(named) or not options.words,
        tables=tuple(t for t in TABLES if t in options.words or getattr(options, t)),
        peers=tuple(options.against),
        threads=tuple(options.threads),
        quick=options.quick,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, show, write.

    Returns:
        The exit code: 0, 1 if a side computed something else than torch, 2 for wrong input, 130
        after Ctrl-C.
    """
    options = parser().parse_args(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=PAGE_WIDTH)
    try:
        if options.compare is not None:
            before, after = (history.find(commit) for commit in options.compare)
            show_changes(console, before, after)
            return 0
        session = session_of(options)
        report = Report(describe_environment())
        session.run(report, Console(stderr=True))
    except (ValueError, history.HistoryError) as error:
        print(f"python -m benchmarks: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    show_report(console, report)
    if options.json is not None:
        report.write(options.json)
    if options.plot is not None and any(result.ratio is not None for result in report.results):
        draw_chart(report, options.plot)
    if options.record:
        history.record(report)
    return int(any(result.correct is False for result in report.results))
