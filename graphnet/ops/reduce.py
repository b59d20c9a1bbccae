"""Reductions over dimensions, and the running sum along one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError, OutOfRangeError
from graphnet.ir.node import Value
from graphnet.ir.op import RESULT, Kernel, Op, Saves, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.compare import Equal
from graphnet.ops.convert import Cast
from graphnet.ops.index import zeros
from graphnet.ops.scatter import Scatter
from graphnet.ops.shape import Expand, Permute, Reshape
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES, require_real

Dims = tuple[int, ...]


def reduced_shape(shape: Shape, dims: Dims, keepdim: bool) -> Shape:
    """``shape`` without ``dims``, or with size 1 there."""
    if keepdim:
        return tuple(1 if d in dims else n for d, n in enumerate(shape))
    return tuple(n for d, n in enumerate(shape) if d not in dims)


class Reduction(Op):
    """A reduction over ``dims`` (all of them counted from the front)."""

    family_traits = frozenset({Trait.AXES})
    dims: Dims
    keepdim: bool
    function: ClassVar[Kernel]
    has_two_forms: ClassVar[bool] = False

    def result_dtype(self, dtype: dtypes.dtype) -> dtypes.dtype:
        """The dtype of the result."""
        return dtype

    def over_all(self, x: TensorType) -> bool:
        """Whether a single element is left, without dimensions."""
        return len(self.dims) == x.ndim and not self.keepdim

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch numbers the form that names dimensions 1, if it has two."""
        named = self.has_two_forms and not self.over_all(operands[0])
        return f"{type(self).__name__}Backward{int(named)}"

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
        if operands[0].dtype is not result.dtype:
            return None
        return lambda out, x: function(x, axis=axes, keepdims=keep, out=out)

    def spread(self, g: Value, x: Value) -> Value:
        """``g`` repeated over what was reduced."""
        if not self.keepdim:
            g = Reshape(reduced_shape(x.shape, self.dims, True))(g)
        spread: Value = Expand(x.shape)(g)
        return spread


def accumulate(ufunc: np.ufunc, x: Any, **where: Any) -> Any:
    """Reduce with ``ufunc``; half precision is accumulated in single, as in PyTorch."""
    dtype = x.dtype
    if dtype.itemsize == 2 and dtype.kind not in "iu":
        return ufunc.reduce(x, dtype=np.float32, **where).astype(dtype)
    return ufunc.reduce(x, **where)


def widened(dtype: dtypes.dtype) -> dtypes.dtype:
    """The dtype in which elements are added up: int64 for booleans and integers."""
    return dtype if dtype.is_floating_point or dtype.is_complex else dtypes.int64


class _Accumulation(Reduction):
    """A reduction by a ufunc, for which integers are widened to int64."""

    has_two_forms = True
    ufunc: ClassVar[np.ufunc]

    def result_dtype(self, dtype: dtypes.dtype) -> dtypes.dtype:
        """Integers widen."""
        return widened(dtype)

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Integers are widened first."""
        return [self.result_dtype(x.dtype)]

    def kernel(self, x: Any) -> Any:
        """The reduction of the ufunc."""
        return accumulate(type(self).ufunc, x, axis=self.dims, keepdims=self.keepdim)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The reduction with ``out=``."""
        if result.dtype.itemsize == 2:
            return None
        reduce, axes, keep = type(self).ufunc.reduce, self.dims, self.keepdim
        return lambda out, x: reduce(x, axis=axes, keepdims=keep, out=out)


_SHORT = 4096
"""How many numbers may be added up one after the other: rounding errors grow with their number."""


@lru_cache(maxsize=256)
def _ones(count: int, dtype: np.dtype[Any]) -> Any:
    return np.ones(count, dtype)


def _sum_by_product(dim: int, ones: Any) -> Kernel:
    """The sum over a dimension of a matrix as a product with ones, into ``out``."""

    def run(out: Any, x: Any) -> Any:
        line = out.reshape(-1)
        if dim == 0:
            np.dot(ones, x, line)
        else:
            np.dot(x, ones, line)
        return out

    return run


@op("sum")
class Sum(_Accumulation):
    """Sum; booleans and integers sum to int64."""

    dims: Dims
    keepdim: bool = False
    ufunc = np.add

    def kernel(self, x: Any) -> Any:
        """Rows or columns of a matrix are added up by BLAS, several times as fast."""
        if self._is_product(x.shape, x.dtype):
            shape = reduced_shape(x.shape, self.dims, self.keepdim)
            return _sum_by_product(self.dims[0], _ones(x.shape[self.dims[0]], x.dtype))(
                np.empty(shape, x.dtype), x
            )
        return super().kernel(x)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, into ``out``."""
        x = operands[0]
        if self._is_product(x.shape, x.dtype.numpy):
            return _sum_by_product(self.dims[0], _ones(x.shape[self.dims[0]], x.dtype.numpy))
        return super().into(operands, result)

    def _is_product(self, shape: Shape, dtype: np.dtype[Any]) -> bool:
        """Whether this is the product of a matrix with ones."""
        return (
            len(shape) == 2
            and len(self.dims) == 1
            and 0 < shape[self.dims[0]] <= _SHORT
            and shape[1 - self.dims[0]] > 0
            and dtype in (np.float32, np.float64)
        )

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Every element receives the gradient."""
        return (self.spread(g, x),)


