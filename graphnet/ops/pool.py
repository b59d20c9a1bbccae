"""The greatest element of windows and parts, in any number of spatial dimensions."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from graphnet import dtypes
from graphnet.errors import ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Saves, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.dtype_rules import require_number
from graphnet.ops.index import zeros
from graphnet.ops.masking import move
from graphnet.ops.scatter import Gather, ScatterAdd
from graphnet.ops.shape import Reshape
from graphnet.ops.windows import Ints, Padding, Windows, at_once, padded_with, runs
from graphnet.ops.workspace import workspace

Array = npt.NDArray[Any]


class Pooling(Op):
    """What poolings have in common.

    ``padding`` already holds what ``ceil_mode`` adds at the end, so that every window is whole.
    """

    family_traits = frozenset({Trait.ROWS})
    window: Ints
    stride: Ints
    padding: Padding

    @property
    @abstractmethod
    def windows(self) -> Windows:
        """The geometry."""

    def pooled(self, shape: Shape) -> Shape:
        """The shape after pooling.

        Raises:
            ShapeError: no window fits.
        """
        lead = len(shape) - len(self.window)
        places = self.windows.places(shape[lead:])
        if min(places) < 1 or 0 in shape[1:lead]:
            raise ShapeError(
                f"{self.name}: Given input size: ({_times(shape, lead)}). Calculated output size: "
                f"({_times((*shape[:lead], *places), lead)}). Output size is too small",
                cure="pad the input, or use a smaller kernel",
            )
        return (*shape[:lead], *places)


def _times(shape: Shape, lead: int) -> str:
    """The channels and spatial sizes as in ``3x28x28``."""
    return "x".join(map(str, shape[max(lead - 1, 0) :]))


class _MaxPooling(Pooling):
    """What has to do with the greatest element of each window."""

    dilation: Ints

    @property
    def windows(self) -> Windows:
        """The geometry."""
        return Windows(self.window, self.stride, self.padding, self.dilation)


def _lowest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


@op("max_pool", Trait.IMAGES)
class MaxPool(_MaxPooling):
    """The greatest element of each window; NaN if there is one. Source: ``MaxPool2d``."""

    saves: ClassVar[Saves] = {0: (0,)}

    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints

    def infer(self, x: TensorType) -> TensorType:
        """Leading dimensions stay.

        Raises:
            UnsupportedDtypeError: the operand is boolean.
            ShapeError: no window fits.
        """
        require_number(self.name, [x])
        return x.with_shape(self.pooled(x.shape))

    def kernel(self, x: Any) -> Any:
        """One dimension after another, as maxima of windows are maxima of rows' maxima."""
        out = np.empty(self.pooled(x.shape), x.dtype)
        self._compute(out, x)
        return out

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The same, into ``out``."""
        return self._compute

    def _compute(self, out: Array, x: Array) -> None:
        count = len(self.window)
        for here, there in _planes(x, out, count):
            with workspace:
                self._compute_some(here, there)

    def _compute_some(self, x: Array, out: Array) -> None:
        windows = self.windows
        x = padded_with(x, windows, _lowest(x.dtype) if windows.is_padded else 0)
        count = len(self.window)
        for d in range(count):
            axis = x.ndim - count + d
            shape = (*x.shape[:axis], out.shape[axis], *x.shape[axis + 1 :])
            result = out if d == count - 1 else workspace.take(shape, x.dtype)
            _line_maxima(result, x, axis, self.window[d], self.stride[d], self.dilation[d])
            x = result

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Each window's gradient goes to its first greatest element."""
        attributes = (self.window, self.stride, self.padding, self.dilation)
        return (MaxPoolGrad(*attributes)(g, x, out),)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it; the one for 1 dimension is a squeeze of that for 2."""
        count = len(self.window)
        return f"MaxPool{count}DWithIndicesBackward0" if count > 1 else "SqueezeBackward1"


def _planes(x: Array, out: Array, count: int, *rest: Array) -> Iterator[tuple[Array, ...]]:
    """Runs of planes that fit into the cache: of ``x``, ``out`` and what else has such planes."""
    flat = [each.reshape(-1, *each.shape[each.ndim - count :]) for each in (x, out, *rest)]
    planes = math.prod(x.shape[: x.ndim - count])
    together = at_once(planes, 2 * math.prod(x.shape[x.ndim - count :]) * x.itemsize)
    for start, stop in runs(planes, together):
        yield tuple(each[start:stop] for each in flat)


def _line_maxima(out: Array, x: Array, axis: int, window: int, stride: int, dilation: int) -> None:
    """The maxima of windows along one axis.

    Elements that lie apart in memory are copied together first: that is faster than it is to
    compare them where they lie.
    """
    last = stride * (out.shape[axis] - 1) + 1
    lead = (slice(None),) * axis
    parts = [x[(*lead, slice(p * dilation, p * dilation + last, stride))] for p in range(window)]
    if window == 1:
        np.copyto(out, parts[0])
        return
    if stride == 1 or axis < x.ndim - 1:
        np.maximum(parts[0], parts[1], out=out)
        for part in parts[2:]:
            np.maximum(out, part, out=out)
        return
    np.copyto(out, parts[0])
    together = workspace.take(out.shape, x.dtype)
    for part in parts[1:]:
        np.copyto(together, part)
        np.maximum(out, together, out=out)


@op("max_pool_grad")
class MaxPoolGrad(_MaxPooling):
    """Zeros like ``x`` with ``g`` added where each window first has its maximum, ``out``."""

    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints

    def infer(self, g: TensorType, x: TensorType, out: TensorType) -> TensorType:
        return x

    def kernel(self, g: Any, x: Any, out: Any) -> Any:
        """One position in the window after another takes what is its own of what is left of ``g``.

        What nobody took belongs to the last position.
        """
        result = np.empty(x.shape, g.dtype)
        self._compute(result, g, x, out)
        return result

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The same, into ``out``."""
        return self._compute

    def _compute(self, result: Array, g: Array, x: Array, out: Array) -> None:
        count = len(self.window)
        for parts in _planes(x, out, count, g, result):
            with workspace:
                self._compute_some(*parts)

    def _compute_some(self, x: Array, out: Array, g: Array, result: Array) -> None:
        windows = self.windows
        spatial = x.shape[1:]
        source = padded_with(x, windows, _lowest(x.dtype) if windows.is_padded else 0)
        target = workspace.take(source.shape, g.dtype) if windows.is_padded else result
        apart = self.stride == self.window and set(self.dilation) <= {1}
        if not apart or math.prod(target.shape[1:]) != math.prod(self.window) * out[0].size:
            target.fill(0)
        put = np.copyto if apart else _add
        left, taken = (workspace.take(g.shape, g.dtype) for _ in range(2))
        together, here = (workspace.take(out.shape, t) for t in (out.dtype, np.dtype(np.bool_)))
        np.copyto(left, g)
        *others, final = windows.positions(out.shape[1:])
        for index in others:
            np.copyto(together, source[index])
            move(np.equal(together, out, out=here), left, taken)
            put(target[index], taken)
        put(target[final], left)
        if windows.is_padded:
            result[...] = target[windows.interior(spatial)]

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """Linear in the first operand: its gradient is taken from where the maxima are."""
        _, x, maxima = operands
        attributes = (self.window, self.stride, self.padding, self.dilation)
        where = MaxPoolIndices(*attributes)(x, maxima)
        return take_places(g, where, len(self.window)), None, None


