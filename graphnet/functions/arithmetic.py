"""Arithmetic of two tensors, or of a tensor and a number, element by element.

Shapes broadcast. Operands meet in one dtype by PyTorch's promotion rules, where a number never
promotes a tensor beyond the tensor's own kind. Each function is a ``Tensor`` method, too, and most
have an in-place form, which keeps the tensor's own dtype and shape.
"""

from __future__ import annotations

from typing import Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, GraphnetError
from graphnet.functions import return_types
from graphnet.functions.conversion import result_type
from graphnet.functions.early_forms import scale_first
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import (
    both_tensors,
    combine,
    number_tensor,
    require_tensor,
    with_tensor,
)
from graphnet.ir.op import Op
from graphnet.ir.types import Number
from graphnet.ops.arithmetic import (
    Add,
    Atan2,
    Copysign,
    Div,
    FloorDivide,
    Fmod,
    Gcd,
    Heaviside,
    Lcm,
    Mul,
    Nextafter,
    Remainder,
    Sub,
    TruncDivide,
)
from graphnet.ops.compare import LogicalAnd
from graphnet.ops.convert import Cast
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.power import Frexp, Hypot, Logaddexp, Logaddexp2, Pow, Xlogy

__all__ = [
    "add",
    "arctan2",
    "atan2",
    "copysign",
    "div",
    "divide",
    "float_power",
    "floor_divide",
    "fmod",
    "frexp",
    "gcd",
    "heaviside",
    "hypot",
    "lcm",
    "ldexp",
    "logaddexp",
    "logaddexp2",
    "mul",
    "multiply",
    "nextafter",
    "pow",
    "remainder",
    "rsub",
    "sub",
    "subtract",
    "true_divide",
    "xlogy",
]


class OptionError(GraphnetError, RuntimeError):
    """An option that is none of those there are."""


@inplace
@method
def add(input: Tensor | Number, other: Tensor | Number, *early: Any, alpha: Number = 1) -> Tensor:
    """``input + alpha * other``. Operands broadcast and meet in one dtype.

    Raises:
        DtypeError: (a RuntimeError) ``alpha`` is fractional and the operands are integers.

    >>> import graphnet as torch
    >>> torch.add(torch.tensor([1, 2]), torch.tensor([10, 20]), alpha=2)
    tensor([21, 42])
    """
    if early:
        alpha, other = scale_first("add", "alpha", (other, *early), ("other",))
    if alpha != 1 or isinstance(alpha, bool):
        other = _times_alpha("add", input, other, alpha)
    return _arithmetic(Add(), input, other)


@inplace("subtract")
@method("subtract")
def sub(input: Tensor | Number, other: Tensor | Number, *early: Any, alpha: Number = 1) -> Tensor:
    """``input - alpha * other``. Operands broadcast and meet in one dtype; booleans do not.

    Raises:
        DtypeError: (a RuntimeError) an operand is boolean, or ``alpha`` is fractional and the
            operands are integers.

    >>> import graphnet as torch
    >>> torch.sub(torch.tensor([5, 7]), 2)
    tensor([3, 5])
    """
    if early:
        alpha, other = scale_first("sub", "alpha", (other, *early), ("other",))
    if alpha != 1 or isinstance(alpha, bool):
        other = _times_alpha("sub", input, other, alpha)
    return _arithmetic(Sub(), input, other)


subtract = sub


@method
def rsub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """``other - alpha * input``."""
    subtrahend: Any = input
    if not isinstance(input, Tensor):
        return with_tensor(Sub(), input, other)
    if alpha != 1 or isinstance(alpha, bool):
        subtrahend = _times_alpha("rsub", other, input, alpha)
    return combine(Sub(), other, subtrahend)


