"""Reductions over dimensions, and running ones along a dimension."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError, OutOfRangeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.compare import Equal
from graphnet.ops.convert import Cast
from graphnet.ops.shape import Expand, Reshape

Dims = tuple[int, ...]


def reduced_shape(shape: Shape, dims: Dims, keepdim: bool) -> Shape:
    """``shape`` without ``dims``, or with size 1 there."""
    if keepdim:
        return tuple(1 if d in dims else n for d, n in enumerate(shape))
    return tuple(n for d, n in enumerate(shape) if d not in dims)


class Reduction(Op):
    """A reduction over ``dims`` (all of them counted from the front)."""

    dims: Dims
    keepdim: bool
    function: ClassVar[Kernel]

    def result_dtype(self, dtype: dtypes.dtype) -> dtypes.dtype:
        """The dtype of the result."""
        return dtype

    def infer(self, x: TensorType) -> TensorType:
        """The dimensions reduced over go, or get size 1."""
        shape = reduced_shape(x.shape, self.dims, self.keepdim)
        return TensorType(self.result_dtype(x.dtype), shape)

    def kernel(self, x: Any) -> Any:
        """The numpy function over these axes."""
        return type(self).function(x, axis=self.dims, keepdims=self.keepdim)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The numpy function with ``out=``."""
        function, axes, keep = type(self).function, self.dims, self.keepdim
        return lambda out, x: function(x, axis=axes, keepdims=keep, out=out)

    def spread(self, g: Value, x: Value) -> Value:
        """``g`` repeated over what was reduced."""
        if not self.keepdim:
            g = Reshape(reduced_shape(x.shape, self.dims, True))(g)
        spread: Value = Expand(x.shape)(g)
        return spread


@op("sum")
class Sum(Reduction):
    """Sum; booleans and integers sum to int64."""

    dims: Dims
    keepdim: bool = False
    function = np.sum

    def result_dtype(self, dtype: dtypes.dtype) -> dtypes.dtype:
        """Integers widen."""
        if dtype.is_floating_point or dtype.is_complex:
            return dtype
        return dtypes.int64

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Integers are widened before they are summed."""
        return [self.result_dtype(x.dtype)]

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Every element receives the gradient."""
        return (self.spread(g, x),)


