"""Rewrite rules written as the expressions they are about.

    @rule
    def multiply_by_one(x):
        return x * 1, x

The left expression is matched against the graph, the right one is built in its place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from graphnet.errors import GraphnetError
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.expression import Expression
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.types import Number

Bindings = dict[str, Value]


class Pattern(Expression):
    """A tree to match: a named variable, or an operation on patterns and numbers."""

    __slots__ = ("name", "op", "operands")

    def __init__(
        self, name: str = "", op: Op | None = None, operands: tuple[Pattern | Number, ...] = ()
    ) -> None:
        self.name = name
        self.op = op
        self.operands = operands

    def _apply(self, op: Op, *operands: Any) -> Pattern:
        return Pattern(op=op, operands=operands)

    def match(self, value: Value, bindings: Bindings) -> bool:
        """Whether ``value`` has this form; fills ``bindings`` with what the variables stand for.

        Operands of commutative operations match in either order.
        """
        if self.op is None:
            return bindings.setdefault(self.name, value) is value
        if value.op is not self.op:
            return False
        orders = [self.operands]
        if self.op.is_(Trait.COMMUTATIVE):
            orders.append(self.operands[::-1])
        for order in orders:
            attempt = dict(bindings)
            if _match_all(order, value.node.operands, attempt):
                bindings.update(attempt)
                return True
        return False

    def build(self, bindings: Bindings) -> Value:
        """Emit the expression with the variables replaced by what they stand for."""
        if self.op is None:
            return bindings[self.name]
        operands = [p.build(bindings) if isinstance(p, Pattern) else p for p in self.operands]
        built: Value = Builder.current().emit(self.op, *operands)
        return built

    def __repr__(self) -> str:
        if self.op is None:
            return self.name
        return f"{self.op}({', '.join(map(repr, self.operands))})"


def _match_all(
    patterns: Sequence[Pattern | Number], values: Sequence[Value], bindings: Bindings
) -> bool:
    if len(patterns) != len(values):
        return False
    return all(_match(p, v, bindings) for p, v in zip(patterns, values, strict=True))


def _match(pattern: Pattern | Number, value: Value, bindings: Bindings) -> bool:
    if isinstance(pattern, Pattern):
        return pattern.match(value, bindings)
    op = value.op
    return isinstance(op, Constant) and op.value == pattern


class Rule:
    """A pair of expressions: ``before`` may be replaced by ``after`` wherever types stay equal."""

    def __init__(self, name: str, before: Pattern, after: Pattern, doc: str = "") -> None:
        self.name = name
        self.before = before
        self.after = after
        self.__doc__ = doc

    def apply(self, value: Value) -> Value | None:
        """What replaces ``value``, or None where the rule does not fit."""
        bindings: Bindings = {}
        if not self.before.match(value, bindings):
            return None
        if self.after.op is None and bindings[self.after.name].type != value.type:
            return None
        try:
            replaced = self.after.build(bindings)
        except GraphnetError:  # operands of other shapes or dtypes than the rule was written for
            return None
        return replaced if replaced.type == value.type else None

    def __repr__(self) -> str:
        return f"<Rule {self.name}: {self.before!r} -> {self.after!r}>"


def rule(function: Callable[..., tuple[Pattern, Pattern]]) -> Rule:
    """Make a rule of a function from variables to (before, after)."""
    variables = [Pattern(name) for name in inspect.signature(function).parameters]
    before, after = function(*variables)
    return Rule(function.__name__, before, after, function.__doc__ or "")
