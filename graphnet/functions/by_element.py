"""Python functions applied to each element in place, as ``Tensor`` methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import AutogradError
from graphnet.functions.creation import tensor
from graphnet.functions.methods import method
from graphnet.ir.types import Number

__all__: list[str] = []


@method
def apply_(self: Tensor, callable: Callable[[Any], Number]) -> Tensor:
    """Replace each element by what a function makes of it. Looks at the elements, and is slow.

    Raises:
        AutogradError: (a RuntimeError) the tensor requires grad.

    >>> import graphnet as torch
    >>> torch.tensor([1.0, 2.0]).apply_(lambda x: x * 10)
    tensor([10., 20.])
    """
    return _replaced("apply_", callable, self)


@method
def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Number]) -> Tensor:
    """Replace each element by what a function makes of it and of another tensor's.

    >>> import graphnet as torch
    >>> torch.tensor([1.0, 2.0]).map_(torch.tensor([3.0]), max)
    tensor([3., 3.])
    """
    return _replaced("map_", callable, self, tensor)


@method
def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[..., Number]) -> Tensor:
    """The same, with those of two other tensors."""
    return _replaced("map2_", callable, self, x, y)


def _replaced(name: str, function: Callable[..., Any], self: Tensor, *others: Tensor) -> Tensor:
    for each in (self, *others):
        if each.requires_grad:
            raise AutogradError(
                f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() "
                "instead."
            )
    shape = tuple(self.shape)
    rows = [each.expand(shape).reshape(-1).tolist() for each in (self, *others)]
    is_whole = not (self.dtype.is_floating_point or self.dtype.is_complex)
    found = [function(*elements) for elements in zip(*rows, strict=True)]
    made = tensor([int(each) for each in found] if is_whole else found, dtype=self.dtype)
    return self._write(made.reshape(shape))