@op("mean")
class Mean(Reduction):
    """Arithmetic mean of floating-point numbers."""

    dims: Dims
    keepdim: bool = False
    has_two_forms = True

    def infer(self, x: TensorType) -> TensorType:
        """Integers have no mean of their own dtype.

        Raises:
            DtypeError: the operand is not floating point.
        """
        if not (x.dtype.is_floating_point or x.dtype.is_complex):
            raise DtypeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating "
                f"point or complex dtype. Got: {SCALAR_TYPE_NAMES[x.dtype]}",
                cure="cast first, as in `x.float().mean()`",
            )
        return super().infer(x)

    def kernel(self, x: Any) -> Any:
        """The sum divided by the number of elements: NaN where there is none."""
        # The sum of numbers of half precision may be beyond its range where the mean is not.
        wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
        total = accumulate(np.add, wide, axis=self.dims, keepdims=self.keepdim)
        mean = np.true_divide(total, _count(x.shape, self.dims), dtype=wide.dtype)
        return mean.astype(x.dtype, copy=False)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The sum and the quotient with ``out=``."""
        if result.dtype.itemsize == 2:
            return None
        axes, keep, count = self.dims, self.keepdim, _count(operands[0].shape, self.dims)

        def mean_into(out: Any, x: Any) -> None:
            np.add.reduce(x, axis=axes, keepdims=keep, out=out)
            np.true_divide(out, count, out=out)

        return mean_into

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Every element receives its share."""
        count = _count(x.shape, self.dims)
        return (self.spread(g / count if count else g, x),)


def _count(shape: Shape, dims: Dims) -> int:
    """How many elements are reduced to one."""
    return math.prod(shape[d] for d in dims)


def _require_elements(name: str, x: TensorType, dims: Dims) -> None:
    """Raise OutOfRangeError where a dimension that is reduced over is empty."""
    for dim in dims:
        if x.shape[dim] == 0:
            raise OutOfRangeError(
                f"{name}(): Expected reduction dim {dim} to have non-zero size: shape "
                f"{list(x.shape)}",
                cure="there is nothing in an empty dimension; test for it first",
            )


def _joined_bits(x: Any, **where: Any) -> Any:
    return accumulate(np.bitwise_xor, np.asarray(x).view(np.uint64), **where)


@op("hash_tensor", Trait.NOT_DIFFERENTIABLE)
class HashTensor(Reduction):
    """The exclusive or of all elements' bits, each as a float64 or as an int64."""

    dims: Dims
    keepdim: bool = False
    function = _joined_bits

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Numbers of 64 bits, as PyTorch's ``hash_tensor`` takes them."""
        if x.dtype.is_complex:
            return [None]  # and refused
        whole = dtypes.uint64 if x.dtype is dtypes.uint64 else dtypes.int64
        return [dtypes.float64 if x.dtype.is_floating_point else whole]

    def result_dtype(self, dtype: dtypes.dtype) -> dtypes.dtype:
        """The bits, read as a whole number."""
        return dtypes.uint64

    def infer(self, x: TensorType) -> TensorType:
        """A whole number of 64 bits.

        Raises:
            OutOfRangeError: a dimension reduced over is empty.
            UnsupportedDtypeError: the elements are complex.
        """
        require_real(self.name, [x])
        _require_elements(self.name, x, self.dims)
        return super().infer(x)


@op("prod")
class Prod(_Accumulation):
    """Product; booleans and integers multiply to int64."""

    dims: Dims
    keepdim: bool = False
    ufunc = np.multiply
    saves: ClassVar[Saves] = {0: (0, RESULT)}

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The product of the others, without dividing, so that zeros are right."""
        moved_last = tuple(d for d in range(x.ndim) if d not in self.dims) + self.dims
        kept = tuple(n for d, n in enumerate(x.shape) if d not in self.dims)
        rows = Reshape((*kept, _count(x.shape, self.dims)))(Permute(moved_last)(x))
        back = Reshape(tuple(x.shape[d] for d in moved_last))(_product_of_others(rows))
        inverse = tuple(moved_last.index(d) for d in range(x.ndim))
        return (self.spread(g, x) * Permute(inverse)(back),)


def _product_of_others(rows: Value) -> Value:
    """For each element of the last dimension, the product of all the others there."""
    from graphnet.ops.scan import Cumprod, delayed

    if not rows.numel:
        return rows
    dim = rows.ndim - 1
    product, flip = Cumprod(dim), Flip((dim,))
    others: Value = delayed(product(rows), dim, 1) * flip(delayed(product(flip(rows)), dim, 1))
    return others


class _Extreme(Reduction):
    """The greatest or smallest; the gradient is shared among equals."""

    def infer(self, x: TensorType) -> TensorType:
        """An empty dimension has no extreme, nor have complex numbers.

        Raises:
            OutOfRangeError: a dimension reduced over is empty.
            UnsupportedDtypeError: the elements are complex.
        """
        require_real(self.name, [x])
        _require_elements(self.name, x, self.dims)
        return super().infer(x)

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """Over all elements it is ``max`` or ``min``, as most people ask for it."""
        name = type(self).__name__.removeprefix("A").capitalize()
        return f"{name}Backward1" if self.over_all(operands[0]) else self.grad_name

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
        return found.astype(np.uint8) if x.dtype == np.uint8 else found

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The numpy function with ``out=``."""
        function, axes, keep = type(self).function, self.dims, self.keepdim
        return lambda out, x: function(x, axis=axes, keepdims=keep, out=out)


