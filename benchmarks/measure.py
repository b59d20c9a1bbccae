"""One comparison: agree first, then take turns."""

from __future__ import annotations

import math
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.agreement import disagreement
from benchmarks.environment import OthersLoad
from benchmarks.progress import Progress, untold
from benchmarks.result import AGAINST_ITSELF, Result
from benchmarks.side import Side, SideError
from benchmarks.statistics import estimate_median, pairwise_ratios

FIRST_STEPS = 8
"""How many steps both sides are compared over, and in which graphnet compiles.

An optimizer's first step makes its state, so that the second is the first that others repeat, and
up to four of those are interpreted.
"""


@dataclass(frozen=True)
class Effort:
    """How much time a comparison may take.

    Attributes:
        block: seconds that a block of steps should take on the faster side.
        rounds: how often the two sides take turns; a round is ours, theirs, theirs, ours.
        patience: seconds after which a comparison with long steps makes do with fewer rounds.
        warm_up: seconds that each side runs before it is timed.
    """

    block: float = 0.06
    rounds: int = 12
    patience: float = 25.0
    warm_up: float = 0.3


FULL = Effort()
QUICK = Effort(block=0.02, rounds=4, patience=6.0, warm_up=0.05)
FEWEST_ROUNDS = 3


def compare(
    workload: str,
    peer: str,
    threads: int,
    effort: Effort = FULL,
    progress: Progress = untold,
    *,
    options: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    before: str | None = None,
) -> Result:
    """Time a workload in graphnet and in a peer; with ``A/A``, in torch and in torch.

    The result has no ratio, but a note, where the peer is not there, a side fails, or the two do
    not compute the same.

    Args:
        options: arguments for the workload's ``build``.
        settings: what to change in ``graphnet.config``.
        before: a workload that both sides run first, so that what happens once a process (imports
            that wait until something is compiled) does not count.
    """
    blank = Result(workload, peer, threads)
    names = ("torch", "torch") if peer == AGAINST_ITSELF else ("graphnet", peer)
    with ExitStack() as stack:
        sides = [stack.enter_context(Side(threads)) for _ in names]
        for name, side in zip(names, sides, strict=True):
            try:
                progress(f"{name} starts", 0.0)
                side.ask("load", framework=name, threads=threads)
                side.ask("configure", settings=settings or {})
                if before is not None:
                    side.ask("build", workload=before, options={})
                    side.ask("first", steps=FIRST_STEPS)
                side.ask("build", workload=workload, options=options or {})
            except SideError as error:
                return replace(blank, note=f"{name}: {error}")
        try:
            return _compare(blank, names, sides, effort, progress)
        except SideError as error:
            return replace(blank, note=str(error))


def _compare(
    blank: Result,
    names: tuple[str, str],
    sides: list[Side],
    effort: Effort,
    progress: Progress,
) -> Result:
    firsts, difference = _first_steps(names, sides, progress)
    if difference:
        return replace(blank, correct=False, note=f"differs from {names[1]}: {difference}")
    progress("warm-up", 0.0)
    steps, round_seconds = _calibrate(names, sides, effort)
    affordable = math.floor(effort.patience / round_seconds)
    rounds = max(FEWEST_ROUNDS, min(effort.rounds, affordable))
    with OthersLoad([side.process.pid for side in sides]) as others:
        ours, theirs = _take_turns(names, sides, steps, rounds, progress)
    estimate = estimate_median(pairwise_ratios(ours, theirs))
    mine, other = median(ours), median(theirs)
    compile_s, theirs_compile_s = (
        max(0.0, sum(seconds) - FIRST_STEPS * later)
        for seconds, later in zip(firsts, (mine, other), strict=True)
    )
    return replace(
        blank,
        ratio=estimate.median,
        low=estimate.low,
        high=estimate.high,
        ours_us=mine * 1e6,
        theirs_us=other * 1e6,
        compile_s=compile_s,
        theirs_compile_s=theirs_compile_s,
        break_even=math.ceil(compile_s / (other - mine)) if other > mine else None,
        correct=True,
        pairs=len(ours),
        steps=steps,
        load=others.cores,
    )


def _first_steps(
    names: tuple[str, str], sides: list[Side], progress: Progress
) -> tuple[list[list[float]], str]:
    """The seconds of the first steps of each side, and in what they differ."""
    firsts, seen = [], []
    with tempfile.TemporaryDirectory() as folder:
        for position, (name, side) in enumerate(zip(names, sides, strict=True)):
            progress(f"{name}: first steps", 0.0)
            path = str(Path(folder) / f"{position}.npz")
            firsts.append(_told(name, side, "first", steps=FIRST_STEPS, path=path))
            with np.load(path) as arrays:
                seen.append({key: arrays[key] for key in arrays})
    return firsts, disagreement(*seen)


def _told(name: str, side: Side, do: str, **arguments: Any) -> Any:
    """Ask, and say who it was that failed."""
    try:
        return side.ask(do, **arguments)
    except SideError as error:
        raise SideError(f"{name}: {error}") from error


def _calibrate(names: tuple[str, str], sides: list[Side], effort: Effort) -> tuple[int, float]:
    """How many steps make a block, and the seconds of a round of such blocks.

    Both sides run equally many, so that programs that draw numbers stay in step.
    """
    steps, spent = 1, 0.0
    while True:
        seconds = [_told(n, s, "run", steps=steps) for n, s in zip(names, sides, strict=True)]
        spent += min(seconds)
        if min(seconds) >= effort.block / 2 or steps >= 1_000_000:
            if spent >= effort.warm_up or min(seconds) > effort.warm_up:
                break
            continue
        steps = math.ceil(steps * min(10.0, effort.block / max(min(seconds), 1e-6)))
    steps = max(1, round(steps * effort.block / min(seconds)))
    return steps, 2 * sum(seconds) * max(1.0, effort.block / min(seconds))


def _take_turns(
    names: tuple[str, str], sides: list[Side], steps: int, rounds: int, progress: Progress
) -> tuple[list[float], list[float]]:
    """The seconds of a step in each block, in the order ours, theirs, theirs, ours."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        progress(f"{steps} steps a block", number / rounds)
        for turn in (0, 1, 1, 0):
            # What waits in the other process (threads of BLAS spin for a while) must come to rest.
            time.sleep(_REST if sides[0].threads > 1 else 0.0)
            times[turn].append(_told(names[turn], sides[turn], "run", steps=steps) / steps)
    return times


_REST = 0.05
