"""The greatest elements of windows and parts, over one to three dimensions; and the way back.

Inputs are ``(N, C, *spatial)`` or ``(C, *spatial)``. What describes the window is given once, or
once for each spatial dimension.
"""

from __future__ import annotations

import math
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import integer
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.common import sizes
from graphnet.nn.functional.pooling_geometry import (
    equal_parts,
    geometry_of,
    parts_of,
    spatial_of,
)
from graphnet.ops.pool import AdaptiveMaxPool, MaxPool, MaxPoolIndices


def _max_pool(
    function: str,
    count: int,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    x = require_tensor(function, "input", input)
    window, steps, pads, gaps, _ = geometry_of(
        function, x, count, kernel_size, stride, padding, dilation, ceil_mode
    )
    out: Tensor = MaxPool(window, steps, pads, gaps)(x)
    return (out, MaxPoolIndices(window, steps, pads, gaps)(x, out)) if return_indices else out


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window over the last dimension.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        kernel_size: the window's size.
        stride: from one window to the next; the window's size unless given.
        padding: elements of minus infinity on both sides, at most half the window.
        dilation: from one element of a window to the next.
        ceil_mode: whether a last window may reach over the end.
        return_indices: whether to return where the greatest elements are, too.

    Raises:
        ShapeError: the input has other dimensions, or no window fits.
        RefusedError: (a RuntimeError) sizes that make no sense.

    >>> import graphnet as torch
    >>> torch.nn.functional.max_pool1d(torch.tensor([[1.0, 3.0, 2.0, 5.0]]), 2)
    tensor([[3., 5.]])
    """
    return _max_pool(
        "max_pool1d",
        1,
        input,
        kernel_size,
        stride,
        padding,
        dilation,
        ceil_mode,
        return_indices,
    )


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window over the last two dimensions; see :func:`max_pool1d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.max_pool2d(torch.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """
    return _max_pool(
        "max_pool2d",
        2,
        input,
        kernel_size,
        stride,
        padding,
        dilation,
        ceil_mode,
        return_indices,
    )


def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window over the last three dimensions; see :func:`max_pool1d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.max_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 2)
    tensor([[[[7.]]]])
    """
    return _max_pool(
        "max_pool3d",
        3,
        input,
        kernel_size,
        stride,
        padding,
        dilation,
        ceil_mode,
        return_indices,
    )


def max_pool1d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`max_pool1d` with ``return_indices=True``."""
    return max_pool1d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def max_pool2d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`max_pool2d` with ``return_indices=True``."""
    return max_pool2d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def max_pool3d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`max_pool3d` with ``return_indices=True``."""
    return max_pool3d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def _adaptive_max_pool(
    function: str, count: int, input: Tensor, output_size: Any, return_indices: bool
) -> Any:
    x = require_tensor(function, "input", input)
    spatial, parts = parts_of(function, x, output_size, count)
    window = equal_parts(spatial, parts)
    if window is not None:
        ones, zeros = (1,) * count, (0,) * count
        return _max_pool(function, count, x, window, window, zeros, ones, False, return_indices)
    out, where = AdaptiveMaxPool(parts)(x)
    return (out, where) if return_indices else out


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest elements of so many parts of the last dimension, equal up to rounding.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        output_size: the number of parts.
        return_indices: whether to return where they are, too.

    >>> import graphnet as torch
    >>> torch.nn.functional.adaptive_max_pool1d(torch.tensor([[1.0, 2.0, 3.0]]), 2)
    tensor([[2., 3.]])
    """
    return _adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest elements of parts of the last two dimensions; see :func:`adaptive_max_pool1d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.adaptive_max_pool2d(torch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[ 9., 11.]]])
    """
    return _adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest elements of parts of the last three dimensions; see :func:`adaptive_max_pool1d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.adaptive_max_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 1)
    tensor([[[[7.]]]])
    """
    return _adaptive_max_pool("adaptive_max_pool3d", 3, input, output_size, return_indices)


def adaptive_max_pool1d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`adaptive_max_pool1d` with ``return_indices=True``."""
    return adaptive_max_pool1d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def adaptive_max_pool2d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`adaptive_max_pool2d` with ``return_indices=True``."""
    return adaptive_max_pool2d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def adaptive_max_pool3d_with_indices(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """:func:`adaptive_max_pool3d` with ``return_indices=True``."""
    return adaptive_max_pool3d(*args, **{**kwargs, "return_indices": True})  # type: ignore[no-any-return]


def _max_unpool(
    function: str,
    count: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    output_size: Any,
) -> Tensor:
    x = require_tensor(function, "input", input)
    spatial = spatial_of(function, x, count)
    window = sizes(function, "kernel_size", kernel_size, count)
    steps = window if stride in (None, ()) else sizes(function, "stride", stride, count)
    before = sizes(function, "padding", padding, count)
    whole = tuple(
        (n - 1) * s - 2 * p + k for n, s, p, k in zip(spatial, steps, before, window, strict=True)
    )
    if output_size is not None:
        whole = tuple(integer(function, "output_size", n) for n in output_size)[-count:]
    if indices.shape != x.shape:
        raise ShapeError(
            f"{function}: Expected shape of indices to be same as that of the input tensor "
            f"({list(x.shape)}) but got indices tensor with shape: {list(indices.shape)}"
        )
    lead = tuple(x.shape[: x.ndim - count])
    flat = fn.zeros((*lead, math.prod(whole)), dtype=x.dtype)
    stored = fn.scatter(flat, -1, fn.flatten(indices, len(lead)), fn.flatten(x, len(lead)))
    return fn.reshape(stored, (*lead, *whole))


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Zeros with the elements of ``input`` at the indices that :func:`max_pool1d` returned.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> values, indices = F.max_pool1d(torch.tensor([[1.0, 3.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(values, indices, 2)
    tensor([[0., 3.]])
    """
    return _max_unpool("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Zeros with the elements of ``input`` at the indices that :func:`max_pool2d` returned.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> x = torch.arange(4.0).reshape(1, 2, 2)
    >>> F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2)
    tensor([[[0., 0.],
             [0., 3.]]])
    """
    return _max_unpool("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Zeros with the elements of ``input`` at the indices that :func:`max_pool3d` returned.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> x = torch.arange(8.0).reshape(1, 2, 2, 2)
    >>> F.max_unpool3d(*F.max_pool3d(x, 2, return_indices=True), 2).sum()
    tensor(7.)
    """
    return _max_unpool("max_unpool3d", 3, input, indices, kernel_size, stride, padding, output_size)
