"""What poolings have in common: sizes, windows that reach over the end, and parts.

Inputs are ``(N, C, *spatial)`` or ``(C, *spatial)``. What describes the window is given once, or
once for each spatial dimension.
"""

from __future__ import annotations

from typing import Any

from graphnet.errors import ShapeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.ops.windows import Ints, Padding
from graphnet.tensor import Tensor


def spatial_of(function: str, x: Tensor, count: int) -> Ints:
    """The spatial sizes.

    Raises:
        ShapeError: the input has another number of dimensions, or nothing in some.
    """
    if x.ndim not in (count + 1, count + 2):
        raise ShapeError(
            f"{function}(): Expected {count + 1}D or {count + 2}D (batch mode) input, but got "
            f"input of size {list(x.shape)}"
        )
    if 0 in x.shape[-count - 1 :]:
        raise ShapeError(
            f"{function}(): Expected {count + 1}D or {count + 2}D (batch mode) tensor with "
            f"optional 0 dim batch size for input, but got: {list(x.shape)}"
        )
    return tuple(x.shape[-count:])


def _overhang(n: int, reach: int, stride: int, padding: int) -> int:
    """What ``ceil_mode`` adds at the end for the last window to be whole.

    A window begins inside the input or the padding before it, never in the padding behind.
    """
    places = -((n + 2 * padding - reach) // -stride) + 1
    if (places - 1) * stride >= n + padding:
        places -= 1
    return max((places - 1) * stride + reach - (n + 2 * padding), 0)


def geometry_of(
    function: str,
    spatial: Ints,
    window: Ints,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool,
) -> tuple[Padding, Ints]:
    """The padding before and after, and how much of the latter is due to ``ceil_mode``.

    Raises:
        RefusedError: (a RuntimeError) a size, stride or dilation is not positive, or the padding
            is more than half of the window.
    """
    if min(window) < 1 or min(dilation) < 1:
        raise RefusedError(
            f"{function}: kernel size and dilation should be greater than zero, but got "
            f"{window} and {dilation}"
        )
    if min(stride) < 1:
        raise RefusedError(f"{function}: stride should not be zero, but got {stride}")
    reach = tuple(d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True))
    if min(padding) < 0 or any(p > r // 2 for p, r in zip(padding, reach, strict=True)):
        raise RefusedError(
            f"{function}: pad should be non-negative and at most half of effective kernel size, "
            f"but got pad={padding}, kernel_size={window} and dilation={dilation}"
        )
    overhang = (0,) * len(spatial)
    if ceil_mode:
        overhang = tuple(map(_overhang, spatial, reach, stride, padding))
    pads = tuple((p, p + extra) for p, extra in zip(padding, overhang, strict=True))
    return pads, overhang


def parts_of(function: str, x: Tensor, output_size: Any, count: int) -> tuple[Ints, Ints]:
    """The spatial sizes, and the number of parts in each dimension; None keeps the size.

    Raises:
        ShapeError: the input has other dimensions, or an output size is negative.
    """
    spatial = spatial_of(function, x, count)
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * count
    if len(given) == 1:
        given = tuple(given) * count
    if len(given) != count:
        raise ShapeError(f"{function}: output_size must be {count}, but got {len(given)} numbers")
    parts = tuple(
        n if size is None else integer(function, "output_size", size)
        for n, size in zip(spatial, given, strict=True)
    )
    if min(parts) < 0:
        raise ShapeError(
            f"{function}: elements of output_size must be greater than or equal to 0, but got "
            f"{list(parts)}"
        )
    return spatial, parts


def equal_parts(spatial: Ints, parts: Ints) -> Ints | None:
    """The size of the parts, if all are equal."""
    if 0 in parts or any(n % count for n, count in zip(spatial, parts, strict=True)):
        return None
    return tuple(n // count for n, count in zip(spatial, parts, strict=True))
