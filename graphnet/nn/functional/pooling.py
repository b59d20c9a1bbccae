"""Averages and norms of windows and parts, over one to three dimensions.

Inputs are ``(N, C, *spatial)`` or ``(C, *spatial)``. What describes the window is given once, or
once for each spatial dimension.
"""

from __future__ import annotations

import math
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.common import sizes
from graphnet.nn.functional.max_pooling import max_pool1d, max_pool2d, max_pool3d
from graphnet.nn.functional.pooling_geometry import (
    equal_parts,
    geometry_of,
    parts_of,
)
from graphnet.ops.avg_pool import AvgPool
from graphnet.ops.resample import Resample


def _avg_pool(
    function: str,
    count: int,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    x = require_tensor(function, "input", input)
    if divisor_override == 0:
        raise RefusedError(f"{function}: divisor must be not zero")
    window, steps, pads, _, overhang = geometry_of(
        function, x, count, kernel_size, stride, padding, 1, ceil_mode
    )
    op = AvgPool(window, steps, pads, overhang, count_include_pad, divisor_override)
    result: Tensor = op(x)
    return result


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The average of each window over the last dimension.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        kernel_size: the window's size.
        stride: from one window to the next; the window's size unless given.
        padding: zeros on both sides, at most half the window.
        ceil_mode: whether a last window may reach over the end; what lies beyond does not count.
        count_include_pad: whether the zeros count as elements.

    Raises:
        ShapeError: the input has other dimensions, or no window fits.
        RefusedError: (a RuntimeError) sizes that make no sense.

    >>> import graphnet as torch
    >>> torch.nn.functional.avg_pool1d(torch.tensor([[1.0, 3.0, 2.0, 4.0]]), 2)
    tensor([[2., 3.]])
    """
    return _avg_pool(
        "avg_pool1d",
        1,
        input,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        None,
    )


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The average of each window over the last two dimensions; see :func:`avg_pool1d`.

    ``divisor_override`` is what sums are divided by instead of the number of elements.

    >>> import graphnet as torch
    >>> torch.nn.functional.avg_pool2d(torch.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    return _avg_pool(
        "avg_pool2d",
        2,
        input,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def avg_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The average of each window over the last three dimensions; see :func:`avg_pool2d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.avg_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 2)
    tensor([[[[3.5000]]]])
    """
    return _avg_pool(
        "avg_pool3d",
        3,
        input,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: int,
    stride: Any = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The norm of order ``norm_type`` of each window over the last dimension.

    >>> import graphnet as torch
    >>> torch.nn.functional.lp_pool1d(torch.tensor([[3.0, 4.0]]), 2, 2)
    tensor([[5.]])
    """
    return _lp_pool("lp_pool1d", 1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The norm of order ``norm_type`` of each window over the last two dimensions.

    >>> import graphnet as torch
    >>> torch.nn.functional.lp_pool2d(torch.full((1, 2, 2), 3.0), 2, 2)
    tensor([[[6.]]])
    """
    return _lp_pool("lp_pool2d", 2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The norm of order ``norm_type`` of each window over the last three dimensions.

    >>> import graphnet as torch
    >>> torch.nn.functional.lp_pool3d(torch.ones(1, 2, 2, 2), 1, 2)
    tensor([[[[8.]]]])
    """
    return _lp_pool("lp_pool3d", 3, input, norm_type, kernel_size, stride, ceil_mode)


def _lp_pool(
    function: str,
    count: int,
    input: Tensor,
    norm_type: float,
    kernel_size: Any,
    stride: Any,
    ceil_mode: bool,
) -> Tensor:
    x = require_tensor(function, "input", input)
    if math.isinf(norm_type):
        sign = math.copysign(1, norm_type)
        magnitudes = fn.abs(x) * sign
        extremes: Tensor = sign * _MAX_POOL[count](magnitudes, kernel_size, stride, 0, 1, ceil_mode)
        return extremes
    means = _AVG_POOL[count](x**norm_type, kernel_size, stride, 0, ceil_mode)
    elements = math.prod(sizes(function, "kernel_size", kernel_size, count))
    result: Tensor = (fn.sign(means) * fn.relu(fn.abs(means)) * elements) ** (1.0 / norm_type)
    return result


_AVG_POOL = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}
_MAX_POOL = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}


def _adaptive_avg_pool(function: str, count: int, input: Tensor, output_size: Any) -> Tensor:
    x = require_tensor(function, "input", input)
    spatial, parts = parts_of(function, x, output_size, count)
    window = equal_parts(spatial, parts)
    zeros = (0,) * count
    if window is not None:
        pooled: Tensor = AvgPool(window, window, ((0, 0),) * count, zeros)(x)
        return pooled
    lines = tuple(
        ("area", n, after, None, False, False) for n, after in zip(spatial, parts, strict=True)
    )
    result: Tensor = Resample(lines)(x)
    return result


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The averages of so many parts of the last dimension, equal up to rounding.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        output_size: the number of parts.

    >>> import graphnet as torch
    >>> torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[1.0, 2.0, 3.0]]), 2)
    tensor([[1.5000, 2.5000]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The averages of so many parts of the last two dimensions; see :func:`adaptive_avg_pool1d`.

    A size of None is that of the input.

    >>> import graphnet as torch
    >>> torch.nn.functional.adaptive_avg_pool2d(torch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[4.5000, 6.5000]]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """The averages of so many parts of the last three dimensions; see :func:`adaptive_avg_pool2d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.adaptive_avg_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 1)
    tensor([[[[3.5000]]]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool3d", 3, input, output_size)
