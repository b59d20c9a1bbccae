"""Arguments given once for all spatial dimensions, or once for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

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


def _ntuple(times: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    """:func:`repeated` for so many dimensions."""

    def parse(value: Any) -> tuple[Any, ...]:
        return repeated(value, times)

    parse.__name__ = parse.__qualname__ = name
    return parse


# Programs that bring layers of their own import these, from `torch.nn.modules.utils`.
_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")
