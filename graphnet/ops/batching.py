"""Doing for a batch of values what an operation does for one: the rules of ``vmap``.

:func:`batch` applies an operation to operands of which some have a batch as dimension 0. Traits say
how most operations are applied to all of it at once; what needs a rule of its own has it in its
class (:meth:`graphnet.ir.op.Op.batch`). What has neither is applied to each member by itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from graphnet.ir.builder import Builder
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.types import GeneratorType
from graphnet.ops.join import Stack
from graphnet.ops.parts import Select
from graphnet.ops.shape import Permute, Reshape, aligned, filled, is_tensor

Rule = Callable[[Op, int, Sequence[Value], Sequence[bool]], Any]


def batch(op: Op, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
    """The results of ``op`` for each member of a batch, along a new first dimension.

    Args:
        op: the operation.
        size: how many members the batch has.
        operands: values; those of a batch have it as dimension 0.
        batched: which do.
    """
    made = op.batch(size, operands, batched)
    if made is not None:
        return made
    for trait, rule in _RULES:
        if op.is_(trait):
            made = rule(op, size, operands, batched)
            if made is not None:
                return made
    return one_by_one(op, size, operands, batched)


def _elementwise(op: Op, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
    return op(*aligned(operands, batched))


def _leading(op: Op, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
    return None if _strided(op) else op(*filled(size, operands, batched))


def _rows(op: Op, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
    """Members and rows are merged to more rows."""
    merged = [
        Reshape((size * value.shape[1], *value.shape[2:]))(value) if is_tensor(value) else value
        for value in filled(size, operands, batched)
    ]
    results = op(*merged)
    parts = results if isinstance(results, tuple) else (results,)
    split = [Reshape((size, part.shape[0] // size, *part.shape[1:]))(part) for part in parts]
    return tuple(split) if isinstance(results, tuple) else split[0]


_MOVED: dict[str, Callable[[int, Any], Any]] = {
    "dim": lambda size, dim: dim + 1,
    "dim0": lambda size, dim: dim + 1,
    "dim1": lambda size, dim: dim + 1,
    "dim2": lambda size, dim: dim + 1,
    "dims": lambda size, dims: tuple(dim + 1 for dim in dims),
    "shape": lambda size, shape: (size, *shape),
    "repeats": lambda size, repeats: (1, *repeats),
    "pads": lambda size, pads: ((0, 0), *pads),
}
"""What becomes of attributes that name dimensions, where there is one more in front."""


def _axes(op: Op, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
    """All dimensions move up by one."""
    pairs = zip(operands, batched, strict=True)
    ndims = [value.ndim - was for value, was in pairs if is_tensor(value)]
    if "dim" in op.attribute_names and ndims and not ndims[0] and not op.adds_dim:
        return None  # of a single number dimension 0 may be named, though it has none
    if _strided(op):
        return None
    attributes = op.attributes.items()
    moved = {name: _MOVED[name](size, value) for name, value in attributes if name in _MOVED}
    return op.but(**moved)(*filled(size, operands, batched))


def _strided(op: Op) -> bool:
    """Whether it fills memory in an order of its own."""
    return op.is_(Trait.RANDOM) and getattr(op, "stride", None) is not None


_RULES: tuple[tuple[Trait, Rule], ...] = (
    (Trait.ELEMENTWISE, _elementwise),
    (Trait.LEADING, _leading),
    (Trait.AXES, _axes),
    (Trait.ROWS, _rows),
)


def one_by_one(op: Op, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
    """Each member by itself: slow, and right for every operation."""
    warnings.warn(
        "There is a performance drop because we have not yet implemented the batching rule for "
        f"{op.name}: it is applied to each of the {size} members by itself.",
        stacklevel=2,
    )
    members: list[tuple[Value, ...]] = []
    state: Value | None = None
    for index in range(size):
        given = [
            Select(0)(value, index) if was else value
            for value, was in zip(operands, batched, strict=True)
        ]
        if state is not None:
            given[0] = state
        made = Builder.current().emit(op, *given)
        members.append(made if isinstance(made, tuple) else (made,))
        if op.is_(Trait.RANDOM):
            state = members[-1][-1]
    results = [
        column[-1] if isinstance(column[0].type, GeneratorType) else Stack(0)(*column)
        for column in zip(*members, strict=True)
    ]
    return results[0] if len(results) == 1 else tuple(results)


def side_by_side(x: Value) -> Value:
    """The channels of a batch of batches beside each other.

    ``(B, N, C, ...)`` becomes ``(N, B * C, ...)``.
    """
    moved = Permute((1, 0, *range(2, x.ndim)))(x)
    joined: Value = Reshape((x.shape[1], x.shape[0] * x.shape[2], *x.shape[3:]))(moved)
    return joined


def apart(size: int, x: Value) -> Value:
    """What :func:`side_by_side` was given: ``(N, B * C, ...)`` becomes ``(B, N, C, ...)``."""
    split = Reshape((x.shape[0], size, x.shape[1] // size, *x.shape[2:]))(x)
    parts: Value = Permute((1, 0, *range(2, split.ndim)))(split)
    return parts
