"""Arguments given once for all spatial dimensions, or once for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from graphnet.errors import ValueRangeError

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


def _reverse_repeat_tuple(t: tuple[_T, ...], n: int) -> tuple[_T, ...]:
    """Each element ``n`` times, from the last to the first: paddings as ``pad`` takes them."""
    return tuple(each for each in reversed(t) for _ in range(n))


def _list_with_default(
    out_size: int | Iterable[int | None], defaults: list[int]
) -> int | list[int]:
    """Sizes, with those of ``defaults``, from its end, where there are none.

    Raises:
        ValueRangeError: (a ValueError) there are more sizes than defaults.
    """
    if isinstance(out_size, int):
        return out_size
    sizes = list(out_size)
    if len(defaults) <= len(sizes):
        raise ValueRangeError(
            f"Input dimension should be at least {len(sizes) + 1}", cure="give fewer sizes"
        )
    last = defaults[-len(sizes) :] if sizes else []
    return [other if size is None else size for size, other in zip(sizes, last, strict=True)]
