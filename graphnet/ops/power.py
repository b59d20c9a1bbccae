"""Powers, and exponentials and logarithms of two operands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.convert import Cast
from graphnet.ops.dtype_rules import FloatOnlyElementwise, NumberElementwise
from graphnet.ops.elementwise import FloatElementwise, promoted
from graphnet.ops.math import Exp, Log


@op("pow")
class Pow(NumberElementwise):
    """Power ``x ** y``."""

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch numbers the forms: number as exponent, tensors, number as base."""
        base, exponent = operands
        return f"PowBackward{0 if exponent.weak else 2 if base.weak else 1}"

    @staticmethod
    def ufunc(x: Any, y: Any) -> Any:
        """Small whole exponents by multiplication, as PyTorch does; numpy's power otherwise.

        Raises:
            DtypeError: an integer tensor is raised to a negative number.
        """
        scalar = isinstance(y, (int, float)) and isinstance(x, (np.ndarray, np.generic))
        if scalar and y in _EASY_POWERS and (y == int(y) >= 0 or x.dtype.kind == "f"):
            return _EASY_POWERS[y](x)
        if np.result_type(x, y).kind in "iu":
            return _integer_power(x, y, scalar)
        return np.power(x, y)

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None]:
        """Tensors meet in one dtype; a number stays, for the kernel to know it as such."""
        meet = promoted(operands)
        return [None if operand.weak else meet for operand in operands]

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


def _integer_power(x: Any, y: Any, scalar_exponent: bool) -> Any:
    """A power of integers: negative exponents truncate ``1 / x**-y`` towards zero."""
    if np.all(y >= np.asarray(0, getattr(y, "dtype", None))):
        return np.power(x, y)
    if scalar_exponent:
        raise DtypeError(
            "pow: Integers to negative integer powers are not allowed.",
            cure="cast to a floating-point dtype first, as in `x.float() ** -1`",
        )
    sign = np.where(np.equal(y % 2, 0), 1, x)
    small = np.where(np.equal(x, 1) | np.equal(x, -1), sign, 0)
    return np.where(np.less(y, 0), small, np.power(x, np.maximum(y, 0))).astype(
        np.result_type(x, y)
    )


_EASY_POWERS: dict[float, Kernel] = {
    2: lambda x: np.multiply(x, x),
    3: lambda x: np.multiply(np.multiply(x, x), x),
    0.5: np.sqrt,
    -0.5: lambda x: np.reciprocal(np.sqrt(x)),
    -1: np.reciprocal,
    -2: lambda x: np.reciprocal(np.multiply(x, x)),
}


@op("hypot", Trait.COMMUTATIVE)
class Hypot(FloatOnlyElementwise):
    """Length ``sqrt(x**2 + y**2)``, without overflow on the way."""

    real_only = True
    ufunc = np.hypot

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``x / hypot`` and ``y / hypot``."""
        scaled = g / out
        return scaled * x, scaled * y


@op("logaddexp", Trait.COMMUTATIVE)
class Logaddexp(FloatOnlyElementwise):
    """``log(exp(x) + exp(y))``, without overflow on the way."""

    ufunc = np.logaddexp

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Each operand's share in the sum; half each where both are minus infinity."""
        return _share(g, x, y), _share(g, y, x)


@op("logaddexp2", Trait.COMMUTATIVE)
class Logaddexp2(FloatOnlyElementwise):
    """``log2(2**x + 2**y)``, without overflow on the way."""

    real_only = True
    ufunc = np.logaddexp2

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Each operand's share in the sum; half each where both are minus infinity."""
        log_2 = math.log(2)
        return _share(g, x * log_2, y * log_2), _share(g, y * log_2, x * log_2)


def _share(g: Value, x: Value, y: Value) -> Value:
    """``g`` times the share of ``exp(x)`` in ``exp(x) + exp(y)``.

    Equal operands have a difference of 0 even where they are infinite.
    """
    difference = Where()(Equal()(x, y), 0, y - x)
    share: Value = g / (Exp()(difference) + 1)
    return share


@op("xlogy")
class Xlogy(FloatElementwise):
    """``x * log(y)``, and 0 where ``x`` is 0 unless ``y`` is NaN."""

    real_only = True

    @staticmethod
    def ufunc(x: Any, y: Any) -> Any:
        """The limit 0 replaces what 0 times an infinite logarithm gives."""
        zero = np.equal(x, 0) & ~np.isnan(y)
        return np.where(zero, 0, np.multiply(x, np.log(y))).astype(np.result_type(x, y))

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``log(y)``, 0 where ``x`` is 0 and ``y`` not positive, and ``x / y``."""
        flat = Equal()(x, 0) & (y <= 0)
        return Where()(flat, 0, g * Log()(y)), g * x / y


@op("frexp", Trait.LEADING)
class Frexp(Op):
    """``mantissa * 2**exponent`` with a mantissa from 1/2 up to 1, or 0."""

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """A number and an int32.

        Raises:
            DtypeError: the numbers are integers.
        """
        if not x.dtype.is_floating_point:
            raise DtypeError(
                f"torch.frexp() only supports floating-point dtypes, not {x.dtype}",
                cure="cast first, as in `x.float()`",
            )
        return TensorType(x.dtype, x.shape), TensorType(dtypes.int32, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.frexp``."""
        mantissa, exponent = np.frexp(x)
        return mantissa, exponent.astype(np.int32)

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """``2**-exponent``."""
        if g[0] is None:
            return (None,)
        return (g[0] * 2.0 ** -Cast(x.dtype)(out[1]),)
