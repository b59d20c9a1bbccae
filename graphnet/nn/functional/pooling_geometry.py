"""What poolings have in common: sizes, windows that reach over the end, and parts.

Inputs are ``(N, C, *spatial)`` or ``(C, *spatial)``. What describes the window is given once, or
once for each spatial dimension.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.nn.functional.common import sizes
from graphnet.ops.windows import Ints, Padding


def spatial_of(function: str, x: Tensor, count: int) -> Ints:
    """The spatial sizes.

    Raises:
        ShapeError: the input has another number of dimensions, or nothing in some.
    """
    ranks = f"{count + 1}D or {count + 2}D (batch mode) tensor"
    if x.ndim in (count + 1, count + 2) and 0 not in x.shape[-count - 1 :]:
        return tuple(x.shape[-count:])
    if count == 3 and x.ndim in (4, 5):
        raise ShapeError(
            f"{function}(): Expected input's non-batch dimensions to have positive length, but "
            f"input has a shape of {list(x.shape)}"
        )
    if count == 1 or x.ndim in (count + 1, count + 2):
        raise ShapeError(
            f"{function}(): Expected {ranks} with optional 0 dim batch size for input, but got:"
            f"{list(x.shape)}"
        )
    raise ShapeError(f"{function}(): non-empty {ranks} expected for input, but got:{list(x.shape)}")


def _overhang(n: int, reach: int, stride: int, padding: int) -> int:
    """What ``ceil_mode`` adds at the end for the last window to be whole.

    A window begins inside the input or the padding before it, never in the padding behind.
    """
    places = -((n + 2 * padding - reach) // -stride) + 1
    if (places - 1) * stride >= n + padding:
        places -= 1
    return max((places - 1) * stride + reach - (n + 2 * padding), 0)


class Geometry(NamedTuple):
    """Windows, with one number for each spatial dimension.

    Attributes:
        window, stride, dilation: as given.
        padding: before and after the input; after it is also what ``ceil_mode`` adds.
        overhang: what ``ceil_mode`` adds.
    """

    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints
    overhang: Ints


def geometry_of(
    function: str,
    x: Tensor,
    count: int,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Geometry:
    """What the arguments of a pooling mean for an input.

    Raises:
        RefusedError: (a RuntimeError) a size, stride or dilation is not positive, or the padding
            is negative or more than half of the window.
        ShapeError: the input has other dimensions.
    """
    window = sizes(function, "kernel_size", kernel_size, count)
    steps = window if stride in (None, (), []) else sizes(function, "stride", stride, count)
    gaps = sizes(function, "dilation", dilation, count)
    before = sizes(function, "padding", padding, count)
    _check_window(function, window, steps, before, gaps)
    spatial = spatial_of(function, x, count)
    overhang = (0,) * count
    if ceil_mode:
        reach = (d * (k - 1) + 1 for k, d in zip(window, gaps, strict=True))
        overhang = tuple(map(_overhang, spatial, reach, steps, before))
    pads = tuple((p, p + extra) for p, extra in zip(before, overhang, strict=True))
    return Geometry(window, steps, pads, gaps, overhang)


def _check_window(function: str, window: Ints, stride: Ints, padding: Ints, dilation: Ints) -> None:
    given = {"kernel_size": window, "stride": stride, "dilation": dilation}
    for name, numbers in given.items():
        if min(numbers) < 1:
            raise RefusedError(
                f"{function}() {name} must be greater than zero, but got {min(numbers)}"
            )
    if min(padding) < 0:
        raise RefusedError(f"{function}: pad must be non-negative, but got pad: {min(padding)}")
    for p, k, d in zip(padding, window, dilation, strict=True):
        if p > (d * (k - 1) + 1) // 2:
            raise RefusedError(
                f"{function}: pad should be at most half of effective kernel size, but got "
                f"pad={p}, kernel_size={k} and dilation={d}"
            )


def parts_of(function: str, x: Tensor, output_size: Any, count: int) -> tuple[Ints, Ints]:
    """The spatial sizes, and the number of parts in each dimension; None keeps the size.

    Raises:
        ShapeError: the input has other dimensions, or an output size is negative.
        ValueRangeError: (a ValueError) it has too few of them.
    """
    several = isinstance(output_size, (tuple, list))
    if several and x.ndim <= count and count > 1:
        raise ValueRangeError(
            f"{function}: Input dimension should be at least {count + 1}, but got {x.ndim}"
        )
    spatial = spatial_of(function, x, count)
    given = output_size if several else (output_size,) * count
    if len(given) != count:
        counted = "one int" if count == 1 else f"{count} ints"
        raise ShapeError(
            f"{function}() argument 'output_size' should contain {counted} (got {len(given)}); "
            f"output_size must be {count}"
        )
    parts = tuple(
        n if size is None else integer(function, "output_size", size)
        for n, size in zip(spatial, given, strict=True)
    )
    if min(parts) < 0:
        shape = [*x.shape[:-count], *parts]
        raise ShapeError(
            f"{function}: Trying to create tensor with negative dimension {min(parts)}: {shape}; "
            "elements of output_size must be greater than or equal to 0"
        )
    return spatial, parts


def equal_parts(spatial: Ints, parts: Ints) -> Ints | None:
    """The size of the parts, if all are equal."""
    if 0 in parts or any(n % count for n, count in zip(spatial, parts, strict=True)):
        return None
    return tuple(n // count for n, count in zip(spatial, parts, strict=True))
