"""Max pooling to any size, by windows that begin at random places.

Source: B. Graham, "Fractional Max-Pooling", 2014.
"""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import OutOfRangeError, ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.options import require_tensor
from graphnet.ops.convert import Cast
from graphnet.ops.windows import Ints

_SIDES = ("time", "height", "width")


def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The greatest elements of windows over the last two dimensions, at random places.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        kernel_size: the window's size.
        output_size: how many windows, one number or one for each dimension.
        output_ratio: the number of windows, as a part of the input's size.
        return_indices: whether to return where the greatest elements are, too.
        _random_samples: a number between 0 and 1 for each channel and dimension, ``(N, C, 2)``,
            that decides where its windows begin; drawn when left out.

    Raises:
        ValueRangeError: (a ValueError) neither size nor ratio is given.
        RefusedError: (a RuntimeError) sizes that do not fit the input.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.fractional_max_pool2d(torch.rand(1, 3, 9, 7), 2, output_size=(5, 4)).shape
    torch.Size([1, 3, 5, 4])
    """
    return _pool(
        "fractional_max_pool2d",
        2,
        input,
        kernel_size,
        output_size,
        output_ratio,
        return_indices,
        _random_samples,
    )


def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The greatest elements of windows over volumes; see :func:`fractional_max_pool2d`.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.fractional_max_pool3d(torch.rand(1, 3, 6, 6, 6), 2, output_ratio=0.5).shape
    torch.Size([1, 3, 3, 3, 3])
    """
    return _pool(
        "fractional_max_pool3d",
        3,
        input,
        kernel_size,
        output_size,
        output_ratio,
        return_indices,
        _random_samples,
    )


def fractional_max_pool2d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`fractional_max_pool2d` with ``return_indices=True``."""
    return fractional_max_pool2d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def fractional_max_pool3d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`fractional_max_pool3d` with ``return_indices=True``."""
    return fractional_max_pool3d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def _pool(
    function: str,
    count: int,
    input: Tensor,
    kernel_size: Any,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    random_samples: Tensor | None,
) -> Any:
    x = require_tensor(function, "input", input)
    if x.ndim <= count:
        raise OutOfRangeError(
            f"Dimension out of range (expected to be in range of [{-x.ndim}, {x.ndim - 1}], but "
            f"got {-count - 1}): {function} takes channels and {count} dimensions"
        )
    batched = x if x.ndim == count + 2 else fn.unsqueeze(x, 0)
    spatial = tuple(batched.shape[2:])
    windows = _windows(function, spatial, output_size, output_ratio)
    window = _numbers(function, "kernel_size", kernel_size, count)
    _check_sizes(function, x, window, windows)
    channels = tuple(batched.shape[:2])
    if random_samples is None:
        random_samples = fn.rand(*channels, count, dtype=x.dtype)
    _check_samples(x, random_samples, (*channels, count))
    random_samples = random_samples[: channels[0]]
    places = _places(spatial, window, windows, random_samples)
    candidates = fn.gather(fn.flatten(batched, 2), 2, fn.flatten(places, 2))
    chosen = fn.reshape(candidates, (*channels, math.prod(windows), math.prod(window)))
    values, which = fn.max(chosen, 3)
    shape = (*x.shape[:-count], *windows)
    pooled = fn.reshape(values, shape)
    if not return_indices:
        return pooled
    indices = fn.gather(fn.reshape(places, tuple(chosen.shape)), 3, fn.unsqueeze(which, 3))
    return pooled, fn.reshape(indices, shape)


