"""Variance, norms and the logarithm of a sum of exponentials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, NotEqual, Where
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.elementwise import float_dtype
from graphnet.ops.index import zeros
from graphnet.ops.math import Abs, Exp, Sign
from graphnet.ops.reduce import Dims, Mean, Reduction, Sum, accumulate


class _Spread(Reduction):
    """A measure of spread around the mean.

    The sum of squares is divided by the number of elements less ``correction``, at least 0.
    """

    dims: Dims
    keepdim: bool
    correction: float

    def infer(self, x: TensorType) -> TensorType:
        """The dimensions reduced over go, or get size 1.

        Raises:
            UnsupportedDtypeError: the operand is not floating point.
        """
        require_float(self.name, [x])
        return super().infer(x)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> None:
        """The kernel makes its own arrays."""
        return

    def freedom(self, shape: tuple[int, ...]) -> float:
        """The degrees of freedom: what the sum of squares is divided by."""
        return max(math.prod(shape[d] for d in self.dims) - self.correction, 0)

    def variance(self, x: Any) -> Any:
        """The variance, in single precision or better."""
        wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
        count = math.prod(x.shape[d] for d in self.dims)
        total = accumulate(np.add, wide, axis=self.dims, keepdims=True)
        off = np.subtract(wide, np.true_divide(total, count, dtype=wide.dtype))
        squares = accumulate(np.add, np.square(off), axis=self.dims, keepdims=self.keepdim)
        return np.true_divide(squares, self.freedom(x.shape), dtype=wide.dtype)

    def from_variance(self, g: Value, x: Value) -> Value:
        """The gradient of ``x`` given that of the variance."""
        freedom = self.freedom(x.shape)
        off = x - Mean(self.dims, True)(x)
        gradient: Value = self.spread(g, x) * off * (2 / freedom if freedom else math.inf)
        return gradient


@op("var")
class Var(_Spread):
    """Variance."""

    dims: Dims
    keepdim: bool = False
    correction: float = 1

    def kernel(self, x: Any) -> Any:
        """The mean square of the distance from the mean."""
        return self.variance(x).astype(x.dtype, copy=False)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Twice the distance from the mean, by the degrees of freedom."""
        return (self.from_variance(g, x),)


@op("std")
class Std(_Spread):
    """Standard deviation."""

    dims: Dims
    keepdim: bool = False
    correction: float = 1

    def kernel(self, x: Any) -> Any:
        """The root of the variance."""
        return np.sqrt(self.variance(x)).astype(x.dtype, copy=False)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Through the variance; 0 where the deviation is 0."""
        to_variance = Where()(Equal()(out, 0), 0, g / (out * 2))
        return (self.from_variance(to_variance, x),)


# How many bytes PyTorch adds up at once.
_LANES = 32


def _sum_of_squares(flat: Any) -> Any:
    """The squares of a vector's elements, added up in the order in which PyTorch adds them.

    Every eighth number (or fourth, of doubles) goes to one of as many sums. They are so long that
    their rounding shows: in the fifth digit, for some hundred thousand numbers. Gradients are
    scaled by such norms, and small differences in them grow, so that an exact sum would not do.
    """
    lanes = _LANES // flat.itemsize
    whole = flat.size - flat.size % lanes
    rows, rest = flat[:whole].reshape(-1, lanes), flat[whole:]
    sums = np.einsum("ij,ij->j", rows, rows)
    return np.add.accumulate(np.concatenate((sums, rest * rest)))[-1]


@op("linalg_vector_norm")
class LinalgVectorNorm(Reduction):
    """The norm of order ``ord`` of the elements along ``dims``.

    ``(sum |x|**ord)**(1/ord)``; for ``inf`` the greatest and for ``-inf`` the smallest magnitude;
    for 0 the number of elements that are not 0.
    """

    dims: Dims
    keepdim: bool = False
    ord: float = 2.0

    def infer(self, x: TensorType) -> TensorType:
        """The dimensions reduced over go, or get size 1.

        Raises:
            UnsupportedDtypeError: the operand is not floating point.
        """
        require_float(self.name, [x])
        return super().infer(x)

    def kernel(self, x: Any) -> Any:
        """Order 2 by a sum of squares, the others by their definition."""
        where: dict[str, Any] = {"axis": self.dims, "keepdims": self.keepdim}
        if self.ord == 2:
            return self._euclidean(x)
        size = np.absolute(x)
        if self.ord == 1:
            return accumulate(np.add, size, **where)
        if math.isinf(self.ord):
            # A norm is not negative, so 0 is what nothing has.
            if self.ord > 0:
                return accumulate(np.maximum, size, **where, initial=0)
            return accumulate(np.minimum, size, **where)
        if self.ord == 0:
            return np.add.reduce(size != 0, dtype=np.int64, **where).astype(x.dtype)
        return np.power(accumulate(np.add, np.power(size, self.ord), **where), 1 / self.ord)

    def _euclidean(self, x: Any) -> Any:
        wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
        if len(self.dims) == x.ndim:
            norm = np.sqrt(_sum_of_squares(wide.ravel())).astype(x.dtype)
            return norm.reshape((1,) * x.ndim) if self.keepdim else norm
        squares = accumulate(np.add, np.square(wide), axis=self.dims, keepdims=self.keepdim)
        return np.sqrt(squares).astype(x.dtype, copy=False)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> None:
        """The kernel makes its own arrays."""
        return

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """By order; where the norm is 0 the gradient is taken to be 0."""
        order = self.ord
        if order == 0:
            return (zeros(x.shape, x.dtype),)
        spread, norm = self.spread(g, x), self.spread(out, x)
        if order == 1:
            return (spread * Sign()(x),)
        if order == 2:
            return (Where()(Equal()(norm, 0), 0, x * (spread / norm)),)
        if math.isinf(order):
            chosen = Where()(Equal()(Abs()(x), norm), Sign()(x), 0)
            count = Sum(self.dims, True)(NotEqual()(chosen, 0))
            return (Where()(Equal()(chosen, 0), 0, spread * chosen / count),)
        scale = Where()(Equal()(norm, 0), 0, spread / norm ** (order - 1))
        if order < 2:
            powers = Where()(Equal()(x, 0), 0, Sign()(x) * Abs()(x) ** (order - 1))
        else:
            powers = x * Abs()(x) ** (order - 2)
        return (powers * scale,)


@op("logsumexp")
class Logsumexp(Reduction):
    """``log(sum(exp(x)))`` without overflow; integers become floats."""

    dims: Dims
    keepdim: bool = False

    def operand_dtypes(self, x: TensorType) -> Sequence[Any]:
        """Floating point."""
        return [float_dtype(x.dtype)]

    def kernel(self, x: Any) -> Any:
        """The greatest element is taken out of the sum."""
        wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
        top = np.maximum.reduce(wide, axis=self.dims, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, np.zeros((), wide.dtype))
        total = np.add.reduce(np.exp(np.subtract(wide, top)), axis=self.dims, keepdims=True)
        result = (np.log(total) + top).astype(x.dtype, copy=False)
        return result if self.keepdim else np.squeeze(result, self.dims)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The kernel makes its own arrays."""
        return None

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Each element's share in the sum."""
        return (self.spread(g, x) * Exp()(x - self.spread(out, x)),)
