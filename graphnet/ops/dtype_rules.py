"""Which element types an operation takes, and the error for those it does not."""

from __future__ import annotations

from collections.abc import Sequence

from graphnet import dtypes
from graphnet.ir.types import TensorType
from graphnet.ops.elementwise import Elementwise, promoted
from graphnet.ops.unsupported import refuse


def is_integral(dtype: dtypes.dtype) -> bool:
    """Whether the dtype holds whole numbers; booleans do."""
    return not (dtype.is_floating_point or dtype.is_complex)


def require_number(name: str, operands: Sequence[TensorType]) -> None:
    """Refuse operands that meet in bool.

    Raises:
        UnsupportedDtypeError: they do.
    """
    if promoted(operands) is dtypes.bool:
        raise refuse(name, dtypes.bool, "cast first, as in `x.int()`")


def require_float(name: str, operands: Sequence[TensorType]) -> None:
    """Refuse operands that meet in an integer type or bool.

    Raises:
        UnsupportedDtypeError: they do.
    """
    dtype = promoted(operands)
    if is_integral(dtype):
        raise refuse(name, dtype, "cast first, as in `x.float()`")


def require_integer(name: str, operands: Sequence[TensorType]) -> None:
    """Refuse operands that meet in anything but an integer type.

    Raises:
        UnsupportedDtypeError: they do.
    """
    dtype = promoted(operands)
    if dtype is dtypes.bool or not is_integral(dtype):
        raise refuse(name, dtype, "cast first, as in `x.long()`")


class NumberElementwise(Elementwise):
    """An elementwise operation on numbers: booleans are refused."""

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast.

        Raises:
            UnsupportedDtypeError: all operands are boolean.
        """
        require_number(self.name, operands)
        return super().infer(*operands)


class FloatOnlyElementwise(Elementwise):
    """An elementwise operation for which integers are refused rather than made floats."""

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast.

        Raises:
            UnsupportedDtypeError: the operands meet in an integer type or bool.
        """
        require_float(self.name, operands)
        return super().infer(*operands)


class IntegerElementwise(Elementwise):
    """An elementwise operation on integers only."""

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast.

        Raises:
            UnsupportedDtypeError: the operands do not meet in an integer type.
        """
        require_integer(self.name, operands)
        return super().infer(*operands)
