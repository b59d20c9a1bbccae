"""The types of tensors on a GPU. Programs choose between these and those of the CPU."""

from __future__ import annotations

from graphnet import dtypes
from graphnet.tensor_types import AbsentTensorType, tensor_type

BFloat16Tensor = tensor_type(dtypes.bfloat16, AbsentTensorType)
BoolTensor = tensor_type(dtypes.bool, AbsentTensorType)
ByteTensor = tensor_type(dtypes.uint8, AbsentTensorType)
CharTensor = tensor_type(dtypes.int8, AbsentTensorType)
DoubleTensor = tensor_type(dtypes.float64, AbsentTensorType)
FloatTensor = tensor_type(dtypes.float32, AbsentTensorType)
HalfTensor = tensor_type(dtypes.float16, AbsentTensorType)
IntTensor = tensor_type(dtypes.int32, AbsentTensorType)
LongTensor = tensor_type(dtypes.int64, AbsentTensorType)
ShortTensor = tensor_type(dtypes.int16, AbsentTensorType)
