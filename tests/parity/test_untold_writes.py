"""Writes that autograd is not told of, to a part of what has a history: the history stays."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

pytest.importorskip("torch")

WRITES = """
a.data[0].masked_fill_(m, -5.0)
a[0].data.masked_fill_(m, -5.0)
a.t().data[1] = 0.0
a[0].detach()[1:] = 7.0
a.unsqueeze(1).data.mul_(2.0)
a.squeeze(0).unsqueeze(0).squeeze(0).data.clamp_(0, 3)
a.sum().item(); a.data[0].zero_()
a.data[0] = (w[1] * 3).detach()
a[0].masked_fill_(m, -5.0)
"""


def _gradient(package: str, code: str) -> Any:
    torch = importlib.import_module(package)
    w = torch.tensor([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]], requires_grad=True)
    a = w * 2
    view = a[0]
    exec(code, {"a": a, "w": w, "m": torch.tensor([False, True, False])})
    loss = (a.softmax(-1) * torch.tensor([1.0, 2.0, 4.0])).sum() + view.sum()
    loss.backward()
    return [[round(each, 4) for each in row] for row in w.grad.tolist()]


@pytest.mark.parametrize("code", WRITES.strip().splitlines())
def test_gradients_go_past_what_autograd_is_not_told_of(code: str) -> None:
    assert _gradient("graphnet", code) == _gradient("torch", code)


def _twice(package: str) -> Any:
    torch = importlib.import_module(package)
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    source, target = torch.tensor([3.0, 4.0]), torch.zeros(2)
    target.copy_(source)
    loss = (w * source).sum()
    target.copy_(source)
    target.sum().item()
    loss.backward()
    return w.grad.tolist()


def test_writing_the_same_twice_changes_nothing() -> None:
    assert _twice("graphnet") == _twice("torch")
