"""What the recorder asks of operands and results: plain numbers, and layouts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from math import copysign
from typing import Any

import numpy as np

from graphnet.errors import OperandError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.types import Shape, Stride, TensorType
from graphnet.ops.shape import ViewOp
from graphnet.runtime.memory_order import (
    channels_last,
    dense_strides,
    has_channels_last,
    is_contiguous,
)
from graphnet.runtime.storage import Layout
from graphnet.trace.handle import Handle

#: The classes of numbers that are operands as they are.
NUMBERS = frozenset({bool, int, float, complex})


def is_negative_zero(number: Any) -> bool:
    """Whether it is -0.0, which equals 0.0 but is another number."""
    return number.__class__ is float and number == 0 and copysign(1, number) < 0


def numbers_vary(head: Hashable) -> bool:
    """Whether the numbers of a step change more often than not.

    Those are indices and offsets of views, and what some optimizers make of the number of steps.
    """
    return isinstance(head, ViewOp) or getattr(head, "varies", False)


def as_number(operand: Any, head: Hashable) -> Any:
    """A numpy number, or what is a Python number by inheritance, as a plain one.

    Raises:
        OperandError: it is no number.
    """
    if isinstance(operand, np.generic):
        return operand.item()
    for kind in (bool, int, float, complex):
        if isinstance(operand, kind):
            plain: Callable[[Any], Any] = kind
            return plain(operand)
    raise OperandError(
        f"{head}(): expected a tensor or a number, but got {type(operand).__name__}",
        cure="make a tensor of it first, with torch.tensor(...)",
    )


def alone(value: Value) -> tuple[Value, ...]:
    """A tuple of one value: its node's own if it can be, as a long trace has a great many."""
    results = value.node.results
    return results if len(results) == 1 else (value,)


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


def layouts_of(
    op: Any, results: Sequence[Value], operands: Sequence[Any]
) -> tuple[Layout | None, ...]:
    """The layouts of an operation's results, which may keep the order of their operands."""
    layouts = tuple(map(layout_of, results))
    if len(layouts) == 1 and layouts[0] is not None:
        layouts = layouts[0].alone
    if not isinstance(op, Op):
        return layouts
    if op.is_(Trait.IMAGES):
        return _as_images_lie(layouts, operands[:1])
    if op.is_(Trait.ALL_IMAGES):
        return _as_images_lie(layouts, operands)
    first = layouts[0]
    if first is not None and (op.is_(Trait.ELEMENTWISE) or op.is_(Trait.ORDERED)):
        given = [each._layout for each in operands if isinstance(each, Handle)]
        if any(each.order is not None or not each.is_contiguous for each in given):
            order = _kept_order(first.type.shape, given)
            if order is not None:
                return tuple(each and each.but(order=order) for each in layouts)
    return layouts


def _as_images_lie(
    layouts: tuple[Layout | None, ...], given: Sequence[Any]
) -> tuple[Layout | None, ...]:
    """These layouts, the first with its channels innermost if those of all given images are."""
    first = layouts[0]
    if first is None or not all(isinstance(each, Handle) and _as_image(each) for each in given):
        return layouts
    order = channels_last(first.type.shape)
    if is_contiguous(first.type.shape, order):
        return layouts
    return first.but(order=order), *layouts[1:]


def _as_image(given: Handle) -> bool:
    """Whether PyTorch takes it for images whose channels lie innermost."""
    source = given._layout
    return has_channels_last(source.type.shape, source.order or source.strides)


def _kept_order(shape: Shape, given: Sequence[Layout]) -> Stride | None:
    """The strides that PyTorch gives a result of operands that lie so; None if row-major."""
    strides = []
    for each in given:
        steps = [
            0 if size == 1 and wanted != 1 else step
            for size, wanted, step in zip(
                each.type.shape,
                shape[len(shape) - len(each.type.shape) :],
                each.order or each.strides,
                strict=True,
            )
        ]
        strides.append([0] * (len(shape) - len(steps)) + steps)
    order = dense_strides(shape, *strides)
    return None if is_contiguous(shape, order) else order


def order_of_view(op: ViewOp, source: Layout, numbers: Sequence[Any]) -> Stride | None:
    """The strides that PyTorch gives a view of a tensor that lies in another order there."""
    if source.order is None:
        return None
    try:
        return op.strides(source.type.shape, source.order, *numbers)[0]
    except ShapeError:
        return None  # there it is a copy, in row-major order


def covers(source: Handle, layout: Layout, strides: tuple[int, ...]) -> bool:
    """Whether a view still covers its whole storage in the storage's own shape and order."""
    return (
        source._layout.whole
        and layout.type == source._storage.type
        and layout.but(strides=strides).is_contiguous
    )
