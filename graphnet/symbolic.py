"""Numbers that PyTorch's compiler leaves open, and arithmetic with them.

Shapes here are always known: there are no such numbers, and the functions are Python's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

__all__ = [
    "SymBool",
    "SymFloat",
    "SymInt",
    "sym_float",
    "sym_int",
    "sym_ite",
    "sym_max",
    "sym_min",
    "sym_not",
    "sym_sqrt",
    "sym_sum",
]


class SymInt:
    """An integer left open: no number is one."""


class SymFloat:
    """A real number left open: no number is one."""


class SymBool:
    """A truth value left open: none is one."""


sym_float: Final = float
sym_sqrt: Final = math.sqrt


def sym_int(a: Any) -> int:
    """A number without its fraction.

    >>> import graphnet as torch
    >>> torch.sym_int(-2.7)
    -2
    """
    return int(a)


def sym_max(a: Any, b: Any) -> Any:
    """The greater of two numbers, a float if one of them is.

    >>> import graphnet as torch
    >>> torch.sym_max(3, 2.5)
    3.0
    """
    return _alike(max(a, b), a, b)


def sym_min(a: Any, b: Any) -> Any:
    """The smaller of two numbers, a float if one of them is."""
    return _alike(min(a, b), a, b)


def _alike(chosen: Any, a: Any, b: Any) -> Any:
    return float(chosen) if isinstance(a, float) or isinstance(b, float) else chosen


def sym_not(a: Any) -> bool:
    """The opposite."""
    return not a


def sym_ite(b: bool, t: Any, f: Any) -> Any:
    """One of two numbers, by a condition."""
    return t if b else f


def sym_sum(args: Iterable[Any]) -> Any:
    """The sum of numbers."""
    return sum(args)
