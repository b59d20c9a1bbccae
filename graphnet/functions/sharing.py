"""Tensors in memory that several processes share."""

from __future__ import annotations

import builtins
import mmap
from typing import Any

import numpy as np

from graphnet._tensor import Tensor
from graphnet.functions.methods import method

__all__: list[str] = []


def in_shared_memory(tensor: Tensor) -> Tensor:
    """The tensor's values in memory that processes forked from now on share with this one."""
    if is_shared(tensor):
        return tensor
    values = np.ascontiguousarray(tensor.detach().numpy())
    memory = mmap.mmap(-1, max(values.nbytes, 1))
    array = np.ndarray(values.shape, values.dtype, buffer=memory)
    np.copyto(array, values)
    return Tensor._from_array(array, shared=True)


@method
def share_memory_(self: Tensor) -> Tensor:
    """Move this tensor to memory that processes forked from now on share with this one.

    What one of them writes in place the others see. Views that were taken before stay where they
    are, and processes that are not forked but spawned get a copy.

    Source: PyTorch's page ``torch.Tensor.share_memory_``.

    >>> import graphnet as torch
    >>> torch.ones(2).share_memory_().is_shared()
    True
    """
    if not is_shared(self):
        self.data = in_shared_memory(self)
    return self


@method
def is_shared(self: Tensor) -> builtins.bool:
    """Whether the memory is shared between processes."""
    self._settled()
    owner: Any = self._storage.array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return isinstance(owner.obj if isinstance(owner, memoryview) else owner, mmap.mmap)


@method
def is_pinned(self: Tensor, device: Any = None) -> builtins.bool:
    """False: memory is never pinned on the CPU."""
    return False
