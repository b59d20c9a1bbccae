"""Bessel functions and their kin, computed by scipy.

Source of the derivatives: NIST's handbook of mathematical functions, 10.6 and 10.29.
"""

from __future__ import annotations

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


@op("i0")
class BesselI0(SpecialFunction):
    """The modified Bessel function of the first kind of order 0."""

    scipy_name = "i0"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i1``."""
        return (g * BesselI1()(x),)


@op("i1")
class BesselI1(SpecialFunction):
    """The modified Bessel function of the first kind of order 1."""

    scipy_name = "i1"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i0 - i1 / x``."""
        return (g * (BesselI0()(x) - _by(out, x)),)


@op("i0e")
class ScaledBesselI0(SpecialFunction):
    """``exp(-|x|) * i0(x)``."""

    scipy_name = "i0e"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i1e - sign(x) i0e``."""
        return (g * (ScaledBesselI1()(x) - Sign()(x) * out),)


@op("i1e")
class ScaledBesselI1(SpecialFunction):
    """``exp(-|x|) * i1(x)``."""

    scipy_name = "i1e"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``i0e - sign(x) i1e - i1e / x``."""
        return (g * (ScaledBesselI0()(x) - Sign()(x) * out - _by(out, x)),)


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
    """One of the four results of ``scipy.special.airy``."""

    place: ClassVar[int]

    @classmethod
    def ufunc(cls, x: Any) -> Any:
        """In double precision: single is not enough where the function oscillates."""
        dtype = np.result_type(x)
        found = scipy_special("airy")(np.asarray(x).astype(np.float64))[cls.place]
        return np.asarray(found).astype(dtype)[()]


@op("airy_ai")
class AiryAi(_Airy):
    """The Airy function Ai."""

    place = 0

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Ai'."""
        return (g * AiryAiPrime()(x),)


@op("airy_ai_prime")
class AiryAiPrime(_Airy):
    """The derivative of the Airy function Ai."""

    place = 1

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``x Ai(x)``, by the equation that defines the function."""
        return (g * x * AiryAi()(x),)
