"""Finding places among sorted elements, counting elements, and dropping repeated ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from graphnet import dtypes
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.elementwise import casts, promoted
from graphnet.ops.index import RangeError
from graphnet.ops.unsupported import refuse, require_real


@op("searchsorted", Trait.NOT_DIFFERENTIABLE)
class Searchsorted(Op):
    """Where values would be put in so that the sorted last dimension stays sorted.

    Operands are the sorted sequences, the values and, optionally, the order that sorts the
    sequences. A vector serves all values; else leading sizes agree. Source: ``torch.searchsorted``.
    """

    right: bool
    dtype: dtypes.dtype

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None]:
        searched = operands[:2]
        return [*casts(searched, promoted(searched)), *(None for _ in operands[2:])]

    def infer(self, sequence: TensorType, values: TensorType, *order: TensorType) -> TensorType:
        require_real(self.name, [sequence, values])
        return TensorType(self.dtype, values.shape)

    def kernel(self, sequence: Any, values: Any, *order: Any) -> Any:
        if order:
            sequence = np.take_along_axis(sequence, order[0], -1)
        side: Literal["left", "right"] = "right" if self.right else "left"
        values = np.asarray(values)
        if sequence.ndim == 1:
            return np.searchsorted(sequence, values, side).astype(self.dtype.numpy)
        found = np.empty(values.shape, self.dtype.numpy)
        for place in np.ndindex(values.shape[:-1]):
            found[place] = np.searchsorted(sequence[place], values[place], side)
        return found


@op("bincount", Trait.NOT_DIFFERENTIABLE)
class Bincount(Op):
    """How often each of 0 to ``length - 1`` occurs, or the weights of where it does added up."""

    length: int

    def infer(self, x: TensorType, *weights: TensorType) -> TensorType:
        """A count for each number.

        Raises:
            UnsupportedDtypeError: the elements are no integers.
        """
        if x.dtype is dtypes.bool or not is_integral(x.dtype):
            raise refuse(self.name, x.dtype, "cast first, as in `x.long()`")
        if not weights:
            return TensorType(dtypes.int64, (self.length,))
        dtype = weights[0].dtype
        return TensorType(dtype if dtype is dtypes.float32 else dtypes.float64, (self.length,))

    def kernel(self, x: Any, *weights: Any) -> Any:
        if x.size and (x.min() < 0 or x.max() >= self.length):
            raise RangeError(
                f"bincount: elements are between {x.min()} and {x.max()}, not between 0 and "
                f"{self.length - 1}"
            )
        counts = np.bincount(x, weights[0] if weights else None, self.length)
        return counts.astype(np.float32) if weights and weights[0].dtype == np.float32 else counts


def require_floating_point(dtype: dtypes.dtype) -> None:
    """Refuse elements of which PyTorch makes no histogram.

    Raises:
        UnsupportedDtypeError: they are not floating point.
    """
    if not dtype.is_floating_point:
        raise refuse("histogram", dtype, "cast first, as in `x.float()`")


@op("histc", Trait.NOT_DIFFERENTIABLE)
class Histc(Op):
    """How many elements fall into each of ``bins`` equal parts of the range from low to high.

    Operands are the tensor, low and high; where those are equal the tensor's own range is taken.
    Elements outside the range, and NaN, are not counted. Source: ``torch.histc``.
    """

    bins: int

    def infer(self, x: TensorType, low: TensorType, high: TensorType) -> TensorType:
        """A count for each part.

        Raises:
            UnsupportedDtypeError: the elements are not floating point.
        """
        require_floating_point(x.dtype)
        return TensorType(x.dtype, (self.bins,))

    def kernel(self, x: Any, low: Any, high: Any) -> Any:
        flat = np.ravel(x)
        low, high = histogram_range(flat, low, high, 1)
        inside = flat[(flat >= low) & (flat <= high)]
        places = ((inside - low) * self.bins / (high - low)).astype(np.int64)
        counts = np.bincount(np.minimum(places, self.bins - 1), minlength=self.bins)
        return counts.astype(flat.dtype)


def histogram_range(flat: Any, low: Any, high: Any, margin: float) -> tuple[Any, Any]:
    """The range of a histogram: that of the elements where low and high are equal.

    Where the elements are equal, too, a margin is left on both sides; without elements, 1 behind.

    Raises:
        RangeError: the range is not finite.
    """
    if low == high:
        low, high = (flat.min(), flat.max()) if flat.size else (low, low + 1)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RangeError(f"histc: range of [{low}, {high}] is not finite")
    if low == high:
        low, high = low - margin, high + margin
    return low, high


@op("histogram_edges", Trait.NOT_DIFFERENTIABLE)
class HistogramEdges(Op):
    """The ``bins + 1`` ends of equal parts of the range from low to high, as for :class:`Histc`."""

    bins: int

    def infer(self, x: TensorType, low: TensorType, high: TensorType) -> TensorType:
        require_floating_point(x.dtype)
        return TensorType(x.dtype, (self.bins + 1,))

    def kernel(self, x: Any, low: Any, high: Any) -> Any:
        flat = np.ravel(x)
        low, high = histogram_range(flat, low, high, 0.5)
        return np.linspace(low, high, self.bins + 1).astype(flat.dtype)


@op("histogram", Trait.NOT_DIFFERENTIABLE)
class Histogram(Op):
    """How many elements, or what weight, falls between each of the sorted edges and the next.

    Operands are the tensor, the edges and, optionally, weights. The last part includes its end.
    """

    def infer(self, x: TensorType, edges: TensorType, *weight: TensorType) -> TensorType:
        require_floating_point(x.dtype)
        return TensorType(x.dtype, (edges.shape[0] - 1,))

    def kernel(self, x: Any, edges: Any, *weight: Any) -> Any:
        flat = np.ravel(x)
        inside = (flat >= edges[0]) & (flat <= edges[-1])
        places = np.searchsorted(edges, flat[inside], "right") - 1
        bins = len(edges) - 1
        counted = np.bincount(
            np.minimum(places, bins - 1), np.ravel(weight[0])[inside] if weight else None, bins
        )
        return counted.astype(flat.dtype)


@op("unique", Trait.NOT_DIFFERENTIABLE)
class Unique(Op):
    """The different slices of dimension 0: how many, which, where each went, how often it occurs.

    How many there are is not known before, so the second and the fourth result have the operand's
    length and end with arbitrary elements.

    Attributes:
        consecutive: only slices equal to the one before are dropped; else the results are sorted.
    """

    consecutive: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        """Elements must have an order.

        Raises:
            UnsupportedDtypeError: they are complex.
        """
        if x.dtype.is_complex:
            raise refuse(self.name, x.dtype, "take the real part, or the absolute value")
        rows = TensorType(dtypes.int64, x.shape[:1])
        return TensorType(dtypes.int64), TensorType(x.dtype, x.shape), rows, rows

    def kernel(self, x: Any) -> Any:
        length = len(x)
        table = np.reshape(x, (length, math.prod(x.shape[1:])))
        order = np.arange(length) if self.consecutive else _row_order(table)
        ordered = table[order]
        fresh = np.ones(length, np.bool_)
        fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        number = np.cumsum(fresh) - 1
        inverse = np.empty(length, np.int64)
        inverse[order] = number
        count = int(fresh.sum())
        kept = np.zeros(x.shape, x.dtype)
        kept[:count] = x[order[fresh]]
        return np.int64(count), kept, inverse, np.bincount(inverse, minlength=length)


def _row_order(table: Any) -> Any:
    """The order that sorts rows by their first element, then their second, and so on."""
    if table.shape[1] == 1:
        return np.argsort(table[:, 0], kind="stable")
    if not table.shape[1]:
        return np.arange(len(table))
    return np.lexsort(table.T[::-1])
