"""Arithmetic of two operands, and the few operations of three built on it."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError, GraphnetError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Saves, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, NotEqual, Where
from graphnet.ops.dtype_rules import (
    FloatOnlyElementwise,
    IntegerElementwise,
    NumberElementwise,
    is_integral,
    require_float,
)
from graphnet.ops.elementwise import Elementwise, FloatElementwise
from graphnet.ops.index import zeros


class DivisionError(GraphnetError, RuntimeError):
    """An integer divided by zero."""


@op("add", Trait.COMMUTATIVE)
class Add(Elementwise):
    """Sum ``x + y``."""

    ufunc = np.add
    symbol = "+"

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Both operands receive the gradient unchanged."""
        return g, g


@op("sub")
class Sub(Elementwise):
    """Difference ``x - y``."""

    ufunc = np.subtract
    symbol = "-"

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch calls it another function if a tensor is taken from a number."""
        return "RsubBackward1" if operands[0].weak else self.grad_name

    def edges(self, operands: Sequence[Any]) -> Sequence[Any]:
        """There is none for the number that a tensor is taken from."""
        return operands[int(operands[0].type.weak) :]

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None] | None:
        """Operands meet in one dtype; booleans have no difference, as in numpy and PyTorch.

        Raises:
            DtypeError: an operand is boolean.
        """
        found = [operand.dtype is dtypes.bool for operand in operands]
        if any(found):
            which, instead = (
                ("two bool tensors", "Use the `^` or `logical_xor()` operator instead.")
                if all(found)
                else (
                    "a bool tensor",
                    "If you are trying to invert a mask, use the `~` or `logical_not()` operator "
                    "instead.",
                )
            )
            raise DtypeError(
                f"Subtraction, the `-` operator, with {which} is not supported. {instead}",
                cure="to count with it, cast first, as in `x.int()`",
            )
        return super().operand_dtypes(*operands)

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``g`` and ``-g``."""
        return g, -g


@op("mul", Trait.COMMUTATIVE)
class Mul(Elementwise):
    """Elementwise product ``x * y``."""

    ufunc = np.multiply
    symbol = "*"
    wide_numbers = True

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Each operand's gradient is scaled by the other."""
        return g * y, g * x


@op("div")
class Div(FloatElementwise):
    """True quotient ``x / y``; integers give floating point."""

    ufunc = np.true_divide
    symbol = "/"
    wide_numbers = True
    saves: ClassVar[Saves] = {0: (1,), 1: (0, 1)}

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``g / y`` and ``-g * x / y**2``, written with the quotient that is there."""
        gx = g / y
        return gx, -(gx * out)


class _WholeQuotient(NumberElementwise):
    """A quotient or remainder: integers are not divided by zero, floating-point numbers may be."""

    real_only = True
    function: ClassVar[Kernel]

    @classmethod
    def ufunc(cls, x: Any, y: Any) -> Any:
        """The function, once the divisors are known not to be zero.

        Raises:
            DivisionError: an integer is divided by zero.
        """
        if not np.all(y) and np.result_type(x, y).kind in "iu":
            raise DivisionError(
                f"{cls.name}: ZeroDivisionError: an integer is divided by zero",
                cure="cast to a floating-point dtype first: there x / 0 is inf or nan",
            )
        return cls.function(x, y)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The numpy function with ``out=`` where nothing needs to be checked."""
        function = type(self).function
        if is_integral(result.dtype) or not isinstance(function, np.ufunc):
            return None
        return lambda out, x, y: function(x, y, out=out)


class _RoundedQuotient(_WholeQuotient):
    """A quotient in steps: its gradient is zero."""

    grad_name = "DivBackward2"

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """Zero everywhere."""
        zero = zeros(out.shape, g.dtype)
        return zero, zero


@op("floor_divide")
class FloorDivide(_RoundedQuotient):
    """Quotient rounded towards minus infinity."""

    function = np.floor_divide


@op("trunc_divide")
class TruncDivide(_RoundedQuotient):
    """Quotient rounded towards zero."""

    @staticmethod
    def function(x: Any, y: Any) -> Any:
        """Truncate the quotient; integers stay exact."""
        if np.result_type(x, y).kind in "iu":
            quotient = np.floor_divide(x, y)
            return quotient + ((quotient < 0) & (quotient * y != x))
        return np.trunc(np.true_divide(x, y))


class _Rest(_WholeQuotient):
    """What a division leaves."""

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch numbers the form with a divisor that is a tensor 1."""
        return f"{type(self).__name__}Backward{int(not operands[1].weak)}"


@op("remainder")
class Remainder(_Rest):
    """Remainder with the sign of the divisor, as Python's ``%``."""

    function = np.remainder

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``x % y = x - floor(x / y) * y``."""
        return g, -(g * (x // y))


@op("fmod")
class Fmod(_Rest):
    """Remainder with the sign of the dividend, as C's ``fmod``."""

    function = np.fmod

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """``fmod(x, y) = x - trunc(x / y) * y``."""
        return g, -(g * TruncDivide()(x, y))


@op("atan2")
class Atan2(FloatElementwise):
    """Angle of the point ``(y, x)``, first operand ``y``."""

    real_only = True
    ufunc = np.arctan2

    def vjp(self, g: Value, out: Value, y: Value, x: Value) -> Sequence[Value]:
        """``x / (x**2 + y**2)`` and ``-y / (x**2 + y**2)``; 0 at the origin."""
        square = x * x + y * y
        scaled = Where()(Equal()(square, 0), 0, g / square)
        return scaled * x, -(scaled * y)


