"""Bessel functions and their kin, computed by scipy.

Source of the derivatives: NIST's handbook of mathematical functions, 10.6 and 10.29.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ops.compare import Equal, Where
from graphnet.ops.elementwise import FloatElementwise
from graphnet.ops.math import Sign
from graphnet.ops.special import SpecialFunction, scipy_special


def _by(out: Value, x: Value) -> Value:
    """``out / x`` of a function of order 1 that is odd and has the slope 1/2 at 0."""
    ratio: Value = Where()(Equal()(x, 0), 0.5, out / x)
    return ratio


@op("bessel_j0")
class BesselJ0(SpecialFunction):
    """The Bessel function of the first kind of order 0."""

    scipy_name = "j0"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-j1``."""
        return (-(g * BesselJ1()(x)),)


@op("bessel_j1")
class BesselJ1(SpecialFunction):
    """The Bessel function of the first kind of order 1."""

    scipy_name = "j1"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``j0 - j1 / x``."""
        return (g * (BesselJ0()(x) - _by(out, x)),)


@op("bessel_y0")
class BesselY0(SpecialFunction):
    """The Bessel function of the second kind of order 0."""

    scipy_name = "y0"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-y1``."""
        return (-(g * BesselY1()(x)),)


@op("bessel_y1")
class BesselY1(SpecialFunction):
    """The Bessel function of the second kind of order 1."""

    scipy_name = "y1"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``y0 - y1 / x``."""
        return (g * (BesselY0()(x) - out / x),)


@op("i0e")
class ScaledBesselI0(SpecialFunction):
    """``exp(-|x|) * i0(x)``."""

    grad_name = "SpecialI0EBackward0"
    scipy_name = "i0e"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i1e - sign(x) i0e``."""
        return (g * (ScaledBesselI1()(x) - Sign()(x) * out),)


@op("i1e")
class ScaledBesselI1(SpecialFunction):
    """``exp(-|x|) * i1(x)``."""

    grad_name = "SpecialI1EBackward0"
    scipy_name = "i1e"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i0e - sign(x) i1e - i1e / x``."""
        return (g * (ScaledBesselI0()(x) - Sign()(x) * out - _by(out, x)),)


class _GrowingBessel(FloatElementwise):
    """``exp(|x|)`` times a function of scipy's: infinite where the exponential is, as in PyTorch.

    Attributes:
        scaled: that function, an operation.
    """

    real_only = True
    scaled: ClassVar[type[SpecialFunction]]

    @classmethod
    def ufunc(cls, x: Any) -> Any:
        """In the operand's own precision; half precision in single."""
        dtype = np.result_type(x)
        wide = np.asarray(x).astype(np.float32) if dtype.itemsize == 2 else x
        grown = np.exp(np.abs(wide)) * cls.scaled.ufunc(wide)
        return np.asarray(grown).astype(dtype, copy=False)[()]


@op("i0")
class BesselI0(_GrowingBessel):
    """The modified Bessel function of the first kind of order 0."""

    grad_name = "I0Backward0"
    scaled = ScaledBesselI0

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i1``."""
        return (g * BesselI1()(x),)


@op("i1")
class BesselI1(_GrowingBessel):
    """The modified Bessel function of the first kind of order 1."""

    grad_name = "SpecialI1Backward0"
    scaled = ScaledBesselI1

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i0 - i1 / x``."""
        return (g * (BesselI0()(x) - _by(out, x)),)


@op("k0")
class BesselK0(SpecialFunction):
    """The modified Bessel function of the second kind of order 0."""

    scipy_name = "k0"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-k1``."""
        return (-(g * BesselK1()(x)),)


@op("k1")
class BesselK1(SpecialFunction):
    """The modified Bessel function of the second kind of order 1."""

    scipy_name = "k1"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-k0 - k1 / x``."""
        return (-(g * (BesselK0()(x) + out / x)),)


@op("k0e")
class ScaledBesselK0(SpecialFunction):
    """``exp(x) * k0(x)``."""

    scipy_name = "k0e"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``k0e - k1e``."""
        return (g * (out - ScaledBesselK1()(x)),)


@op("k1e")
class ScaledBesselK1(SpecialFunction):
    """``exp(x) * k1(x)``."""

    scipy_name = "k1e"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``k1e - k0e - k1e / x``."""
        return (g * (out - ScaledBesselK0()(x) - out / x),)


class _Airy(FloatElementwise):
    """One of the four results of ``scipy.special.airy``, in double precision.

    Single precision is not enough where the functions oscillate.
    """

    real_only = True
    place: ClassVar[int]

    @classmethod
    def ufunc(cls, x: Any) -> Any:
        """The result of this place."""
        dtype = np.result_type(x)
        found = scipy_special("airy")(np.asarray(x).astype(np.float64))[cls.place]
        return np.asarray(found).astype(dtype)[()]


@op("airy_ai")
class AiryAi(_Airy):
    """The Airy function Ai."""

    place = 0

    @classmethod
    def ufunc(cls, x: Any) -> Any:
        """Far from 0 scipy gives up: 0 above, and below a series with a phase as exact as x is."""
        values = np.asarray(super().ufunc(x))
        far_below = np.less(x, -30)
        if np.any(far_below):
            values = np.where(far_below, _oscillation(np.where(far_below, x, -30)), values)
        vanished = np.greater(x, 104) & np.isfinite(x)
        return np.where(vanished, 0, values).astype(np.result_type(x))[()]

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Ai'."""
        return (g * AiryAiPrime()(x),)


def _oscillation(x: Any) -> Any:
    """Ai far below 0, by its asymptotic series. Source: NIST's handbook, 9.7.2 and 9.7.9."""
    root = np.sqrt(-x)
    zeta = -2 * x * root / 3
    terms = [np.ones_like(zeta)]
    for k in range(1, 8):
        factor = (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / ((2 * k - 1) * k * 216)
        terms.append(terms[-1] * factor / zeta)
    even = terms[0] - terms[2] + terms[4] - terms[6]
    odd = terms[1] - terms[3] + terms[5] - terms[7]
    phase = zeta + math.pi / 4
    return (np.sin(phase) * even - np.cos(phase) * odd) / np.sqrt(math.pi * root)


@op("airy_ai_prime")
class AiryAiPrime(_Airy):
    """The derivative of the Airy function Ai."""

    place = 1

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``x Ai(x)``, by the equation that defines the function."""
        return (g * x * AiryAi()(x),)
