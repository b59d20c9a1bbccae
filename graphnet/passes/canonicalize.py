"""Canonicalisation: rewrites expressions into their simplest form, by patterns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from graphnet.errors import GraphnetError
from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.patterns import Pattern, Rule, rule
from graphnet.ir.rewriter import Rewriter
from graphnet.ir.types import Shape, contiguous_strides
from graphnet.ops.arithmetic import Add
from graphnet.ops.compare import Where
from graphnet.ops.convert import Attach, Cast, Detach, Identity
from graphnet.ops.create import Full
from graphnet.ops.join import Cat
from graphnet.ops.math import Neg
from graphnet.ops.parts import Part, PartScatter
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Expand, Reshape, Squeeze, T, Unsqueeze, View
from graphnet.ops.strided import AsStridedScatter
from graphnet.passes.base import Pass

Pair = tuple[Pattern, Pattern]
_RESHAPING = (Reshape, View, Unsqueeze, Squeeze)


@rule
def add_zero(x: Pattern) -> Pair:
    """``x + 0 = x``."""
    return x + 0, x


@rule
def subtract_zero(x: Pattern) -> Pair:
    """``x - 0 = x``."""
    return x - 0, x


@rule
def multiply_by_one(x: Pattern) -> Pair:
    """``x * 1 = x``."""
    return x * 1, x


@rule
def divide_by_one(x: Pattern) -> Pair:
    """``x / 1 = x``."""
    return x / 1, x


@rule
def to_the_first(x: Pattern) -> Pair:
    """``x ** 1 = x``."""
    return x**1, x


@rule
def to_the_second(x: Pattern) -> Pair:
    """``x ** 2 = x * x``."""
    return x**2, x * x


@rule
def double_negation(x: Pattern) -> Pair:
    """``-(-x) = x``."""
    return Neg()(-x), x


@rule
def add_negated(x: Pattern, y: Pattern) -> Pair:
    """``x + (-y) = x - y``."""
    return x + (-y), x - y


@rule
def subtract_negated(x: Pattern, y: Pattern) -> Pair:
    """``x - (-y) = x + y``."""
    return x - (-y), x + y


@rule
def transpose_twice(x: Pattern) -> Pair:
    """The transpose of the transpose."""
    return T()(T()(x)), x


@rule
def starting_point(x: Pattern) -> Pair:
    """``Identity(x) = x``."""
    return Identity()(x), x


@rule
def without_history(x: Pattern) -> Pair:
    """A value is the same with and without a gradient history."""
    return Detach()(x), x


@rule
def with_history_of(x: Pattern, y: Pattern) -> Pair:
    """A value is the same, whose history it may have."""
    return Attach()(x, y), x


RULES: tuple[Rule, ...] = (
    add_zero,
    subtract_zero,
    multiply_by_one,
    divide_by_one,
    to_the_first,
    to_the_second,
    double_negation,
    add_negated,
    subtract_negated,
    transpose_twice,
    starting_point,
    without_history,
    with_history_of,
)
"""The rewrite rules, tried in this order."""


def _same_type(node: Node, operands: tuple[Value, ...]) -> Value | None:
    """A reshaping, cast or expansion to the type that is there already."""
    kept = operands[0]
    return kept if kept.type == node.result.type else None


def _reshape_of_reshape(node: Node, operands: tuple[Value, ...]) -> Value | None:
    """Only the last of several shapes matters."""
    inner = operands[0]
    if isinstance(inner.op, _RESHAPING):
        return _reshaped(inner.node.operands[0], node.result.shape)
    return _same_type(node, operands)


def _sum_of_nothing(node: Node, operands: tuple[Value, ...]) -> Value | None:
    """A sum over no dimension, or only over dimensions of size 1."""
    (x,) = operands
    op = node.op
    if isinstance(op, Sum) and all(x.shape[d] == 1 for d in op.dims):
        return _reshaped(x, node.result.shape)
    return None


def _reshaped(x: Value, shape: Shape) -> Value:
    reshaped: Value = x if x.shape == shape else Reshape(shape)(x)
    return reshaped


def _overwritten_whole(node: Node, operands: tuple[Value, ...]) -> Value | None:
    """A value stored over all there was."""
    base, stored, offset = operands
    op = node.op
    whole = (
        isinstance(op, AsStridedScatter)
        and stored.type == base.type
        and op.stride == contiguous_strides(base.shape)
        and isinstance(offset.op, Constant)
        and offset.op.value == 0
    )
    return stored if whole else None


def _joined_parts(node: Node, operands: tuple[Value, ...]) -> Value | None:
    """The sum of parts of one whole that lie side by side: one longer part."""
    parts: list[Value] = []
    pending = [*operands]
    while pending:
        value = pending.pop()
        if isinstance(value.op, Add):
            pending += value.node.operands
        elif isinstance(value.op, PartScatter) and value.type == node.result.type:
            parts.append(value)
        else:
            return None
    parts.sort(key=_start)
    first = parts[0].op
    if not isinstance(first, PartScatter):
        return None
    end = first.start
    for part in parts:
        if part.op is not PartScatter(first.dim, end, first.size):
            return None
        end += part.node.operands[0].shape[first.dim]
    joined: Value = first(Cat(first.dim)(*(part.node.operands[0] for part in parts)))
    return joined


def _start(part: Value) -> int:
    start: int = part.op.attributes["start"]
    return start


def _cat_of_cat(node: Node, operands: tuple[Value, ...]) -> Value | None:
    """What is joined along one dimension is joined at once."""
    op = node.op
    if all(operand.op is not op for operand in operands):
        return None
    flat: list[Value] = []
    for operand in operands:
        flat += operand.node.operands if operand.op is op else (operand,)
    joined: Value = op(*flat)
    return joined


LOCAL: dict[type[Op], Callable[[Node, tuple[Value, ...]], Value | None]] = {
    **dict.fromkeys(_RESHAPING, _reshape_of_reshape),
    Cast: _same_type,
    Expand: _same_type,
    Sum: _sum_of_nothing,
    AsStridedScatter: _overwritten_whole,
    Add: _joined_parts,
    Cat: _cat_of_cat,
    **dict.fromkeys((Part, PartScatter), _same_type),
}
"""Simplifications that look at shapes, which patterns cannot."""


@dataclass(frozen=True)
class Canonicalize(Pass):
    """Applies the rewrite rules and lets elementwise operations broadcast by themselves.

    Args:
        rules: the rules to apply.
    """

    name: ClassVar[str] = "canonicalize"
    rules: tuple[Rule, ...] = RULES

    def transform(self, graph: Graph) -> Graph:
        """One pass over the graph, operands first, so that chains collapse."""
        rewriter = _Canonicalizer(graph, self.rules)
        made = rewriter.run()
        return made if rewriter.changed else graph


class _Canonicalizer(Rewriter):
    def __init__(self, graph: Graph, rules: tuple[Rule, ...]) -> None:
        super().__init__(graph)
        self.changed = False
        self.rules: dict[Op, list[Rule]] = {}
        for each in rules:
            if each.before.op is not None:
                self.rules.setdefault(each.before.op, []).append(each)

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        if len(node.results) != 1 or node.op.is_(Trait.SOURCE):
            return None
        made = node.reading(operands)
        simplest = self._simplified(made)
        if simplest is None:
            return None
        self.changed = True
        while (simpler := self._simplified(simplest.node)) is not None:
            simplest = simpler
        return (simplest,)

    def _simplified(self, node: Node) -> Value | None:
        """What stands for the node's result after one rewrite, or None where none fits."""
        if len(node.results) != 1:
            return None
        if node.op.is_(Trait.ELEMENTWISE):
            operands = _simpler(node, node.operands)
            if operands != node.operands:
                return self.builder.add(node.reading(operands)).result
        local = LOCAL.get(type(node.op))
        replaced = local(node, node.operands) if local is not None else None
        for each in self.rules.get(node.op, ()):
            if replaced is not None:
                break
            replaced = each.apply(node.result)
        return replaced