@op("mean")
class Mean(Reduction):
    """Arithmetic mean of floating-point numbers."""

    dims: Dims
    keepdim: bool = False
    function = np.mean

    def infer(self, x: TensorType) -> TensorType:
        """Integers have no mean of their own dtype.

        Raises:
            DtypeError: the operand is not floating point.
        """
        if not (x.dtype.is_floating_point or x.dtype.is_complex):
            raise DtypeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating "
                f"point or complex dtype. Got: {x.dtype}",
                cure="cast first, as in `x.float().mean()`",
            )
        return super().infer(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Every element receives its share."""
        count = math.prod(x.shape[d] for d in self.dims)
        return (self.spread(g / count if count else g, x),)


@op("prod")
class Prod(Reduction):
    """Product; booleans and integers multiply to int64."""

    dims: Dims
    keepdim: bool = False
    function = np.prod

    result_dtype = Sum.result_dtype
    operand_dtypes = Sum.operand_dtypes

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The product of the others, without dividing, so that zeros are right."""
        moved_last = tuple(d for d in range(x.ndim) if d not in self.dims) + self.dims
        kept = tuple(n for d, n in enumerate(x.shape) if d not in self.dims)
        count = math.prod(x.shape[d] for d in self.dims)
        from graphnet.ops.shape import Permute

        rows = Reshape((*kept, count))(Permute(moved_last)(x))
        others = _product_of_others(rows, count)
        back = Reshape(tuple(x.shape[d] for d in moved_last))(others)
        inverse = tuple(moved_last.index(d) for d in range(x.ndim))
        return (self.spread(g, x) * Permute(inverse)(back),)


def _product_of_others(rows: Value, count: int) -> Value:
    """For each element of the last dimension, the product of all the others there."""
    from graphnet.ops.compare import Where
    from graphnet.ops.create import Eye

    eye = Cast(dtypes.bool)(Eye(count, count, dtypes.uint8)())
    square = Expand((*rows.shape[:-1], count, count))(
        Reshape((*rows.shape[:-1], 1, count))(rows)
    )
    others: Value = Prod((rows.ndim,))(Where()(eye, 1, square))
    return others


class _Extreme(Reduction):
    """The greatest or smallest; the gradient is shared among equals."""

    def infer(self, x: TensorType) -> TensorType:
        """An empty dimension has no extreme.

        Raises:
            OutOfRangeError: a dimension reduced over is empty.
        """
        if any(x.shape[d] == 0 for d in self.dims):
            raise OutOfRangeError(
                f"{self.name}(): Expected reduction dim to have non-zero size: shape "
                f"{list(x.shape)}"
            )
        return super().infer(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Shared equally among the elements that equal the result."""
        chosen = Cast(g.dtype)(Equal()(x, self.spread(out, x)))
        count = Sum(self.dims, True)(chosen)
        return (self.spread(g, x) * chosen / count,)


@op("amax")
class Amax(_Extreme):
    """The greatest element."""

    dims: Dims
    keepdim: bool = False
    function = np.amax


@op("amin")
class Amin(_Extreme):
    """The smallest element."""

    dims: Dims
    keepdim: bool = False
    function = np.amin


class _Truth(Reduction):
    """A boolean reduction."""

    family_traits = frozenset({Trait.NOT_DIFFERENTIABLE})

    def result_dtype(self, dtype: dtypes.dtype) -> dtypes.dtype:
        """Boolean; uint8 stays, as in PyTorch."""
        return dtype if dtype is dtypes.uint8 else dtypes.bool

    def kernel(self, x: Any) -> Any:
        """The numpy function, in the dtype PyTorch gives."""
        found = type(self).function(x, axis=self.dims, keepdims=self.keepdim)
        return found.astype(np.uint8) if np.asarray(x).dtype == np.uint8 else found


@op("all")
class All(_Truth):
    """Whether all elements are true."""

    dims: Dims
    keepdim: bool = False
    function = np.all


@op("any")
class Any_(_Truth):
    """Whether any element is true."""

    dims: Dims
    keepdim: bool = False
    function = np.any


class _Arg(Op):
    """The index of an extreme along one dimension."""

    family_traits = frozenset({Trait.NOT_DIFFERENTIABLE})
    dim: int
    keepdim: bool
    function: ClassVar[Kernel]

    def infer(self, x: TensorType) -> TensorType:
        """Indices are int64.

        Raises:
            OutOfRangeError: the dimension is empty.
        """
        if x.shape and x.shape[self.dim] == 0:
            raise OutOfRangeError(
                f"{self.name}(): Expected reduction dim {self.dim} to have non-zero size."
            )
        dims = (self.dim,) if x.shape else ()
        return TensorType(dtypes.int64, reduced_shape(x.shape, dims, self.keepdim))

    def kernel(self, x: Any) -> Any:
        """The first of equal extremes."""
        if not np.ndim(x):
            return np.int64(0)
        return type(self).function(x, axis=self.dim, keepdims=self.keepdim)


@op("argmax")
class Argmax(_Arg):
    """The index of the greatest element; the first of equals."""

    dim: int
    keepdim: bool = False
    function = np.argmax


@op("argmin")
class Argmin(_Arg):
    """The index of the smallest element; the first of equals."""

    dim: int
    keepdim: bool = False
    function = np.argmin


@op("cumsum")
class Cumsum(Op):
    """Running sum along ``dim``."""

    dim: int

    operand_dtypes = Sum.operand_dtypes
    result_dtype = Sum.result_dtype

    def infer(self, x: TensorType) -> TensorType:
        """The shape stays."""
        return TensorType(self.result_dtype(x.dtype), x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.cumsum``."""
        return np.cumsum(x, axis=self.dim) if np.ndim(x) else np.array(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The running sum from the other end."""
        if not x.shape:
            return (g,)
        flip = Flip((self.dim,))
        return (flip(Cumsum(self.dim)(flip(g))),)


@op("flip")
class Flip(Op):
    """The elements of ``dims`` in reverse order."""

    dims: Dims

    def infer(self, x: TensorType) -> TensorType:
        """The type stays."""
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.flip``, copied: PyTorch's does not share memory."""
        return np.ascontiguousarray(np.flip(x, self.dims))

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Flip back."""
        return (Flip(self.dims)(g),)
