"""Timing statements."""

from __future__ import annotations

import itertools

import pytest

from graphnet.utils.benchmark import Measurement, TaskSpec, Timer


def test_statements_are_timed_by_the_clock_that_is_given() -> None:
    ticks = itertools.count()
    measured = Timer("pass", timer=lambda: float(next(ticks)), num_threads=1).timeit(10)
    assert measured.raw_times == [1.0]
    assert measured.mean == measured.median == 0.1


def test_names_and_setup_are_seen() -> None:
    calls: list[int] = []
    Timer("f(k)", "k = 2", globals={"f": calls.append}).timeit(300)
    assert calls == [2] * 303  # three to warm up


def test_blocks_last_long_enough() -> None:
    ticks = itertools.count()
    timer = Timer("pass", timer=lambda: next(ticks) * 0.25)
    measured = timer.blocked_autorange(min_run_time=1.0)
    assert measured.raw_times == [0.25] * 4
    assert measured.number_per_run == 1


def test_a_measurement_is_shown_in_its_unit() -> None:
    measured = Measurement(10, [2e-5, 4e-5, 6e-5], TaskSpec("f()", "pass", label="f"))
    assert measured.median == pytest.approx(4e-6)
    assert measured.iqr == pytest.approx(2e-6)
    assert "Median: 4.00 us" in repr(measured)
