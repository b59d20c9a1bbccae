"""One vocabulary, three receivers: tensors, IR values and patterns."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

import graphnet as torch
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.expression import Expression
from graphnet.ir.node import Value
from graphnet.ir.patterns import Pattern
from graphnet.ir.types import TensorType

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "bitwise_and": operator.and_,
    "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor,
}
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": operator.neg,
    "abs": abs,
    "bitwise_not": operator.invert,
}
FLOATS = {"div", "pow", "matmul"}


def example(name: str) -> TensorType:
    """A type that the operation takes."""
    dtype = dtypes.float32 if name in FLOATS else dtypes.int64
    return TensorType(dtype, (2, 2) if name == "matmul" else (2,))


@pytest.mark.parametrize("name", [*BINARY, *COMPARED])
def test_two_values_make_a_node(name: str) -> None:
    function = (BINARY | COMPARED)[name]
    with Builder() as builder:
        x, y = (builder.input(example(name), label) for label in "xy")
        made = function(x, y)
    assert isinstance(made, Value)
    assert made.op.name == name
    assert made.node.operands == (x, y)


@pytest.mark.parametrize("name", [name for name in BINARY if name != "matmul"])
def test_a_number_on_the_left_is_the_first_operand(name: str) -> None:
    with Builder() as builder:
        x = builder.input(example(name), "x")
        made = BINARY[name](3, x)
    first, second = made.node.operands
    assert first.op.value == 3
    assert second is x


@pytest.mark.parametrize("name", UNARY)
def test_one_value_makes_a_node(name: str) -> None:
    with Builder() as builder:
        x = builder.input(example(name), "x")
        made = UNARY[name](x)
    assert made.op.name == name
    assert made.node.operands == (x,)


@pytest.mark.parametrize("name", [*BINARY, *COMPARED])
def test_patterns_make_patterns(name: str) -> None:
    x, y = Pattern("x"), Pattern("y")
    made = (BINARY | COMPARED)[name](x, y)
    assert isinstance(made, Pattern)
    assert made.op.name == name
    assert made.operands == (x, y)


@pytest.mark.parametrize("name", BINARY)
def test_a_number_on_the_left_of_a_pattern(name: str) -> None:
    x = Pattern("x")
    made = BINARY[name](3, x)
    assert made.op.name == name
    assert made.operands == (3, x)


@pytest.mark.parametrize("name", UNARY)
def test_one_pattern_makes_a_pattern(name: str) -> None:
    x = Pattern("x")
    assert UNARY[name](x).op.name == name


@pytest.mark.parametrize("name", [*BINARY, *COMPARED])
def test_tensors_make_tensors(name: str) -> None:
    function = (BINARY | COMPARED)[name]
    if name == "matmul":
        made = torch.tensor([[1.0, 2.0], [3.0, 4.0]]) @ torch.tensor([[1.0, 0.0], [0.0, 2.0]])
        assert made.tolist() == [[1.0, 4.0], [3.0, 8.0]]
        return
    x, y = torch.tensor([6, 7]), torch.tensor([2, 3])
    assert function(x, y).tolist() == pytest.approx([function(6, 2), function(7, 3)])
    assert function(9, y).tolist() == pytest.approx([function(9, 2), function(9, 3)])


@pytest.mark.parametrize("name", UNARY)
def test_one_tensor_makes_a_tensor(name: str) -> None:
    function = UNARY[name]
    assert function(torch.tensor([6, -7])).tolist() == [function(6), function(-7)]


def test_values_and_patterns_are_compared_by_identity() -> None:
    """They are keys of dictionaries, so equality cannot be an operation of theirs."""
    with Builder() as builder:
        x, y = (builder.input(TensorType(dtypes.float32), label) for label in "xy")
        assert (x == x, x == y, x != y) == (True, False, True)
        assert [node.op.name for node in builder.nodes] == ["input", "input"]
    assert Pattern("x") != Pattern("x")
    assert len({x: 1, y: 2}) == 2


def test_an_expression_must_say_what_applying_an_operation_does() -> None:
    with pytest.raises(NotImplementedError, match="Expression does not say how to apply add"):
        Expression() + 1
