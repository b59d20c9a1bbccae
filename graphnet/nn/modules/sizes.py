"""Arguments given once for all spatial dimensions, or once for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_T = TypeVar("_T")


def repeated(value: _T | Iterable[_T], times: int) -> tuple[_T, ...]:
    """A tuple of what ``value`` yields, or else of ``value`` itself so many ``times``.

    >>> from graphnet.nn.modules.sizes import repeated
    >>> repeated(3, 2), repeated((3, 5), 2)
    ((3, 3), (3, 5))
    """
    if isinstance(value, Iterable):
        return tuple(value)
    return (value,) * times
