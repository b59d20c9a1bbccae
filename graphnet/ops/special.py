"""Special functions of mathematics, computed by scipy: gamma, error and related functions.

scipy is imported when the first of them is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Saves
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.elementwise import FloatElementwise
from graphnet.ops.inverse_error_function import inverse_error_function
from graphnet.ops.math import Exp, Log, Log1p


def scipy_special(name: str) -> Callable[..., Any]:
    """A function of ``scipy.special``."""
    import scipy.special

    function: Callable[..., Any] = getattr(scipy.special, name)
    return function


class SpecialFunction(FloatElementwise):
    """A function of ``scipy.special``; half precision is computed in single.

    Attributes:
        scipy_name: what scipy calls the function.
    """

    real_only = True
    scipy_name: ClassVar[str]

    @classmethod
    def ufunc(cls, *arrays: Any) -> Any:
        """The function of scipy, in the operands' own precision."""
        dtype = np.result_type(*arrays)
        if dtype.itemsize == 2:
            arrays = tuple(np.asarray(array).astype(np.float32) for array in arrays)
        return np.asarray(scipy_special(cls.scipy_name)(*arrays)).astype(dtype, copy=False)[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The ufunc with ``out=``."""
        if result.dtype.itemsize == 2 or result.weak:
            return None
        function = scipy_special(self.scipy_name)
        return lambda out, *arrays: function(*arrays, out=out)


# ---------------------------------------------------------------------- the gamma function


@op("lgamma")
class Lgamma(SpecialFunction):
    """The logarithm of the magnitude of the gamma function."""

    scipy_name = "gammaln"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The digamma function."""
        return (g * Digamma()(x),)


@op("digamma")
class Digamma(SpecialFunction):
    """The derivative of ``lgamma``."""

    scipy_name = "psi"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The trigamma function, as a zeta function."""
        return (g * Zeta()(2, x),)


@op("zeta")
class Zeta(SpecialFunction):
    """The Hurwitz zeta function: the sum of ``1 / (q + k)**x`` over ``k`` from 0 on."""

    scipy_name = "zeta"

    def vjp(self, g: Value, out: Value, x: Value, q: Value) -> Sequence[Value | None]:
        """``-x zeta(x + 1, q)``; by ``x`` there is no formula.

        Raises:
            NotImplementedError: a gradient by ``x`` is wanted.
        """
        if x.requires_grad:
            raise NotImplementedError(
                "the derivative for 'self' of 'special_zeta' is not implemented"
            )
        return None, -(g * x * Zeta()(x + 1, q))


class _IncompleteGamma(SpecialFunction):
    """A share of the gamma function's integral."""

    sign: ClassVar[int]
    torch_name: ClassVar[str]
    #: The share where nothing lies below ``x``, and where everything does.
    limits: ClassVar[tuple[float, float]]

    @classmethod
    def ufunc(cls, a: Any, x: Any) -> Any:
        """PyTorch's limits hold also where the other operand is NaN, which scipy's do not."""
        share = super().ufunc(a, x)
        endless_a, endless_x = np.isposinf(a), np.isposinf(x)
        none = endless_a & ~(endless_x | np.less(x, 0))
        none = none | (np.equal(x, 0) & ~np.less_equal(a, 0))
        all_ = endless_x & ~(endless_a | np.less(a, 0))
        if not (np.any(none) or np.any(all_)):
            return share
        nothing, everything = cls.limits
        share = np.where(none, nothing, np.where(all_, everything, share))
        return share.astype(np.result_type(a, x), copy=False)[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """None: the limits are another step."""
        return None

    def vjp(self, g: Value, out: Value, a: Value, x: Value) -> Sequence[Value | None]:
        """The integrand; by ``a`` there is no formula.

        Raises:
            NotImplementedError: a gradient by ``a`` is wanted.
        """
        if a.requires_grad:
            raise NotImplementedError(
                f"the derivative for 'self' of '{self.torch_name}' is not implemented"
            )
        density = Exp()((a - 1) * Log()(x) - x - Lgamma()(a))
        return None, g * density * self.sign


@op("igamma")
class Igamma(_IncompleteGamma):
    """The share of the gamma function's integral that lies below ``x``."""

    scipy_name, torch_name, sign = "gammainc", "igamma", 1
    limits = 0, 1


@op("igammac")
class Igammac(_IncompleteGamma):
    """The share of the gamma function's integral that lies above ``x``."""

    scipy_name, torch_name, sign = "gammaincc", "igammac", -1
    limits = 1, 0


# ---------------------------------------------------------------------- the error function


@op("erfc")
class Erfc(SpecialFunction):
    """``1 - erf(x)``, exact for large ``x``."""

    scipy_name = "erfc"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-2 / sqrt(pi) * exp(-x**2)``."""
        return (g * Exp()(-(x * x)) * (-2 / math.sqrt(math.pi)),)


@op("erfcx")
class Erfcx(SpecialFunction):
    """``exp(x**2) * erfc(x)``."""

    grad_name = "SpecialErfcxBackward0"
    scipy_name = "erfcx"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``2 x erfcx(x) - 2 / sqrt(pi)``."""
        return (g * (x * out * 2 - 2 / math.sqrt(math.pi)),)


@op("erfinv")
class Erfinv(SpecialFunction):
    """The inverse of the error function; scipy's in double precision only."""

    scipy_name = "erfinv"
    saves: ClassVar[Saves] = {0: (0,)}

    @classmethod
    def ufunc(cls, *arrays: Any) -> Any:
        """Half precision is computed in single."""
        (x,) = map(np.asarray, arrays)
        if x.dtype == np.float64:
            return super().ufunc(x)
        return inverse_error_function(x.astype(np.float32, copy=False)).astype(x.dtype)[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, into ``out``."""
        if result.dtype is not dtypes.float32:
            return super().into(operands, result)
        return lambda out, x: inverse_error_function(x, out)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``sqrt(pi) / 2 * exp(erfinv(x)**2)``."""
        return (g * Exp()(out * out) * (math.sqrt(math.pi) / 2),)


@op("ndtri")
class Ndtri(SpecialFunction):
    """The inverse of the normal distribution function."""

    grad_name = "SpecialNdtriBackward0"
    scipy_name = "ndtri"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``sqrt(2 pi) * exp(ndtri(x)**2 / 2)``."""
        return (g * Exp()(out * out * 0.5) * math.sqrt(2 * math.pi),)


@op("log_ndtr")
class LogNdtr(SpecialFunction):
    """The logarithm of the normal distribution function, exact for very negative ``x``."""

    grad_name = "SpecialLogNdtrBackward0"
    scipy_name = "log_ndtr"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``sqrt(2 / pi) / erfcx(-x / sqrt(2))``."""
        return (g / Erfcx()(x * -math.sqrt(0.5)) * math.sqrt(2 / math.pi),)


# ---------------------------------------------------------------------- entropies


@op("entr")
class Entr(SpecialFunction):
    """``-x * log(x)``, 0 at 0 and minus infinity below."""

    grad_name = "SpecialEntrBackward0"
    scipy_name = "entr"

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-log(x) - 1``."""
        return (g * -(Log()(x) + 1),)


@op("xlog1py")
class Xlog1py(SpecialFunction):
    """``x * log1p(y)``, and 0 where ``x`` is 0 unless ``y`` is NaN."""

    grad_name = "SpecialXlog1PyBackward0"
    scipy_name = "xlog1py"

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``log1p(y)``, 0 where ``x`` is 0 and ``y`` at most -1, and ``x / (1 + y)``."""
        flat = Equal()(x, 0) & (y <= -1)
        return Where()(flat, 0, g * Log1p()(y)), g * x / (y + 1)
