"""Marks on what PyTorch promises to keep: ``torch.fx._compatibility``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["compatibility"]

_T = TypeVar("_T")


def compatibility(is_backward_compatible: bool) -> Callable[[_T], _T]:
    """A decorator that changes nothing: the mark is for PyTorch's own tests."""
    return lambda marked: marked
