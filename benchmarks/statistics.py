"""What is made of times that were taken in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 4000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A median and the interval in which it lies with 95 % confidence."""

    median: float
    low: float
    high: float

    def overlaps(self, other: Estimate) -> bool:
        """Whether the two intervals have a point in common."""
        return self.low <= other.high and other.low <= self.high


def pairwise_ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """``theirs / ours``, pair by pair: above 1 we are faster.

    Raises:
        ValueError: there are not as many of the one as of the other.
    """
    return [their / our for our, their in zip(ours, theirs, strict=True)]


def estimate_median(values: Sequence[float], seed: int = 0) -> Estimate:
    """The median with a percentile bootstrap interval (Efron, 1979).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("the median of no values")
    sample = np.asarray(values, np.float64)
    draws = np.random.default_rng(seed).integers(0, len(sample), (RESAMPLES, len(sample)))
    medians = np.median(sample[draws], axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(medians, [tail, 1 - tail])
    return Estimate(float(np.median(sample)), float(low), float(high))
