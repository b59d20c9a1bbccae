"""Timing small pieces of code: ``torch.utils.benchmark``.

What is timed must look at its results, as with ``.item()``, for tensors are computed when somebody
looks. Source: PyTorch's page ``torch.utils.benchmark``.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean, median, quantiles
from typing import Any

from graphnet.runtime.threads import get_num_threads, set_num_threads

__all__ = ["Measurement", "TaskSpec", "Timer", "timer"]

timer = timeit.default_timer

_UNITS = ((1e-9, "ns"), (1e-6, "us"), (1e-3, "ms"), (1.0, "s"))
_LEAST_SECONDS = 1e-4


@dataclass(frozen=True)
class TaskSpec:
    """What is timed, and what it is called."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        """A line for people."""
        shown = self.label or self.stmt
        return shown + (f": {self.sub_label}" if self.sub_label else "")


@dataclass
class Measurement:
    """Times of a piece of code.

    Attributes:
        number_per_run: how often it ran in each.
        raw_times: seconds of each run.
        task_spec: what was timed.
    """

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = field(default=None)

    @property
    def times(self) -> list[float]:
        """Seconds for one execution, of each run."""
        return [seconds / self.number_per_run for seconds in self.raw_times]

    @property
    def mean(self) -> float:
        """Their mean."""
        return mean(self.times)

    @property
    def median(self) -> float:
        """Their median."""
        return median(self.times)

    @property
    def iqr(self) -> float:
        """From their first quartile to the third."""
        if len(self.times) < 2:
            return 0.0
        first, _, third = quantiles(self.times, n=4, method="inclusive")
        return third - first

    @property
    def title(self) -> str:
        """A line for people."""
        return self.task_spec.title

    @property
    def num_threads(self) -> int:
        """How many threads it was given."""
        return self.task_spec.num_threads

    def __repr__(self) -> str:
        scale, unit = _unit_of(self.median)
        lines = [f"<{__name__}.Measurement object>", self.title]
        if self.task_spec.description:
            lines.append(self.task_spec.description)
        if len(self.times) > 1:
            lines.append(f"  Median: {self.median / scale:.2f} {unit}")
            lines.append(f"  IQR:    {self.iqr / scale:.2f} {unit}")
        else:
            lines.append(f"  {self.median / scale:.2f} {unit}")
        threads = "thread" if self.num_threads == 1 else "threads"
        runs = f"{len(self.times)} measurement{'s' if len(self.times) > 1 else ''}"
        lines.append(
            f"  {runs}, {self.number_per_run} runs per measurement, {self.num_threads} {threads}"
        )
        return "\n".join(lines)


def _unit_of(seconds: float) -> tuple[float, str]:
    """The largest unit that is not larger than a time."""
    fitting = [unit for unit in _UNITS if unit[0] <= seconds]
    return fitting[-1] if fitting else _UNITS[0]


class Timer:
    """Times a statement.

    >>> from graphnet.utils.benchmark import Timer
    >>> measured = Timer("sum(x)", globals={"x": [1, 2, 3]}).timeit(100)
    >>> measured.number_per_run, measured.mean > 0
    (100, True)
    """

    def __init__(
        self,
        stmt: str = "pass",
        setup: str = "pass",
        global_setup: str = "",
        timer: Callable[[], float] = timer,
        globals: dict[str, Any] | None = None,
        label: str | None = None,
        sub_label: str | None = None,
        description: str | None = None,
        env: str | None = None,
        num_threads: int = 1,
        language: Any = "py",
    ) -> None:
        names = {} if globals is None else dict(globals)
        self._task = TaskSpec(
            stmt, setup, global_setup, label, sub_label, description, env, num_threads
        )
        self._timer = timeit.Timer(stmt, setup, timer, names)

    def timeit(self, number: int = 1_000_000) -> Measurement:
        """Time so many executions, after a few to warm up."""
        before = get_num_threads()
        set_num_threads(self._task.num_threads)
        try:
            self._timer.timeit(max(number // 100, 2))
            return Measurement(number, [self._timer.timeit(number)], self._task)
        finally:
            set_num_threads(before)

    def blocked_autorange(
        self, callback: Callable[[int, float], Any] | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Time blocks of executions, each long enough to be measured, for so many seconds."""
        before = get_num_threads()
        set_num_threads(self._task.num_threads)
        try:
            number = 1
            least = max(min_run_time / 1000, _LEAST_SECONDS)
            while self._timer.timeit(number) < least:
                number *= 10
            times: list[float] = []
            while sum(times) < min_run_time:
                times.append(self._timer.timeit(number))
                if callback is not None:
                    callback(number, times[-1])
            return Measurement(number, times, self._task)
        finally:
            set_num_threads(before)

    def adaptive_autorange(
        self,
        threshold: float = 0.1,
        *,
        min_run_time: float = 0.01,
        max_run_time: float = 10.0,
        callback: Callable[[int, float], Any] | None = None,
    ) -> Measurement:
        """Time blocks until the quartiles lie within a share of the median."""
        found = self.blocked_autorange(callback, min_run_time)
        times = list(found.raw_times)
        while sum(times) < max_run_time:
            so_far = Measurement(found.number_per_run, times, self._task)
            if len(times) >= 4 and so_far.iqr / so_far.median < threshold:
                break
            times += self.blocked_autorange(callback, min_run_time).raw_times[:4]
        return Measurement(found.number_per_run, times, self._task)
