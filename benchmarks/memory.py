"""Peak memory of a training process, beyond what the bare import has resident."""

from __future__ import annotations

from benchmarks.figure import Figure
from benchmarks.progress import Progress, untold
from benchmarks.side import Side, SideError

MEGABYTE = 1e6
STEPS = 5


def peak_of(workload: str, threads: int, progress: Progress = untold) -> Figure:
    """The peaks of both sides in one workload, each in a fresh process."""
    peaks: list[float] = []
    for framework in ("graphnet", "torch"):
        progress(framework, len(peaks) / 2)
        with Side(threads) as side:
            try:
                side.ask("load", framework=framework, threads=threads)
                side.ask("build", workload=workload, options={})
                side.ask("first", steps=STEPS)
                found = side.ask("memory")
            except SideError as error:
                ours = peaks[0] if peaks else None
                return Figure(workload, "MB", ours, note=f"{framework}: {error}")
        peaks.append((found["peak"] - found["imported"]) / MEGABYTE)
    ours, theirs = peaks
    return Figure(workload, "MB", ours, theirs)
