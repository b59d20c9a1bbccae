"""The ways to find the value between pixels."""

from __future__ import annotations

from enum import Enum
from typing import Any

from graphnet.errors import ArgumentError


class InterpolationMode(Enum):
    """How images are resized and rotated; Pillow's numbers for these are accepted too.

    >>> from graphnet.vision.transforms import InterpolationMode
    >>> InterpolationMode.BILINEAR.value
    'bilinear'
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


_PILLOW_NUMBERS: dict[InterpolationMode, int] = {
    InterpolationMode.NEAREST: 0,
    InterpolationMode.LANCZOS: 1,
    InterpolationMode.BILINEAR: 2,
    InterpolationMode.BICUBIC: 3,
    InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
    InterpolationMode.NEAREST_EXACT: 0,
}
_MODES = {number: mode for mode, number in reversed(_PILLOW_NUMBERS.items())}


def pillow_number(mode: InterpolationMode) -> int:
    """Pillow's constant for a mode."""
    return _PILLOW_NUMBERS[mode]


def as_interpolation(value: Any) -> InterpolationMode:
    """A mode, given itself or as Pillow's constant. Raises TypeError for anything else."""
    if isinstance(value, InterpolationMode):
        return value
    if isinstance(value, int) and value in _MODES:
        return _MODES[value]
    raise ArgumentError(
        "Argument interpolation should be a InterpolationMode or a corresponding Pillow integer "
        f"constant, not {value!r}"
    )
