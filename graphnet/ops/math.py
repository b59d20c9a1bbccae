"""Elementwise functions of one operand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Saves, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.complex import Conj
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import NumberElementwise
from graphnet.ops.elementwise import Elementwise, FloatElementwise, Predicate, promoted


@op("exp")
class Exp(FloatElementwise):
    """Exponential."""

    ufunc = np.exp

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``exp`` is its own derivative."""
        return (g * out,)


@op("exp2")
class Exp2(FloatElementwise):
    """Power of two."""

    ufunc = np.exp2

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``2**x log 2``."""
        return (g * out * math.log(2),)


@op("expm1")
class Expm1(FloatElementwise):
    """``exp(x) - 1``, exact near 0."""

    ufunc = np.expm1

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``exp(x)``."""
        return (g * (out + 1),)


@op("log")
class Log(FloatElementwise):
    """Natural logarithm."""

    ufunc = np.log

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / x``."""
        return (g / x,)


@op("log2")
class Log2(FloatElementwise):
    """Logarithm to base 2."""

    ufunc = np.log2

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / (x log 2)``."""
        return (g / (x * math.log(2)),)


@op("log10")
class Log10(FloatElementwise):
    """Logarithm to base 10."""

    ufunc = np.log10

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / (x log 10)``."""
        return (g / (x * math.log(10)),)


@op("log1p")
class Log1p(FloatElementwise):
    """``log(1 + x)``, exact near 0."""

    grad_name = "Log1PBackward0"
    ufunc = np.log1p

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / (1 + x)``."""
        return (g / (x + 1),)


@op("sqrt")
class Sqrt(FloatElementwise):
    """Square root."""

    ufunc = np.sqrt

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / (2 sqrt(x))``."""
        return (g / (out * 2),)


@op("rsqrt")
class Rsqrt(FloatElementwise):
    """Reciprocal square root."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """Reciprocal square root."""
        return 1 / np.sqrt(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-x**-1.5 / 2``."""
        return (g * (out * out * out) * -0.5,)


@op("reciprocal")
class Reciprocal(FloatElementwise):
    """``1 / x``."""

    ufunc = np.reciprocal

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-1 / x**2``."""
        return (-(g * (out * out)),)


@op("sin")
class Sin(FloatElementwise):
    """Sine."""

    ufunc = np.sin

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The cosine."""
        return (g * Cos()(x),)


@op("cos")
class Cos(FloatElementwise):
    """Cosine."""

    ufunc = np.cos

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Minus the sine."""
        return (-(g * Sin()(x)),)


@op("tan")
class Tan(FloatElementwise):
    """Tangent."""

    ufunc = np.tan

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 + tan**2``."""
        return (g * (out * out + 1),)


@op("asin")
class Asin(FloatElementwise):
    """Inverse sine."""

    ufunc = np.arcsin

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / sqrt(1 - x**2)``."""
        return (g * Rsqrt()(1 - x * x),)


@op("acos")
class Acos(FloatElementwise):
    """Inverse cosine."""

    ufunc = np.arccos

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-1 / sqrt(1 - x**2)``."""
        return (-(g * Rsqrt()(1 - x * x)),)


@op("atan")
class Atan(FloatElementwise):
    """Inverse tangent."""

    ufunc = np.arctan

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / (1 + x**2)``."""
        return (g / (x * x + 1),)


@op("sinh")
class Sinh(FloatElementwise):
    """Hyperbolic sine."""

    ufunc = np.sinh

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The hyperbolic cosine."""
        return (g * Cosh()(x),)


@op("cosh")
class Cosh(FloatElementwise):
    """Hyperbolic cosine."""

    ufunc = np.cosh

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The hyperbolic sine."""
        return (g * Sinh()(x),)


@op("tanh")
class Tanh(FloatElementwise):
    """Hyperbolic tangent."""

    ufunc = np.tanh

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 - tanh**2``."""
        return (g * (1 - out * out),)


@op("asinh")
class Asinh(FloatElementwise):
    """Inverse hyperbolic sine."""

    ufunc = np.arcsinh

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / sqrt(x**2 + 1)``."""
        return (g * Rsqrt()(x * x + 1),)


@op("acosh")
class Acosh(FloatElementwise):
    """Inverse hyperbolic cosine."""

    ufunc = np.arccosh

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / sqrt(x**2 - 1)``."""
        return (g * Rsqrt()(x * x - 1),)


@op("atanh")
class Atanh(FloatElementwise):
    """Inverse hyperbolic tangent."""

    ufunc = np.arctanh

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``1 / (1 - x**2)``."""
        return (g / (1 - x * x),)


@op("neg")
class Neg(Elementwise):
    """``-x``."""

    ufunc = np.negative
    symbol = "-"

    def infer(self, *operands: TensorType) -> TensorType:
        """The type stays.

        Raises:
            DtypeError: the operand is boolean.
        """
        if promoted(operands) is dtypes.bool:
            raise DtypeError(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are "
                "trying to invert a mask, use the `~` or `logical_not()` operator instead."
            )
        return super().infer(*operands)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Minus the gradient."""
        return (-g,)


@op("abs")
class Abs(NumberElementwise):
    """Absolute value; of a complex number its distance from 0."""

    ufunc = np.absolute

    def result_dtype(self, compute_dtype: dtypes.dtype) -> dtypes.dtype:
        """Real."""
        return compute_dtype.to_real()

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The sign, 0 at 0."""
        if x.dtype.is_complex:
            return (Where()(Equal()(out, 0), 0, g / out) * Conj()(x),)
        return (g * Sign()(x),)


@op("sign")
class Sign(Elementwise):
    """-1, 0 or 1; 0 for NaN."""

    real_only = True

    @staticmethod
    def ufunc(x: Any) -> Any:
        """Whether positive minus whether negative, which are both false for NaN."""
        negative, positive = np.less(x, 0).astype(np.int8), np.greater(x, 0).astype(np.int8)
        return (positive - negative).astype(np.result_type(x))

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (Full(g.shape, g.dtype)(0),)


@op("signbit", Trait.NOT_DIFFERENTIABLE)
class Signbit(Predicate):
    """Whether the sign bit is set: for negative numbers, -0.0 among them."""

    real_only = True

    @staticmethod
    def ufunc(x: Any) -> Any:
        """``np.signbit``, which knows floating point only."""
        return np.signbit(x) if np.result_type(x).kind == "f" else np.less(x, 0)


@op("sinc")
class Sinc(FloatElementwise):
    """``sin(pi x) / (pi x)``, and 1 at 0."""

    ufunc = np.sinc
    saves: ClassVar[Saves] = {0: (0,)}

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``(cos(pi x) - sinc(x)) / x``, 0 at 0."""
        slope = (Cos()(x * math.pi) - out) / x
        return (Where()(Equal()(x, 0), 0, g * slope),)


@op("square")
class Square(Elementwise):
    """``x * x``; booleans give int64."""

    grad_name = "PowBackward0"
    ufunc = np.square

    def compute_dtype(self, promoted_dtype: dtypes.dtype) -> dtypes.dtype:
        """Booleans are squared as integers."""
        return dtypes.int64 if promoted_dtype is dtypes.bool else promoted_dtype

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``2 x``."""
        return (g * (x * 2),)
