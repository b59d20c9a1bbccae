"""Tensors in memory that several processes share."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from graphnet._tensor import Tensor
from graphnet.functions.methods import method

__all__: list[str] = []


def in_shared_memory(tensor: Tensor) -> Tensor:
    """The tensor's values in memory that other processes can share with this one."""
    if is_shared(tensor):
        return tensor
    # Few programs share memory.
    from graphnet.runtime.shared_memory import SharedMemory

    values = np.ascontiguousarray(tensor.detach().numpy())
    memory = SharedMemory.of_size(max(values.nbytes, 1))
    array = memory.array(tensor.dtype, values.shape)
    np.copyto(array, values)
    return Tensor._from_array(array, shared=True)


@method
def share_memory_(self: Tensor) -> Tensor:
    """Move this tensor to memory that other processes can share with this one.

    Processes that are forked from now on have it, and those that it is sent to: as an argument
    of the process, through a pipe or a queue. What one of them writes in place the others see.
    Views that were taken before stay where they are.

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
    from graphnet.runtime.shared_memory import SharedMemory

    self._settled()
    return SharedMemory.holding(self._storage.array) is not None


@method
def is_pinned(self: Tensor, device: Any = None) -> builtins.bool:
    """False: memory is never pinned on the CPU."""
    return False
