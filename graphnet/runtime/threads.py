"""How many threads compute: one setting for BLAS and for whatever else comes to use threads."""

from __future__ import annotations

from typing import Any, ClassVar

from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.ops.tiles import Tile

_WITHOUT_REARRANGING = frozenset({"SkylakeX", "Cooperlake", "SapphireRapids"})
"""The processors for which OpenBLAS has products of small matrices as they lie; one thread does
them, so tiles are for one thread."""


class _Setting:
    count = 1
    limits: ClassVar[Any] = None
    """What holds the limit in force; None before the first run."""


def set_num_threads(count: int) -> None:
    """Let matrix products use ``count`` threads.

    One unless set: threads that wait for each other cost more than they bring on matrices that are
    small, or on a machine that does other things as well.

    Raises:
        ArgumentError: ``count`` is no integer.
        ValueRangeError: it is not positive.

    >>> import graphnet as torch
    >>> torch.set_num_threads(1)
    >>> torch.get_num_threads()
    1
    """
    if isinstance(count, bool) or not isinstance(count, int):
        raise ArgumentError(f"set_num_threads expects an int, but got {type(count).__name__}")
    if count < 1:
        raise ValueRangeError(f"set_num_threads expects a positive integer, but got {count}")
    from threadpoolctl import ThreadpoolController

    libraries = ThreadpoolController()
    _Setting.count = count
    _Setting.limits = libraries.limit(limits=count, user_api="blas")
    Tile.enabled = count == 1 and any(
        library.get("architecture") in _WITHOUT_REARRANGING for library in libraries.info()
    )


def get_num_threads() -> int:
    """How many threads matrix products use."""
    return _Setting.count


def apply_setting() -> None:
    """Put the setting into force before the first run."""
    if _Setting.limits is None:
        set_num_threads(_Setting.count)
