"""Whether two sides computed the same: without that, no time is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

TOLERANCE = 1e-4
"""How far results may be apart, as a part of their length: both sides round, in their own ways."""
GRADIENT_TOLERANCE = 0.03
"""The same of gradients. They are not continuous: where rounding turns over a single ReLU, the
gradients below it jump, in torch alone as well. 2e-3 was seen in `cnn`, 1.2e-2 in `resnet`, 2e-6 in
all others; a wrong formula is off by more.
"""
OUTPUT_TOLERANCE = 1e-3
"""The same of what a model gives after several steps: a gradient that jumped has moved its weights.
1.6e-4 was seen in `mlp-adam` on two threads, where one of 131,072 inputs of a ReLU turned over in
the last step; Adam divides by the size of a gradient, so that small ones count, too.
"""


def disagreement(ours: Arrays, theirs: Arrays) -> str:
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
        allowed = _allowed(name)
        apart = distance(mine, other)
        if not apart <= allowed:
            return f"{name} is {apart:.1e} of its length away; {allowed:.1e} is allowed"
    return ""


def distance(mine: Array, other: Array) -> float:
    """The length of the difference as a part of ``other``'s length."""
    length = float(np.linalg.norm(other))
    return float(np.linalg.norm(mine - other)) / (length or 1.0)


def _allowed(name: str) -> float:
    if _is_gradient(name):
        return GRADIENT_TOLERANCE
    return OUTPUT_TOLERANCE if name.startswith("output") else TOLERANCE


def _is_gradient(name: str) -> bool:
    return name.startswith("gradient")
