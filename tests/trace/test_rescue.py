"""A run that fails: what does not depend on the failure is computed, the rest says it is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.errors import AutogradError

GOOD, BAD = torch.tensor([0]), torch.tensor([7])


def lost(tensor: Any) -> bool:
    try:
        tensor.tolist()
    except AutogradError as error:
        return "value was lost" in str(error)
    return False


def program(index: Any) -> tuple[Any, ...]:
    """Values before, after and beside what fails; the last one is what does."""
    x = torch.tensor([1.0, 2.0]) + 1
    counts = torch.zeros(2)
    counts.add_(1)
    chosen = torch.tensor([3.0])[index]
    after = x * 2
    return x, counts, after, chosen * 2, chosen


@pytest.mark.parametrize("visits", [0, 1, 3], ids=["interpreted", "compiled", "replayed"])
def test_values_that_do_not_depend_on_what_failed_are_there(visits: int) -> None:
    for _ in range(visits):
        x, counts, after, dependent, chosen = program(GOOD)
        assert chosen.tolist() == [3.0]
    x, counts, after, dependent, chosen = program(BAD)
    with pytest.raises(IndexError, match="index 7 is out of bounds"):
        chosen.tolist()
    assert (x.tolist(), counts.tolist(), after.tolist()) == ([2, 3], [1, 1], [4, 6])
    assert lost(chosen)
    assert lost(dependent)
    with pytest.raises(AutogradError, match="value was lost"):
        chosen + 1
    x.add_(1)  # they have memory of their own
    assert (x.tolist(), after.tolist()) == ([3, 4], [4, 6])


def test_random_numbers_are_drawn_once() -> None:
    torch.manual_seed(0)
    expected, following = torch.rand(3).tolist(), torch.rand(3).tolist()
    torch.manual_seed(0)
    numbers = torch.rand(3)
    with pytest.raises(IndexError):
        numbers[BAD].tolist()
    assert numbers.tolist() == expected
    assert torch.rand(3).tolist() == following


def test_a_plan_that_failed_does_not_draw_again() -> None:
    def drawn(index: Any) -> tuple[Any, Any]:
        numbers = torch.rand(3)
        return numbers, torch.tensor([3.0])[index]

    for _ in range(3):
        numbers, chosen = drawn(GOOD)
        assert chosen.tolist() == [3.0]
    numbers, chosen = drawn(BAD)
    with pytest.raises(IndexError):
        chosen.tolist()
    assert lost(numbers)


def test_older_memory_keeps_its_values() -> None:
    for index in (GOOD, GOOD, GOOD, BAD):
        old = torch.zeros(2)
        assert old.tolist() == [0, 0]
        chosen = torch.tensor([3.0])[index]
        old.add_(chosen)
        if index is BAD:
            with pytest.raises(IndexError):
                old.tolist()
            assert old.tolist() == [0, 0]
        else:
            assert old.tolist() == [3, 3]


def test_a_history_ends_with_the_run_that_failed() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with pytest.raises(IndexError):
        y[BAD].tolist()
    assert lost(y)
    (x * 3).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3, 3])
