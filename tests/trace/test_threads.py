"""Threads that look at each other's tensors while these are being computed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest

import graphnet as torch


@pytest.fixture(autouse=True)
def hasty_switching() -> Iterator[None]:
    """Let threads take turns after a few instructions, not after milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_another_thread_may_look_while_its_owner_goes_on() -> None:
    """The owner records and never looks; the other looks at what is handed over, at any moment."""
    handed: SimpleQueue[Any] = SimpleQueue()
    seen: list[bool] = []

    def look() -> None:
        while (pair := handed.get()) is not None:
            number, tensor = pair
            seen.append(tensor.tolist() == [number + 1.0, number + 2.0])

    watcher = threading.Thread(target=look)
    watcher.start()
    ones, total = torch.ones(2), torch.zeros(2)
    for number in range(2000):
        x = torch.tensor([number, number + 1.0])
        total = total + ones
        handed.put((number, x + ones))
    handed.put(None)
    watcher.join()
    assert seen == [True] * 2000
    assert total.tolist() == [2000.0, 2000.0]


def test_threads_train_side_by_side() -> None:
    """Each has a trace of its own, and what one computes does not depend on the others."""

    def train(results: list[list[float]], place: int) -> None:
        w = torch.tensor([float(place), 1.0], requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        for _ in range(100):
            optimizer.zero_grad()
            ((w - 3) ** 2).sum().backward()
            optimizer.step()
        results[place] = w.tolist()

    alone: list[list[float]] = [[]] * 4
    for place in range(4):
        train(alone, place)
    together: list[list[float]] = [[]] * 4
    threads = [threading.Thread(target=train, args=(together, place)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
