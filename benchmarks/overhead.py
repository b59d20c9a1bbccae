"""What graphnet adds to numpy: µs per recorded operation, per step of a plan, per compiled node."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.figure import Figure
from benchmarks.progress import Progress, untold
from benchmarks.side import Side

now = time.perf_counter
REPEATS = 60
SHORT, LONG = 100, 400  # operations; a longer trace would be cut
DEPTH = 100
VISITS = 5


def measure_overhead(progress: Progress = untold) -> list[Figure]:
    """All figures, measured in a fresh process."""
    progress("a fresh process", 0.0)
    with Side(threads=1) as side:
        side.ask("load", framework="graphnet", threads=1)
        return [Figure(**figure) for figure in side.ask("overhead")]


def figures(torch: Any) -> list[dict[str, Any]]:
    """The fields of the figures, measured in this process."""
    first, second = compiling(torch)
    return [
        {"name": "recorder", "unit": "µs an operation", "ours": recording(torch), "at_most": 1.2},
        {
            "name": "plan, beyond numpy",
            "unit": "µs a step",
            "ours": planning(torch),
            "at_most": 0.3,
        },
        {"name": "run, beyond recording and plan", "unit": "µs a run", "ours": running(torch)},
        {"name": "first visit: record, interpret", "unit": "µs a node", "ours": first},
        {
            "name": "second visit: compile",
            "unit": "µs a node",
            "ours": second,
            "at_most": 250.0,
        },
    ]


def recording(torch: Any) -> float:
    """Microseconds to record one operation that was recorded before.

    The difference between a long trace and a short one, so that what happens once a trace does not
    count. The run is not timed.
    """
    x, y = torch.randn(10, requires_grad=True), torch.randn(10)

    def record(count: int) -> float:
        began = now()
        h = x
        for _ in range(count // 4):
            h = (h * y + x).relu() - y
        ended = now()
        h.tolist()
        return ended - began

    return _slope(record)


def planning(torch: Any) -> float:
    """Microseconds that a step of a plan takes beyond the numpy call in it."""
    x, y = torch.randn(10), torch.randn(10)

    def chain(x: Any, y: Any) -> Any:
        h = x
        for _ in range(LONG // 2):
            h = h * y + x
        return h

    program = torch.capture(chain, x, y)
    plan, inputs = program.plan, [x.numpy().copy(), y.numpy().copy()]
    lines = ["def run(x, y, b):", "    np.multiply(x, y, b)", "    np.add(b, x, b)"]
    lines += ["    np.multiply(b, y, b)", "    np.add(b, x, b)"] * (LONG // 2 - 1)
    scope: dict[str, Any] = {"np": np}
    exec("\n".join(lines), scope)  # code written just above
    buffer, bare = np.empty(10, np.float32), scope["run"]
    with np.errstate(all="ignore"):
        ours, numpy = _in_turns(lambda: plan(inputs), lambda: bare(*inputs, buffer))
    return (ours - numpy) / int(plan.steps)


def running(torch: Any) -> float:
    """Microseconds that a run takes beyond its plan: finding it, settling memory, starting anew."""
    x, y = torch.randn(10), torch.randn(10)
    program = torch.capture(lambda x, y: x * y, x, y)
    plan, inputs = program.plan, [x.numpy().copy(), y.numpy().copy()]

    def run() -> Any:
        return (x * y).tolist()

    values = run()
    ours, planned = _in_turns(run, lambda: plan(inputs))
    listed, _ = _in_turns(lambda: np.asarray(values).tolist(), lambda: None)
    return ours - planned - listed - recording(torch)


def compiling(torch: Any) -> tuple[float, float]:
    """Microseconds a node takes at the first visit and, beyond a later one, when it is compiled."""
    from benchmarks.workloads.deep import build
    from graphnet.trace.recorder import Recorder, recording

    firsts, seconds = [], []
    for _ in range(VISITS):
        with recording(Recorder()):
            torch.config.patience = 1
            step = build(torch, depth=DEPTH).step
            times, compiled = [], []
            for _ in range(VISITS):
                before, began = torch.explain().compiled, now()
                loss, gradient = step()
                loss.item(), gradient.numpy()
                times.append(now() - began)
                compiled.append(torch.explain().compiled > before)
        firsts.append(times[0])
        last = max(position for position, made in enumerate(compiled) if made)
        seconds.append(times[last] - min(times[last + 1 :]))
    nodes = len(torch.capture(build(torch, depth=DEPTH).step).graph.nodes)
    return median(firsts) * 1e6 / nodes, median(seconds) * 1e6 / nodes


def _slope(record: Callable[[int], float]) -> float:
    for count in (SHORT, LONG) * 3:
        record(count)
    pairs = [(record(SHORT), record(LONG)) for _ in range(REPEATS)]
    return median(long - short for short, long in pairs) * 1e6 / (LONG - SHORT)


def _in_turns(*calls: Callable[[], Any]) -> list[float]:
    """The median microseconds of each call."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(REPEATS + 3):
        for call, found in zip(calls, times, strict=True):
            began = now()
            for _ in range(20):
                call()
            found.append((now() - began) / 20)
    return [median(found[3:]) * 1e6 for found in times]