def _times_alpha(function: str, input: Any, other: Any, alpha: Any) -> Any:
    """``alpha * other``, where the result's dtype can hold it."""
    dtype = result_type(input, other)
    if isinstance(alpha, bool) and dtype is not dtypes.bool:
        raise DtypeError(f"{function}: Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and is_integral(dtype):
        raise DtypeError(
            f"{function}: For integral input tensors, argument alpha must not be a floating point "
            f"number, but it is {alpha}"
        )
    if dtype is dtypes.bool:
        if not isinstance(other, Tensor):
            return bool(other) and bool(alpha)
        return combine(LogicalAnd(), other, bool(alpha))
    return other * alpha


def _arithmetic(op: Op, input: Any, other: Any) -> Tensor:
    """Apply an operation of two operands, each a tensor or a number; two numbers give a tensor.

    Raises:
        ArgumentError: an operand is neither.
    """
    if isinstance(input, Tensor) or isinstance(other, Tensor):
        return combine(op, input, other)
    for argument, position, value in (("input", 1, input), ("other", 2, other)):
        if not isinstance(value, (int, float, complex)):
            require_tensor(op.name, argument, value, position)
    return combine(op, number_tensor(input), other)


@inplace("multiply")
@method("multiply")
def mul(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input * other``. Operands broadcast and meet in one dtype.

    >>> import graphnet as torch
    >>> torch.mul(torch.tensor([1.0, 2.0]), 3)
    tensor([3., 6.])
    """
    return _arithmetic(Mul(), input, other)


multiply = mul


@inplace("divide")
@method("divide")
def div(
    input: Tensor | Number, other: Tensor | Number, *, rounding_mode: str | None = None
) -> Tensor:
    """``input / other``. Operands broadcast and meet in one dtype.

    Args:
        input: the dividend.
        other: the divisor.
        rounding_mode: None for the true quotient, which is floating point; ``"trunc"`` rounds it
            towards 0 and ``"floor"`` towards minus infinity, and integers stay integers.

    Raises:
        OptionError: (a RuntimeError) another rounding mode.
        DivisionError: (a RuntimeError) an integer is divided by zero, with rounding.

    >>> import graphnet as torch
    >>> torch.div(torch.tensor([7, -7]), 2)
    tensor([ 3.5000, -3.5000])
    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
    tensor([ 3, -3])
    """
    if rounding_mode not in _QUOTIENTS:
        raise OptionError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"{rounding_mode!r}"
        )
    return _arithmetic(_QUOTIENTS[rounding_mode], input, other)


divide = div


@inplace
@method
def true_divide(dividend: Tensor | Number, divisor: Tensor | Number) -> Tensor:
    """``dividend / divisor``, floating point."""
    return _arithmetic(Div(), dividend, divisor)


@inplace
@method
def floor_divide(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The quotient rounded towards minus infinity, as Python's ``//``.

    >>> import graphnet as torch
    >>> torch.floor_divide(torch.tensor([7, -7]), 2)
    tensor([ 3, -4])
    """
    return _arithmetic(FloorDivide(), input, other)


@inplace
@method
def remainder(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The remainder with the sign of the divisor, as Python's ``%``.

    >>> import graphnet as torch
    >>> torch.remainder(torch.tensor([-3, 3]), 2)
    tensor([1, 1])
    """
    return combine(Remainder(), input, other)


@inplace
@method
def fmod(input: Tensor, other: Tensor | Number) -> Tensor:
    """The remainder with the sign of the dividend, as C's ``fmod``.

    >>> import graphnet as torch
    >>> torch.fmod(torch.tensor([-3, 3]), 2)
    tensor([-1,  1])
    """
    return with_tensor(Fmod(), input, other)


@inplace
@method
def pow(input: Tensor | Number, exponent: Tensor | Number) -> Tensor:
    """``input ** exponent``; one of them may be a number.

    >>> import graphnet as torch
    >>> torch.pow(torch.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    return combine(Pow(), input, exponent)


@inplace
@method
def float_power(input: Tensor | Number, exponent: Tensor | Number) -> Tensor:
    """``input ** exponent`` in double precision.

    >>> import graphnet as torch
    >>> torch.float_power(torch.tensor([2, 3]), -1)
    tensor([0.5000, 0.3333], dtype=torch.float64)
    """
    is_complex = result_type(input, exponent).is_complex
    return combine(Pow(), _double(input, is_complex), _double(exponent, is_complex))


def _double(x: Any, is_complex: bool) -> Any:
    if isinstance(x, Tensor):
        return Cast(dtypes.complex128 if is_complex else dtypes.float64)(x)
    return x if isinstance(x, complex) else float(x)


@inplace("arctan2")
@method("arctan2")
def atan2(input: Tensor, other: Tensor) -> Tensor:
    """The angle of the point (``other``, ``input``), in radians, in (-pi, pi].

    >>> import graphnet as torch
    >>> torch.atan2(torch.tensor([1.0, -1.0]), torch.tensor([0.0, 0.0]))
    tensor([ 1.5708, -1.5708])
    """
    return both_tensors(Atan2(), input, other)


arctan2 = atan2


@inplace
@method
def hypot(input: Tensor, other: Tensor) -> Tensor:
    """The hypotenuse ``sqrt(input**2 + other**2)``, without overflow on the way.

    >>> import graphnet as torch
    >>> torch.hypot(torch.tensor([3.0]), torch.tensor([4.0]))
    tensor([5.])
    """
    return both_tensors(Hypot(), input, other)


@method
def logaddexp(input: Tensor, other: Tensor) -> Tensor:
    """``log(exp(input) + exp(other))``, without overflow on the way."""
    return both_tensors(Logaddexp(), input, other)


@method
def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """``log2(2**input + 2**other)``, without overflow on the way."""
    return both_tensors(Logaddexp2(), input, other)


@inplace
@method
def xlogy(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input * log(other)``, which is 0 where ``input`` is 0 and ``other`` not NaN.

    >>> import graphnet as torch
    >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]))
    tensor([0., 0.])
    """
    return combine(Xlogy(), input, other)


@inplace
@method
def copysign(input: Tensor, other: Tensor | Number) -> Tensor:
    """The magnitude of ``input`` with the sign of ``other``.

    >>> import graphnet as torch
    >>> torch.copysign(torch.tensor([1.0, 2.0]), -0.0)
    tensor([-1., -2.])
    """
    return with_tensor(Copysign(), input, other)


@inplace
@method
def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """0 where ``input`` is negative, 1 where it is positive, ``values`` where it is 0.

    >>> import graphnet as torch
    >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor([0.5]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return both_tensors(Heaviside(), input, values, second="values")


@inplace
@method
def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """The next representable number after ``input`` towards ``other``."""
    return both_tensors(Nextafter(), input, other)


@inplace
@method
def gcd(input: Tensor, other: Tensor) -> Tensor:
    """The greatest common divisor of integers.

    >>> import graphnet as torch
    >>> torch.gcd(torch.tensor([12, 18]), torch.tensor([8, 12]))
    tensor([4, 6])
    """
    return both_tensors(Gcd(), input, other)


@inplace
@method
def lcm(input: Tensor, other: Tensor) -> Tensor:
    """The least common multiple of integers.

    >>> import graphnet as torch
    >>> torch.lcm(torch.tensor([4, 6]), torch.tensor([6, 4]))
    tensor([12, 12])
    """
    return both_tensors(Lcm(), input, other)


@inplace
@method
def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """``input * 2**other``.

    >>> import graphnet as torch
    >>> torch.ldexp(torch.tensor([1.0]), torch.tensor([3]))
    tensor([8.])
    """
    x = require_tensor("ldexp", "input", input)
    return combine(Mul(), x, combine(Pow(), 2.0, require_tensor("ldexp", "other", other, 2)))


@method
def frexp(input: Tensor) -> return_types.frexp:
    """``mantissa * 2**exponent`` with mantissas from 1/2 up to 1, or 0: the inverse of ldexp.

    >>> import graphnet as torch
    >>> torch.frexp(torch.tensor([8.0])).exponent
    tensor([4], dtype=torch.int32)
    """
    return return_types.frexp(*Frexp()(require_tensor("frexp", "input", input)))


_QUOTIENTS: Final = {None: Div(), "trunc": TruncDivide(), "floor": FloorDivide()}

_OPERATORS: Final = {
    "__iadd__": "add_",
    "__isub__": "sub_",
    "__imul__": "mul_",
    "__itruediv__": "div_",
    "__ifloordiv__": "floor_divide_",
    "__imod__": "remainder_",
    "__ipow__": "pow_",
    "__rdiv__": "__rtruediv__",
}

for _operator, _method in _OPERATORS.items():
    setattr(Tensor, _operator, getattr(Tensor, _method))
