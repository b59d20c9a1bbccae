"""Tensors that a module keeps: a :class:`Parameter` to be trained, a :class:`Buffer` as it is."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError

_Held = TypeVar("_Held", bound=Tensor)


class Parameter(Tensor):
    """A tensor that a module registers as its own when it is assigned to an attribute.

    It shares the storage of ``data`` and is a leaf of the autograd graph, whatever ``data`` was.

    Args:
        data: the values; an empty tensor when left out.
        requires_grad: whether the backward pass fills its ``grad``.

    Raises TypeError when ``data`` is not a tensor, and RuntimeError when ``requires_grad`` is asked
    of a dtype without gradients. Source: PyTorch's page "Parameter".

    >>> import graphnet as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        """Make a leaf in the storage of ``data``."""
        return _held(cls, _values(cls, data), requires_grad)

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        """Do nothing: ``__new__`` read the arguments, and the base class must not."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = _held(type(self), self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that is part of a module's state but is not trained, such as a running mean.

    Args:
        data: the values, whose storage it shares; an empty tensor when left out.
        persistent: whether it is part of the module's ``state_dict()``.

    Raises TypeError when ``data`` is not a tensor. Source: PyTorch's page "Buffer".

    >>> import graphnet as torch
    >>> module = torch.nn.Module()
    >>> module.mean = torch.nn.Buffer(torch.zeros(2))
    >>> module.state_dict()
    OrderedDict([('mean', tensor([0., 0.]))])
    """

    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Self:
        """Make a leaf in the storage of ``data``."""
        values = _values(cls, data)
        buffer = _held(cls, values, values.requires_grad)
        buffer.persistent = persistent
        return buffer

    def __init__(self, data: Tensor | None = None, *, persistent: bool = True) -> None:
        """Do nothing: ``__new__`` read the arguments, and the base class must not."""


def _values(cls: type[Tensor], data: Tensor | None) -> Tensor:
    if data is None:
        return fn.empty(0)
    if not isinstance(data, Tensor):
        raise ArgumentError(
            f"{cls.__name__}(): argument 'data' must be a Tensor, not {type(data).__name__}",
            cure="make a tensor of the values first: torch.tensor(values)",
        )
    return data


def _held(cls: type[_Held], data: Tensor, requires_grad: bool) -> _Held:
    """A leaf of class ``cls`` in the storage of ``data``."""
    held: _Held = Tensor._make_subclass(cls, data)
    return held.requires_grad_(requires_grad)