def _add(target: Array, source: Array) -> None:
    target += source


@op("max_pool_indices", Trait.NOT_DIFFERENTIABLE)
class MaxPoolIndices(_MaxPooling):
    """Where each window of ``x`` first has its maximum, operand 1, counted over all of space."""

    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints

    def infer(self, x: TensorType, out: TensorType) -> TensorType:
        return TensorType(dtypes.int64, out.shape)

    def kernel(self, x: Any, out: Any) -> Any:
        """The last position is tried first, so that the first one has the last word."""
        windows = self.windows
        count = len(self.window)
        spatial = x.shape[x.ndim - count :]
        source = padded_with(x, windows, _lowest(x.dtype) if windows.is_padded else 0)
        numbers = np.arange(math.prod(spatial)).reshape(spatial)
        numbers = padded_with(numbers, windows, -1)
        found = np.zeros(out.shape, np.int64)
        for index in reversed(list(windows.positions(out.shape[out.ndim - count :]))):
            here, number = source[index], numbers[index]
            # A NaN is the maximum of its window, though it equals nothing.
            match = (np.equal(here, out) | np.not_equal(here, here)) & (number >= 0)
            np.copyto(found, np.broadcast_to(number, found.shape), where=match)
        return found


def take_places(x: Value, where: Value, count: int) -> Value:
    """The elements of ``x`` at positions counted over its last ``count`` dimensions."""
    lead = x.shape[: x.ndim - count]
    flat = Reshape((*lead, math.prod(x.shape[x.ndim - count :])))(x)
    flat_where = Reshape((*lead, math.prod(where.shape[where.ndim - count :])))(where)
    taken: Value = Reshape(where.shape)(Gather(len(lead))(flat, flat_where))
    return taken


