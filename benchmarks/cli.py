"""The command line: what is measured, against whom, and where the results go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.environment import describe_environment
from benchmarks.frameworks import FRAMEWORKS
from benchmarks.measure import FULL, QUICK, compare
from benchmarks.result import AGAINST_ITSELF, Report, Result, warnings_of
from benchmarks.table import notes, speed_table
from benchmarks.workloads import WORKLOADS, describe

PEERS = tuple(name for name in FRAMEWORKS if name != "graphnet")
NOISE_FLOOR = "mlp"
"""The workload that torch is compared with itself in, where it is among those chosen."""
PAGE_WIDTH = 110


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    workloads = "\n".join(f"  {name:14} {describe(name)}" for name in WORKLOADS)
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare graphnet with PyTorch.",
        epilog=f"workloads:\n{workloads}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="all unless named")
    made.add_argument(
        "--against",
        type=_names,
        default=["torch"],
        metavar="PEERS",
        help=f"whom to compare with, separated by commas: {', '.join(PEERS)} (torch)",
    )
    made.add_argument(
        "--threads", type=_counts, default=[1], metavar="COUNTS", help="such as 1,2 (1)"
    )
    made.add_argument("--quick", action="store_true", help="fewer and shorter blocks of steps")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    return made


def _names(text: str) -> list[str]:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, show, write; returns the exit code."""
    options = parser().parse_args(arguments)
    unknown = [name for name in options.workloads if name not in WORKLOADS]
    if unknown:
        print(
            f"there is no workload {unknown[0]!r}; there are {', '.join(WORKLOADS)}",
            file=sys.stderr,
        )
        return 2
    console = _console()
    report = Report(describe_environment())
    report.results.extend(measure_speed(options))
    console.print(speed_table(report.results))
    for note in notes(report.results):
        console.print(note, style="yellow", highlight=False)
    for warning in warnings_of(report.results):
        console.print(warning, style="bold yellow")
    if options.json is not None:
        report.write(options.json)
    return 0


def _console() -> Console:
    """Where tables go: as wide as they are where no terminal says how wide it is."""
    return Console() if sys.stdout.isatty() else Console(width=PAGE_WIDTH)


def measure_speed(options: argparse.Namespace) -> list[Result]:
    """All comparisons that were asked for; torch against itself comes first."""
    workloads = options.workloads or WORKLOADS
    pairs = [(NOISE_FLOOR if NOISE_FLOOR in workloads else workloads[0], AGAINST_ITSELF)]
    pairs += [(workload, peer) for workload in workloads for peer in options.against]
    results = []
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[number]} {task.description}"),
        BarColumn(),
        TextColumn("{task.fields[words]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        total = len(pairs) * len(options.threads)
        for threads in options.threads:
            for workload, peer in pairs:
                task = progress.add_task(
                    f"{workload} / {peer}, threads: {threads}",
                    total=1.0,
                    words="",
                    number=f"{len(results) + 1}/{total}",
                )
                results.append(
                    compare(
                        workload,
                        peer,
                        threads,
                        QUICK if options.quick else FULL,
                        lambda words, done, task=task: progress.update(
                            task, words=words, completed=done
                        ),
                    )
                )
                progress.remove_task(task)
    return results
