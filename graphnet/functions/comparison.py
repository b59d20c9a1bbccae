"""Comparison, logic and bits, element by element; tests of whole tensors.

Shapes broadcast. Each function is a ``Tensor`` method, too. Comparisons give booleans.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError, DtypeError, GraphnetError
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import both_tensors, combine, each, require_tensor, with_tensor
from graphnet.ir.types import Number
from graphnet.ops.compare import (
    BitwiseAnd,
    BitwiseLeftShift,
    BitwiseNot,
    BitwiseOr,
    BitwiseRightShift,
    BitwiseXor,
    Equal,
    Greater,
    GreaterEqual,
    IsFinite,
    IsInf,
    IsNan,
    Less,
    LessEqual,
    LogicalAnd,
    LogicalNot,
    LogicalOr,
    LogicalXor,
    NotEqual,
)
from graphnet.ops.complex import Imag
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.math import Signbit
from graphnet.ops.reduce import AllTrue
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "allclose",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "eq",
    "equal",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "le",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "ne",
    "not_equal",
    "signbit",
]


class ToleranceError(GraphnetError, RuntimeError):
    """A tolerance below zero."""


@inplace
@method
def eq(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether ``input == other``.

    >>> import graphnet as torch
    >>> torch.eq(torch.tensor([1, 2]), torch.tensor([1, 3]))
    tensor([ True, False])
    """
    return with_tensor(Equal(), input, other)


