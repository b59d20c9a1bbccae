"""Memory that processes share."""

from __future__ import annotations

import io
import multiprocessing
from typing import Any

import pytest

import graphnet as torch


def step(model: Any, total: Any) -> None:
    """Train a step in another process, with its own trace."""
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    total += 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_what_another_process_writes_is_seen(method: str) -> None:
    model = torch.nn.Linear(2, 1, bias=False)
    assert not model.weight.is_shared()
    weight = model.weight
    assert model.share_memory() is model
    assert model.weight is weight
    assert weight.is_shared()
    assert weight.requires_grad
    before = weight.tolist()
    total = torch.zeros(1).share_memory_()
    compiled = [(total + weight.sum()).item() for _ in range(3)]
    for _ in range(2):
        process = multiprocessing.get_context(method).Process(target=step, args=(model, total))
        process.start()
        process.join()
        assert process.exitcode == 0
    assert total.item() == 2
    assert weight[0].tolist() == pytest.approx([before[0][0] - 2, before[0][1] - 2])
    assert (total + weight.sum()).item() == pytest.approx(compiled[0] - 2)


def answer(inbox: Any, outbox: Any) -> None:
    """Write to what came through a pipe, and say what was there."""
    shared, copied = inbox.recv()
    outbox.send([shared.tolist(), copied.tolist(), copied])
    shared[0] = copied[0] = 5


def test_tensors_through_a_pipe() -> None:
    context = multiprocessing.get_context("spawn")
    (inbox, give), (take, outbox) = context.Pipe(duplex=False), context.Pipe(duplex=False)
    process = context.Process(target=answer, args=(inbox, outbox))
    process.start()
    shared, copied = torch.tensor([1, 2]).share_memory_(), torch.tensor([3, 4])
    give.send([shared, copied])
    assert take.recv()[:2] == [[1, 2], [3, 4]]
    process.join()
    assert (shared.tolist(), copied.tolist()) == ([5, 2], [3, 4])


def test_saved_is_what_the_memory_holds() -> None:
    stream = io.BytesIO()
    shared = torch.ones(2).share_memory_()
    torch.save(shared, stream)
    stream.seek(0)
    shared[0] = 3
    loaded = torch.load(stream)
    assert (loaded.tolist(), loaded.is_shared()) == ([1.0, 1.0], False)


def test_sharing_keeps_values_and_views_of_empty_and_odd_tensors() -> None:
    x = torch.arange(6).reshape(2, 3).t().share_memory_()
    assert x.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert x.is_shared()
    assert x[1].is_shared()
    assert torch.ones(0).share_memory_().shape == (0,)
