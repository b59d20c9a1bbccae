"""Orthogonal polynomials, by the recurrences of three terms that define them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from graphnet.ir.op import Kernel, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.elementwise import FloatElementwise


class Recurrence(NamedTuple):
    """``p[0] = 1``, ``p[1] = first(x)``, ``p[k + 1] = following(k, x, p[k], p[k - 1])``."""

    first: Callable[[Any], Any]
    following: Callable[[int, Any, Any, Any], Any]


def _chebyshev(k: int, x: Any, p: Any, before: Any) -> Any:
    return 2 * x * p - before


RECURRENCES: Final = {
    "chebyshev_t": Recurrence(lambda x: x, _chebyshev),
    "chebyshev_u": Recurrence(lambda x: 2 * x, _chebyshev),
    "chebyshev_v": Recurrence(lambda x: 2 * x - 1, _chebyshev),
    "chebyshev_w": Recurrence(lambda x: 2 * x + 1, _chebyshev),
    "hermite_h": Recurrence(lambda x: 2 * x, lambda k, x, p, q: 2 * (x * p - k * q)),
    "hermite_he": Recurrence(lambda x: x, lambda k, x, p, q: x * p - k * q),
    "laguerre_l": Recurrence(
        lambda x: 1 - x, lambda k, x, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1)
    ),
    "legendre_p": Recurrence(
        lambda x: x, lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1)
    ),
}
"""Source: NIST's handbook of mathematical functions, table 18.9.1."""


@op("orthogonal_polynomial", Trait.NOT_DIFFERENTIABLE)
class OrthogonalPolynomial(FloatElementwise):
    """The polynomial of a family, of degree ``n``, at ``x``; 0 for negative degrees.

    Degrees that are no integers count as the integers towards 0.
    """

    family: str

    def kernel(self, *arrays: Any) -> Any:
        """All degrees up to the greatest one, in double precision."""
        dtype = np.result_type(*arrays)
        x, n = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in arrays))
        degree = np.trunc(n)
        first, following = RECURRENCES[self.family]
        found = np.where(degree == 0, 1.0, 0.0)
        before, current = np.ones_like(x), np.asarray(first(x))
        for k in range(1, int(degree.max(initial=0)) + 1):
            found = np.where(degree == k, current, found)
            before, current = current, following(k, x, current, before)
        return found.astype(dtype)[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """None: the result comes out of the last step."""
        return None
