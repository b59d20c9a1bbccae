"""Operations are declared once, interned, and compared by identity."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet import dtypes
from graphnet.ir.core_ops import Constant
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op, op_class, operations, singletons
from graphnet.ops.arithmetic import Add, Sub
from graphnet.ops.create import Full
from graphnet.ops.reduce import Sum


def test_equal_attributes_are_one_object() -> None:
    assert Add() is Add() is singletons["add"]
    assert Sum((0,), False) is Sum((0,)) is Sum(dims=(0,), keepdim=False)
    assert Sum((0,)) is not Sum((1,))


@given(
    st.one_of(st.booleans(), st.integers(-3, 3), st.floats(), st.complex_numbers()),
    st.one_of(st.booleans(), st.integers(-3, 3), st.floats(), st.complex_numbers()),
)
def test_constants_are_one_object_if_they_are_the_same_number_of_the_same_kind(
    one: complex, other: complex
) -> None:
    same = type(one) is type(other) and repr(one) == repr(other)
    assert (Constant(one) is Constant(other)) is same


def test_numbers_that_compare_equal_are_kept_apart() -> None:
    assert len({Constant(1), Constant(1.0), Constant(True), Constant(1 + 0j)}) == 4
    assert Constant(0.0) is not Constant(-0.0)
    assert Constant(float("nan")) is Constant(float("nan"))
    assert Constant(1, dtypes.int8) is not Constant(1)


@pytest.mark.parametrize("made", [Add(), Sum((0, 1), True), Full((2,), dtypes.float32)])
def test_copies_are_the_same_object(made: Op) -> None:
    assert pickle.loads(pickle.dumps(made)) is made
    assert copy.copy(made) is made
    assert copy.deepcopy(made) is made


def test_an_operation_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Sum((0,)).dims = (1,)  # type: ignore[misc]


def test_traits_of_the_family_and_its_own() -> None:
    assert Add().is_(Trait.COMMUTATIVE)
    assert Add().is_(Trait.ELEMENTWISE)
    assert Sub().is_(Trait.ELEMENTWISE)
    assert not Sub().is_(Trait.COMMUTATIVE)


def test_attributes_and_text() -> None:
    assert Sum((0,)).attributes == {"dims": (0,), "keepdim": False}
    assert str(Sum((0,))) == "sum{dims=(0,), keepdim=False}"
    assert str(Add()) == "add"
    assert Add().grad_name == "AddBackward0"


def test_the_registry_finds_classes_by_name() -> None:
    assert op_class("sum") is Sum
    assert set(singletons) <= set(operations)
    assert all(cls.name == name for name, cls in operations.items())


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="operation 'add' is declared twice"):
        op("add")(type("Again", (Op,), {}))
    assert operations["add"] is Add


def test_no_operation_has_the_name_of_an_element_type() -> None:
    """The text of a graph would be ambiguous."""
    shorts = {"bool", "u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64", "c64", "c128"}
    assert not shorts & set(operations)


def test_every_operation_is_documented() -> None:
    assert [name for name, cls in operations.items() if not (cls.__doc__ or "").strip()] == []


def test_an_operation_without_gradient_rule_says_so() -> None:
    with pytest.raises(NotImplementedError, match="full has no gradient rule"):
        Full((), dtypes.float32).vjp(None, None)
