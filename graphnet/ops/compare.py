"""Comparison, logic, and choice between two tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.core_ops import weak_dtype
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import IntegerElementwise, is_integral
from graphnet.ops.elementwise import Elementwise, Predicate, broadcast_shapes, casts, promoted
from graphnet.ops.masking import choose, choosing_pays
from graphnet.ops.unsupported import refuse


@op("eq", Trait.COMMUTATIVE, Trait.STORED)
class Equal(Predicate):
    """Whether ``x == y``."""

    ufunc = np.equal


@op("ne", Trait.COMMUTATIVE, Trait.STORED)
class NotEqual(Predicate):
    """Whether ``x != y``."""

    ufunc = np.not_equal


@op("lt")
class Less(Predicate):
    """Whether ``x < y``."""

    real_only = True
    ufunc = np.less


@op("le")
class LessEqual(Predicate):
    """Whether ``x <= y``."""

    real_only = True
    ufunc = np.less_equal


@op("gt")
class Greater(Predicate):
    """Whether ``x > y``."""

    real_only = True
    ufunc = np.greater


@op("ge")
class GreaterEqual(Predicate):
    """Whether ``x >= y``."""

    real_only = True
    ufunc = np.greater_equal


@op("logical_and", Trait.COMMUTATIVE)
class LogicalAnd(Predicate):
    """Whether both are true (not zero)."""

    ufunc = np.logical_and


@op("logical_or", Trait.COMMUTATIVE)
class LogicalOr(Predicate):
    """Whether at least one is true."""

    ufunc = np.logical_or


@op("logical_xor", Trait.COMMUTATIVE)
class LogicalXor(Predicate):
    """Whether exactly one is true."""

    ufunc = np.logical_xor


@op("logical_not")
class LogicalNot(Predicate):
    """Whether ``x`` is false."""

    ufunc = np.logical_not


@op("isnan", Trait.STORED)
class IsNan(Predicate):
    """Whether ``x`` is not a number."""

    ufunc = np.isnan


@op("isinf")
class IsInf(Predicate):
    """Whether ``x`` is infinite."""

    ufunc = np.isinf


@op("isfinite")
class IsFinite(Predicate):
    """Whether ``x`` is neither infinite nor NaN."""

    ufunc = np.isfinite


class _Bitwise(Elementwise):
    """Bits of integers, or logic of booleans."""

    family_traits = frozenset({Trait.ELEMENTWISE, Trait.NOT_DIFFERENTIABLE})

    def infer(self, *operands: TensorType) -> TensorType:
        """Floating-point numbers have no bits to work on.

        Raises:
            UnsupportedDtypeError: the operands meet in a floating-point dtype.
        """
        dtype = promoted(operands)
        if not is_integral(dtype):
            raise refuse(self.name, dtype, "compare first, or cast to an integer or bool dtype")
        return super().infer(*operands)


@op("bitwise_and", Trait.COMMUTATIVE)
class BitwiseAnd(_Bitwise):
    """``x & y``."""

    ufunc = np.bitwise_and


@op("bitwise_or", Trait.COMMUTATIVE)
class BitwiseOr(_Bitwise):
    """``x | y``."""

    ufunc = np.bitwise_or


@op("bitwise_xor", Trait.COMMUTATIVE)
class BitwiseXor(_Bitwise):
    """``x ^ y``."""

    ufunc = np.bitwise_xor


@op("bitwise_not")
class BitwiseNot(_Bitwise):
    """``~x``."""

    ufunc = np.invert


@op("bitwise_left_shift", Trait.NOT_DIFFERENTIABLE)
class BitwiseLeftShift(IntegerElementwise):
    """``x << y``."""

    ufunc = np.left_shift


@op("bitwise_right_shift", Trait.NOT_DIFFERENTIABLE)
class BitwiseRightShift(IntegerElementwise):
    """``x >> y``."""

    ufunc = np.right_shift


_ARRAY = (np.ndarray, np.generic)


@op("where", Trait.ELEMENTWISE, Trait.STORED)
class Where(Op):
    """``x`` where the condition holds, ``y`` elsewhere."""

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None]:
        """The condition is boolean; the choices meet in one dtype."""
        choices = operands[1:]
        return [dtypes.bool, *casts(choices, promoted(choices))]

    def infer(self, *operands: TensorType) -> TensorType:
        """All three operands broadcast."""
        return TensorType(promoted(operands[1:]), broadcast_shapes(self.name, operands))

    def kernel(self, *arrays: Any) -> Any:
        """``np.where``; two Python numbers meet in the dtype that was inferred for them."""
        condition, x, y = arrays
        if not isinstance(x, _ARRAY) and not isinstance(y, _ARRAY):
            numbers = [TensorType(weak_dtype(number), weak=True) for number in (x, y)]
            x = promoted(numbers).numpy.type(x)
        return np.where(condition, x, y)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """Bit by bit, where there is much to choose."""
        if not choosing_pays(result.dtype.numpy, result.numel):
            return None
        return lambda out, condition, x, y: choose(condition, x, y, out)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """The gradient goes to the operand that was chosen."""
        condition = operands[0]
        return None, Where()(condition, g, 0), Where()(condition, 0, g)
