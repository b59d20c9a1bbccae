"""Tensors that change places."""

from __future__ import annotations

import graphnet as torch


def test_tensors_exchange_all_that_they_are() -> None:
    one, other = torch.arange(2), torch.nn.Parameter(torch.ones(3))
    one.note = "one"
    torch.utils.swap_tensors(one, other)
    assert isinstance(one, torch.nn.Parameter)
    assert not isinstance(other, torch.nn.Parameter)
    assert one.tolist() == [1.0, 1.0, 1.0]
    assert (other.tolist(), other.note) == ([0, 1], "one")


def test_what_is_pending_is_computed_first() -> None:
    x = torch.ones(2)
    one, other = x + 1, x * 5
    torch.utils.swap_tensors(one, other)
    assert (one + other).tolist() == [7.0, 7.0]
    assert one.tolist() == [5.0, 5.0]
    other.add_(1)
    assert other.tolist() == [3.0, 3.0]


def test_optimizers_and_modules_see_the_exchange() -> None:
    layer = torch.nn.Linear(1, 2, bias=False)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    torch.utils.swap_tensors(layer.weight, torch.nn.Parameter(torch.ones(2, 1)))
    layer(torch.ones(1, 1)).sum().backward()
    optimizer.step()
    assert layer.weight.tolist() == [[0.5], [0.5]]


def test_gradients_are_exchanged_too() -> None:
    one, other = torch.ones(1, requires_grad=True), torch.zeros(1)
    (one * 3).backward()
    torch.utils.swap_tensors(one, other)
    assert (one.grad, other.grad.item()) == (None, 3.0)
    assert other.requires_grad
