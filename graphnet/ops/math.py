"""Elementwise functions of one operand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ops.elementwise import Elementwise, FloatElementwise


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

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Minus the gradient."""
        return (-g,)


@op("abs")
class Abs(Elementwise):
    """Absolute value."""

    ufunc = np.absolute

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The sign, 0 at 0."""
        return (g * Sign()(x),)


@op("sign")
class Sign(Elementwise):
    """-1, 0 or 1."""

    ufunc = np.sign

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (g * 0,)


@op("floor")
class Floor(Elementwise):
    """Greatest whole number not above."""

    ufunc = np.floor

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (g * 0,)


@op("ceil")
class Ceil(Elementwise):
    """Smallest whole number not below."""

    ufunc = np.ceil

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (g * 0,)


@op("trunc")
class Trunc(Elementwise):
    """Whole part."""

    ufunc = np.trunc

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (g * 0,)


@op("round")
class Round(Elementwise):
    """Nearest whole number, halves to even."""

    ufunc = np.rint

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Zero everywhere."""
        return (g * 0,)


@op("square")
class Square(Elementwise):
    """``x * x``."""

    ufunc = np.square

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``2 x``."""
        return (g * (x * 2),)
