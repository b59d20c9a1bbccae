"""Where the time of a step goes: matrix products, other operations, and what is not in plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.plan_lines import LineTimer
from benchmarks.products import ProductCounter, peak_flops
from benchmarks.progress import Progress, untold
from benchmarks.side import Side, SideError

OUTSIDE = "recording and looking up"
SECONDS = 0.5


@dataclass(frozen=True)
class Shares:
    """A step of graphnet, taken apart. All shares are of the step's time.

    Attributes:
        workload: whose step.
        threads: how many threads there were.
        step_us: its time in microseconds.
        products: the share of matrix products.
        gflops: what those computed, in 10⁹ operations a second.
        peak_gflops: what a product of large square matrices reaches in the same process.
        rest: the other shares: an operation each, without the products in it, and what happens
            outside plans. None if there are no figures.
        note: why there are no figures.
    """

    workload: str
    threads: int
    step_us: float = 0.0
    products: float = 0.0
    gflops: float = 0.0
    peak_gflops: float = 0.0
    rest: dict[str, float] | None = None
    note: str = ""

    @property
    def of_peak(self) -> float:
        """The share of the peak that the products reach."""
        return self.gflops / self.peak_gflops if self.peak_gflops else 0.0


def shares_of(workload: str, threads: int, progress: Progress = untold) -> Shares:
    """Take a step of a workload apart, in a process of its own."""
    with Side(threads) as side:
        progress("graphnet, taken apart", 0.0)
        try:
            side.ask("count_products")
            side.ask("load", framework="graphnet", threads=threads)
            side.ask("build", workload=workload, options={})
            side.ask("first", steps=5)
            found: dict[str, Any] = side.ask("take_apart", seconds=SECONDS)
        except SideError as error:
            return Shares(workload, threads, note=str(error))
    return Shares(workload, threads, **found)


def take_apart(
    run: Callable[[int], float], counter: ProductCounter, seconds: float
) -> dict[str, Any]:
    """The figures of :class:`Shares`, measured in this process.

    Products are counted in a run of their own: telling the lines of plans apart slows down what is
    between them.
    """
    steps = max(1, round(seconds / max(run(3) / 3, 1e-6)))
    run(steps)
    counter.reset()
    total, flops_before = run(steps), counter.flops
    timed = steps + (1 if steps > 1 else 0)  # `run` has a step before those it times
    products = counter.seconds * steps / timed
    gflops = flops_before / counter.seconds / 1e9 if counter.seconds else 0.0
    with LineTimer(lambda: counter.seconds) as lines:
        run(steps)
    scale = 1 / timed / (total / steps)
    rest = {name: spent * scale for name, spent in lines.seconds.items()}
    rest[OUTSIDE] = max(0.0, 1 - products / total - sum(rest.values()))
    return {
        "step_us": total / steps * 1e6,
        "products": products / total,
        "gflops": gflops,
        "peak_gflops": peak_flops() / 1e9,
        "rest": dict(sorted(rest.items(), key=lambda item: -item[1])),
    }
