"""Memory shared with other libraries: ``torch.utils.dlpack``. numpy speaks DLPack for tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphnet._tensor import Tensor
from graphnet.functions.creation import from_numpy

__all__ = ["from_dlpack", "to_dlpack"]


class _Capsule:
    """What numpy takes for an object with DLPack's protocol, of a bare capsule."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor on the memory of another library's array.

    >>> import numpy as np
    >>> from graphnet.utils.dlpack import from_dlpack
    >>> from_dlpack(np.ones(2, np.float32))
    tensor([1., 1.])
    """
    owner = ext_tensor if hasattr(ext_tensor, "__dlpack__") else _Capsule(ext_tensor)
    return from_numpy(np.from_dlpack(owner))


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule by which other libraries find a tensor's memory.

    Raises:
        BufferError: the tensor requires grad.
    """
    return tensor.__dlpack__()
