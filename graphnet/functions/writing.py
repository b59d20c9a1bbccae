"""Writing into a tensor's memory: ``copy_``, ``fill_`` and ``zero_``."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor, apply
from graphnet.devices import NoDataError
from graphnet.errors import ShapeError
from graphnet.functions.methods import method
from graphnet.inplace import check_overlap
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full

__all__ = ["fill", "fill_", "zero_"]


@method
def copy_(self: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """Write ``src``, broadcast and cast as needed, into this tensor.

    Source: PyTorch's page ``torch.Tensor.copy_``.

    >>> import graphnet as torch
    >>> torch.zeros(2, 2).copy_(torch.tensor([1, 2]))
    tensor([[1., 2.],
            [1., 2.]])
    """
    self._check_writable()
    if src.is_meta and not self.is_meta:
        raise NoDataError
    check_overlap(self, src)
    if src.dtype is not self.dtype:
        src = Cast(self.dtype)(src)
    return self._write(src)


def fill(input: Tensor, value: Any) -> Tensor:
    """A tensor like ``input`` that holds one number everywhere.

    >>> import graphnet as torch
    >>> torch.fill(torch.zeros(2), 3)
    tensor([3., 3.])
    """
    if isinstance(value, Tensor):
        if value.dim():
            raise ShapeError(
                "fill_ only supports 0-dimension value tensor but got tensor with "
                f"{value.dim()} dimensions."
            )
        filled: Tensor = input.clone().copy_(value)
        return filled
    made: Tensor = apply(Full(tuple(input.shape), input.dtype), value)
    if input.requires_grad:
        # The result depends on the input, if only with a gradient of zero, and so requires grad.
        kept: Tensor = input.clone()._write(made)
        return kept
    return made


@method
def fill_(input: Tensor, value: Any) -> Tensor:
    """Write one number everywhere.

    >>> import graphnet as torch
    >>> torch.zeros(2).fill_(3)
    tensor([3., 3.])
    """
    if isinstance(value, Tensor):
        return copy_(input, value)
    if input._layout.overlaps:  # one number fits all elements that lie at one place
        fill_(_without_repeats(input), value)
        return input
    input._check_writable()
    return input._write(fill(input, value))


def _without_repeats(x: Tensor) -> Tensor:
    """Each element of an expanded tensor once."""
    for dim, step in enumerate(x._layout.strides):
        if step == 0:
            x = x.narrow(dim, 0, 1)
    return x


@method
def zero_(input: Tensor) -> Tensor:
    """Write zeros everywhere.

    >>> import graphnet as torch
    >>> torch.ones(2).zero_()
    tensor([0., 0.])
    """
    return fill_(input, 0)
