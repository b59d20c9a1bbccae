"""When a trace is compiled: at once where much is computed, later where little is."""

from __future__ import annotations

from typing import Any

import pytest

import graphnet as torch


def compiled_at(step: Any, monkeypatch: pytest.MonkeyPatch, setting: int = 0) -> int:
    """The run of a step, counted from one, that compiles it."""
    monkeypatch.setattr(torch.config, "patience", setting)
    for run in range(1, 10):
        before = torch.explain().compiled
        step()
        if torch.explain().compiled > before:
            return run
    return 0


def settled(*shape: int) -> Any:
    x = torch.ones(*shape)
    x.sum().item()
    return x


def test_what_computes_little_is_interpreted_four_times(monkeypatch: pytest.MonkeyPatch) -> None:
    x = settled(3)
    assert compiled_at(lambda: (x * 2 + 1).tolist(), monkeypatch) == 5


def test_what_computes_much_is_interpreted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x = settled(300, 1000)
    assert compiled_at(lambda: (x * 2 + 1).sum().item(), monkeypatch) == 2


@pytest.mark.parametrize("setting", [1, 3])
def test_the_setting_decides(setting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = settled(3)
    assert compiled_at(lambda: (x * 2 + 1).tolist(), monkeypatch, setting) == setting + 1


def test_a_trace_that_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.config, "patience", 0)
    for _ in range(6):
        assert torch.ones(2, 3).t().tolist() == [[1.0, 1.0]] * 3


def test_a_setting_below_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="patience must be at least 0, not -1"):
        torch.config.patience = -1
