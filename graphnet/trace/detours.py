"""What operations go through before they are recorded: autocast, and hooks of saved tensors.

A recorder's attribute ``apply`` goes before its method of that name, as long as there is something
to go through; programs that ask for nothing pay nothing. Operations are cast before anything of
them is saved, whichever block stands within the other, as in PyTorch's dispatcher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial
from typing import Any

from graphnet.ir.op import Op
from graphnet.trace.recorder import Recorder

Record = Callable[[Op, Sequence[Any]], Any]
Detour = Callable[[Record, Op, Sequence[Any]], Any]
"""Records an operation in a way of its own, by what it is given to record with."""


class Stop(IntEnum):
    """Where a detour stands: the lesser comes first."""

    CAST = 0
    SAVE = 1


def detour_of(recorder: Recorder, stop: Stop) -> Any:
    """What a recorder's operations go through at one stop, or None."""
    return recorder.detours.get(stop)


def set_detour(recorder: Recorder, stop: Stop, detour: Detour | None) -> None:
    """Let a recorder's operations go through ``detour`` at one stop; through nothing if None."""
    if detour is None:
        recorder.detours.pop(stop, None)
    else:
        recorder.detours[stop] = detour
    recorder.__dict__.pop("apply", None)
    record: Record = recorder.apply
    for each in sorted(recorder.detours, reverse=True):
        record = partial(recorder.detours[each], record)
    if recorder.detours:
        recorder.__dict__["apply"] = record
