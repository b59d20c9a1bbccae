"""The Box-Muller transform, in the arithmetic of PyTorch's CPU kernels.

Two independent uniform numbers u1 in (0, 1] and u2 in [0, 1) become two independent standard
normal ones: ``sqrt(-2 log u1)`` times the cosine and the sine of ``2 pi u2`` (G. E. P. Box and
M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958). PyTorch transforms
uniforms in groups of sixteen: the first eight of a group are the radii of its eight pairs, the
other eight their angles; the cosines replace the former, the sines the latter.

In single precision PyTorch's kernel (for processors with AVX2) evaluates the logarithm and the sine
by the polynomials of the Cephes library with fused multiply-adds. Here the same polynomials are
evaluated in double precision, where a product of two float32 is exact, rounding to float32 after
every step. Either function meets only 2**24 different arguments; over all of them this arithmetic
equals true fused multiply-adds, so the results are PyTorch's to the last bit wherever numpy runs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphnet.dtypes.rounding import Doubles, Singles, c_library, c_log, fused_multiply_add
from graphnet.ops.workspace import workspace

#: Uniform numbers of one group, and rows transformed at a time, so that they stay in the cache.
GROUP = 16
_ROWS = 2048


def _float32(value: float) -> float:
    """The float32 nearest to ``value``, as a double."""
    return float(np.float32(value))


# The coefficients of logf, sinf and cosf in S. L. Moshier's Cephes Mathematical Library.
_SQRT_HALF = _float32(0.707106781186547524)
_LOG = tuple(
    _float32(coefficient)
    for coefficient in (
        *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1),
        *(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
    )
)
_LOG_2_LOW, _LOG_2_HIGH = _float32(-2.12194440e-4), _float32(0.693359375)
_FOUR_OVER_PI = _float32(1.27323954473516)
_MINUS_QUARTER_PI = tuple(
    map(_float32, (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8))
)
_SINE = tuple(map(_float32, (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)))
_COSINE = tuple(map(_float32, (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)))
_TWO_PI = _float32(2.0 * math.pi)
_DOUBLE, _WHOLE = np.dtype(np.float64), np.dtype(np.int64)

# A double's bits: where its exponent begins, that of numbers in [0.5, 1), the fraction, the sign.
_EXPONENT_AT, _EXPONENT_OF_HALF, _FRACTION, _SIGN_AT = 52, 1022, (1 << 52) - 1, 63


def normal_groups(uniforms: Singles | Doubles, mean: float, std: float) -> Singles | Doubles:
    """Normal numbers out of uniform ones, group by group.

    Args:
        uniforms: numbers in [0, 1), float32 or float64, of shape (groups, 16). Overwritten.
        mean, std: the parameters of the distribution, rounded to the dtype of ``uniforms``.

    Returns:
        The array ``uniforms``. float32 is bit-equal to PyTorch's, float64 too where both call the
        same C library.
    """
    half = GROUP // 2
    with workspace:
        kind = _SinglePairs if uniforms.dtype == np.float32 else _DoublePairs
        pairs = kind(min(len(uniforms), _ROWS) * half)
        for start in range(0, len(uniforms), _ROWS):
            rows = uniforms[start : start + _ROWS]
            if len(rows) * half != pairs.u1.size:
                pairs = kind(len(rows) * half)
            np.subtract(1, rows[:, :half], out=pairs.u1.reshape(-1, half))
            np.copyto(pairs.u2.reshape(-1, half), rows[:, half:])
            cosines, sines = pairs.transformed()
            rows[:, :half] = cosines.reshape(-1, half)
            rows[:, half:] = sines.reshape(-1, half)
            rows[...] = fused_multiply_add(rows, std, mean)
    return uniforms


class _DoublePairs:
    """Pairs in double precision; the functions are the C library's.

    Attributes:
        u1: a uniform number in (0, 1] for each pair.
        u2: another one.
    """

    def __init__(self, size: int) -> None:
        self.u1, self.u2 = (workspace.take((size,), _DOUBLE) for _ in range(2))

    def transformed(self) -> tuple[Doubles, Doubles]:
        """The normal numbers of each pair."""
        radius = np.sqrt(-2.0 * c_log(self.u1))
        angle = 2.0 * math.pi * self.u2
        return radius * c_library(math.cos, angle), radius * c_library(math.sin, angle)


class _SinglePairs:
    """The same in single precision: float32 values kept as doubles, in scratch memory.

    Fresh memory for each of a hundred small steps would take longer than the steps.
    """

    def __init__(self, size: int) -> None:
        doubles = (workspace.take((size,), _DOUBLE) for _ in range(7))
        self.u1, self.u2, self._y, self._z, self._square, self._term, self._turns = doubles
        self._narrow = workspace.take((size,), np.dtype(np.float32))
        self._whole, self._bits = (workspace.take((size,), _WHOLE) for _ in range(2))
        self._mask = workspace.take((size,), np.dtype(np.bool_))

    def transformed(self) -> tuple[Doubles, Doubles]:
        """The normal numbers of each pair; what was given is overwritten."""
        radius = self._radius()
        cosine, sine = self._cosine_sine()
        cosine *= radius
        sine *= radius
        return cosine, sine

    def _radius(self) -> Doubles:
        """``sqrt(-2 log u1)``."""
        radius, logarithm = self.u1, self._log()
        logarithm *= -2.0
        np.sqrt(logarithm, out=radius)
        self._round(radius)
        return radius

    def _round(self, values: Doubles) -> None:
        """Round to float32, in place."""
        np.copyto(self._narrow, values, casting="same_kind")
        np.copyto(values, self._narrow)

    def _evaluate(self, x: Doubles, coefficients: tuple[float, ...], out: Doubles) -> None:
        """``x * (... ((c0 * x + c1) * x + c2) ...)``, rounded after every step."""
        np.multiply(x, coefficients[0], out=out)
        for coefficient in coefficients[1:]:
            out += coefficient
            self._round(out)
            out *= x
        self._round(out)

    def _log(self) -> Doubles:
        """The natural logarithm of ``u1``, as Cephes's logf has it."""
        rest, y, power, square, term = self.u1, self._y, self._z, self._square, self._term
        self._split(power)
        np.less(rest, _SQRT_HALF, out=self._mask)
        np.copyto(term, self._mask)
        power -= term
        term *= rest
        rest += term
        rest -= 1.0
        np.multiply(rest, rest, out=square)
        self._round(square)
        self._evaluate(rest, _LOG, y)
        np.multiply(power, _LOG_2_LOW, out=term)
        self._round(term)
        y *= square
        y += term
        self._round(y)
        np.multiply(square, 0.5, out=term)
        y -= term
        self._round(y)
        y += rest
        self._round(y)
        power *= _LOG_2_HIGH
        y += power
        self._round(y)
        return y

    def _split(self, exponent: Doubles) -> None:
        """Leave of ``u1`` a number in [0.5, 1), and give the power of two that it is to be times.

        What ``frexp`` does, which asks about infinities and zeros first.
        """
        bits, whole = self.u1.view(_WHOLE), self._whole
        np.right_shift(bits, _EXPONENT_AT, out=whole)
        whole -= _EXPONENT_OF_HALF
        np.copyto(exponent, whole)
        bits &= _FRACTION
        bits |= _EXPONENT_OF_HALF << _EXPONENT_AT

    def _cosine_sine(self) -> tuple[Doubles, Doubles]:
        """Cosine and sine of ``2 pi u2``, as Cephes's cosf and sinf have them."""
        x, cosine, sine, square, term = self.u2, self._y, self._z, self._square, self._term
        turns, whole = self._turns, self._whole
        x *= _TWO_PI
        self._round(x)
        np.multiply(x, _FOUR_OVER_PI, out=term)
        np.copyto(self._narrow, term, casting="same_kind")
        np.copyto(whole, self._narrow, casting="unsafe")
        whole += 1
        whole >>= 1
        np.copyto(turns, whole)
        for part in _MINUS_QUARTER_PI:
            np.multiply(turns, 2.0 * part, out=term)
            x += term
            self._round(x)
        np.multiply(x, x, out=square)
        self._round(square)
        self._evaluate(square, _COSINE, cosine)
        np.multiply(square, 0.5, out=term)
        cosine *= square
        cosine -= term
        self._round(cosine)
        cosine += 1.0
        self._round(cosine)
        self._evaluate(square, _SINE, sine)
        sine *= x
        sine += x
        self._round(sine)

        # Every quarter turn swaps the two and changes the sign of one.
        bits, cosine_bits, sine_bits = self._bits, cosine.view(_WHOLE), sine.view(_WHOLE)
        swaps = term.view(_WHOLE)
        np.bitwise_and(whole, 1, out=swaps)
        np.negative(swaps, out=swaps)
        np.bitwise_xor(cosine_bits, sine_bits, out=bits)
        bits &= swaps
        cosine_bits ^= bits
        sine_bits ^= bits
        self._turn_round(sine_bits)
        whole += 1
        self._turn_round(cosine_bits)
        return cosine, sine

    def _turn_round(self, values: Any) -> None:
        """Change the sign of numbers, given by their bits, after two of four quarter turns."""
        bits = self._bits
        np.right_shift(self._whole, 1, out=bits)
        bits <<= _SIGN_AT
        values ^= bits
