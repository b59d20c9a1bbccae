"""Tensors that change places: ``torch.utils.swap_tensors``."""

from __future__ import annotations

from graphnet._tensor import Tensor
from graphnet.trace.handle import Handle
from graphnet.trace.look import settle

__all__ = ["swap_tensors"]


def swap_tensors(t1: Tensor, t2: Tensor) -> None:
    """Let two tensors exchange all that they are: memory, class, gradients and attributes.

    Whoever holds one of them holds what the other was, optimizers and modules too. What is pending
    is computed first. Source: PyTorch's recipe "Extension points in nn.Module for load_state_dict
    and tensor subclasses".

    >>> import graphnet as torch
    >>> one, other = torch.zeros(1), torch.ones(2)
    >>> torch.utils.swap_tensors(one, other)
    >>> one, other
    (tensor([1., 1.]), tensor([0.]))
    """
    for tensor in (t1, t2):
        settle(tensor._storage)
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__
    for name in Handle.__slots__:
        if name != "__weakref__":
            _exchange(name, t1, t2)


def _exchange(name: str, t1: Tensor, t2: Tensor) -> None:
    """Exchange an attribute that either may lack."""
    values = [(hasattr(tensor, name), getattr(tensor, name, None)) for tensor in (t1, t2)]
    for tensor, (there, value) in zip((t2, t1), values, strict=True):
        if there:
            setattr(tensor, name, value)
        elif hasattr(tensor, name):
            delattr(tensor, name)
