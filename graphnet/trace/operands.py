"""What the recorder asks of operands and results: plain numbers, and layouts."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import copysign
from typing import Any

import numpy as np

from graphnet.errors import ArgumentError
from graphnet.ir.node import Value
from graphnet.ir.types import TensorType
from graphnet.runtime.storage import Layout
from graphnet.trace.handle import Handle

#: The classes of numbers that are operands as they are.
NUMBERS = frozenset({bool, int, float, complex})


def is_negative_zero(number: Any) -> bool:
    """Whether it is -0.0, which equals 0.0 but is another number."""
    return number.__class__ is float and number == 0 and copysign(1, number) < 0


def as_number(operand: Any, head: Hashable) -> Any:
    """A numpy number, or what is a Python number by inheritance, as a plain one.

    Raises:
        ArgumentError: it is no number.
    """
    if isinstance(operand, np.generic):
        return operand.item()
    for kind in (bool, int, float, complex):
        if isinstance(operand, kind):
            plain: Callable[[Any], Any] = kind
            return plain(operand)
    raise ArgumentError(
        f"{head}(): expected a tensor or a number, but got {type(operand).__name__}",
        cure="make a tensor of it first, with torch.tensor(...)",
    )


def layout_of(value: Value) -> Layout | None:
    """How a new tensor of a value lies in memory of its own; None for what is no tensor."""
    kind = value.type
    if not isinstance(kind, TensorType):
        return None
    return Layout.of(
        kind.dtype,
        kind.shape,
        requires_grad=value.requires_grad,
        is_leaf=not value.requires_grad,
    )


def covers(source: Handle, layout: Layout, strides: tuple[int, ...]) -> bool:
    """Whether a view still covers its whole storage in the storage's own shape and order."""
    return (
        source._layout.whole
        and layout.type.shape == source._storage.type.shape
        and layout.but(strides=strides).is_contiguous
    )
