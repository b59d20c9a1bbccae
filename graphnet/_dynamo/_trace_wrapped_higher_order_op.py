"""A mode under which tensors of a batch may be indices, for programs that enter it."""

from __future__ import annotations

from contextlib import nullcontext

__all__: list[str] = []


class TransformGetItemToIndex(nullcontext[None]):
    """Nothing: in a batch, tensors may be indices anyway."""
