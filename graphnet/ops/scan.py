"""Running products, log-sums and extremes along a dimension.

The running sum is in :mod:`graphnet.ops.reduce`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.elementwise import float_dtype
from graphnet.ops.index import zeros
from graphnet.ops.join import Cat
from graphnet.ops.math import Exp
from graphnet.ops.parts import Slice
from graphnet.ops.reduce import Flip
from graphnet.ops.scatter import ScatterAdd
from graphnet.ops.unsupported import require_real


def delayed(x: Value, dim: int, first: float) -> Value:
    """``x`` one place later along ``dim``: it starts with ``first`` and its last element drops."""
    length = x.shape[dim]
    start = Full((*x.shape[:dim], 1, *x.shape[dim + 1 :]), x.dtype)(first)
    moved: Value = Cat(dim)(start, Slice(dim, length - 1)(x, 0))
    return moved


@op("recurrence", Trait.AXES)
class Recurrence(Op):
    """``y[t] = a[t] * y[t - 1] + b[t]`` along ``dim``, from ``y[-1] = 0``; operands a and b.

    The gradients of running products and log-sums are such recurrences. Written so, they need no
    division, are exact at zeros and can be differentiated again.
    """

    dim: int

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        return TensorType(b.dtype, b.shape)

    def kernel(self, a: Any, b: Any) -> Any:
        out = np.array(b, order="C")
        factors, rows = np.moveaxis(np.asarray(a), self.dim, 0), np.moveaxis(out, self.dim, 0)
        for place in range(1, len(rows)):
            rows[place] += factors[place] * rows[place - 1]
        return out

    def vjp(self, g: Value, out: Value, a: Value, b: Value) -> Sequence[Value]:
        """The same recurrence from the other end."""
        flip = Flip((self.dim,))
        following = delayed(flip(a), self.dim, 0)
        to_b = flip(Recurrence(self.dim)(following, flip(g)))
        return to_b * delayed(out, self.dim, 0), to_b


def reverse_recurrence(a: Value, b: Value, dim: int) -> Value:
    """``y[t] = a[t + 1] * y[t + 1] + b[t]`` along ``dim``, from the end backwards."""
    flip = Flip((dim,))
    result: Value = flip(Recurrence(dim)(delayed(flip(a), dim, 0), flip(b)))
    return result


@op("cumprod", Trait.AXES)
class Cumprod(Op):
    """Running product along ``dim``; booleans and integers multiply to int64."""

    dim: int

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        return [dtypes.int64 if is_integral(x.dtype) else x.dtype]

    def infer(self, x: TensorType) -> TensorType:
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        return np.cumprod(x, axis=self.dim) if np.ndim(x) else np.array(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The product of those before, times what the gradients of those after add up to."""
        if not x.shape or not x.numel:
            return (g,)
        return (delayed(out, self.dim, 1) * reverse_recurrence(x, g, self.dim),)


@op("logcumsumexp", Trait.AXES)
class LogCumsumExp(Op):
    """Running ``log(sum(exp(x)))`` along ``dim``, without overflow."""

    grad_name = "LogcumsumexpBackward0"

    dim: int

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        return [float_dtype(x.dtype)]

    def infer(self, x: TensorType) -> TensorType:
        return TensorType(float_dtype(x.dtype), x.shape)

    def kernel(self, x: Any) -> Any:
        return np.logaddexp.accumulate(x, axis=self.dim) if np.ndim(x) else np.array(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``sum over i >= k of g[i] * exp(x[k] - out[i])``; no exponent is above 0."""
        if not x.shape or not x.numel:
            return (g,)
        empty = Equal()(out, float("-inf"))
        finite = Where()(empty, 0, out)
        decay = Where()(empty, 0, Exp()(delayed(out, self.dim, 0) - finite))
        sums = reverse_recurrence(decay, g, self.dim)
        return (Where()(empty, 0, Exp()(x - finite) * sums),)


class _CumExtreme(Op):
    """The extreme so far along ``dim``, and the index of the last element that equals it."""

    family_traits = frozenset({Trait.AXES})
    dim: int
    ufunc: ClassVar[np.ufunc]

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        require_real(self.name, [x])
        return TensorType(x.dtype, x.shape), TensorType(dtypes.int64, x.shape)

    def kernel(self, x: Any) -> Any:
        x = np.asarray(x)
        if not x.ndim:
            return np.array(x), np.int64(0)
        values = type(self).ufunc.accumulate(x, axis=self.dim)
        renewed = (x == values) | np.isnan(x)
        places = np.arange(x.shape[self.dim]).reshape((-1, *(1,) * (x.ndim - self.dim - 1)))
        return values, np.maximum.accumulate(np.where(renewed, places, 0), axis=self.dim)

    def vjp(
        self, g: Sequence[Value | None], out: Sequence[Value], x: Value
    ) -> Sequence[Value | None]:
        """Each gradient is added where its value came from."""
        values = g[0]
        if values is None or not x.shape:
            return (values,)
        return (ScatterAdd(self.dim)(zeros(x.shape, values.dtype), out[1], values),)


@op("cummax")
class Cummax(_CumExtreme):
    """The greatest element so far, and its index."""

    dim: int
    ufunc = np.maximum


@op("cummin")
class Cummin(_CumExtreme):
    """The smallest element so far, and its index."""

    dim: int
    ufunc = np.minimum
