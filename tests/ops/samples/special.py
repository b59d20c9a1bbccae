"""Samples of special functions and of orthogonal polynomials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from graphnet.ops.polynomials import RECURRENCES
from tests.ops.samples.base import Fixed, Real, Sample, sample
from tests.ops.samples.elementwise import ANY, BROADCAST, POSITIVE, SHAPES, SHARE, UNIT, Domain

UNARY: Mapping[str, Domain] = {
    **dict.fromkeys(["lgamma", "digamma", "entr", "k0", "k1", "k0e", "k1e"], POSITIVE),
    **dict.fromkeys(["bessel_y0", "bessel_y1"], POSITIVE),
    **dict.fromkeys(["erfc", "erfcx", "log_ndtr", "i0", "i1", "i0e", "i1e"], ANY),
    **dict.fromkeys(["bessel_j0", "bessel_j1", "airy_ai", "airy_ai_prime"], ANY),
    "erfinv": UNIT,
    "ndtri": SHARE,
}
"""Functions of one operand, and where they are tried."""

BY_THE_SECOND = ("zeta", "igamma", "igammac")
"""Functions of two operands that are differentiable by the second one only."""

DEGREES = np.array([[0.0, 1.0, 2.0], [5.0, 3.7, -1.0]])


def samples() -> Iterator[Sample]:
    """All of them."""
    for name, domain in UNARY.items():
        for tag, shape in SHAPES.items():
            yield sample(name, Real(shape, *domain), tag=tag)
    for name in BY_THE_SECOND:
        first = Fixed(np.array([[1.5], [3.0]]), tied=True)
        yield sample(name, first, Real((2, 3), *POSITIVE))
        yield sample(name, 2.5, Real((0, 3), *POSITIVE), tag="empty")
        yield sample(name, 1.5, Real((), *POSITIVE), tag="zero_dim")
    for tag, shape in SHAPES.items():
        yield sample("xlog1py", Real(shape, *ANY), Real(shape, *UNIT), tag=tag)
    for tag, (first_shape, second_shape, _) in BROADCAST.items():
        yield sample("xlog1py", Real(first_shape, *ANY), Real(second_shape, *UNIT), tag=tag)
    for family in RECURRENCES:
        at = Real((2, 3), *UNIT)
        yield sample(
            "orthogonal_polynomial", at, Fixed(DEGREES, tied=True), family=family, tag=family
        )
    yield sample("orthogonal_polynomial", Real((0, 3)), 4, family="legendre_p", tag="empty")
