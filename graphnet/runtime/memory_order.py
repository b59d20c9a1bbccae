"""How drawn values fill memory: one after the other, in the order of the addresses.

Strides are those of ``Tensor.stride()``, in elements; None stands for C-contiguous ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from graphnet.dtypes.rounding import cast

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = Sequence[int]
Strides: TypeAlias = Sequence[int] | None

BLOCK: Final = 1 << 13
"""Values drawn at a time: the words for more would be fresh memory from the system each time."""


def filled(
    draw: Callable[[int], Array],
    shape: Shape,
    dtype: np.dtype[Any],
    strides: Strides,
) -> Array:
    """An array filled block by block with the values of ``draw(count)``, cast to ``dtype``."""
    values = np.empty(math.prod(shape), dtype)
    for start in range(0, values.size, BLOCK):
        block = values[start : start + BLOCK]
        block[...] = cast(draw(block.size), dtype)
    return placed(values, shape, strides)


def placed(values: Array, shape: Shape, strides: Strides) -> Array:
    """The vector ``values`` as an array of ``shape``, in the order of the addresses in memory.

    >>> import numpy as np
    >>> placed(np.arange(6), (2, 3), (1, 2)).tolist()
    [[0, 2, 4], [1, 3, 5]]
    """
    if strides is None:
        return values.reshape(shape)
    order = sorted(range(len(shape)), key=lambda axis: -strides[axis])
    return values.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))


def dense_strides(shape: Shape, *strides: Sequence[int]) -> tuple[int, ...]:
    """The strides without gaps or overlaps that keep the order of dimensions of these.

    PyTorch gives them to a tensor that is to lie in memory as another one does
    (``at::infer_dense_strides``), and to the result of an elementwise operation, given the strides
    of its operands (``TensorIterator``): dimensions are sorted by stride. Those that are expanded
    leave the decision to the next operand, and stay in their place if none decides.

    >>> dense_strides((2, 3), (1, 4))
    (1, 2)
    >>> dense_strides((2, 3), (0, 1))
    (3, 1)
    >>> dense_strides((2, 3), (0, 1), (1, 2))
    (1, 2)
    """

    def outside(inner: int, other: int) -> int:
        for steps in strides:
            ours, theirs = steps[inner], steps[other]
            if ours == 0 or theirs == 0:
                continue
            if ours != theirs:
                return 1 if ours > theirs else -1
            if shape[inner] > shape[other]:
                return 1
        return 0

    # From the innermost dimension outwards. Not every two can be compared, so who is compared with
    # whom matters: a stable insertion sort, as PyTorch does it.
    order = list(range(len(shape)))[::-1]
    for first in range(1, len(order)):
        place = first
        for before in range(first - 1, -1, -1):
            compared = outside(order[before], order[place])
            if compared < 0:
                break
            if compared > 0:
                order[before], order[place] = order[place], order[before]
                place = before
    dense, step = [0] * len(shape), 1
    for axis in order:
        dense[axis] = step
        step *= max(shape[axis], 1)
    return tuple(dense)


def is_contiguous(shape: Shape, strides: Strides) -> bool:
    """Whether these strides are the C-contiguous ones; axes of size one may have any."""
    if strides is None:
        return True
    expected = 1
    for size, stride in zip(reversed(shape), reversed(strides), strict=True):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True


_CHANNELS_INNERMOST: Final = {4: (1, 3, 2, 0), 5: (1, 4, 3, 2, 0)}
"""Dimensions of images from the innermost outwards, by their number, where channels are that."""


def channels_last(shape: Shape) -> tuple[int, ...]:
    """The strides of images ``(N, C, ...)`` whose channels lie next to each other.

    >>> channels_last((2, 3, 4, 5))
    (60, 1, 15, 3)
    """
    strides, step = [0] * len(shape), 1
    for axis in _CHANNELS_INNERMOST[len(shape)]:
        strides[axis] = step
        step *= max(shape[axis], 1)
    return tuple(strides)


def has_channels_last(shape: Shape, strides: Sequence[int]) -> bool:
    """Whether PyTorch takes images of these strides for ones whose channels lie innermost.

    It does so where rows would do as well, unless the batch tells otherwise: as its
    ``suggest_memory_format``.

    >>> has_channels_last((2, 3, 4, 5), (60, 1, 15, 3))
    True
    >>> has_channels_last((2, 3, 1, 1), (3, 1, 1, 1))
    False
    """
    if len(shape) not in _CHANNELS_INNERMOST or 0 in shape or not strides[1]:
        return False
    least = 0
    for axis in _CHANNELS_INNERMOST[len(shape)]:
        if strides[axis] < least or (axis == 0 and least == strides[1]):
            return False
        least = strides[axis] * shape[axis]
    return True
