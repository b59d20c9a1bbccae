"""``torch.special``: functions of mathematics, many of which have another name in ``torch``.

Values come from scipy, polynomials from their recurrences. Integers become the default dtype.

>>> import graphnet as torch
>>> torch.special.ndtr(torch.tensor([0.0, 1.96]))
tensor([0.5000, 0.9750])
"""

from __future__ import annotations

import math
from collections.abc import Callable

from graphnet._tensor import Tensor
from graphnet.functions.arithmetic import xlogy
from graphnet.functions.options import combine, each, require_tensor
from graphnet.functions.outputs import take_out
from graphnet.functions.pointwise import erf, exp2, expm1, log1p, logit, sinc
from graphnet.functions.pointwise import sigmoid as expit
from graphnet.functions.rounding import round
from graphnet.functions.special_functions import digamma, erfc, erfinv, i0, polygamma
from graphnet.functions.special_functions import digamma as psi
from graphnet.functions.special_functions import igamma as gammainc
from graphnet.functions.special_functions import igammac as gammaincc
from graphnet.functions.special_functions import lgamma as gammaln
from graphnet.functions.special_functions import mvlgamma as multigammaln
from graphnet.functions.statistics import logsumexp
from graphnet.ir.op import Op
from graphnet.ir.types import Number
from graphnet.nn.top_level import log_softmax, softmax
from graphnet.ops import bessel
from graphnet.ops.compare import IsInf, Where
from graphnet.ops.math import Sinc
from graphnet.ops.polynomials import OrthogonalPolynomial
from graphnet.ops.special import Entr, Erfcx, LogNdtr, Ndtri, Xlog1py, Zeta

__all__ = [
    "airy_ai",
    "bessel_j0",
    "bessel_j1",
    "bessel_y0",
    "bessel_y1",
    "chebyshev_polynomial_t",
    "chebyshev_polynomial_u",
    "chebyshev_polynomial_v",
    "chebyshev_polynomial_w",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammainc",
    "gammaincc",
    "gammaln",
    "hermite_polynomial_h",
    "hermite_polynomial_he",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "laguerre_polynomial_l",
    "legendre_polynomial_p",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "modified_bessel_i0",
    "modified_bessel_i1",
    "modified_bessel_k0",
    "modified_bessel_k1",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1",
    "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
    "sinc",
    "softmax",
    "spherical_bessel_j0",
    "xlog1py",
    "xlogy",
    "zeta",
]


def _function(name: str, op: Op, summary: str) -> Callable[[Tensor], Tensor]:
    """A function of one tensor that an operation computes."""

    def function(input: Tensor) -> Tensor:
        return each(op, input)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{summary} Source: PyTorch's page ``torch.special``."
    return function


entr = _function("entr", Entr(), "``-x * log(x)``, 0 at 0 and minus infinity below.")
erfcx = _function("erfcx", Erfcx(), "``exp(x**2) * erfc(x)``.")
ndtri = _function("ndtri", Ndtri(), "The inverse of the normal distribution function.")
log_ndtr = _function(
    "log_ndtr", LogNdtr(), "The logarithm of the normal distribution function, exact far below 0."
)
i0e = _function("i0e", bessel.ScaledBesselI0(), "``exp(-|x|) * i0(x)``.")
i1 = _function(
    "i1", bessel.BesselI1(), "The modified Bessel function of the first kind of order 1."
)
i1e = _function("i1e", bessel.ScaledBesselI1(), "``exp(-|x|) * i1(x)``.")
modified_bessel_i0, modified_bessel_i1 = i0, i1
modified_bessel_k0 = _function(
    "modified_bessel_k0",
    bessel.BesselK0(),
    "The modified Bessel function of the second kind of order 0.",
)
modified_bessel_k1 = _function(
    "modified_bessel_k1",
    bessel.BesselK1(),
    "The modified Bessel function of the second kind of order 1.",
)
scaled_modified_bessel_k0 = _function(
    "scaled_modified_bessel_k0", bessel.ScaledBesselK0(), "``exp(x) * modified_bessel_k0(x)``."
)
scaled_modified_bessel_k1 = _function(
    "scaled_modified_bessel_k1", bessel.ScaledBesselK1(), "``exp(x) * modified_bessel_k1(x)``."
)
bessel_j0 = _function(
    "bessel_j0", bessel.BesselJ0(), "The Bessel function of the first kind of order 0."
)
bessel_j1 = _function(
    "bessel_j1", bessel.BesselJ1(), "The Bessel function of the first kind of order 1."
)
bessel_y0 = _function(
    "bessel_y0", bessel.BesselY0(), "The Bessel function of the second kind of order 0."
)
bessel_y1 = _function(
    "bessel_y1", bessel.BesselY1(), "The Bessel function of the second kind of order 1."
)
airy_ai = _function("airy_ai", bessel.AiryAi(), "The Airy function Ai.")