@op("adaptive_max_pool", Trait.ROWS)
class AdaptiveMaxPool(Op):
    """The greatest element of each of ``places`` parts, and where it is, counted over all space.

    Part ``i`` of a dimension of size ``n`` goes from ``floor(i * n / places)`` to
    ``ceil((i + 1) * n / places)``. Source: PyTorch's page ``AdaptiveMaxPool2d``.
    """

    saves: ClassVar[Saves] = {0: (0,)}

    places: Ints

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """The parts' maxima, and their positions.

        Raises:
            UnsupportedDtypeError: the operand is boolean.
            ShapeError: a dimension is empty.
        """
        require_number(self.name, [x])
        lead, spatial = _split(x.shape, len(self.places))
        if 0 in spatial:
            raise ShapeError(
                "adaptive_max_pool: Expected input to have non-zero size for non-batch dimensions, "
                f"but input has sizes {list(x.shape)}"
            )
        shape = (*lead, *self.places)
        return x.with_shape(shape), TensorType(dtypes.int64, shape)

    def kernel(self, x: Any) -> Any:
        """One part after another."""
        lead, spatial = _split(x.shape, len(self.places))
        out = np.empty((*lead, *self.places), x.dtype)
        where = np.empty(out.shape, np.int64)
        numbers = np.arange(math.prod(spatial)).reshape(spatial)
        for place in np.ndindex(self.places):
            part = tuple(
                slice(i * n // count, -((i + 1) * n // -count))
                for i, n, count in zip(place, spatial, self.places, strict=True)
            )
            values = x[(..., *part)].reshape(*lead, numbers[part].size)
            best = values.argmax(axis=-1)
            where[(..., *place)] = numbers[part].reshape(-1)[best]
            out[(..., *place)] = np.take_along_axis(values, best[..., None], -1)[..., 0]
        return out, where

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Each part's gradient goes to its greatest element."""
        (x,) = operands
        if g[0] is None:
            return (None,)
        return (put_places(g[0], out[1], x.shape, len(self.places)),)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return f"AdaptiveMaxPool{len(self.places)}DBackward0"


def _split(shape: Shape, count: int) -> tuple[Shape, Shape]:
    return shape[: len(shape) - count], shape[len(shape) - count :]


def put_places(g: Value, where: Value, shape: Shape, count: int) -> Value:
    """Zeros of ``shape`` with ``g`` added at positions counted over its last ``count`` sizes."""
    lead, spatial = _split(shape, count)
    parts = (*lead, math.prod(where.shape[len(lead) :]))
    base = zeros((*lead, math.prod(spatial)), g.dtype)
    added = ScatterAdd(len(lead))(base, Reshape(parts)(where), Reshape(parts)(g))
    result: Value = Reshape(shape)(added)
    return result
