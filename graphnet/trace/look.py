"""What a look at a tensor does: it brings memory up to date, by a run if need be."""

from __future__ import annotations

from typing import Any

from graphnet.errors import AutogradError
from graphnet.runtime.storage import Storage
from graphnet.trace.handle import Handle


def settle(storage: Storage) -> None:
    """Bring a storage's memory up to date.

    Raises:
        Whatever made the run fail that should have computed it.
    """
    segment = storage.segment  # asked in this order: a run takes it away last
    if storage.pending:
        with segment.recorder.lock:  # another thread may be running it
            if not segment.finished:
                segment.recorder.look(storage)
        if storage.pending:
            raise AutogradError(
                "this tensor's value was lost: the run that should have computed it failed",
                cure="see the first error; make the tensor again",
            ) from segment.error


def values_of(handle: Handle) -> Any:
    """The values of a tensor, as an array that shares its memory."""
    if handle._stored is None:
        segment = handle._segment
        assert segment is not None  # that of the operation whose result it is
        if handle._array is None and not segment.finished:
            segment.recorder.run("looked at")
        if handle._array is not None:
            return handle._array
    if handle._storage.pending:
        settle(handle._storage)
    return handle._memory()
