"""Arithmetic of two operands, and the few operations of three built on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.elementwise import Elementwise, FloatElementwise, promoted
from graphnet.ops.math import Log


@op("add", Trait.COMMUTATIVE)
class Add(Elementwise):
    """Sum ``x + y``."""

    ufunc = np.add

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Both operands receive the gradient unchanged."""
        return g, g


@op("sub")
class Sub(Elementwise):
    """Difference ``x - y``."""

    ufunc = np.subtract

    def infer(self, *operands: TensorType) -> TensorType:
        """Booleans have no difference, as in numpy and PyTorch."""
        if promoted(operands) is dtypes.bool:
            raise DtypeError(
                "sub: Subtraction, the `-` operator, with a bool tensor is not supported",
                cure="use the `^` or `logical_xor()` operator instead",
            )
        return super().infer(*operands)

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``g`` and ``-g``."""
        return g, -g


@op("mul", Trait.COMMUTATIVE)
class Mul(Elementwise):
    """Elementwise product ``x * y``."""

    ufunc = np.multiply

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Each operand's gradient is scaled by the other."""
        return g * y, g * x


@op("div")
class Div(FloatElementwise):
    """True quotient ``x / y``; integers give floating point."""

    ufunc = np.true_divide

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``g / y`` and ``-g * x / y**2``, written with the quotient that is there."""
        gx = g / y
        return gx, -(gx * out)


@op("floor_divide", Trait.NOT_DIFFERENTIABLE)
class FloorDivide(Elementwise):
    """Quotient rounded towards minus infinity."""

    ufunc = np.floor_divide


@op("trunc_divide", Trait.NOT_DIFFERENTIABLE)
class TruncDivide(Elementwise):
    """Quotient rounded towards zero."""

    @staticmethod
    def ufunc(x: Any, y: Any) -> Any:
        """Truncate the quotient; integers stay exact."""
        if np.result_type(x, y).kind in "iu":
            quotient = np.floor_divide(x, y)
            return quotient + ((quotient < 0) & (quotient * y != x))
        return np.trunc(np.true_divide(x, y))


@op("remainder")
class Remainder(Elementwise):
    """Remainder with the sign of the divisor, as Python's ``%``."""

    ufunc = np.remainder

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``x % y = x - floor(x / y) * y``."""
        return g, -(g * (x // y))


@op("fmod")
class Fmod(Elementwise):
    """Remainder with the sign of the dividend, as C's ``fmod``."""

    ufunc = np.fmod

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``fmod(x, y) = x - trunc(x / y) * y``."""
        return g, -(g * TruncDivide()(x, y))


@op("pow")
class Pow(Elementwise):
    """Power ``x ** y``."""

    @staticmethod
    def ufunc(x: Any, y: Any) -> Any:
        """Small whole exponents by multiplication, as PyTorch does; numpy's power otherwise."""
        if isinstance(y, (int, float)) and isinstance(x, (np.ndarray, np.generic)):
            if y == 2:
                return np.multiply(x, x)
            if y == 3:
                return np.multiply(np.multiply(x, x), x)
            if y == 0.5 and x.dtype.kind == "f":
                return np.sqrt(x)
            if y < 0 and x.dtype.kind in "iu":
                raise DtypeError("pow: Integers to negative integer powers are not allowed.")
        return np.power(x, y)

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value | None]:
        """``g * y * x**(y-1)`` and ``g * x**y * log(x)``, with PyTorch's zeros at 0."""
        exponent = getattr(y.op, "value", None)
        if exponent is not None:
            gx = g * (y * x ** (exponent - 1)) if exponent != 0 else g * 0
        else:
            gx = Where()(Equal()(y, 0), 0, g * (y * x ** (y - 1)))
        if not y.requires_grad:
            return gx, None
        flat = Equal()(x, 0) & (y >= 0)
        return gx, Where()(flat, 0, g * out * Log()(x))


@op("atan2")
class Atan2(FloatElementwise):
    """Angle of the point ``(y, x)``, first operand ``y``."""

    ufunc = np.arctan2

    def vjp(self, g: Value, out: Value, y: Value, x: Value) -> Sequence[Value]:
        """``x / (x**2 + y**2)`` and ``-y / (x**2 + y**2)``."""
        scaled = g / (x * x + y * y)
        return scaled * x, -(scaled * y)


class _Extremum(Elementwise):
    """The greater or smaller operand; where both are equal each receives half the gradient."""

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """The gradient goes to the operand that was chosen."""
        halved = Where()(Equal()(x, y), g / 2, g)
        gx = Where()(Equal()(out, x), halved, 0)
        gy = Where()(Equal()(out, y), halved, 0)
        return gx, gy


@op("maximum", Trait.COMMUTATIVE)
class Maximum(_Extremum):
    """The greater of two; NaN if either is."""

    ufunc = np.maximum


@op("minimum", Trait.COMMUTATIVE)
class Minimum(_Extremum):
    """The smaller of two; NaN if either is."""

    ufunc = np.minimum