def _simpler(node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...]:
    """Operands that an elementwise operation broadcasts by itself, where its result stays."""
    numbers = isinstance(getattr(node.op, "ufunc", None), np.ufunc) or isinstance(node.op, Where)
    simpler = tuple(_without_broadcast(operand, numbers) for operand in operands)
    if simpler == operands:
        return operands
    try:
        inferred = node.op.infer(*(operand.type for operand in simpler))
    except (GraphnetError, TypeError):  # an operation that wants equal shapes or dtypes
        return operands
    return simpler if inferred == node.result.type else operands


def _without_broadcast(value: Value, numbers: bool) -> Value:
    """What an elementwise operation may read instead.

    Where it takes ``numbers``, as numpy's own functions do, a tensor filled with one is left out
    for the number.
    """
    while isinstance(value.op, Expand) or (isinstance(value.op, _RESHAPING) and value.numel == 1):
        value = value.node.operands[0]
    if numbers and isinstance(value.op, Full):
        filled = value.node.operands[0]
        constant = filled.op
        if isinstance(constant, Constant) and not _is_wider(constant, value):
            return filled
    return value


def _is_wider(constant: Constant, value: Value) -> bool:
    """Whether filling changed the number: a float cut to an integer, say."""
    kind = value.dtype
    if isinstance(constant.value, complex):
        return not kind.is_complex
    if isinstance(constant.value, float):
        return not (kind.is_floating_point or kind.is_complex)
    return kind.name == "bool"
