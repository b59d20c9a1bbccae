"""Functions of one tensor, element by element.

All keep the shape. Those of real analysis (exponentials, logarithms, roots, trigonometry) give
floating point: integers and booleans become the default dtype. The others keep the dtype. Each is a
``Tensor`` method, too, and has an in-place form: ``x.exp()`` and ``x.exp_()``.
"""

from __future__ import annotations

import math

from graphnet._tensor import Tensor
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import each, require_tensor
from graphnet.ops.activation import Relu
from graphnet.ops.bounds import Clamp
from graphnet.ops.error_function import Erf
from graphnet.ops.math import (
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Cos,
    Cosh,
    Exp,
    Exp2,
    Expm1,
    Log,
    Log1p,
    Log2,
    Log10,
    Reciprocal,
    Rsqrt,
    Sin,
    Sinc,
    Sinh,
    Sqrt,
    Square,
    Tan,
    Tanh,
)
from graphnet.ops.smooth_activation import Sigmoid

__all__ = [
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cos",
    "cosh",
    "deg2rad",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log10",
    "log1p",
    "log2",
    "logit",
    "rad2deg",
    "reciprocal",
    "relu",
    "rsqrt",
    "sigmoid",
    "sin",
    "sinc",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
]


@inplace
@method
def exp(input: Tensor) -> Tensor:
    """The exponential.

    >>> import graphnet as torch
    >>> torch.exp(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """
    return each(Exp(), input)


@inplace
@method
def exp2(input: Tensor) -> Tensor:
    """Two to the power of each element."""
    return each(Exp2(), input)


@inplace
@method
def expm1(input: Tensor) -> Tensor:
    """``exp(x) - 1``, exact near 0."""
    return each(Expm1(), input)


@inplace
@method
def log(input: Tensor) -> Tensor:
    """The natural logarithm: ``-inf`` of 0, NaN of negative numbers.

    >>> import graphnet as torch
    >>> torch.log(torch.tensor([1.0, 0.0, -1.0]))
    tensor([0., -inf, nan])
    """
    return each(Log(), input)


@inplace
@method
def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2."""
    return each(Log2(), input)


@inplace
@method
def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10."""
    return each(Log10(), input)


@inplace
@method
def log1p(input: Tensor) -> Tensor:
    """``log(1 + x)``, exact near 0."""
    return each(Log1p(), input)


@inplace
@method
def sqrt(input: Tensor) -> Tensor:
    """The square root; NaN of negative numbers.

    >>> import graphnet as torch
    >>> torch.sqrt(torch.tensor([4.0, 9.0]))
    tensor([2., 3.])
    """
    return each(Sqrt(), input)


@inplace
@method
def rsqrt(input: Tensor) -> Tensor:
    """The reciprocal of the square root."""
    return each(Rsqrt(), input)


@inplace
@method
def square(input: Tensor) -> Tensor:
    """The square.

    >>> import graphnet as torch
    >>> torch.square(torch.tensor([-2, 3]))
    tensor([4, 9])
    """
    return each(Square(), input)


@inplace
@method
def reciprocal(input: Tensor) -> Tensor:
    """``1 / x``."""
    return each(Reciprocal(), input)


@inplace
@method
def sin(input: Tensor) -> Tensor:
    """The sine of an angle in radians.

    >>> import graphnet as torch
    >>> torch.sin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8415])
    """
    return each(Sin(), input)


@inplace
@method
def cos(input: Tensor) -> Tensor:
    """The cosine of an angle in radians."""
    return each(Cos(), input)


@inplace
@method
def tan(input: Tensor) -> Tensor:
    """The tangent of an angle in radians."""
    return each(Tan(), input)


@inplace("arcsin")
@method("arcsin")
def asin(input: Tensor) -> Tensor:
    """The inverse sine, in radians; NaN outside [-1, 1]."""
    return each(Asin(), input)


arcsin = asin


@inplace("arccos")
@method("arccos")
def acos(input: Tensor) -> Tensor:
    """The inverse cosine, in radians; NaN outside [-1, 1]."""
    return each(Acos(), input)


arccos = acos


@inplace("arctan")
@method("arctan")
def atan(input: Tensor) -> Tensor:
    """The inverse tangent, in radians."""
    return each(Atan(), input)


arctan = atan


@inplace
@method
def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine."""
    return each(Sinh(), input)


@inplace
@method
def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine."""
    return each(Cosh(), input)


@inplace
@method
def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent.

    >>> import graphnet as torch
    >>> torch.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    return each(Tanh(), input)


@inplace("arcsinh")
@method("arcsinh")
def asinh(input: Tensor) -> Tensor:
    """The inverse hyperbolic sine."""
    return each(Asinh(), input)


arcsinh = asinh


@inplace("arccosh")
@method("arccosh")
def acosh(input: Tensor) -> Tensor:
    """The inverse hyperbolic cosine; NaN below 1."""
    return each(Acosh(), input)


arccosh = acosh


@inplace("arctanh")
@method("arctanh")
def atanh(input: Tensor) -> Tensor:
    """The inverse hyperbolic tangent; NaN outside [-1, 1]."""
    return each(Atanh(), input)


arctanh = atanh


@inplace
@method
def sinc(input: Tensor) -> Tensor:
    """``sin(pi x) / (pi x)``, and 1 at 0."""
    return each(Sinc(), input)


@inplace
@method
def sigmoid(input: Tensor) -> Tensor:
    """The logistic function ``1 / (1 + exp(-x))``.

    >>> import graphnet as torch
    >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])
    """
    return each(Sigmoid(), input)


@inplace
@method
def relu(input: Tensor) -> Tensor:
    """The number where it is positive, else 0.

    >>> import graphnet as torch
    >>> torch.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return each(Relu(), input)


@inplace
@method
def erf(input: Tensor) -> Tensor:
    """The error function ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0 to x."""
    return each(Erf(), input)


@inplace
@method
def deg2rad(input: Tensor) -> Tensor:
    """Degrees as radians."""
    return _scaled("deg2rad", input, math.pi / 180)


@inplace
@method
def rad2deg(input: Tensor) -> Tensor:
    """Radians as degrees.

    >>> import graphnet as torch
    >>> torch.rad2deg(torch.tensor([3.141592653589793]))
    tensor([180.])
    """
    return _scaled("rad2deg", input, 180 / math.pi)


def _scaled(function: str, input: Tensor, factor: float) -> Tensor:
    scaled: Tensor = require_tensor(function, "input", input) * factor
    return scaled


@inplace
@method
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """``log(x / (1 - x))``, the inverse of :func:`sigmoid`.

    Args:
        input: probabilities.
        eps: if given, they are first kept within ``[eps, 1 - eps]``.

    >>> import graphnet as torch
    >>> torch.logit(torch.tensor([0.5, 0.8808]))
    tensor([0.0000, 2.0000])
    """
    x = require_tensor("logit", "input", input)
    if eps is not None:
        x = Clamp()(x, eps, 1 - eps)
    # -1.0 makes floating-point numbers of integers, too.
    odds: Tensor = each(Log(), x) - each(Log1p(), -1.0 * x)
    return odds
