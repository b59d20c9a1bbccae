"""What programs ask the package itself."""

from __future__ import annotations

from graphnet import vision


def test_nothing_is_traced() -> None:
    assert vision._is_tracing() is False
