"""Whether two sides computed the same: without that, no time is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

TOLERANCE = 1e-3
"""The largest difference, in parts of the largest number of an array.

Both sides compute in float32 and add up in orders of their own; over some training steps that
grows. A wrong formula is off by far more.
"""


def disagreement(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> str:
    """What differs first, in words; empty if nothing does.

    Where a side keeps no gradients, as in jax, losses over several steps stand for them.
    """
    if not all(any(map(_is_gradient, side)) for side in (ours, theirs)):
        ours, theirs = (
            {name: array for name, array in side.items() if not _is_gradient(name)}
            for side in (ours, theirs)
        )
    if ours.keys() != theirs.keys():
        odd = sorted(ours.keys() ^ theirs.keys())
        return f"only one side has {odd[0]}"
    for name, mine in ours.items():
        other = theirs[name]
        if mine.shape != other.shape:
            return f"{name} has shape {mine.shape}, not {other.shape}"
        if mine.dtype.kind not in "fc":
            if not np.array_equal(mine, other):
                return f"{name} differs"
            continue
        difference = _relative_difference(mine, other)
        if not difference <= TOLERANCE:
            return f"{name} differs by {difference:.1e} of its largest number"
    return ""


def _is_gradient(name: str) -> bool:
    return name.startswith("gradient")


def _relative_difference(mine: Array, other: Array) -> float:
    if not mine.size:
        return 0.0
    scale = float(np.abs(other).max())
    return float(np.abs(mine - other).max()) / (scale or 1.0)
