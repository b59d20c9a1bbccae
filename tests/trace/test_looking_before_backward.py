"""A look at a result does not change the gradients of what it was computed from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import graphnet as torch
from graphnet.nn import functional as F

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# Functions whose gradient formula asks whether the second operand wants a gradient.
OF_SECOND: dict[str, Loss] = {
    "mse_loss": F.mse_loss,
    "l1_loss": F.l1_loss,
    "smooth_l1_loss": F.smooth_l1_loss,
    "huber_loss": F.huber_loss,
    "kl_div": lambda x, y: F.kl_div(x, y, reduction="sum"),
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "poisson_nll_loss": lambda x, y: F.poisson_nll_loss(x, y, log_input=False),
    "pow": lambda x, y: (x**y).sum(),
    "xlogy": lambda x, y: torch.xlogy(x, y).sum(),
}

VIEWS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "itself": lambda x: x,
    "column": lambda x: x[:, 0],
    "transposed": lambda x: x.t()[1],
}


def _gradient(loss: Loss, view: Callable[[torch.Tensor], torch.Tensor], look: bool) -> object:
    weight = torch.tensor([[0.2, 0.7], [0.4, 0.1], [0.6, 0.3]], requires_grad=True)
    seen = view(weight * 1)
    given = torch.full(tuple(seen.shape), 0.3)
    found = loss(given, seen)
    if look:
        found.item()
    found.backward()
    return weight.grad


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", OF_SECOND)
def test_gradients_of_the_second_operand_stay(name: str, view: str) -> None:
    plain = _gradient(OF_SECOND[name], VIEWS[view], look=False)
    looked = _gradient(OF_SECOND[name], VIEWS[view], look=True)
    assert isinstance(plain, torch.Tensor)
    assert isinstance(looked, torch.Tensor)
    assert plain.abs().sum() > 0
    np.testing.assert_allclose(looked.numpy(), plain.numpy(), rtol=1e-6)


@pytest.mark.parametrize("look", [False, True])
def test_gradients_of_intermediates_are_retained(look: bool) -> None:
    for _ in range(3):
        weight = torch.tensor([1.0, 2.0], requires_grad=True)
        first = weight * 2
        second = first * first
        if look:
            second.sum().item()
        third = second * 3
        loss = third.sum()
        for each in (first, second, third):
            each.retain_grad()
        if look:
            loss.item()
        loss.backward(retain_graph=True)
        found = [each.grad for each in (first, second, third)]
        assert [grad.tolist() for grad in found if grad is not None] == [[12, 24], [3, 3], [1, 1]]
        loss.backward()
        assert first.grad is not None
        assert first.grad.tolist() == [24, 48]


def test_many_writes_through_data_go_unnoticed() -> None:
    weight = torch.ones(3, requires_grad=True)
    loss = (weight * weight).sum()
    loss.item()
    for step in range(100):
        weight.data.copy_(torch.full((3,), float(step)))
        weight.sum().item()
    loss.backward()
    assert weight.grad is not None
    inputs = torch.rand(2, 3, 4, 4, requires_grad=True, dtype=torch.float64)
    weights = torch.rand(2, 3, 3, 3, requires_grad=True, dtype=torch.float64)
    assert torch.autograd.gradcheck(F.conv2d, (inputs, weights))


def test_a_write_among_many_through_data_is_noticed() -> None:
    weight = torch.ones(3, requires_grad=True)
    loss = (weight * weight).sum()
    loss.item()
    for _ in range(20):
        weight.data.copy_(torch.ones(3))
        weight.sum().item()
    with torch.no_grad():
        weight.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
