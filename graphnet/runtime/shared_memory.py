"""Memory that several processes have: forked ones as it is, others when it is sent to them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from mmap import mmap
from multiprocessing.reduction import DupFd, ForkingPickler
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np

from graphnet import dtypes
from graphnet.ir.types import Shape
from graphnet.runtime.storage import Storage


class SharedMemory(mmap):
    """A file without a name, mapped; who is given its descriptor maps the same bytes."""

    descriptor: int

    @classmethod
    def of_size(cls, size: int) -> SharedMemory:
        """New memory, all zero."""
        with tempfile.TemporaryFile(dir=_FOLDER) as file:
            file.truncate(size)
            return cls.of(os.dup(file.fileno()), size)

    @classmethod
    def of(cls, descriptor: int, size: int) -> SharedMemory:
        """The memory that a descriptor, which it takes over, stands for."""
        memory = cls(descriptor, size)
        memory.descriptor = descriptor
        finalize(memory, os.close, descriptor)
        return memory

    @classmethod
    def holding(cls, array: Any) -> SharedMemory | None:
        """The shared memory that an array lies in, if it does."""
        owner = array
        while isinstance(owner, np.ndarray):
            owner = owner.base
        if isinstance(owner, memoryview):
            owner = owner.obj
        return owner if isinstance(owner, cls) else None

    def array(self, dtype: dtypes.dtype, shape: Shape) -> Any:
        """These bytes as an array."""
        return np.ndarray(shape, dtype.numpy, buffer=self)


# Where files are only memory, on the systems that have such a place.
_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None


def _send(storage: Storage) -> tuple[Any, ...]:
    """What another process is sent: the memory itself if it is shared, else a copy."""
    memory = SharedMemory.holding(storage.array)
    if memory is None:
        return storage.__reduce_ex__(4)
    send: Callable[[int], Any] = DupFd
    type_ = storage.type
    return (_receive, (send(memory.descriptor), len(memory), type_.dtype, tuple(type_.shape)))


def _receive(sent: Any, size: int, dtype: dtypes.dtype, shape: Shape) -> Storage:
    """The storage over the shared memory that was sent."""
    array = SharedMemory.of(sent.detach(), size).array(dtype, shape)
    return Storage.of(array, shared=True)


ForkingPickler.register(Storage, _send)
