"""Whether two sides computed the same: without that, no time is told.

Arrays have names such as ``step 2 gradient: 0.weight``; what stands before the colon is their
group, for arrays of one group are equally sensitive to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

TOLERANCE = 1e-4
"""How far arrays may be apart, as a part of their length: both sides round, in orders of their own.

Over the workloads that are not chaotic 2e-6 is the most that was seen.
"""
SLACK = 5.0
"""How many times as far as torch goes from itself when its weights change by some rounding errors."""


def disagreement(ours: Arrays, theirs: Arrays, sensitivity: Mapping[str, float] | None = None) -> str:
    """What differs first, in words; empty if nothing does.

    Where a side keeps no gradients, as in jax, losses over several steps stand for them.

    Args:
        ours: what one side computed.
        theirs: what the other did.
        sensitivity: by group, how far rounding errors alone take torch from itself.
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
        allowed = max(TOLERANCE, SLACK * (sensitivity or {}).get(group_of(name), 0.0))
        apart = distance(mine, other)
        if not apart <= allowed:
            return f"{name} is {apart:.1e} of its length away; {allowed:.1e} is allowed"
    return ""


def sensitivities(nudged: Arrays, arrays: Arrays) -> dict[str, float]:
    """By group, the largest distance between what torch computes from weights hardly changed."""
    found: dict[str, float] = {}
    for name, array in arrays.items():
        if array.dtype.kind in "fc":
            group = group_of(name)
            found[group] = max(found.get(group, 0.0), distance(nudged[name], array))
    return found


def distance(mine: Array, other: Array) -> float:
    """The length of the difference as a part of ``other``'s length."""
    length = float(np.linalg.norm(other))
    return float(np.linalg.norm(mine - other)) / (length or 1.0)


def group_of(name: str) -> str:
    """The part of a name before the colon."""
    return name.partition(":")[0]


def _is_gradient(name: str) -> bool:
    return group_of(name).endswith("gradient")
