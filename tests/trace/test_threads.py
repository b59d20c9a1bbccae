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


def test_two_threads_hand_each_other_what_they_recorded() -> None:
    """Each waits for the other's trace, and holds its own: neither may wait for ever."""
    queues: list[SimpleQueue[Any]] = [SimpleQueue(), SimpleQueue()]
    seen: list[list[bool]] = [[], []]

    def exchange(place: int) -> None:
        total = torch.zeros(2)
        for number in range(300):
            queues[1 - place].put(torch.ones(2) * number)
            got = queues[place].get()
            total += got  # an update, whose operand the other thread has recorded
            seen[place].append((got + 1).tolist() == [number + 1.0] * 2)
        seen[place].append(total.tolist() == [sum(range(300))] * 2)

    threads = [threading.Thread(target=exchange, args=(place,), daemon=True) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == [[True] * 301] * 2


def test_a_view_is_made_though_another_thread_runs_the_trace() -> None:
    """Between the look-up of a view and its making the trace may be run."""
    stop = threading.Event()
    latest: list[Any] = [torch.zeros(2)]

    def look() -> None:
        while not stop.is_set():
            latest[0].tolist()

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        for number in range(300):
            x = w * number
            latest[0] = x.detach()
            part = x.view(2, 1)[1:]
            latest[0] = part.detach() + 1
            first, second = (x * 2).unbind()
            (gradient,) = torch.autograd.grad((part * 3).sum() + first + second, [w])
            assert gradient.tolist() == [2.0 * number, 5.0 * number]
    finally:
        stop.set()
        watcher.join(60)


def test_threads_train_side_by_side() -> None:
    """Each has a trace of its own, and what one computes does not depend on the others."""

    def train(results: list[list[float]], place: int) -> None:
        w = torch.tensor([float(place), 1.0], requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        for _ in range(100):
            optimizer.zero_grad()
            distance = w - 3
            distance.register_hook(lambda gradient: gradient * 2)
            (distance**2).sum().backward()
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
