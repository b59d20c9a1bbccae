"""Numeric limits of dtypes: ``torch.finfo`` and ``torch.iinfo``."""

from __future__ import annotations

import math
from typing import Final, Never

from graphnet.dtypes import types
from graphnet.dtypes.types import (
    bfloat16,
    check_dtype,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
)


class _Limits:
    """What :class:`finfo` and :class:`iinfo` share; two are equal when they are of one dtype."""

    __slots__ = ("bits", "dtype", "max", "min")
    __hash__ = None  # type: ignore[assignment]

    bits: int
    dtype: str

    def _put(self, **attributes: object) -> None:
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, attribute: str, value: object) -> Never:
        raise AttributeError(
            f"attribute {attribute!r} of 'torch.{type(self).__name__}' objects is not writable"
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Limits) and type(self) is type(other) and self.dtype == other.dtype
        )


# Of each floating type: bits of the significand (the hidden one included), largest exponent.
_FORMATS: Final = {float16: (11, 16), bfloat16: (8, 128), float32: (24, 128), float64: (53, 1024)}


def _of_eight_bits(type: dtype) -> dict[str, float]:
    """The limits of a floating type of eight bits."""
    largest, normal, eps = _EIGHT_BITS[type]
    return {
        "max": largest, "min": -largest, "eps": eps, "tiny": normal, "smallest_normal": normal
    }  # fmt: skip


# Of each: the largest number, the smallest normal one, and the distance from 1 as PyTorch tells it.
_EIGHT_BITS: Final = {
    types.float8_e4m3fn: (448.0, 2.0**-6, 0.125),
    types.float8_e5m2: (57344.0, 2.0**-14, 0.25),
    types.float8_e4m3fnuz: (240.0, 2.0**-7, 0.125),
    types.float8_e5m2fnuz: (57344.0, 2.0**-15, 0.125),
}


class finfo(_Limits):  # noqa: N801
    """Limits of a floating-point dtype (of a complex one: of its parts); default: the default's.

    Attributes:
        bits, dtype: width and name of the type.
        max, min: the largest finite number and its negative.
        eps: distance from 1 to the next larger number.
        tiny, smallest_normal: the smallest positive normal number.
        resolution: ``10**-d`` where ``d`` decimal digits survive a round trip.

    Raises TypeError for other dtypes.

    >>> import graphnet as torch
    >>> torch.finfo(torch.float32).eps
    1.1920928955078125e-07
    """

    __slots__ = ("eps", "resolution", "smallest_normal", "tiny")

    max: float
    min: float
    eps: float
    tiny: float
    smallest_normal: float
    resolution: float

    def __init__(self, type: dtype | None = None) -> None:
        of = get_default_dtype() if type is None else type
        check_dtype(of, "finfo", "type", 1)
        real = of.to_real()
        if not real.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                f"Use torch.iinfo to handle {of!r}"
            )
        if real.is_stored_only:
            self._put(bits=8, dtype=real.name, resolution=1.0, **_of_eight_bits(real))
            return
        digits, exponent = _FORMATS[real]
        largest = (2.0 - 2.0 ** (1 - digits)) * 2.0 ** (exponent - 1)
        normal = 2.0 ** (2 - exponent)
        self._put(bits=real.itemsize * 8, dtype=real.name, max=largest, min=-largest)
        self._put(eps=2.0 ** (1 - digits), tiny=normal, smallest_normal=normal)
        self._put(resolution=float(f"1e-{int((digits - 1) * math.log10(2))}"))

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo(_Limits):  # noqa: N801
    """Limits of an integer dtype: ``bits``, ``dtype`` (its name), ``max`` and ``min``.

    Raises TypeError for other dtypes.

    >>> import graphnet as torch
    >>> torch.iinfo(torch.uint8).max
    255
    """

    __slots__ = ()

    max: int
    min: int

    def __init__(self, type: dtype) -> None:
        check_dtype(type, "iinfo", "type", 1)
        if type is types.bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if type.is_floating_point or type.is_complex:
            raise TypeError(
                f"torch.iinfo() requires an integer input type. Use torch.finfo to handle {type!r}"
            )
        bits = type.itemsize * 8
        smallest = -(1 << (bits - 1)) if type.is_signed else 0
        self._put(bits=bits, dtype=type.name, min=smallest, max=smallest + (1 << bits) - 1)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
