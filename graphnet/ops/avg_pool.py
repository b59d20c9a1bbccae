"""The average of sliding windows, in any number of spatial dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import require_number
from graphnet.ops.pool import Pooling
from graphnet.ops.windows import Ints, Padding, Windows, padded_with

Array = npt.NDArray[Any]


@op("avg_pool", Trait.IMAGES)
class AvgPool(Pooling):
    """The average of each window. Source: PyTorch's page ``AvgPool2d``.

    Attributes:
        overhang: how much of the padding's end is there only because of ``ceil_mode``: it never
            counts.
        count_include_pad: whether the rest of the padding counts.
        divisor: what sums are divided by instead of the number of elements that count.
    """

    window: Ints
    stride: Ints
    padding: Padding
    overhang: Ints
    count_include_pad: bool = True
    divisor: int | None = None

    @property
    def windows(self) -> Windows:
        """The geometry."""
        return Windows(self.window, self.stride, self.padding, (1,) * len(self.window))

    def infer(self, x: TensorType) -> TensorType:
        """Leading dimensions stay.

        Raises:
            UnsupportedDtypeError: the operand is boolean.
            ShapeError: no window fits.
        """
        require_number(self.name, [x])
        return x.with_shape(self.pooled(x.shape))

    def divisors(self, spatial: Ints, dtype: Any) -> Any:
        """What each window's sum is divided by: one number where it is the same for all."""
        if self.divisor is not None:
            return self.divisor
        if not self.windows.is_padded:
            return math.prod(self.window)
        counts: Any = np.ones((), dtype)
        for d, size in enumerate(self._counts(spatial)):
            counts = counts[..., None] * size.astype(dtype) if d else size.astype(dtype)
        return counts

    def _counts(self, spatial: Ints) -> list[Array]:
        """For each dimension, how many elements of each window count."""
        places = self.windows.places(spatial)
        found = []
        for d, n in enumerate(spatial):
            before, after = self.padding[d]
            low, high = 0, n
            if self.count_include_pad:
                low, high = -before, n + after - self.overhang[d]
            starts = np.arange(places[d]) * self.stride[d] - before
            ends = np.minimum(starts + self.window[d], high)
            found.append(ends - np.maximum(starts, low))
        return found

    def kernel(self, x: Any) -> Any:
        """One dimension after another, as sums of windows are sums of rows' sums."""
        windows = self.windows
        count = len(self.window)
        spatial = x.shape[x.ndim - count :]
        wide = x.astype(np.float32) if x.dtype.itemsize <= 2 and x.dtype.kind == "f" else x
        total = padded_with(wide, windows, 0)
        places = windows.places(spatial)
        for d in range(count):
            axis = total.ndim - count + d
            total = _line_sums(total, axis, self.window[d], self.stride[d], places[d])
        divisors = self.divisors(spatial, wide.dtype)
        if x.dtype.kind in "iu":
            return np.trunc(total / divisors).astype(x.dtype)
        total /= divisors
        return total.astype(x.dtype, copy=False)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Each element receives its share of each window it is in."""
        spatial = x.shape[x.ndim - len(self.window) :]
        attributes = (self.window, self.stride, self.padding, self.overhang)
        transposed = AvgPoolGrad(*attributes, self.count_include_pad, self.divisor, spatial)
        return (transposed(g),)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it; the one for 1 dimension is a squeeze of that for 2."""
        count = len(self.window)
        return f"AvgPool{count}DBackward0" if count > 1 else "SqueezeBackward1"


def _line_sums(x: Array, axis: int, window: int, stride: int, places: int) -> Array:
    """The sums of windows along one axis, in memory of their own."""
    last = stride * (places - 1) + 1
    lead = (slice(None),) * axis
    parts = [x[(*lead, slice(p, p + last, stride))] for p in range(window)]
    if window == 1:
        return parts[0].copy()
    out = np.add(parts[0], parts[1])
    for part in parts[2:]:
        out += part
    return out


@op("avg_pool_grad")
class AvgPoolGrad(Pooling):
    """The transpose of avg_pool: from the averages' gradient to that of an input of ``spatial``."""

    window: Ints
    stride: Ints
    padding: Padding
    overhang: Ints
    count_include_pad: bool
    divisor: int | None
    spatial: Ints

    @property
    def windows(self) -> Windows:
        """The geometry."""
        return self.forward.windows

    @property
    def forward(self) -> AvgPool:
        """The pooling this is the transpose of."""
        attributes = (self.window, self.stride, self.padding, self.overhang)
        return AvgPool(*attributes, self.count_include_pad, self.divisor)

    def infer(self, g: TensorType) -> TensorType:
        lead = g.shape[: g.ndim - len(self.window)]
        return g.with_shape((*lead, *self.spatial))

    def kernel(self, g: Any) -> Any:
        """The shares, added where the windows lie."""
        forward = self.forward
        windows = forward.windows
        count = len(self.window)
        share = g / forward.divisors(self.spatial, g.dtype)
        result = np.zeros((*g.shape[: g.ndim - count], *windows.padded(self.spatial)), g.dtype)
        lead, places = g.shape[: g.ndim - count], g.shape[g.ndim - count :]
        apart = all(s >= w for s, w in zip(self.stride, self.window, strict=True))
        if apart and self.window[-1] > places[-1]:
            # No element is in two windows, so all can be written at once; rows of windows are long
            # enough for that to be faster.
            np.copyto(windows.view(result), share.reshape(*lead, *(1,) * count, *places))
        else:
            for index in windows.positions(places):
                result[index] += share
        return np.ascontiguousarray(result[windows.interior(self.spatial)])

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The transpose of the transpose is the pooling."""
        return (self.forward(g),)
