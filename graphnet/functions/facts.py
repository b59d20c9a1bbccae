"""Facts about tensors, as functions. Most are ``Tensor`` methods, too."""

from __future__ import annotations

import builtins
from typing import Any

from graphnet._tensor import Tensor
from graphnet.functions.methods import method
from graphnet.functions.options import require_tensor
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = ["detach", "get_device", "is_inference", "is_same_size", "is_signed", "typename"]


def detach(input: Tensor) -> Tensor:
    """The same memory without history.

    >>> import graphnet as torch
    >>> torch.detach(torch.ones(1, requires_grad=True)).requires_grad
    False
    """
    return require_tensor("detach", "input", input).detach()


@method
def get_device(input: Tensor) -> int:
    """The number of the GPU: -1, as for all tensors on the CPU."""
    require_tensor("get_device", "input", input)
    return -1


@method
def is_inference(input: Tensor) -> builtins.bool:
    """Whether it refuses to take part in gradients later, as PyTorch's of ``inference_mode`` do.

    None does here: see :class:`graphnet.inference_mode`.
    """
    require_tensor("is_inference", "input", input)
    return False


@method
def is_signed(input: Tensor) -> builtins.bool:
    """Whether the element type has negative numbers."""
    return require_tensor("is_signed", "input", input).dtype.is_signed


@method
def is_same_size(input: Tensor, other: Tensor) -> builtins.bool:
    """Whether two tensors have one shape."""
    first = require_tensor("is_same_size", "input", input)
    return first.shape == require_tensor("is_same_size", "other", other, 2).shape


@method
def is_set_to(self: Tensor, tensor: Tensor) -> builtins.bool:
    """Whether two tensors are the same part of the same memory.

    >>> import graphnet as torch
    >>> x = torch.ones(2, 3)
    >>> x.is_set_to(x[:]), x.is_set_to(x[0])
    (True, False)
    """
    return (
        self._storage is tensor._storage
        and self.storage_offset() == tensor.storage_offset()
        and self.shape == tensor.shape
        and self.stride() == tensor.stride()
    )


def typename(obj: Any) -> str:
    """The name of a tensor's type; of anything else its own, or that of its class, with the module.

    >>> import graphnet as torch
    >>> torch.typename(torch.ones(1)), torch.typename(3)
    ('torch.FloatTensor', 'int')
    """
    if type(obj) is Tensor:
        return f"torch.{SCALAR_TYPE_NAMES[obj.dtype]}Tensor"
    name = getattr(obj, "__qualname__", None) or type(obj).__qualname__
    module = getattr(obj, "__module__", None)
    return name if module in (None, "builtins") else f"{module}.{name}"
