"""Arithmetic that rounds exactly as PyTorch's compiled CPU kernels do.

PyTorch's kernels are compiled with fused multiply-add, and in double precision they call the C
library's elementary functions. numpy has no fused multiply-add, and where the processor allows it
numpy replaces the C library's functions with vector versions that may differ in the last bit. What
programs start from, random draws and ranges of numbers, needs the values of the former, so they are
rebuilt here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Singles: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Number = TypeVar("Number", float, Doubles)

#: Bits of the significand of each floating-point type, the hidden one included.
SIGNIFICAND_BITS: Final = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
#: Multiplying by 2**27 + 1 splits a double into two halves of 26 bits (Veltkamp 1968).
_SPLITTER = 134217729.0
#: The bits of a double that a float32 has no room for, and their value half-way between two.
_LOST_BITS = np.int64(0x1FFFFFFF)
_HALF_WAY = np.int64(0x10000000)
#: C-library calls run over blocks of this many values, to bound the boxed floats alive at once.
_BLOCK = 1 << 16


def fused_multiply_add(x: Singles | Doubles, factor: float, addend: float) -> npt.NDArray[Any]:
    """``x * factor + addend`` with a single rounding, in the dtype of ``x``.

    Args:
        x: float32 or float64, any shape.
        factor, addend: rounded to the dtype of ``x`` first.
    """
    factor, addend = (float(x.dtype.type(number)) for number in (factor, addend))
    if addend == 0.0 or factor == 1.0:
        result: npt.NDArray[Any] = x * x.dtype.type(factor) + x.dtype.type(addend)
        return result
    if x.dtype == np.float32:
        return _fused_single(x.astype(np.float64), factor, addend)
    return fused_doubles(x.astype(np.float64, copy=False), factor, np.float64(addend))


def _fused_single(x: Doubles, factor: float, addend: float) -> Singles:
    # The product of two float32 is exact in double. The sum is rounded once to double and once
    # to float32; the two roundings differ from one only when the first lands half-way.
    product = x * factor
    total = product + addend
    half_way = (total.view(np.int64) & _LOST_BITS) == _HALF_WAY
    if half_way.any():
        part = product[half_way]
        total[half_way] = _round_to_odd(*_two_sum(part, np.float64(addend)))
    return total.astype(np.float32)


def fused_doubles(x: Doubles, factor: float, addend: Doubles | np.float64) -> Doubles:
    """``x * factor + addend`` with a single rounding, for one addend or one for each ``x``."""
    # S. Boldo and G. Melquiond, "Emulation of a FMA and Correctly Rounded Sums: Proved
    # Algorithms Using Rounding to Odd", IEEE Transactions on Computers 57(4), 2008.
    product, product_error = _two_product(x, factor)
    low_sum, low_error = _two_sum(product_error, addend)
    high_sum, high_error = _two_sum(product, low_sum)
    total = high_sum + _round_to_odd(*_two_sum(low_error, high_error))
    # A zero has the sign that the plain sum gives it.
    return np.where(total == 0, product + addend, total)


def _two_sum(a: Doubles, b: Doubles | np.float64) -> tuple[Doubles, Doubles]:
    """The rounded sum and its rounding error (Knuth's TwoSum)."""
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


def _two_product(a: Doubles, b: float) -> tuple[Doubles, Doubles]:
    """The rounded product and its rounding error (Dekker's product)."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def _halves(value: Number) -> tuple[Number, Number]:
    scaled = value * _SPLITTER
    high = scaled - (scaled - value)
    return high, value - high


def _round_to_odd(total: Doubles, error: Doubles) -> Doubles:
    """``total + error``, where an inexact sum takes the neighbour whose last bit is one."""
    even = (total.view(np.int64) & 1) == 0
    toward = np.where(error > 0, np.inf, -np.inf)
    return np.where((error != 0) & even, np.nextafter(total, toward), total)


def c_library(function: Callable[[float], float], x: Doubles) -> Doubles:
    """A function of the :mod:`math` module at every value of the vector ``x``.

    This is slower than numpy's function of the same name (about 60 ns a value) and equal to the
    C library's to the last bit, which numpy's is not on processors with AVX-512.
    """
    call = np.frompyfunc(function, 1, 1)
    result = np.empty(x.size, np.float64)
    for start in range(0, x.size, _BLOCK):
        result[start : start + _BLOCK] = call(x[start : start + _BLOCK])
    return result


def c_log(x: Doubles) -> Doubles:
    """The C library's natural logarithm of positive doubles."""
    return c_library(math.log, x)


def c_log1p(x: Doubles) -> Doubles:
    """The C library's ``log(1 + x)`` of doubles greater than -1."""
    return c_library(math.log1p, x)


def working_dtype(dtype: np.dtype[Any], operation: str) -> np.dtype[Any]:
    """The type PyTorch's kernels compute in: float64 for itself, float32 for all that is narrower.

    Raises NotImplementedError when ``dtype`` is not floating point.
    """
    if dtype.name not in SIGNIFICAND_BITS:
        raise NotImplementedError(
            f"{operation} is not implemented for {dtype.name}; take a floating-point dtype"
        )
    return dtype if dtype == np.float64 else np.dtype(np.float32)


def cast(values: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """The values as ``dtype``; to half precision by way of float32, as PyTorch's kernels go."""
    if dtype.itemsize == 2 and dtype.name in SIGNIFICAND_BITS:
        values = values.astype(np.float32, copy=False)
    return values.astype(dtype, copy=False)
