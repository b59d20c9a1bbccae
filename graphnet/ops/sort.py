"""Order along a dimension: sorted elements and chosen ones, with the indices they came from.

NaN counts as greater than every number, as in PyTorch and numpy.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError, OutOfRangeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.compare import Equal
from graphnet.ops.convert import Cast
from graphnet.ops.dtype_rules import require_number
from graphnet.ops.index import RangeError, zeros
from graphnet.ops.reduce import Sum, reduced_shape
from graphnet.ops.scatter import Scatter
from graphnet.ops.shape import Expand, Reshape
from graphnet.ops.unsupported import require_real


def require_sortable(dtype: dtypes.dtype) -> None:
    """Refuse complex numbers, with the error PyTorch's sort has.

    Raises:
        DtypeError: the elements are complex.
    """
    if dtype.is_complex:
        raise DtypeError(
            f"sort: Sort does not support complex dtypes on CPU, got {dtype}",
            cure="take the absolute value or the real part first",
        )


class _Picking(Op):
    """Elements of the operand along ``dim`` and their indices; no element is picked twice."""

    family_traits = frozenset({Trait.AXES})
    dim: int

    @abstractmethod
    def result_shape(self, shape: Shape) -> Shape:
        """The shape of both results."""

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """Elements must have an order.

        Raises:
            UnsupportedDtypeError: they have none.
        """
        require_real(self.name, [x])
        shape = self.result_shape(x.shape)
        return TensorType(x.dtype, shape), TensorType(dtypes.int64, shape)

    @abstractmethod
    def indices(self, x: Any) -> Any:
        """Where the results stand along ``dim`` of an array of at least one dimension."""

    def kernel(self, x: Any) -> Any:
        x = np.asarray(x)
        if not x.ndim:
            return np.array(x), np.int64(0)
        indices = self.indices(x)
        return np.take_along_axis(x, indices, self.dim), indices

    def vjp(
        self, g: Sequence[Value | None], out: Sequence[Value], x: Value
    ) -> Sequence[Value | None]:
        """Zeros with the gradient where its element came from."""
        values = g[0]
        if values is None or not x.shape:
            return (values,)
        return (Scatter(self.dim)(zeros(x.shape, values.dtype), out[1], values),)


def sorted_order(x: Any, dim: int, descending: bool) -> Any:
    """The indices that sort an array; equal elements keep their order."""
    if descending:
        backwards = np.flip(x, dim)
        order = np.flip(sorted_order(backwards, dim, False), dim)
        return x.shape[dim] - 1 - order
    # The unstable sort is several times faster; without equal elements it gives the same.
    if x.dtype.kind == "f" and x.shape[dim] > 1:
        order = np.argsort(x, axis=dim)
        rows = np.moveaxis(np.take_along_axis(x, order, dim), dim, 0)
        if np.all(rows[1:] > rows[:-1]):
            return order
    return np.argsort(x, axis=dim, kind="stable")


@op("sort", Trait.ORDERED)
class Sort(_Picking):
    """The elements along ``dim`` in order, and their indices; equal ones keep their order."""

    dim: int
    descending: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        require_sortable(x.dtype)
        return super().infer(x)

    def result_shape(self, shape: Shape) -> Shape:
        return shape

    def indices(self, x: Any) -> Any:
        return sorted_order(x, self.dim, self.descending)


@op("argsort", Trait.NOT_DIFFERENTIABLE, Trait.AXES)
class Argsort(Op):
    """The indices that sort along ``dim``; equal elements keep their order."""

    dim: int
    descending: bool = False

    def infer(self, x: TensorType) -> TensorType:
        require_sortable(x.dtype)
        return TensorType(dtypes.int64, x.shape)

    def kernel(self, x: Any) -> Any:
        return sorted_order(x, self.dim, self.descending) if np.ndim(x) else np.int64(0)


@op("topk")
class Topk(_Picking):
    """The ``k`` greatest (or smallest) elements along ``dim`` in order, and their indices."""

    dim: int
    k: int
    largest: bool = True

    def result_shape(self, shape: Shape) -> Shape:
        """``k`` in place of the dimension's size.

        Raises:
            RangeError: there are fewer elements.
        """
        size = shape[self.dim] if shape else 1
        if not 0 <= self.k <= size:
            raise RangeError(
                f"topk: selected index k out of range: k is {self.k}, dimension {self.dim} of "
                f"shape {list(shape)} has {size} elements"
            )
        return (*shape[: self.dim], self.k, *shape[self.dim + 1 :]) if shape else ()

    def indices(self, x: Any) -> Any:
        size = x.shape[self.dim]
        whole = (slice(None),) * self.dim
        if not 0 < self.k * 4 < size:
            return sorted_order(x, self.dim, self.largest)[(*whole, slice(self.k))]
        if self.largest:
            found = np.argpartition(x, size - self.k, axis=self.dim)
            found = found[(*whole, slice(size - self.k, None))]
        else:
            found = np.argpartition(x, self.k, axis=self.dim)[(*whole, slice(self.k))]
        found = np.sort(found, axis=self.dim)  # of equal elements the first one comes first
        chosen = np.take_along_axis(x, found, self.dim)
        return np.take_along_axis(found, sorted_order(chosen, self.dim, self.largest), self.dim)


class _PickingOne(_Picking):
    """One element along ``dim``, and its index."""

    dim: int
    keepdim: bool

    def result_shape(self, shape: Shape) -> Shape:
        """The dimension goes, or has size 1.

        Raises:
            OutOfRangeError: it is empty.
        """
        if shape and shape[self.dim] == 0:
            raise OutOfRangeError(
                f"{self.name}(): Expected reduction dim {self.dim} to have non-zero size."
            )
        return reduced_shape(shape, (self.dim,) if shape else (), self.keepdim)

    def kernel(self, x: Any) -> Any:
        x = np.asarray(x)
        if not x.ndim:
            return np.array(x), np.int64(0)
        indices = np.expand_dims(self.indices(x), self.dim)
        values = np.take_along_axis(x, indices, self.dim)
        if self.keepdim:
            return values, indices
        return values.squeeze(self.dim), indices.squeeze(self.dim)

    def vjp(
        self, g: Sequence[Value | None], out: Sequence[Value], x: Value
    ) -> Sequence[Value | None]:
        """Zeros with the gradient where its element came from."""
        values, indices = g[0], out[1]
        if values is None or not x.shape:
            return (values,)
        column = Reshape(reduced_shape(x.shape, (self.dim,), True))
        base = zeros(x.shape, values.dtype)
        return (Scatter(self.dim)(base, column(indices), column(values)),)


@op("max")
class Max(_PickingOne):
    """The greatest element along ``dim``, and the index of the first that equals it."""

    dim: int
    keepdim: bool = False

    def indices(self, x: Any) -> Any:
        return np.argmax(x, self.dim)


@op("min")
class Min(_PickingOne):
    """The smallest element along ``dim``, and the index of the first that equals it."""

    dim: int
    keepdim: bool = False

    def indices(self, x: Any) -> Any:
        return np.argmin(x, self.dim)


@op("kthvalue")
class Kthvalue(_PickingOne):
    """The ``k``-th smallest element along ``dim``, counted from 1, and its index."""

    dim: int
    k: int
    keepdim: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        require_number(self.name, [x])
        return super().infer(x)

    def result_shape(self, shape: Shape) -> Shape:
        """As for one element.

        Raises:
            RangeError: there are fewer than k elements.
        """
        kept = super().result_shape(shape)
        size = shape[self.dim] if shape else 1
        if not 1 <= self.k <= size:
            raise RangeError(
                f"kthvalue(): selected number k out of range for dimension {self.dim}: k is "
                f"{self.k}, the size {size}"
            )
        return kept

    def indices(self, x: Any) -> Any:
        order = np.argpartition(x, self.k - 1, axis=self.dim)
        return order.take(self.k - 1, axis=self.dim)


class _Median(_PickingOne):
    """The element in the middle of the order along ``dim``, the lower of two, and its index."""

    skip_nan: ClassVar[bool]

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        require_number(self.name, [x])
        return super().infer(x)

    def indices(self, x: Any) -> Any:
        size = x.shape[self.dim]
        missing = np.isnan(x)
        if not missing.any():
            middle = (size - 1) // 2
            return np.argpartition(x, middle, axis=self.dim).take(middle, axis=self.dim)
        order = sorted_order(x, self.dim, False)
        if self.skip_nan:
            present = size - np.count_nonzero(missing, axis=self.dim, keepdims=True)
            middle = np.maximum(present - 1, 0) // 2
            return np.take_along_axis(order, middle, self.dim).squeeze(self.dim)
        first_missing = np.argmax(missing, self.dim)
        middles = order.take((size - 1) // 2, axis=self.dim)
        return np.where(missing.any(self.dim), first_missing, middles)


@op("median")
class Median(_Median):
    """The middle element along ``dim``, and its index; NaN where there is one."""

    dim: int
    keepdim: bool = False
    grad_name = "MedianBackward1"
    skip_nan = False


@op("nanmedian")
class Nanmedian(_Median):
    """The middle one of the elements along ``dim`` that are numbers, and its index."""

    dim: int
    keepdim: bool = False
    grad_name = "NanmedianBackward1"
    skip_nan = True


@op("mode")
class Mode(_PickingOne):
    """The most frequent element along ``dim``, the smallest of several, and its last index."""

    dim: int
    keepdim: bool = False

    def indices(self, x: Any) -> Any:
        order = sorted_order(x, self.dim, False)
        rows = np.moveaxis(np.take_along_axis(x, order, self.dim), self.dim, 0)
        run = np.zeros(rows.shape, np.int64)  # how many before it are equal
        for place in range(1, len(rows)):
            run[place] = np.where(rows[place] == rows[place - 1], run[place - 1] + 1, 0)
        last = np.argmax(run, 0)
        return np.take_along_axis(order, np.expand_dims(last, self.dim), self.dim).squeeze(self.dim)


class _MedianOfAll(Op):
    """The middle one of all elements; the gradient is shared among those that equal it."""

    pick: ClassVar[_Median]

    def infer(self, x: TensorType) -> TensorType:
        """A single number.

        Raises:
            UnsupportedDtypeError: the operand is boolean or complex.
        """
        require_number("median", [x])
        require_real("median", [x])
        return TensorType(x.dtype)

    def kernel(self, x: Any) -> Any:
        flat = np.ravel(x)
        if not flat.size:
            return flat.dtype.type(np.nan if flat.dtype.kind == "f" else np.iinfo(flat.dtype).min)
        values, _ = self.pick.kernel(flat)
        return values

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Shared equally."""
        chosen = Cast(g.dtype)(Equal()(x, out))
        return (Expand(x.shape)(g) * chosen / Sum(tuple(range(x.ndim)))(chosen),)


@op("median_of_all")
class MedianOfAll(_MedianOfAll):
    """The middle one of all elements; NaN where there is one."""

    grad_name = "MedianBackward0"
    pick = Median(0)


@op("nanmedian_of_all")
class NanmedianOfAll(_MedianOfAll):
    """The middle one of all elements that are numbers."""

    grad_name = "NanmedianBackward0"
    pick = Nanmedian(0)
