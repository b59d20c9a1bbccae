"""In which order PyTorch's memory would hold a tensor's elements: random draws go by it.

All tensors made here are in row-major order; their layouts remember PyTorch's where it is another.
"""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.functions.layouts import preserve_format
from graphnet.ir.types import Stride
from graphnet.runtime.memory_order import (
    channels_last,
    dense_strides,
    has_channels_last,
    is_contiguous,
)

__all__: list[str] = []


def stride_of(x: Tensor) -> Stride | None:
    """How a tensor lies in PyTorch's memory, if not in row-major order."""
    layout = x._layout
    if layout.whole or layout.order is not None:
        return layout.order
    return None if layout.is_contiguous else layout.strides


def stride_of_like(x: Tensor, memory_format: Any = None) -> Stride | None:
    """How PyTorch lays out what is made like a tensor, if not in row-major order."""
    if memory_format is not None and memory_format is not preserve_format:
        return None
    stride = stride_of(x)
    return None if stride is None else dense_strides(tuple(x.shape), stride)


def in_order_of(source: Tensor, made: Tensor, memory_format: Any = None) -> Tensor:
    """A new tensor that is made like another one, laid out like it."""
    stride = stride_of_like(source, memory_format)
    if stride is not None:
        made._layout = made._layout.but(order=stride)
    return made


def as_images_lie(source: Tensor, made: Tensor) -> Tensor:
    """What is made of images, with its channels innermost where PyTorch takes theirs to be."""
    layout = source._layout
    if has_channels_last(layout.type.shape, layout.order or layout.strides):
        order = channels_last(made._layout.type.shape)
        if not is_contiguous(made._layout.type.shape, order):
            made._layout = made._layout.but(order=order)
    return made
