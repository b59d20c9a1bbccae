"""The version of PyTorch whose behaviour is followed: ``torch.version``."""

from __future__ import annotations

import re
from typing import Any

_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)(.*)")


class TorchVersion(str):
    """A version that compares by its numbers, with strings and with tuples.

    >>> from graphnet.version import TorchVersion
    >>> TorchVersion("2.13.0") >= "2.8", TorchVersion("2.13.0") == (2, 13)
    (True, True)
    """

    __slots__ = ()

    def _compare(self, other: Any) -> int | None:
        """Below, at or above zero as this is before, the same as or after ``other``."""
        mine, theirs = _key(self), _key(other)
        if mine is None or theirs is None:
            return None
        return (mine > theirs) - (mine < theirs)

    def __lt__(self, other: Any) -> bool:
        order = self._compare(other)
        return super().__lt__(other) if order is None else order < 0

    def __le__(self, other: Any) -> bool:
        order = self._compare(other)
        return super().__le__(other) if order is None else order <= 0

    def __gt__(self, other: Any) -> bool:
        order = self._compare(other)
        return super().__gt__(other) if order is None else order > 0

    def __ge__(self, other: Any) -> bool:
        order = self._compare(other)
        return super().__ge__(other) if order is None else order >= 0

    def __eq__(self, other: object) -> bool:
        order = self._compare(other)
        return super().__eq__(other) if order is None else order == 0

    __hash__ = str.__hash__


def _key(version: Any) -> tuple[tuple[int, ...], int, str] | None:
    """What versions are ordered by: the numbers, then whether it comes before or after them."""
    if isinstance(version, tuple | list):
        version = ".".join(map(str, version))
    found = _RELEASE.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    rest = found[2].lstrip(".-_")
    # 2.0a1, 2.0rc1 and 2.0.dev3 come before 2.0; 2.0.post1 and 2.0+cpu after it.
    rank = 0 if not rest else 1 if rest.startswith(("+", "post")) else -1
    return tuple(numbers), rank, rest


__version__ = TorchVersion("2.13.0")
debug = False
cuda = hip = xpu = git_version = None