def spherical_bessel_j0(input: Tensor) -> Tensor:
    """The spherical Bessel function of the first kind of order 0: ``sin(x) / x``, 1 at 0.

    >>> import graphnet as torch
    >>> torch.special.spherical_bessel_j0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.8415])
    """
    x = require_tensor("special_spherical_bessel_j0", "input", input)
    value: Tensor = Where()(IsInf()(x), 0, Sinc()(x / math.pi))
    return value


def ndtr(input: Tensor) -> Tensor:
    """The distribution function of the standard normal distribution.

    >>> import graphnet as torch
    >>> torch.special.ndtr(torch.tensor([0.0]))
    tensor([0.5000])
    """
    x = require_tensor("special_ndtr", "input", input)
    share: Tensor = erfc(x * -math.sqrt(0.5)) * 0.5
    return share


def xlog1py(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input * log1p(other)``, which is 0 where ``input`` is 0 and ``other`` not NaN.

    >>> import graphnet as torch
    >>> torch.special.xlog1py(torch.tensor([0.0, 1.0]), torch.tensor([-1.0, 1.0]))
    tensor([0.0000, 0.6931])
    """
    return combine(Xlog1py(), input, other)


def zeta(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The Hurwitz zeta function: the sum of ``1 / (other + k)**input`` over ``k`` from 0 on.

    It is differentiable by ``other`` only.

    >>> import graphnet as torch
    >>> torch.special.zeta(torch.tensor([2.0]), 1)
    tensor([1.6449])
    """
    return combine(Zeta(), input, other)


# ---------------------------------------------------------------------- orthogonal polynomials

Polynomial = Callable[[Tensor | Number, Tensor | Number], Tensor]


def _polynomial(name: str, family: str, summary: str, *, shifted: bool = False) -> Polynomial:
    """The function of a number and a degree that a family of polynomials is."""
    op = OrthogonalPolynomial(family)

    def function(input: Tensor | Number, n: Tensor | Number) -> Tensor:
        return combine(op, input * 2 - 1 if shifted else input, n)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{summary} of degree ``n`` at ``input``; 0 for negative degrees. Not differentiable."
    )
    return function


def _chebyshev(kind: str, *, shifted: bool = False) -> Polynomial:
    ordinal = {"t": "first", "u": "second", "v": "third", "w": "fourth"}[kind]
    prefix, what = ("shifted_", "shifted Chebyshev") if shifted else ("", "Chebyshev")
    summary = f"The {what} polynomial of the {ordinal} kind"
    name = f"{prefix}chebyshev_polynomial_{kind}"
    return _polynomial(name, f"chebyshev_{kind}", summary, shifted=shifted)


chebyshev_polynomial_t = _chebyshev("t")
chebyshev_polynomial_u = _chebyshev("u")
chebyshev_polynomial_v = _chebyshev("v")
chebyshev_polynomial_w = _chebyshev("w")
shifted_chebyshev_polynomial_t = _chebyshev("t", shifted=True)
shifted_chebyshev_polynomial_u = _chebyshev("u", shifted=True)
shifted_chebyshev_polynomial_v = _chebyshev("v", shifted=True)
shifted_chebyshev_polynomial_w = _chebyshev("w", shifted=True)
hermite_polynomial_h = _polynomial(
    "hermite_polynomial_h", "hermite_h", "The physicist's Hermite polynomial"
)
hermite_polynomial_he = _polynomial(
    "hermite_polynomial_he", "hermite_he", "The probabilist's Hermite polynomial"
)
laguerre_polynomial_l = _polynomial(
    "laguerre_polynomial_l", "laguerre_l", "The Laguerre polynomial"
)
legendre_polynomial_p = _polynomial(
    "legendre_polynomial_p", "legendre_p", "The Legendre polynomial"
)

take_out(globals(), {*__all__} - {"log_softmax", "softmax"})
