"""Results get a storage when it is asked for; nobody can tell, whenever that is."""

from __future__ import annotations

import copy
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

import graphnet as torch


def made() -> Any:
    return torch.tensor([1.0, 2.0]) + 1


def test_a_result_that_is_read_or_looked_at_needs_none() -> None:
    x = made()
    y = x * 2
    assert y.tolist() == [4.0, 6.0]
    assert x._stored is None
    assert y._stored is None
    assert x.tolist() == [2.0, 3.0]  # it was computed with y, as it was alive


@pytest.mark.parametrize("is_run", [False, True], ids=["before the run", "after it"])
@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (lambda x: x.view(2, 1).add_(1), [3.0, 4.0]),
        (lambda x: x.detach().mul_(2), [4.0, 6.0]),
        (lambda x: x.__setitem__(0, 9), [9.0, 3.0]),
        (lambda x: x.numpy().__setitem__(0, 9), [9.0, 3.0]),
        (lambda x: setattr(x, "data", torch.tensor([5.0, 6.0])), [5.0, 6.0]),
        (lambda x: x.requires_grad_().sum().backward(), [2.0, 3.0]),
        (lambda x: copy.deepcopy(x).zero_(), [2.0, 3.0]),
    ],
    ids=["view", "detach", "store", "numpy", "data", "leaf", "copy"],
)
def test_memory_is_shared_as_ever(
    use: Callable[[Any], Any], expected: list[float], is_run: bool
) -> None:
    for _ in range(3):  # interpreted, compiled, replayed
        x = made()
        if is_run:
            assert x.tolist() == [2.0, 3.0]
        use(x)
        assert (x * 1).tolist() == expected
        assert x.tolist() == expected


def test_a_view_outlives_its_base() -> None:
    x = made()
    view = x[1:]
    del x
    gc.collect()
    assert view.tolist() == [3.0]


def test_versions_count_from_the_beginning() -> None:
    x = made()
    assert x._version == 0
    x += 1
    assert x._version == 1


def test_two_threads_ask_for_one_storage() -> None:
    for _ in range(50):
        x = made()
        start = threading.Barrier(2)
        seen: list[Any] = []

        def ask(x: Any = x, start: Any = start, seen: list[Any] = seen) -> None:
            start.wait()
            seen.append(x._storage)

        other = threading.Thread(target=ask)
        other.start()
        ask()
        other.join()
        assert seen[0] is seen[1]
        assert x.tolist() == [2.0, 3.0]


def test_a_captured_program_returns_results_and_keeps_others() -> None:
    kept: list[Any] = []

    def program(x: Any) -> Any:
        kept.append(x + 1)
        return x * 2

    captured = torch.capture(program, torch.tensor([1.0]))
    assert kept[0].tolist() == [2.0]
    assert captured.run(torch.tensor([4.0])).tolist() == [8.0]
