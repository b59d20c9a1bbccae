"""Operations on many tensors in memory: each enters the trace anew, and reads what is there."""

from __future__ import annotations

import random

import numpy as np
import pytest

import graphnet as torch
from graphnet.trace.leaves import MANY, entering_anew
from graphnet.trace.recorder import current_recorder


def memory(size: int) -> list[torch.Tensor]:
    """Tensors that are settled: rows of one, views of one, and results of an operation."""
    torch.manual_seed(0)
    rows = list(torch.randn(size, 3))
    views = [torch.tensor([float(n), 1.0, 2.0]).unsqueeze(0)[0] for n in range(size)]
    made = [torch.full((3,), float(n)) * 2 for n in range(size)]
    torch.stack(made).sum().item()
    return rows + views + made


@pytest.mark.parametrize("join", [torch.stack, torch.cat])
def test_selections_that_overlap_are_one_trace(join):
    drawn, tensors = random.Random(0), memory(20)
    cache = current_recorder().cache

    def step():
        first, second = drawn.sample(tensors, MANY), drawn.choices(tensors, k=MANY)
        found = (join(first) * 2).sum() + join(second).sum()
        expected = 2 * np.sum([t.tolist() for t in first]) + np.sum([t.tolist() for t in second])
        assert found.item() == pytest.approx(expected, rel=1e-5)

    step()
    states = cache.states
    for _ in range(20):
        step()
    assert cache.states == states


def test_what_is_written_afterwards_is_not_seen_and_what_was_written_before_is():
    for _ in range(4):  # interpreted at first, later by a plan
        tensors = [torch.full((2,), float(n)) for n in range(MANY)]
        torch.stack(tensors).sum().item()
        tensors[1].add_(100)
        first = torch.stack(tensors)
        tensors[2].mul_(0).sub_(7)
        second = torch.stack(tensors[::-1])
        expected = np.repeat(np.arange(MANY, dtype=np.float32), 2).reshape(MANY, 2)
        expected[1] += 100
        np.testing.assert_array_equal(first.numpy(), expected)
        expected[2] = -7
        np.testing.assert_array_equal(second.numpy(), expected[::-1])
        np.testing.assert_array_equal(tensors[2].numpy(), [-7, -7])


def test_gradients_reach_those_that_want_them():
    for _ in range(3):
        parameter = torch.ones(2, requires_grad=True)
        constants = [torch.full((2,), float(n)) for n in range(MANY)]
        torch.stack(constants).sum().item()
        joined = torch.stack([*constants, parameter, parameter * 2])
        (joined * joined).sum().backward()
        np.testing.assert_array_equal(parameter.grad.numpy(), [10, 10])


def test_few_tensors_wanting_gradients_or_shared_with_numpy_stay_themselves():
    few = [torch.ones(2) for _ in range(MANY - 1)]
    assert entering_anew(few) is few
    parameter = torch.ones(2, requires_grad=True)
    shared = torch.from_numpy(np.ones(2, np.float32))
    pending = torch.ones(2) + 1
    many = [parameter, shared, pending] * MANY
    assert all(new is old for new, old in zip(entering_anew(many), many, strict=True))


def test_what_numpy_writes_is_seen():
    array = np.zeros(2, np.float32)
    shared = torch.from_numpy(array)
    others = [torch.zeros(2) for _ in range(MANY)]
    for number in range(4):
        array[:] = number
        assert torch.stack([shared, *others]).sum().item() == 2 * number


def test_transformed_functions_join_what_is_outside_of_them():
    outside = [torch.full((2,), float(n)) for n in range(MANY)]
    torch.stack(outside).sum().item()
    found = torch.func.vmap(lambda x: torch.stack([*outside, x]).sum(0))(torch.eye(2))
    np.testing.assert_array_equal(found.numpy(), np.eye(2) + sum(range(MANY)))


def test_a_captured_program_joins_what_it_is_run_with():
    tensors = [torch.full((2,), float(n)) for n in range(MANY)]
    torch.stack(tensors).sum().item()
    program = torch.capture(lambda *given: torch.stack(given).sum(0), *tensors)
    found = program.run(*[tensor + 100 for tensor in tensors])
    assert found.tolist() == [sum(range(MANY)) + 100 * MANY] * 2


def test_what_a_transformed_function_looked_at_keeps_its_history():
    def function(x):
        parts = [x[n] * 2 for n in range(MANY)]
        assert all(part.item() == 2 * n for n, part in enumerate(parts))
        return torch.stack(parts).pow(2).sum()

    x = torch.arange(float(MANY))
    np.testing.assert_array_equal(torch.func.grad(function)(x).numpy(), 8 * x.numpy())
