"""What PyTorch's messages call dtypes."""

from __future__ import annotations

from typing import Final

from graphnet.dtypes import types

SCALAR_TYPE_NAMES: Final = {
    types.bool: "Bool",
    types.uint8: "Byte",
    types.int8: "Char",
    types.int16: "Short",
    types.int32: "Int",
    types.int64: "Long",
    types.uint16: "UInt16",
    types.uint32: "UInt32",
    types.uint64: "UInt64",
    types.float16: "Half",
    types.bfloat16: "BFloat16",
    types.float32: "Float",
    types.float64: "Double",
    types.complex64: "ComplexFloat",
    types.complex128: "ComplexDouble",
    **{each: each.name.capitalize() for each in types.STORED},
}
"""What PyTorch's messages call each dtype."""
