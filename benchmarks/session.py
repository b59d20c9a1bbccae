"""One call of the benchmarks: everything that was asked for, in order, with progress shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from benchmarks.cold import measure_cold
from benchmarks.measure import FULL, QUICK, compare
from benchmarks.memory import peak_of
from benchmarks.overhead import measure_overhead
from benchmarks.progress import Progress
from benchmarks.result import AGAINST_ITSELF, Report
from benchmarks.scaling import DEPTHS, measure_scaling
from benchmarks.shares import shares_of

TABLES = {
    "profile": "where graphnet's time goes: matrix products and the rest, by workload",
    "memory": "peak memory beyond that of the bare import, by workload",
    "cold": "time to import, time to the first finished step, installed size",
    "scaling": "time of a layer as depth, batch and width grow",
    "overhead": "what graphnet adds to numpy: recorder, plan, compiler",
}
"""What is measured besides speed, and in which order."""
NOISE_FLOOR = "mlp"
"""The workload that torch is compared with itself in, where it is among those chosen."""


@dataclass(frozen=True)
class Job:
    """One thing to measure.

    Attributes:
        name: words for it.
        measure: does it, and tells how far it is.
        keep: puts what was found where it belongs.
    """

    name: str
    measure: Callable[[Progress], Any]
    keep: Callable[[Any], None]


@dataclass(frozen=True)
class Session:
    """What to measure.

    Attributes:
        workloads: which.
        speed: whether they are timed.
        tables: which of :data:`TABLES` are made.
        peers: whom to compare with.
        threads: numbers of threads, one after the other. Tables are made with the first.
        quick: whether to be satisfied with less certain figures.
    """

    workloads: tuple[str, ...]
    speed: bool
    tables: tuple[str, ...]
    peers: tuple[str, ...]
    threads: tuple[int, ...]
    quick: bool

    def run(self, report: Report, console: Console) -> None:
        """Do it all; what is found goes into the report."""
        jobs = list(self.jobs(report))
        with ProgressBar(
            SpinnerColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as bar:
            task = bar.add_task("", total=len(jobs))
            for number, job in enumerate(jobs):

                def tell(words: str, done: float, number: int = number, job: Job = job) -> None:
                    bar.update(task, description=f"{job.name}: {words}", completed=number + done)

                tell("starts", 0.0)
                job.keep(job.measure(tell))

    def jobs(self, report: Report) -> Iterator[Job]:
        """What there is to do for a report."""
        if self.speed:
            yield from self._comparisons(report)
        if "profile" in self.tables:
            for workload in self.workloads:
                measure: Any = partial(shares_of, workload, self.threads[0])
                yield Job(f"profile of {workload}", measure, report.shares.append)
        if "memory" in self.tables:
            figures = report.figures.setdefault("memory", [])
            for workload in self.workloads:
                measure = partial(peak_of, workload, self.threads[0])
                yield Job(f"memory of {workload}", measure, figures.append)
        whole: dict[str, Any] = {
            "cold": partial(measure_cold, 3 if self.quick else 11),
            "scaling": partial(measure_scaling, DEPTHS[:-1] if self.quick else DEPTHS),
            "overhead": measure_overhead,
        }
        for table, measure in whole.items():
            if table in self.tables:
                yield Job(table, measure, report.figures.setdefault(table, []).extend)

    def _comparisons(self, report: Report) -> Iterator[Job]:
        """Every workload with every peer; torch against itself comes first."""
        floor = NOISE_FLOOR if NOISE_FLOOR in self.workloads else self.workloads[0]
        pairs = [(floor, AGAINST_ITSELF)]
        pairs += [(workload, peer) for workload in self.workloads for peer in self.peers]
        for threads in self.threads:
            for workload, peer in pairs:
                measure = partial(compare, workload, peer, threads, QUICK if self.quick else FULL)
                yield Job(
                    f"{workload} / {peer}, threads: {threads}", measure, report.results.append
                )
