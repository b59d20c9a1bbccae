"""The error for element types that an operation does not take, and what PyTorch calls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graphnet import dtypes
from graphnet.errors import DtypeError
from graphnet.ir.types import TensorType

SCALAR_TYPE_NAMES: Final = {
    dtypes.bool: "Bool",
    dtypes.uint8: "Byte",
    dtypes.int8: "Char",
    dtypes.int16: "Short",
    dtypes.int32: "Int",
    dtypes.int64: "Long",
    dtypes.uint16: "UInt16",
    dtypes.uint32: "UInt32",
    dtypes.uint64: "UInt64",
    dtypes.float16: "Half",
    dtypes.bfloat16: "BFloat16",
    dtypes.float32: "Float",
    dtypes.float64: "Double",
    dtypes.complex64: "ComplexFloat",
    dtypes.complex128: "ComplexDouble",
}
"""What PyTorch's messages call each dtype."""


class UnsupportedDtypeError(DtypeError, NotImplementedError):
    """An element type for which there is no kernel."""


def refuse(name: str, dtype: dtypes.dtype, cure: str) -> UnsupportedDtypeError:
    """The error of the operation ``name`` for operands of ``dtype``."""
    return UnsupportedDtypeError(
        f"{name}: \"{name}_cpu\" not implemented for '{SCALAR_TYPE_NAMES[dtype]}'", cure=cure
    )


def require_real(name: str, operands: Sequence[TensorType]) -> None:
    """Refuse complex numbers: they have no order, and no place on the real line.

    Raises:
        UnsupportedDtypeError: an operand is complex.
    """
    for operand in operands:
        if operand.dtype.is_complex:
            cure = "take the absolute value or the real part first"
            raise refuse(name, operand.dtype, cure)
