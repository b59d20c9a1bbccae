"""Rounding to whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import NumberElementwise, is_integral


class _Rounding(NumberElementwise):
    """Rounding; integers are whole already and are copied."""

    real_only = True
    function: ClassVar[Kernel]

    @classmethod
    def ufunc(cls, x: Any) -> Any:
        """The function, or a copy."""
        return np.positive(x) if np.result_type(x).kind in "iu" else cls.function(x)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The function with ``out=``, or a copy."""
        if is_integral(result.dtype):
            return np.copyto
        function = type(self).function
        return lambda out, x: function(x, out=out)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (Full(g.shape, g.dtype)(0),)


@op("floor")
class Floor(_Rounding):
    """Greatest whole number not above."""

    function = np.floor


@op("ceil")
class Ceil(_Rounding):
    """Smallest whole number not below."""

    function = np.ceil


@op("trunc")
class Trunc(_Rounding):
    """Whole part."""

    function = np.trunc


@op("round")
class Round(_Rounding):
    """Nearest whole number, halves to even."""

    function = np.rint
