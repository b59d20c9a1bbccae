"""Whose memory an array lies in, and results that have memory of their own."""

from __future__ import annotations

from typing import Any

import numpy as np


def separate(arrays: list[Any], given: list[Any]) -> None:
    """Give every result contiguous memory of its own, in place."""
    taken = [array for array in given if isinstance(array, np.ndarray)]
    owners = {id(owner_of(array)) for array in taken}
    for position, array in enumerate(arrays):
        owner = owner_of(array)
        if not array.flags.c_contiguous or not array.flags.writeable or id(owner) in owners:
            arrays[position] = owner = np.array(array, order="C")
        owners.add(id(owner))


def owner_of(array: Any) -> Any:
    """The array whose memory an array lies in."""
    while isinstance(array, np.ndarray) and isinstance(array.base, np.ndarray):
        array = array.base
    return array
