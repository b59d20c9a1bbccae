"""PyTorch's old types of tensors, ``torch.FloatTensor`` and its like, and ``Tensor.new``.

They are no classes that tensors have, but make tensors of one dtype and recognise them.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.functions.creation import legacy_tensor
from graphnet.functions.methods import method
from graphnet.functions.options import finish
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "BFloat16Tensor",
    "BoolTensor",
    "ByteTensor",
    "CharTensor",
    "DoubleTensor",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "ShortTensor",
]


class TensorType(type):
    """The type of types that make tensors of one dtype.

    >>> import graphnet as torch
    >>> torch.LongTensor([1, 2]), torch.FloatTensor(2, 3).shape
    (tensor([1, 2]), torch.Size([2, 3]))
    >>> isinstance(torch.ones(1), torch.FloatTensor), isinstance(torch.ones(1), torch.LongTensor)
    (True, False)
    """

    dtype: dtypes.dtype

    def __call__(cls, *args: Any) -> Tensor:
        """A tensor of sizes, or of data."""
        return legacy_tensor(*args, dtype=cls.dtype)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype


class AbsentTensorType(TensorType):
    """The type of types that would make tensors on a GPU; no tensor is one of theirs."""

    def __call__(cls, *args: Any) -> Tensor:
        """Raises ArgumentError, a TypeError: there is no GPU."""
        raise ArgumentError(
            f"type {cls.__module__}.{cls.__name__} not available. "
            "Torch not compiled with CUDA enabled.",
            cure=f"use torch.{cls.__name__}",
        )

    def __instancecheck__(cls, instance: Any) -> bool:
        return False


def tensor_type(dtype: dtypes.dtype, kind: type[TensorType] = TensorType) -> Any:
    """The type of tensors of a dtype, on the CPU or on a GPU that is not there."""
    on_gpu = kind is AbsentTensorType
    facts = {"__module__": "torch.cuda" if on_gpu else "torch", "dtype": dtype, "is_cuda": on_gpu}
    return kind(f"{SCALAR_TYPE_NAMES[dtype]}Tensor", (), facts)


@method
def new(self: Tensor, *args: Any, size: Any = None, device: Any = None) -> Tensor:
    """A tensor of this one's dtype: of sizes, or of data, or an empty one.

    What sizes are and what data is, is as for ``torch.Tensor(...)``.

    Raises:
        ArgumentError: (a TypeError) it is given no size, no sequence and no tensor of this dtype.

    >>> import graphnet as torch
    >>> torch.arange(3).new([1, 2]), torch.arange(3).new(1, 2).shape, torch.arange(3).new()
    (tensor([1, 2]), torch.Size([1, 2]), tensor([], dtype=torch.int64))
    """
    sizes = args if size is None else tuple(size)
    where = self.device if device is None else device
    return finish(legacy_tensor(*sizes, dtype=self.dtype), where, requires_grad=False)


BFloat16Tensor = tensor_type(dtypes.bfloat16)
BoolTensor = tensor_type(dtypes.bool)
ByteTensor = tensor_type(dtypes.uint8)
CharTensor = tensor_type(dtypes.int8)
DoubleTensor = tensor_type(dtypes.float64)
FloatTensor = tensor_type(dtypes.float32)
HalfTensor = tensor_type(dtypes.float16)
IntTensor = tensor_type(dtypes.int32)
LongTensor = tensor_type(dtypes.int64)
ShortTensor = tensor_type(dtypes.int16)
