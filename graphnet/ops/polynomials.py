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
    """``p[0] = 1``, ``p[1] = first(x)``, ``p[k + 1] = following(k, x, p[k], p[k - 1])``.

    Where ``x`` is the cosine of an angle, ``inside(n, angle)`` is the polynomial without steps, if
    it is known. Some are ``bounded``: PyTorch gives NaN for degrees that would overflow.
    """

    first: Callable[[Any], Any]
    following: Callable[[int, Any, Any, Any], Any]
    inside: Callable[[Any, Any], Any] | None = None
    bounded: bool = False


_INSIDE_FROM: Final = 7
"""The degree from which on PyTorch goes by angles."""

_BOUNDS: Final = {4: 128, 8: 512}
"""The greatest degree of those that are bounded, by the size of an element."""


def _chebyshev(k: int, x: Any, p: Any, before: Any) -> Any:
    return 2 * x * p - before


RECURRENCES: Final = {
    "chebyshev_t": Recurrence(lambda x: x, _chebyshev, lambda n, a: np.cos(n * a)),
    "chebyshev_u": Recurrence(
        lambda x: 2 * x, _chebyshev, lambda n, a: np.sin((n + 1) * a) / np.sin(a)
    ),
    "chebyshev_v": Recurrence(
        lambda x: 2 * x - 1, _chebyshev, lambda n, a: np.cos((n + 0.5) * a) / np.cos(a / 2)
    ),
    "chebyshev_w": Recurrence(
        lambda x: 2 * x + 1, _chebyshev, lambda n, a: np.sin((n + 0.5) * a) / np.sin(a / 2)
    ),
    "hermite_h": Recurrence(lambda x: 2 * x, lambda k, x, p, q: 2 * (x * p - k * q), bounded=True),
    "hermite_he": Recurrence(lambda x: x, lambda k, x, p, q: x * p - k * q, bounded=True),
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

    Degrees that are no integers count as the integers towards 0; those beyond 64 bits and NaN are
    negative, as for PyTorch.
    """

    family: str

    def kernel(self, *arrays: Any) -> Any:
        """Degree by degree, in double precision, as long as there is something left to compute."""
        dtype = np.result_type(*arrays)
        x, n = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in arrays))
        degree = np.where(np.abs(n) < 2.0**63, np.trunc(n), -1)
        first, following, inside, bounded = RECURRENCES[self.family]
        greatest = np.finfo(dtype).max
        found = np.where(degree == 0, 1.0, 0.0)
        if bounded:
            beyond = degree > _BOUNDS.get(dtype.itemsize, 128)
            found[beyond], degree = np.nan, np.where(beyond, -1, degree)
        if inside is not None:
            known = (np.abs(x) < 1) & (degree >= _INSIDE_FROM)
            found[known] = inside(degree[known], np.arccos(x[known]))
            degree = np.where(known, -1, degree)
        before, current = np.ones_like(x), np.asarray(first(x))
        k = 1
        while (left := degree >= k).any():
            lost = np.isnan(current)  # and stays so
            found = np.where(left & (lost | (degree == k)), current, found)
            degree = np.where(lost, -1, degree)
            before, current = current, following(k, x, current, before)
            overflows = np.abs(current) > greatest
            current = np.where(overflows, np.copysign(np.inf, current), current)
            k += 1
        return found.astype(dtype)[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """None: the result comes out of the last step."""
        return None
