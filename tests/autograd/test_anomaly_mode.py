"""Gradients that are no numbers are found while the search is on."""

from __future__ import annotations

from typing import Any

import pytest

import graphnet as torch
from graphnet.errors import AutogradError


def loss(x: Any) -> Any:
    return (x.sqrt() * 0).sum()


def test_nan_is_found_in_the_block_alone() -> None:
    x = torch.zeros(2, requires_grad=True)
    loss(x).backward()
    assert x.grad.isnan().all()
    with torch.autograd.set_detect_anomaly(True):
        assert torch.autograd.is_anomaly_enabled()
        with pytest.raises(AutogradError, match="nan values in the gradient of a tensor of shape"):
            loss(x).backward()
        with pytest.raises(AutogradError, match="nan values"):
            torch.autograd.grad(loss(x), x)
        (x + 1).sum().backward()
    assert not torch.autograd.is_anomaly_enabled()
    loss(x).backward()


def test_it_is_switched_on_at_once() -> None:
    torch.autograd.set_detect_anomaly(True)
    try:
        assert torch.autograd.is_anomaly_enabled()
    finally:
        torch.autograd.set_detect_anomaly(False)
    with (
        pytest.warns(UserWarning, match="Anomaly Detection"),
        torch.autograd.detect_anomaly(check_nan=False),
    ):
        assert not torch.autograd.is_anomaly_enabled()
