"""Tensors that enter a trace as leaves of their own, whether or not they are in it already."""

from __future__ import annotations

from collections.abc import Sequence

from graphnet.runtime.storage import Layout, Storage
from graphnet.trace.handle import Handle
from graphnet.trace.recorder import current_recorder

MANY = 16
"""Operands that are so many are as a rule a selection, and a different one each time."""


def entering_anew(handles: Sequence[Handle]) -> Sequence[Handle]:
    """Many tensors, those in memory that want no gradients as new handles on the same memory.

    A trace is looked up by which of an operation's operands it has met before. A program that joins
    what it draws from a memory of past samples meets some of them twice, others each time, and
    would never make the same trace again. What an operation only reads may as well enter once more:
    a plan knows which of its inputs lie in the same memory.
    """
    if len(handles) < MANY or current_recorder().tells_tensors_apart:
        return handles
    return [_again(handle) if _is_settled(handle) else handle for handle in handles]


def _is_settled(handle: Handle) -> bool:
    """Whether a tensor is a value in memory, which numpy code cannot write to meanwhile."""
    stored = handle._stored
    if handle._layout.requires_grad:
        return False
    if stored is None:
        return handle._array is not None
    return not stored.pending and not stored.shared


def _again(handle: Handle) -> Handle:
    array = handle._memory()
    if not array.flags.c_contiguous:
        return handle
    layout = handle._layout
    if not layout.whole or layout.order is not None:
        layout = Layout.of(layout.dtype, layout.type.shape)
    return type(handle)._of(Storage(layout.type, array), layout)
