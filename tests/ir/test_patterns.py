"""Rewrite rules: what they match, what they bind, and what they refuse."""

from __future__ import annotations

import pytest

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.node import Node, Value
from graphnet.ir.patterns import Bindings, Pattern, rule
from graphnet.ir.registry import singletons
from graphnet.ir.types import TensorType
from graphnet.ops.math import Exp, Log

F32 = dtypes.float32


@rule
def times_one(x):
    """A factor of one changes nothing."""
    return x * 1, x


@rule
def log_of_exp(x):
    return Log()(Exp()(x)), x


@rule
def same_factor(x, y, z):
    return x * y + x * z, x * (y + z)


@rule
def doubled(x):
    return x + x, x * 2


@pytest.fixture
def builder() -> Builder:
    with Builder() as builder:
        yield builder


def vector(builder: Builder, name: str, dtype: dtypes.dtype = F32, size: int = 3) -> Value:
    return builder.input(TensorType(dtype, (size,)), name)


def test_a_rule_replaces_what_it_matches(builder: Builder) -> None:
    x = vector(builder, "x")
    assert times_one.apply(x * 1) is x
    assert log_of_exp.apply(Log()(Exp()(x))) is x


def test_a_rule_leaves_what_it_does_not_match(builder: Builder) -> None:
    x = vector(builder, "x")
    assert times_one.apply(x * 2) is None
    assert times_one.apply(x + 1) is None
    assert times_one.apply(x) is None
    assert log_of_exp.apply(Exp()(Log()(x))) is None


def test_commutative_operations_match_in_either_order(builder: Builder) -> None:
    x = vector(builder, "x")
    assert times_one.apply(1 * x) is x


def test_others_do_not(builder: Builder) -> None:
    @rule
    def over_one(x):
        return x / 1, x

    x = vector(builder, "x")
    assert over_one.apply(x / 1) is x
    assert over_one.apply(1 / x) is None


def test_a_variable_that_occurs_twice_must_be_the_same_value(builder: Builder) -> None:
    x, y = vector(builder, "x"), vector(builder, "y")
    found = doubled.apply(x + x)
    assert found is not None
    assert found.op is singletons["mul"]
    assert found.node.operands[0] is x
    assert found.node.operands[1].op is Constant(2)
    assert doubled.apply(x + y) is None


def test_a_failed_order_leaves_no_bindings_behind(builder: Builder) -> None:
    x, y, z = (vector(builder, name) for name in "xyz")
    found = same_factor.apply(x * y + x * z)
    assert found is not None
    outer, inner = found.node.operands
    assert outer is x
    assert inner.node.operands == (y, z)
    bindings: Bindings = {}
    assert not same_factor.before.match(x * y + Exp()(x), bindings)
    assert bindings == {}


def test_a_promotion_stays(builder: Builder) -> None:
    n = vector(builder, "n", dtypes.int64)
    assert times_one.apply(n * 1) is n
    found = times_one.apply(n * 1.0)
    assert found is not None
    assert (found.op.name, found.type) == ("cast", TensorType(F32, (3,)))


def test_a_replacement_of_another_shape_is_refused(builder: Builder) -> None:
    @rule
    def first(x, y):
        return x - y, x

    x, y = vector(builder, "x"), vector(builder, "y", size=1)
    assert first.apply(x - y) is x
    assert first.apply(y - x) is None


def test_built_replacements_of_another_type_are_refused(builder: Builder) -> None:
    @rule
    def halved(x):
        return x * 2, x / 2

    n = vector(builder, "n", dtypes.int64)
    assert halved.apply(n * 2) is None  # the quotient is floating point


def test_a_number_is_matched_by_value(builder: Builder) -> None:
    x = vector(builder, "x")
    typed = builder.add(Node(Constant(1.0, F32), (), (TensorType(F32),))).result
    assert times_one.apply(x * 1.0) is x
    assert times_one.apply(x * typed) is x


def test_rules_tell_what_they_are() -> None:
    assert times_one.__doc__ == "A factor of one changes nothing."
    assert repr(times_one) == "<Rule times_one: mul(x, 1) -> x>"
    assert repr(log_of_exp) == "<Rule log_of_exp: log(exp(x)) -> x>"


def test_a_pattern_builds_what_it_says(builder: Builder) -> None:
    x = vector(builder, "x")
    pattern = Pattern("x") * 2 + Pattern("x")
    built = pattern.build({"x": x})
    assert built.op is singletons["add"]
    assert built.node.operands[1] is x
    assert pattern.match(built, {})