class _Extremum(Elementwise):
    """The greater or smaller operand; where both are equal each receives half the gradient."""

    real_only = True
    saves: ClassVar[Saves] = {0: (0, 1), 1: (0, 1)}

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """The gradient goes to the operand that was chosen."""
        halved = Where()(Equal()(x, y), g / 2, g)
        gx = Where()(Equal()(out, x), halved, 0)
        gy = Where()(Equal()(out, y), halved, 0)
        return gx, gy


@op("maximum", Trait.COMMUTATIVE)
class Maximum(_Extremum):
    """The greater of two; NaN if either is."""

    ufunc = np.maximum


@op("minimum", Trait.COMMUTATIVE)
class Minimum(_Extremum):
    """The smaller of two; NaN if either is."""

    ufunc = np.minimum


class _NanIgnoringExtremum(Elementwise):
    """The greater or smaller operand; a NaN loses against a number."""

    real_only = True
    wins: ClassVar[Kernel]

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """The gradient goes to the operand that was chosen, the first of equals."""
        first = type(self).wins(x, y) | NotEqual()(y, y)
        return Where()(first, g, 0), Where()(first, 0, g)


@op("fmax", Trait.COMMUTATIVE)
class Fmax(_NanIgnoringExtremum):
    """The greater of two; of a number and NaN the number."""

    ufunc = np.fmax
    wins = operator.ge


@op("fmin", Trait.COMMUTATIVE)
class Fmin(_NanIgnoringExtremum):
    """The smaller of two; of a number and NaN the number."""

    ufunc = np.fmin
    wins = operator.le


@op("copysign")
class Copysign(FloatElementwise):
    """The magnitude of ``x`` with the sign of ``y``."""

    real_only = True
    ufunc = np.copysign

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value | None]:
        """1 where the signs agree, -1 where they do not, 0 at 0; the sign has no influence."""
        ratio = Where()(Equal()(x, 0), 0, out / x)
        return g * ratio, zeros(y.shape, g.dtype)


@op("heaviside", Trait.NOT_DIFFERENTIABLE)
class Heaviside(Elementwise):
    """0 for negative ``x``, 1 for positive, ``y`` at 0."""

    real_only = True

    @staticmethod
    def ufunc(x: Any, y: Any) -> Any:
        """A NaN counts as not positive, as in PyTorch."""
        return np.where(np.equal(x, 0), y, np.greater(x, 0))

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast and must have one dtype.

        Raises:
            DtypeError: they have not.
        """
        x, y = operands
        if x.dtype is not y.dtype:
            raise DtypeError(
                "heaviside is not yet implemented for tensors with different dtypes: "
                f"{x.dtype} and {y.dtype}.",
                cure=f"cast the values, as in `values.to({x.dtype})`",
            )
        return super().infer(*operands)

    def operand_dtypes(self, *operands: TensorType) -> None:
        """No promotion."""
        return


@op("nextafter")
class Nextafter(FloatOnlyElementwise):
    """The next representable number after ``x`` towards ``y``."""

    real_only = True
    ufunc = np.nextafter

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """1 where it moved, and nothing to what it moved towards."""
        return Where()(Equal()(x, y), 0, g), zeros(out.shape, g.dtype)


@op("gcd", Trait.COMMUTATIVE, Trait.NOT_DIFFERENTIABLE)
class Gcd(IntegerElementwise):
    """Greatest common divisor."""

    ufunc = np.gcd


@op("lcm", Trait.COMMUTATIVE, Trait.NOT_DIFFERENTIABLE)
class Lcm(IntegerElementwise):
    """Least common multiple."""

    ufunc = np.lcm


@op("lerp")
class Lerp(FloatOnlyElementwise):
    """Linear interpolation ``start + weight * (end - start)``."""

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch numbers the form with a weight that is a tensor 1."""
        return f"LerpBackward{int(not operands[2].weak)}"

    @staticmethod
    def ufunc(start: Any, end: Any, weight: Any) -> Any:
        """From the nearer end, so that weights 0 and 1 give the ends exactly."""
        difference = np.subtract(end, start)
        near_start = np.less(np.absolute(weight), 0.5)
        if np.ndim(near_start) == 0:
            if near_start:
                return start + weight * difference
            return end - difference * (1 - weight)
        return np.where(near_start, start + weight * difference, end - difference * (1 - weight))

    def operand_dtypes(self, *operands: TensorType) -> None:
        """No promotion."""
        return

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast and must have one dtype.

        Raises:
            DtypeError: they have not.
            UnsupportedDtypeError: it is not floating point.
        """
        start = operands[0]
        require_float(self.name, [start])
        for name, other in zip(("end", "weight"), operands[1:], strict=True):
            if not other.weak and other.dtype is not start.dtype:
                raise DtypeError(
                    f"lerp: expected dtype {start.dtype} for `{name}` but got dtype {other.dtype}",
                    cure=f"cast it, as in `{name}.to({start.dtype})`",
                )
        return super().infer(*operands)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """``1 - weight``, ``weight`` and ``end - start``."""
        start, end, weight = operands
        return g * (1 - weight), g * weight, g * (end - start)
