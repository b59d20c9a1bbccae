"""The error for element types that an operation does not take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet import dtypes
from graphnet.dtypes.names import SCALAR_TYPE_NAMES as SCALAR_TYPE_NAMES
from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.types import TensorType


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


def refuse_to_compute(op: Any, values: Sequence[Value]) -> None:
    """Refuse element types that are only stored, unless the operation only moves them.

    Raises:
        UnsupportedDtypeError: one of the operands or results is of such a type.
    """
    for value in values:
        kind = value.type
        if isinstance(kind, TensorType) and kind.dtype.is_stored_only:
            if isinstance(op, Op) and not op.is_(Trait.STORED):
                raise refuse(op.name, kind.dtype, "cast first, as in `x.float()`")
            return
