"""Pairwise ratios and the bootstrap."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.statistics import Estimate, estimate_median, pairwise_ratios

times = st.floats(1e-7, 1e3)
samples = st.lists(times, min_size=1, max_size=40)


@given(st.lists(st.tuples(times, times), min_size=1))
def test_a_ratio_says_how_many_times_as_fast_we_are(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = zip(*pairs, strict=True)
    for ratio, (our, their) in zip(pairwise_ratios(ours, theirs), pairs, strict=True):
        assert math.isclose(ratio * our, their)
        assert (ratio > 1) == (our < their) or math.isclose(our, their)


def test_pairs_must_be_complete() -> None:
    with pytest.raises(ValueError, match="zip"):
        pairwise_ratios([1.0, 2.0], [1.0])


@given(samples)
def test_the_median_lies_in_its_interval_and_that_among_the_values(values: list[float]) -> None:
    estimate = estimate_median(values)
    assert estimate.median == pytest.approx(statistics.median(values))
    assert min(values) <= estimate.low * (1 + 1e-12)
    assert estimate.low <= estimate.median * (1 + 1e-12)
    assert estimate.median <= estimate.high * (1 + 1e-12)
    assert estimate.high <= max(values) * (1 + 1e-12)


@given(samples, st.floats(0.01, 100))
def test_the_unit_does_not_matter(values: list[float], unit: float) -> None:
    plain, scaled = estimate_median(values), estimate_median([unit * value for value in values])
    for name in ("low", "median", "high"):
        assert getattr(scaled, name) == pytest.approx(unit * getattr(plain, name))


def test_the_interval_holds_the_true_median_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        estimate = estimate_median(list(random.lognormal(0.0, 0.2, 24)))
        held += estimate.low <= 1.0 <= estimate.high
    assert 0.90 <= held / 200 <= 0.99


def test_more_pairs_make_a_narrower_interval() -> None:
    random = np.random.default_rng(0)
    few, many = (estimate_median(list(random.lognormal(0, 0.2, n))) for n in (10, 400))
    assert many.high - many.low < (few.high - few.low) / 2


def test_no_values_have_no_median() -> None:
    with pytest.raises(ValueError, match="no values"):
        estimate_median([])


@pytest.mark.parametrize(
    ("low", "high", "overlaps"),
    [(0.5, 0.8, False), (0.5, 1.0, True), (2.5, 3.0, False), (1, 9, True)],
)
def test_intervals_overlap_if_they_share_a_point(low: float, high: float, overlaps: bool) -> None:
    one, other = Estimate(1.5, 1.0, 2.0), Estimate((low + high) / 2, low, high)
    assert one.overlaps(other) is other.overlaps(one) is overlaps
