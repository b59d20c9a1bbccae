"""How those who measure say how far they are."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told what is going on, and which part of it is done."""


def untold(words: str, done: float) -> None:
    """Tells nobody."""
