"""Gamma, error and Bessel functions of ``torch``; ``torch.special`` has more of them.

All give floating point: integers and booleans become the default dtype.
"""

from __future__ import annotations

import math

from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import both_tensors, each, require_tensor
from graphnet.ops.bessel import BesselI0
from graphnet.ops.special import Digamma, Erfc, Erfinv, Igamma, Igammac, Lgamma, Zeta

__all__ = [
    "digamma",
    "erfc",
    "erfinv",
    "i0",
    "igamma",
    "igammac",
    "lgamma",
    "mvlgamma",
    "polygamma",
]


@inplace
@method
def lgamma(input: Tensor) -> Tensor:
    """The logarithm of the magnitude of the gamma function.

    >>> import graphnet as torch
    >>> torch.lgamma(torch.tensor([1.0, 5.0])).exp()
    tensor([ 1., 24.])
    """
    return each(Lgamma(), input)


@inplace
@method
def digamma(input: Tensor) -> Tensor:
    """The derivative of :func:`lgamma`; minus infinity at 0, NaN at the negative integers.

    >>> import graphnet as torch
    >>> torch.digamma(torch.tensor([1.0, 0.5]))
    tensor([-0.5772, -1.9635])
    """
    return each(Digamma(), input)


def polygamma(n: int, input: Tensor) -> Tensor:
    """The derivative of order ``n`` of :func:`digamma`.

    ``(-1)**(n + 1) * n! * zeta(n + 1, input)``. Source: NIST's handbook, 5.15.

    Raises:
        RefusedError: (a RuntimeError) a negative order.

    >>> import graphnet as torch
    >>> torch.polygamma(1, torch.tensor([1.0, 0.5]))
    tensor([1.6449, 4.9348])
    """
    order = integer("polygamma", "n", n)
    x = require_tensor("polygamma", "input", input, 2)
    if order < 0:
        raise RefusedError(f"polygamma(n, x) does not support negative n, but n is {order}.")
    if order == 0:
        return each(Digamma(), x)
    factor = float((-1) ** (order + 1) * math.factorial(order))
    derivative: Tensor = Zeta()(order + 1, x) * factor
    return derivative


@inplace("polygamma")
@method("polygamma")
def _polygamma(self: Tensor, n: int) -> Tensor:
    """The derivative of order ``n`` of the digamma function."""
    return polygamma(n, self)


@inplace
@method
def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension ``p``.

    ``p (p - 1) / 4 * log(pi)`` plus the sum of ``lgamma(input - i / 2)`` for ``i`` below ``p``.

    Raises:
        RefusedError: (a RuntimeError) ``p`` is less than 1.

    >>> import graphnet as torch
    >>> torch.mvlgamma(torch.tensor([2.0, 3.0]), 2)
    tensor([0.4516, 1.5502])
    """
    x = require_tensor("mvlgamma", "input", input)
    count = integer("mvlgamma", "p", p)
    if count < 1:
        raise RefusedError(f"mvlgamma: p has to be greater than or equal to 1, but it is {count}")
    total = each(Lgamma(), x)
    for i in range(1, count):
        total = total + each(Lgamma(), x - i / 2)
    result: Tensor = total + count * (count - 1) / 4 * math.log(math.pi)
    return result


@inplace
@method
def igamma(input: Tensor, other: Tensor) -> Tensor:
    """The regularised lower incomplete gamma function of shape ``input`` at ``other``.

    It is differentiable by ``other`` only.

    >>> import graphnet as torch
    >>> torch.igamma(torch.tensor([1.0]), torch.tensor([2.0]))
    tensor([0.8647])
    """
    return both_tensors(Igamma(), input, other)


@inplace
@method
def igammac(input: Tensor, other: Tensor) -> Tensor:
    """The regularised upper incomplete gamma function: ``1 - igamma(input, other)``."""
    return both_tensors(Igammac(), input, other)


@inplace
@method
def erfc(input: Tensor) -> Tensor:
    """``1 - erf(input)``, exact for large numbers.

    >>> import graphnet as torch
    >>> torch.erfc(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.1573])
    """
    return each(Erfc(), input)


@inplace
@method
def erfinv(input: Tensor) -> Tensor:
    """The inverse of the error function; NaN outside [-1, 1].

    >>> import graphnet as torch
    >>> torch.erfinv(torch.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.4769,    inf])
    """
    return each(Erfinv(), input)


@inplace
@method
def i0(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    >>> import graphnet as torch
    >>> torch.i0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])
    """
    return each(BesselI0(), input)