def _places(spatial: Ints, window: Ints, windows: Ints, samples: Tensor) -> Tensor:
    """Where in the flattened input the elements of each window lie: ``(N, C, *windows, *window)``.

    Sum of one term for each dimension: (where a window begins + offset within it) * step.
    """
    count = len(spatial)
    total: Any = 0
    for axis, (size, extent, number) in enumerate(zip(spatial, window, windows, strict=True)):
        # PyTorch gives an image's width the first sample, a volume's depth.
        sample = samples[..., 1 - axis if count == 2 else axis]
        begins = fn.unsqueeze(_begins(size, extent, number, sample), -1)
        lines = (begins + fn.arange(extent)) * math.prod(spatial[axis + 1 :])
        shape = [*samples.shape[:2], *(1,) * (2 * count)]
        shape[2 + axis], shape[2 + count + axis] = number, extent
        total = fn.reshape(lines, shape) + total
    places: Tensor = total
    return places


def _begins(size: int, extent: int, number: int, sample: Tensor) -> Tensor:
    """Where the windows of a dimension begin, ``(N, C, number)``; the last one ends at its end."""
    last = fn.full((*sample.shape, 1), size - extent)
    if number == 1:
        return last
    steps = fn.arange(number - 1, dtype=sample.dtype)
    stretch = fn.tensor(size - extent, dtype=sample.dtype) / (number - 1)
    offset = fn.unsqueeze(sample, -1)
    begins = Cast(dtypes.int64)((steps + offset) * stretch)
    return fn.cat([begins - Cast(dtypes.int64)(offset * stretch), last], dim=-1)


def _numbers(function: str, name: str, given: Any, count: int) -> tuple[Any, ...]:
    numbers = tuple(given) if isinstance(given, (tuple, list)) else (given,) * count
    if len(numbers) != count:
        several = "Ints" if count == 2 else "three Ints"
        raise RefusedError(
            f"{function}: {name} must either be a single Int or tuple of {several}, but got {given}"
        )
    return tuple(integer(function, name, number) for number in numbers)


def _windows(function: str, spatial: Ints, output_size: Any, output_ratio: Any) -> Ints:
    """How many windows there are in each dimension."""
    if output_size is not None:
        return _numbers(function, "output_size", output_size, len(spatial))
    if output_ratio is None:
        raise ValueRangeError(
            f"{function} requires specifying either an output_size or an output_ratio"
        )
    several = isinstance(output_ratio, (tuple, list))
    ratios = tuple(output_ratio) if several else (output_ratio,) * len(spatial)
    if len(ratios) != len(spatial):
        raise ValueRangeError(
            f"{function} requires output_ratio to either be a single Int or tuple of Ints."
        )
    return tuple(int(size * ratio) for size, ratio in zip(spatial, ratios, strict=True))


def _check_sizes(function: str, x: Tensor, window: Ints, windows: Ints) -> None:
    count = len(window)
    for dim in range(x.ndim - count - 1, x.ndim):
        if not x.shape[dim]:
            raise ShapeError(
                f"{function}(): Expected input to have non-zero size for non-batch dimensions, "
                f"but got{list(x.shape)} with dimension {dim} being empty."
            )
    for side, size, extent, number in zip(
        _SIDES[-count:], x.shape[-count:], window, windows, strict=True
    ):
        # PyTorch wants one place more to choose from in volumes than in images.
        if number + extent - 1 > size - (count - 2):
            raise RefusedError(
                f"{function}(): pool {side} {extent} too large relative to input {side} {size}"
            )
        if extent < 1 or number < 1:
            raise RefusedError(
                f"{function}(): kernel_size and output_size should be greater than zero, but got "
                f"{list(window)} and {list(windows)}"
            )


def _check_samples(x: Tensor, samples: Tensor, expected: Ints) -> None:
    if samples.dtype is not x.dtype:
        raise RefusedError(
            "Expect _random_samples to have the same dtype as input, but got "
            f"{samples.dtype} and {x.dtype}"
        )
    if samples.ndim != 3:
        raise RefusedError(f"Expect _random_samples to have 3 dimensions, got {samples.ndim}")
    names = ("batch size", "input channel size", str(expected[2]))
    for dim, (size, wanted, name) in enumerate(zip(samples.shape, expected, names, strict=True)):
        if size < wanted if dim == 0 else size != wanted:
            raise RefusedError(f"Expect _random_samples.size({dim}) equals to {name}; got {size}.")
