"""How far to go in a direction: a line search for the strong Wolfe conditions.

Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithms 3.5 and 3.6; the safeguards
are those of Schmidt's minFunc, which PyTorch's ``LBFGS`` has, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from graphnet._tensor import Tensor

_DECREASE = 1e-4
_FLATTENING = 0.9


class Trial(NamedTuple):
    """What was found at a step size.

    Attributes:
        size: how far from the start, in directions.
        loss: the loss there.
        gradient: its gradient, as a flat vector.
        slope: the derivative of the loss by the step size.
    """

    size: float
    loss: float
    gradient: Tensor
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Trial],
    start: Trial,
    size: float,
    reach: float,
    tolerance: float,
    most: int,
) -> tuple[Trial, int]:
    """A step that lowers the loss enough and makes the slope flat enough.

    Args:
        evaluate: tries a step size.
        start: the point where the search begins, of step size 0.
        size: the step size to try first.
        reach: the largest change of an element by a step of size 1.
        tolerance: changes smaller than this end the search.
        most: how many step sizes are tried after the first.

    Returns:
        The best step found, and how many were tried.
    """
    low, high, tried = _bracket(evaluate, start, size, most)
    stuck = False
    # The first trial is not among the `most`.
    while high is not None and tried <= most and abs(high.size - low.size) * reach >= tolerance:
        size, stuck = _within(low, high, stuck)
        trial = evaluate(size)
        tried += 1
        if not _decreases(start, trial) or trial.loss >= low.loss:
            low, high = _ordered(low, trial)
        elif _is_flat(start, trial):
            low, high = trial, None
        else:
            beyond = trial.slope * (high.size - low.size) >= 0
            low, high = trial, low if beyond else high
    return low, tried


def _bracket(
    evaluate: Callable[[float], Trial], start: Trial, size: float, most: int
) -> tuple[Trial, Trial | None, int]:
    """Two steps with a good one between them, the better first; or a good one alone."""
    before, trial, tried = start, evaluate(size), 1
    while tried <= most:
        if not _decreases(start, trial) or (tried > 2 and trial.loss >= before.loss):
            return (*_ordered(before, trial), tried)
        if _is_flat(start, trial):
            return trial, None, tried
        if trial.slope >= 0:
            return (*_ordered(before, trial), tried)
        least = trial.size + 0.01 * (trial.size - before.size)
        size = _cubic_minimum(before, trial, least, trial.size * 10)
        before, trial = trial, evaluate(size)
        tried += 1
    return (*_ordered(start, trial), tried)


def _decreases(start: Trial, trial: Trial) -> bool:
    return not trial.loss > start.loss + _DECREASE * trial.size * start.slope


def _is_flat(start: Trial, trial: Trial) -> bool:
    return abs(trial.slope) <= -_FLATTENING * start.slope


def _ordered(one: Trial, other: Trial) -> tuple[Trial, Trial]:
    return (one, other) if one.loss <= other.loss else (other, one)


def _within(low: Trial, high: Trial, stuck: bool) -> tuple[float, bool]:
    """A step size between two, and whether it is near one of them, which may happen once.

    Twice, or beyond them, would be little progress: then a tenth of their distance is kept.
    """
    first, last = sorted((low.size, high.size))
    size = _cubic_minimum(low, high, first, last)
    margin = 0.1 * (last - first)
    if min(last - size, size - first) >= margin:
        return size, False
    if not (stuck or size >= last or size <= first):
        return size, True
    return (last - margin if last - size < size - first else first + margin), False


def _cubic_minimum(one: Trial, other: Trial, least: float, greatest: float) -> float:
    """Where the cubic through two points with their slopes is least, within bounds."""
    left, right = (one, other) if one.size <= other.size else (other, one)
    width = right.size - left.size
    mean = left.slope + right.slope - 3 * (left.loss - right.loss) / -width
    square = mean * mean - left.slope * right.slope
    root = math.sqrt(square) if square >= 0 else math.nan
    curvature = right.slope - left.slope + 2 * root
    if math.isnan(root) or not curvature:
        return (least + greatest) / 2
    size = right.size - width * ((right.slope + root - mean) / curvature)
    return min(max(size, least), greatest)
