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

import numpy as np

from graphnet.dtypes.rounding import Doubles, Singles, c_library, c_log, fused_multiply_add

#: Uniform numbers of one group, and rows transformed at a time: few calls, and some arrays of so
#: many numbers fit into the cache.
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


def normal_groups(uniforms: Singles | Doubles, mean: float, std: float) -> Singles | Doubles:
    """Normal numbers out of uniform ones, group by group.

    Args:
        uniforms: numbers in [0, 1), float32 or float64, of shape (groups, 16). Overwritten.
        mean, std: the parameters of the distribution, rounded to the dtype of ``uniforms``.

    Returns:
        The array ``uniforms``. float32 is bit-equal to PyTorch's, float64 too where both call the
        same C library.
    """
    pairs = _single_pairs if uniforms.dtype == np.float32 else _double_pairs
    half = GROUP // 2
    for start in range(0, len(uniforms), _ROWS):
        rows = uniforms[start : start + _ROWS]
        cosines, sines = pairs(
            (1 - rows[:, :half].ravel()).astype(np.float64),
            rows[:, half:].ravel().astype(np.float64),
        )
        rows[:, :half] = cosines.reshape(-1, half)
        rows[:, half:] = sines.reshape(-1, half)
        rows[...] = fused_multiply_add(rows, std, mean)
    return uniforms


def _double_pairs(u1: Doubles, u2: Doubles) -> tuple[Doubles, Doubles]:
    radius = np.sqrt(-2.0 * c_log(u1))
    angle = 2.0 * math.pi * u2
    return radius * c_library(math.cos, angle), radius * c_library(math.sin, angle)


def _single_pairs(u1: Doubles, u2: Doubles) -> tuple[Doubles, Doubles]:
    radius = _rounded(np.sqrt(-2.0 * _log(u1)))
    cosine, sine = _cosine_sine(_rounded(_TWO_PI * u2))
    return radius * cosine, radius * sine


def _rounded(values: Doubles) -> Doubles:
    """The values rounded to float32, kept as doubles."""
    return values.astype(np.float32).astype(np.float64)


def _polynomial(x: Doubles, coefficients: tuple[float, ...]) -> Doubles:
    """``x * (... ((c0 * x + c1) * x + c2) ...)``, rounded to float32 after every sum."""
    narrow = np.empty(x.shape, np.float32)
    y = x * coefficients[0]
    for coefficient in coefficients[1:]:
        y += coefficient
        narrow[...] = y
        y[...] = narrow
        y *= x
    return y


def _log(x: Doubles) -> Doubles:
    """The natural logarithm of float32 values in (0, 1], as Cephes's logf has it."""
    fraction, exponent = np.frexp(x)
    small = (fraction < _SQRT_HALF).astype(np.float64)
    power = exponent - small
    rest = (fraction + fraction * small) - 1.0
    square = _rounded(rest * rest)
    y = _rounded(_polynomial(rest, _LOG))
    y = _rounded(y * square + _rounded(power * _LOG_2_LOW))
    y = _rounded(y - 0.5 * square)
    return _rounded(_rounded(rest + y) + power * _LOG_2_HIGH)


def _cosine_sine(angle: Doubles) -> tuple[Doubles, Doubles]:
    """Cosine and sine of float32 values in [0, 2 pi], as Cephes's cosf and sinf have them."""
    quadrant = ((angle * _FOUR_OVER_PI).astype(np.float32).astype(np.int32) + 1) >> 1
    turns = quadrant * 2.0
    x = angle
    for part in _MINUS_QUARTER_PI:
        x = _rounded(x + turns * part)
    square = _rounded(x * x)
    cosine = _rounded(_polynomial(square, _COSINE))
    cosine = _rounded(cosine * square - 0.5 * square)
    cosine = _rounded(cosine + 1.0)
    sine = _rounded(_polynomial(square, _SINE))
    sine = _rounded(sine * x + x)

    # Every quarter turn swaps the two and changes the sign of one.
    swapped = (quadrant & 1) == 1
    cosine, sine = np.where(swapped, sine, cosine), np.where(swapped, cosine, sine)
    cosine *= 1 - ((quadrant + 1) & 2)
    sine *= 1 - (quadrant & 2)
    return cosine, sine
