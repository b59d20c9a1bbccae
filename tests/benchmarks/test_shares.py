"""Counting products, timing the lines of plans, and the overheads."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

import graphnet as torch
from benchmarks.overhead import compiling, planning
from benchmarks.plan_lines import LineTimer
from benchmarks.products import PRODUCTS, ProductCounter, peak_flops
from benchmarks.shares import OUTSIDE, take_apart


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> ProductCounter:
    for name in PRODUCTS:
        monkeypatch.setattr(np, name, getattr(np, name))  # puts them back at the end
    made = ProductCounter()
    made.install()
    return made


def test_products_are_counted_and_still_computed(counter: ProductCounter) -> None:
    x, y = np.ones((3, 5), np.float32), np.ones((2, 5, 7), np.float32)
    assert np.matmul(x, y).shape == (2, 3, 7)
    assert counter.flops == 2 * 2 * 3 * 5 * 7
    assert np.dot(x[0], x[0]) == 5
    assert counter.flops == 2 * 2 * 3 * 5 * 7 + 2 * 5
    assert counter.seconds > 0
    counter.reset()
    assert (counter.flops, counter.seconds) == (0, 0.0)


def step_of(size: int) -> Callable[[], None]:
    x, w = torch.randn(size, size), torch.randn(size, size)

    def step() -> None:
        (x @ w).exp().sum().item()

    return step


def test_lines_of_plans_are_told_apart() -> None:
    step = step_of(8)
    for _ in range(3):
        step()
    with LineTimer(lambda: 0.0) as lines:
        step()
    assert {"matmul", "exp", "sum"} <= lines.seconds.keys()
    assert all(seconds > 0 for seconds in lines.seconds.values())
    assert lines.inside >= sum(lines.seconds.values())


def test_shares_make_a_whole(counter: ProductCounter) -> None:
    step = step_of(64)

    def run(steps: int) -> float:
        step()
        began = time.perf_counter()
        for _ in range(steps):
            step()
        return time.perf_counter() - began

    found = take_apart(run, counter, seconds=0.02)
    assert 0 < found["products"] < 1
    assert {"exp", "sum", OUTSIDE} <= found["rest"].keys()
    assert found["products"] + sum(found["rest"].values()) >= 0.99
    assert found["gflops"] > 0
    assert list(found["rest"].values()) == sorted(found["rest"].values(), reverse=True)


def test_the_peak_is_a_number_of_operations_a_second() -> None:
    assert peak_flops(size=64, repeats=2) > 1e6


def test_compiling_is_told_by_the_node() -> None:
    first, second = compiling(torch)
    assert first > 0
    assert second > 0


def test_a_plan_calls_numpy_and_little_else() -> None:
    assert abs(planning(torch)) < 100  # microseconds a step: it is measured at all