@op("all")
class AllTrue(_Truth):
    """Whether all elements are true."""

    dims: Dims
    keepdim: bool = False
    function = np.all


@op("any")
class AnyTrue(_Truth):
    """Whether any element is true."""

    dims: Dims
    keepdim: bool = False
    function = np.any


class _Arg(Op):
    """The index of an extreme along one dimension."""

    family_traits = frozenset({Trait.NOT_DIFFERENTIABLE, Trait.AXES})
    dim: int
    keepdim: bool
    function: ClassVar[Kernel]

    def infer(self, x: TensorType) -> TensorType:
        """Indices are int64.

        Raises:
            OutOfRangeError: the dimension is empty.
            DtypeError: the operand is boolean or complex.
        """
        _require_elements(self.name, x, (self.dim,) if x.shape else ())
        require_real(self.name, [x])
        if x.dtype is dtypes.bool:
            raise DtypeError(
                f"{self.name}(): does not support bool input", cure="cast first, as in `x.int()`"
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


class _ExtremeAlong(Op):
    """The extreme along one dimension, and its index.

    The gradient goes to the element of that index alone.
    """

    family_traits = frozenset({Trait.AXES})
    dim: int
    keepdim: bool
    arg: ClassVar[Kernel]

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """Values and int64 indices.

        Raises:
            OutOfRangeError: the dimension is empty.
            UnsupportedDtypeError: the elements are complex.
        """
        name = self.name.removesuffix("_dim")
        require_real(name, [x])
        _require_elements(name, x, (self.dim,) if x.shape else ())
        shape = reduced_shape(x.shape, (self.dim,), self.keepdim) if x.shape else ()
        return TensorType(x.dtype, shape), TensorType(dtypes.int64, shape)

    def kernel(self, x: Any) -> Any:
        """The index of the first of equal extremes, and the element there."""
        if not x.ndim:
            return x.copy(), np.int64(0)
        indices = type(self).arg(x, axis=self.dim, keepdims=True)
        values = np.take_along_axis(x, indices, self.dim)
        if self.keepdim:
            return values, indices
        return np.squeeze(values, self.dim), np.squeeze(indices, self.dim)

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """To the element that was chosen."""
        gradient, indices = g[0], out[1]
        if gradient is None:
            return (None,)
        if not x.ndim:
            return (gradient,)
        kept = reduced_shape(x.shape, (self.dim,), True)
        gradient, indices = Reshape(kept)(gradient), Reshape(kept)(indices)
        return (Scatter(self.dim)(zeros(x.shape, gradient.dtype), indices, gradient),)


@op("max_dim")
class Max(_ExtremeAlong):
    """The greatest element along a dimension, and its index."""

    dim: int
    keepdim: bool = False
    arg = np.argmax


@op("min_dim")
class Min(_ExtremeAlong):
    """The smallest element along a dimension, and its index."""

    dim: int
    keepdim: bool = False
    arg = np.argmin


@op("cumsum", Trait.AXES)
class Cumsum(Op):
    """Running sum along ``dim``; booleans and integers sum to int64."""

    dim: int

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Integers are widened first."""
        return [widened(x.dtype)]

    def infer(self, x: TensorType) -> TensorType:
        """The shape stays."""
        return TensorType(widened(x.dtype), x.shape)

    def kernel(self, x: Any) -> Any:
        """The accumulation of additions; half precision is accumulated in single."""
        if not x.ndim:
            return x.copy()
        wide = np.float32 if x.dtype.itemsize == 2 else x.dtype
        return np.add.accumulate(x, axis=self.dim, dtype=wide).astype(x.dtype, copy=False)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The running sum from the other end."""
        if not x.shape:
            return (g,)
        flip = Flip((self.dim,))
        return (flip(Cumsum(self.dim)(flip(g))),)


@op("flip", Trait.AXES, Trait.ORDERED)
class Flip(Op):
    """The elements of ``dims`` in reverse order."""

    dims: Dims

    def infer(self, x: TensorType) -> TensorType:
        """The type stays."""
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.flip``, copied: PyTorch's does not share memory."""
        return np.array(np.flip(x, self.dims), order="C")

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Flip back."""
        return (Flip(self.dims)(g),)
