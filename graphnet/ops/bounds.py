"""Keeping numbers within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import IsFinite, Where
from graphnet.ops.dtype_rules import NumberElementwise
from graphnet.ops.elementwise import Elementwise, promoted
from graphnet.ops.unsupported import refuse


@op("clamp")
class Clamp(NumberElementwise):
    """``min(max(x, low), high)``: ``high`` where the bounds contradict each other."""

    real_only = True
    ufunc = np.clip

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """``np.clip`` with ``out=``."""
        return lambda out, x, low, high: np.clip(x, low, high, out=out)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """To ``x`` within the bounds, else to the bound that was taken."""
        x, low, high = operands
        to_high = (x > high) | (low > high)
        to_low = (x < low) & (low < high)
        inside = (x >= low) & (x <= high)
        return Where()(inside, g, 0), Where()(to_low, g, 0), Where()(to_high, g, 0)

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch numbers the form with bounds that are numbers 1."""
        return f"ClampBackward{int(operands[1].weak)}"


class _OneBound(Elementwise):
    """A bound on one side. As in PyTorch, booleans may have a tensor of them but not a number."""

    real_only = True

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast.

        Raises:
            UnsupportedDtypeError: all are booleans, and the bound is a number.
        """
        if operands[1].weak and promoted(operands) is dtypes.bool:
            raise refuse(self.name, dtypes.bool, "give the bound as a tensor")
        return super().infer(*operands)

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """As PyTorch names ``clamp`` with one bound: 1 is the form with a number."""
        return f"ClampBackward{int(operands[1].weak)}"


@op("clamp_min")
class ClampMin(_OneBound):
    """The greater of ``x`` and a lower bound."""

    ufunc = np.maximum

    def vjp(self, g: Value, out: Value, x: Value, low: Value) -> Sequence[Value]:
        """To ``x`` where it is not below the bound, else to the bound."""
        return Where()(x >= low, g, 0), Where()(x < low, g, 0)


@op("clamp_max")
class ClampMax(_OneBound):
    """The smaller of ``x`` and an upper bound."""

    ufunc = np.minimum

    def vjp(self, g: Value, out: Value, x: Value, high: Value) -> Sequence[Value]:
        """To ``x`` where it is not above the bound, else to the bound."""
        return Where()(x <= high, g, 0), Where()(x > high, g, 0)


@op("nan_to_num")
class NanToNum(Elementwise):
    """Numbers in place of NaN, infinity and minus infinity: operands 1, 2 and 3."""

    @staticmethod
    def ufunc(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
        """``np.nan_to_num``."""
        return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)

    def infer(self, *operands: TensorType) -> TensorType:
        """The type of operand 0."""
        return operands[0]

    def operand_dtypes(self, *operands: TensorType) -> None:
        """The replacements are numbers."""
        return

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """The gradient passes where the number was finite."""
        return Where()(IsFinite()(operands[0]), g, 0), None, None, None
