"""The old name of tensors: ``torch.autograd.Variable``."""

from __future__ import annotations

import warnings
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError


class _VariableMeta(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, Tensor)


class Variable(metaclass=_VariableMeta):
    """Makes a tensor of a tensor: a new leaf over the same memory. Tensors are instances of it.

    >>> import graphnet as torch
    >>> x = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    >>> x, isinstance(x, torch.autograd.Variable)
    (tensor([1., 1.], requires_grad=True), True)
    """

    def __new__(  # type: ignore[misc]  # it makes tensors
        cls, data: Tensor | None = None, requires_grad: bool = False, volatile: Any = None
    ) -> Tensor:
        """A leaf over the memory of ``data``; raises ArgumentError if that is no tensor."""
        if volatile is not None:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.",
                stacklevel=2,
            )
        if data is not None and not isinstance(data, Tensor):
            raise ArgumentError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        made = Tensor() if data is None else data.detach()
        return made.requires_grad_() if requires_grad else made
