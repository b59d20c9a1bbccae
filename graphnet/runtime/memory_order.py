"""How drawn values fill memory: one after the other, in the order of the addresses.

Strides are those of ``Tensor.stride()``, in elements; None stands for C-contiguous ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from graphnet.runtime.rounding import cast

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = Sequence[int]
Strides: TypeAlias = Sequence[int] | None

BLOCK: Final = 1 << 14
"""Values drawn at a time, so that the words of a large draw stay in the cache; 16 divides it."""


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
