"""Results that are still to come."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

pytest.importorskip("torch")


def _seen(package: str) -> list[Any]:
    futures = importlib.import_module(f"{package}.futures")
    first, second = futures.Future(), futures.Future()
    order: list[str] = []
    doubled = first.then(lambda done: order.append("then") or done.wait() * 2)
    both = futures.collect_all([first, second])
    seen: list[Any] = [first.done(), both.done()]
    first.set_result(21)
    first.add_done_callback(lambda done: order.append("after"))
    seen += [first.done(), first.value(), first.wait(), doubled.wait(), both.done()]
    second.set_result("b")
    seen += [both.done(), [each.wait() for each in both.wait()]]
    seen += [futures.wait_all([first, second]), futures.wait_all([]), order]
    failed = futures.Future()
    behind = failed.then(lambda done: done.wait())
    failed.set_exception(ValueError("gone"))
    for future in (failed, behind):
        with pytest.raises(Exception, match="gone"):
            future.wait()
    with pytest.raises(RuntimeError):
        first.set_result(3)
    with pytest.raises(RuntimeError):
        futures.Future().value()
    return seen


def test_futures_are_as_pytorchs() -> None:
    assert _seen("graphnet") == _seen("torch")