@inplace("not_equal")
@method("not_equal")
def ne(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether ``input != other``."""
    return with_tensor(NotEqual(), input, other)


not_equal = ne


@inplace("less")
@method("less")
def lt(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether ``input < other``."""
    return with_tensor(Less(), input, other)


less = lt


@inplace("less_equal")
@method("less_equal")
def le(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether ``input <= other``."""
    return with_tensor(LessEqual(), input, other)


less_equal = le


@inplace("greater")
@method("greater")
def gt(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether ``input > other``."""
    return with_tensor(Greater(), input, other)


greater = gt


@inplace("greater_equal")
@method("greater_equal")
def ge(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether ``input >= other``."""
    return with_tensor(GreaterEqual(), input, other)


greater_equal = ge


@inplace
@method
def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Whether both are true, which is: not zero.

    >>> import graphnet as torch
    >>> torch.logical_and(torch.tensor([1, 0]), torch.tensor([2, 3]))
    tensor([ True, False])
    """
    return both_tensors(LogicalAnd(), input, other)


@inplace
@method
def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Whether at least one is true."""
    return both_tensors(LogicalOr(), input, other)


@inplace
@method
def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """Whether exactly one is true."""
    return both_tensors(LogicalXor(), input, other)


@inplace
@method
def logical_not(input: Tensor) -> Tensor:
    """Whether it is false, which is: zero."""
    return each(LogicalNot(), input)


@inplace
@method
def bitwise_and(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The bits set in both; of booleans, whether both are true.

    >>> import graphnet as torch
    >>> torch.bitwise_and(torch.tensor([6, 3]), 2)
    tensor([2, 2])
    """
    return combine(BitwiseAnd(), input, other)


@inplace
@method
def bitwise_or(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The bits set in at least one."""
    return combine(BitwiseOr(), input, other)


@inplace
@method
def bitwise_xor(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The bits set in exactly one."""
    return combine(BitwiseXor(), input, other)


@inplace
@method
def bitwise_left_shift(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The bits moved up by ``other`` places.

    >>> import graphnet as torch
    >>> torch.bitwise_left_shift(torch.tensor([1, 3]), 2)
    tensor([ 4, 12])
    """
    return combine(BitwiseLeftShift(), input, other)


@inplace
@method
def bitwise_right_shift(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The bits moved down by ``other`` places; the sign stays."""
    return combine(BitwiseRightShift(), input, other)


@inplace
@method
def bitwise_not(input: Tensor) -> Tensor:
    """Every bit turned over; of booleans, the opposite.

    >>> import graphnet as torch
    >>> torch.bitwise_not(torch.tensor([0, 5]))
    tensor([-1, -6])
    """
    return each(BitwiseNot(), input)


@method
def isnan(input: Tensor) -> Tensor:
    """Whether it is not a number.

    >>> import graphnet as torch
    >>> torch.isnan(torch.tensor([1.0, float('nan')]))
    tensor([False,  True])
    """
    return each(IsNan(), input)


@method
def isinf(input: Tensor) -> Tensor:
    """Whether it is infinite."""
    return each(IsInf(), input)


@method
def isfinite(input: Tensor) -> Tensor:
    """Whether it is neither infinite nor NaN."""
    return each(IsFinite(), input)


@method
def signbit(input: Tensor) -> Tensor:
    """Whether its sign bit is set: negative numbers and -0.0."""
    return each(Signbit(), input)


@method("__invert__")
def _invert(self: Tensor) -> Tensor:
    """``~x``: as :func:`bitwise_not`."""
    if not is_integral(self.dtype):
        raise ArgumentError(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors",
            cure=f"cast the tensor first: it is {self.dtype}",
        )
    return bitwise_not(self)


@method
def isposinf(input: Tensor) -> Tensor:
    """Whether it is infinity."""
    return with_tensor(Equal(), require_tensor("isposinf", "input", input), math.inf)


@method
def isneginf(input: Tensor) -> Tensor:
    """Whether it is minus infinity."""
    return with_tensor(Equal(), require_tensor("isneginf", "input", input), -math.inf)


@method
def isreal(input: Tensor) -> Tensor:
    """Whether it has no imaginary part: true of every real number."""
    if input.dtype.is_complex:
        whole: Tensor = Equal()(Imag()(input), 0)
        return whole
    made: Tensor = apply(Full(tuple(input.shape), dtypes.bool), True)
    return made


@method
def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Tensor:
    """Whether ``abs(input - other) <= atol + rtol * abs(other)``.

    Args:
        input, other: tensors of one dtype; shapes broadcast.
        rtol: the relative tolerance.
        atol: the absolute tolerance.
        equal_nan: whether NaN is close to NaN.

    Raises:
        DtypeError: (a RuntimeError) the dtypes differ.
        ToleranceError: (a RuntimeError) a tolerance is negative.

    >>> import graphnet as torch
    >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0000001, 2.1]))
    tensor([ True, False])
    """
    require_tensor("isclose", "input", input)
    if input.dtype is not require_tensor("isclose", "other", other, 2).dtype:
        raise DtypeError(
            f"isclose: {SCALAR_TYPE_NAMES[input.dtype]} did not match "
            f"{SCALAR_TYPE_NAMES[other.dtype]}",
            cure=f"cast one of them, as in `other.to({input.dtype})`",
        )
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise ToleranceError(
                f"{name} must be greater than or equal to zero, but got {tolerance}"
            )
    close = eq(input, other)
    if equal_nan and not is_integral(input.dtype):
        close = close | (isnan(input) & isnan(other))
    if is_integral(input.dtype):
        input, other = Cast(dtypes.float64)(input), Cast(dtypes.float64)(other)
    distance = abs(input - other)
    within: Tensor = close | (isfinite(distance) & (distance <= abs(other) * rtol + atol))
    return within


@method
def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Whether :func:`isclose` holds everywhere. Looks at the tensors.

    >>> import graphnet as torch
    >>> torch.allclose(torch.tensor([1.0]), torch.tensor([1.0 + 1e-9]))
    True
    """
    return _everywhere(isclose(input, other, rtol, atol, equal_nan))


@method
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and the same elements. Looks at the tensors.

    >>> import graphnet as torch
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True
    """
    second = require_tensor("equal", "other", other, 2)
    same_shape = require_tensor("equal", "input", input).shape == second.shape
    return same_shape and _everywhere(eq(input, second))


def _everywhere(found: Tensor) -> bool:
    reduced: Tensor = AllTrue(tuple(range(found.dim())))(found)
    return bool(reduced.item())


_OPERATORS: Final = {
    "__lshift__": "bitwise_left_shift",
    "__rshift__": "bitwise_right_shift",
    "__iand__": "bitwise_and_",
    "__ior__": "bitwise_or_",
    "__ixor__": "bitwise_xor_",
    "__ilshift__": "bitwise_left_shift_",
    "__irshift__": "bitwise_right_shift_",
}

for _operator, _method in _OPERATORS.items():
    setattr(Tensor, _operator, getattr(Tensor, _method))


def _reflected(function: Callable[[Any, Any], Tensor]) -> Callable[[Tensor, Any], Tensor]:
    return lambda self, other: function(other, self)


Tensor.__rlshift__ = _reflected(bitwise_left_shift)  # type: ignore[attr-defined]  # attached here
Tensor.__rrshift__ = _reflected(bitwise_right_shift)  # type: ignore[attr-defined]
