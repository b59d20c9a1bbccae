"""How the time of a step grows with the depth of its graph, with the batch and with the width."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figure import Figure
from benchmarks.measure import Effort, compare
from benchmarks.progress import Progress, untold
from benchmarks.result import Result

DEPTHS = (10, 100, 1_000, 10_000)
BATCHES = (1, 16, 256, 4_096)
WIDTHS = (16, 64, 256, 1_024)
EFFORT = Effort(block=0.02, rounds=4, patience=10.0, warm_up=0.05)
# Longer graphs than this are cut and run in parts unless graphnet is told otherwise, and what comes
# back is compiled at once: how long it waits with that is no matter of scale.
WHOLE_GRAPH = {"watermark": 1_000_000, "max_states": 10_000_000, "patience": 1}


def measure_scaling(depths: Sequence[int] = DEPTHS, progress: Progress = untold) -> list[Figure]:
    """Time a layer while the network grows: in depth, and with 8 layers in batch and width."""
    figures = []
    for depth in depths:
        result = _compare(progress, depth=depth)
        figures += [_compiling(result, depth), _running(f"depth {depth:,}: run", result, depth)]
    for batch in BATCHES:
        result = _compare(progress, depth=8, width=128, batch=batch)
        figures.append(_running(f"batch {batch:,} (width 128): run", result, 8))
    for width in WIDTHS:
        result = _compare(progress, depth=8, width=width, batch=32)
        figures.append(_running(f"width {width:,} (batch 32): run", result, 8))
    return figures


def _compare(progress: Progress, **options: int) -> Result:
    words = ", ".join(f"{name} {number:,}" for name, number in options.items())
    return compare(
        "deep",
        "torch",
        1,
        EFFORT,
        lambda what, done: progress(f"{words}: {what}", done),
        options=options,
        settings=WHOLE_GRAPH,
        before="deep",
    )


def _compiling(result: Result, depth: int) -> Figure:
    seconds = result.compile_s
    ours = None if seconds is None else seconds * 1e6 / depth
    return Figure(f"depth {depth:,}: compile", "µs a layer", ours, note=result.note)


def _running(name: str, result: Result, depth: int) -> Figure:
    ours, theirs = (
        None if time is None else time / depth for time in (result.ours_us, result.theirs_us)
    )
    return Figure(name, "µs a layer", ours, theirs, note=result.note)
