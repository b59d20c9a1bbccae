"""Normalisation to mean 0 and variance 1, over batches and over layers."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet import dtypes
from graphnet.errors import DtypeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.arithmetic import Add, Mul
from graphnet.ops.batching import apart, side_by_side
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.math import Rsqrt
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Reshape, aligned, filled

Array = npt.NDArray[Any]

_LONG = 32
"""From this many elements on, BLAS sums a row faster than numpy does."""


class _Layers:
    """Statistics over the last dimensions: ``(rows, size)``."""

    def __init__(self, shape: Shape, count: int) -> None:
        split = len(shape) - count
        self.size = math.prod(shape[split:])
        self.flat = (math.prod(shape[:split]), self.size)
        self.spread = (self.flat[0], 1)
        self.kept = (*shape[:split], *(1,) * count)

    def total(self, x: Array) -> Array:
        """The sum of each row; a product with ones is a sum for which there is a fast kernel."""
        found: Array = np.matmul(x, np.ones(self.size, x.dtype))
        return found

    def dot(self, x: Array, y: Array) -> Array:
        """The sum of each row of the product."""
        found: Array = np.vecdot(x, y)
        return found


class _Channels:
    """Statistics over all dimensions but the second: ``(batch, channels, places)``."""

    def __init__(self, shape: Shape) -> None:
        places = math.prod(shape[2:])
        self.size = shape[0] * places
        self.flat = (shape[0], shape[1], places)
        self.spread = (shape[1], 1)
        self.kept = (1, shape[1], *(1 for _ in shape[2:]))

    def total(self, x: Array) -> Array:
        """The sum of each channel.

        Long rows are summed by a product with ones, as those of layers are. Where rows are short
        the batch comes first, so that what is left lies along memory.
        """
        if self.flat[2] >= _LONG:
            rows = np.matmul(x, np.ones(self.flat[2], x.dtype))
            found: Array = np.add.reduce(rows, axis=0)
            return found
        return np.asarray(np.add.reduce(np.add.reduce(x, axis=0), axis=1))

    def dot(self, x: Array, y: Array) -> Array:
        """The sum of each channel of the product."""
        if self.flat[2] >= _LONG:
            found: Array = np.add.reduce(np.vecdot(x, y), axis=0)
            return found
        return np.asarray(np.einsum("ncp,ncp->c", x, y))


def _layout(shape: Shape, dims: Sequence[int]) -> _Layers | _Channels:
    """Which of the two these dimensions are."""
    if tuple(dims) == tuple(range(len(shape) - len(dims), len(shape))):
        return _Layers(shape, len(dims))
    return _Channels(shape)


def _wide(x: Any) -> Array:
    """Half precision as single."""
    array: Array = np.asarray(x)
    return array.astype(np.float32) if array.dtype.itemsize <= 2 else array


class _Normalising(Op):
    """``(x - mean) / sqrt(variance + eps) * weight + bias``, with the mean and the variance.

    Operands are ``x``, ``eps``, and perhaps a weight and a bias. The variance is that of a
    population: divided by the number of elements.
    """

    @abstractmethod
    def dims(self, ndim: int) -> tuple[int, ...]:
        """The dimensions over which statistics are taken."""

    @abstractmethod
    def statistics_shape(self, shape: Shape) -> Shape:
        """The shape of mean and variance."""

    @abstractmethod
    def affine_shape(self, shape: Shape) -> Shape:
        """The shape of weight and bias."""

    def infer(self, *operands: TensorType) -> tuple[TensorType, ...]:
        """The result, the mean and the variance.

        Raises:
            UnsupportedDtypeError: the input is not floating point.
            ShapeError: weight or bias does not fit.
            DtypeError: their element type differs.
        """
        x, _, *affine = operands
        require_float(self.name, [x])
        wanted = self.affine_shape(x.shape)
        for name, operand in zip(("weight", "bias"), affine, strict=False):
            if operand.shape != wanted:
                raise ShapeError(
                    f"{self.name}: Expected {name} to have shape {list(wanted)} for input of shape "
                    f"{list(x.shape)}, but got {list(operand.shape)}"
                )
            if operand.dtype is not x.dtype:
                raise DtypeError(
                    f"{self.name}: expected scalar type {x.dtype} but found {operand.dtype} in "
                    f"the {name}",
                    cure=f"cast one of them, as in `x.to({operand.dtype})`",
                )
        wide = x.dtype if x.dtype.itemsize > 2 else dtypes.float32
        statistics = TensorType(wide, self.statistics_shape(x.shape))
        return x, statistics, statistics

    def kernel(self, x: Any, eps: Any, *affine: Any) -> Any:
        """In one array throughout: centred, squared, scaled, shifted."""
        wide = _wide(x)
        shape = self.statistics_shape(x.shape)
        outs = tuple(np.empty(shape, wide.dtype) for shape in (x.shape, shape, shape))
        self._compute(outs, wide, eps, *map(_wide, affine))
        return outs[0].astype(x.dtype, copy=False), *outs[1:]

    def into_all(
        self, operands: Sequence[TensorType], results: Sequence[TensorType]
    ) -> Kernel | None:
        """The same, into ``outs``; not in half precision."""
        return None if results[0].dtype.itemsize <= 2 else self._compute

    def _compute(self, outs: Sequence[Array], x: Array, eps: Any, *affine: Array) -> None:
        layout = _layout(x.shape, self.dims(x.ndim))
        flat, out = x.reshape(layout.flat), outs[0].reshape(layout.flat)
        mean, variance = (statistic.reshape(-1) for statistic in outs[1:])
        np.divide(layout.total(flat), layout.size, out=mean)
        np.subtract(flat, mean.reshape(layout.spread), out=out)
        np.divide(layout.dot(out, out), layout.size, out=variance)
        scale = 1 / np.sqrt(variance + eps)
        self._finish(out, scale.astype(out.dtype, copy=False), layout, *affine)

    def _finish(
        self,
        out: Array,
        scale: Array,
        layout: _Layers | _Channels,
        weight: Array | None = None,
        bias: Array | None = None,
    ) -> None:
        """Scale and shift in place; a channel's two factors are multiplied first."""
        if isinstance(layout, _Channels):
            out *= (scale if weight is None else scale * weight).reshape(layout.spread)
            if bias is not None:
                out += bias.reshape(layout.spread)
            return
        out *= scale.reshape(layout.spread)
        if weight is not None:
            out *= weight.reshape(-1)
        if bias is not None:
            out += bias.reshape(-1)

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Through the result, and through mean and variance where they are used."""
        x, eps, *affine = operands
        kept = _layout(x.shape, self.dims(x.ndim)).kept
        centred = x - _shaped(out[1], kept)
        gradients: list[Value | None] = [None] * len(operands)
        if g[0] is not None:
            scale = Rsqrt()(_shaped(out[2], kept) + eps)
            gradients = [*self.pull_back(g[0], centred * scale, scale, *affine)]
            gradients.insert(1, None)
        gradients[0] = self._through_statistics(gradients[0], g, centred, kept)
        return gradients

    def _through_statistics(
        self, gx: Value | None, g: Any, centred: Value, kept: Shape
    ) -> Value | None:
        count = max(centred.numel // max(math.prod(kept), 1), 1)
        parts = [gx]
        if g[1] is not None:
            parts.append(_shaped(g[1], kept) / count + centred * 0)
        if g[2] is not None:
            parts.append(centred * (_shaped(g[2], kept) * (2 / count)))
        present = [part for part in parts if part is not None]
        return sum(present[1:], present[0]) if present else None

    @abstractmethod
    def pull_back(
        self, g: Value, normal: Value, scale: Value, *affine: Value
    ) -> Sequence[Value | None]:
        """The gradients of ``x``, weight and bias, given the normalised input and its scale."""


def _shaped(x: Value, shape: Shape) -> Value:
    result: Value = Reshape(shape)(x) if x.shape != shape else x
    return result


@op("batch_norm", Trait.IMAGES)
class BatchNorm(_Normalising):
    """Each channel, dimension 1, normalised over the batch and all places.

    Source: Ioffe and Szegedy 2015, "Batch normalization".
    """

    def dims(self, ndim: int) -> tuple[int, ...]:
        return (0, *range(2, ndim))

    def statistics_shape(self, shape: Shape) -> Shape:
        return shape[1:2]

    def affine_shape(self, shape: Shape) -> Shape:
        return shape[1:2]

    def pull_back(
        self, g: Value, normal: Value, scale: Value, *affine: Value
    ) -> Sequence[Value | None]:
        projected, total, dot = NormalGrad(self.dims(g.ndim))(g, normal)
        if affine:
            scale = scale * _shaped(affine[0], scale.shape)
        channels = g.shape[1:2]
        return projected * scale, *(_shaped(x, channels) for x in (dot, total)[: len(affine)])

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "NativeBatchNormBackward0"

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The channels of all members side by side."""
        x, eps, *affine = operands
        (whole,) = filled(size, [x], batched[:1])
        each = filled(size, affine, batched[2:])
        lines = [Reshape((a.shape[0] * a.shape[1],))(a) for a in each]
        out, *statistics = self(side_by_side(whole), eps, *lines)
        return (
            apart(size, out),
            *(Reshape((size, s.shape[0] // size))(s) for s in statistics),
        )


@op("layer_norm")
class LayerNorm(_Normalising):
    """Each sample normalised over its last ``count`` dimensions.

    Source: Ba et al. 2016, "Layer normalization".
    """

    count: int

    def dims(self, ndim: int) -> tuple[int, ...]:
        return tuple(range(ndim - self.count, ndim))

    def statistics_shape(self, shape: Shape) -> Shape:
        return (*shape[: len(shape) - self.count], *(1,) * self.count)

    def affine_shape(self, shape: Shape) -> Shape:
        return shape[len(shape) - self.count :]

    def pull_back(
        self, g: Value, normal: Value, scale: Value, *affine: Value
    ) -> Sequence[Value | None]:
        scaled = g * affine[0] if affine else g
        projected, _, _ = NormalGrad(self.dims(g.ndim))(scaled, normal)
        lead = tuple(range(g.ndim - self.count))
        parts = [g * normal, g][: len(affine)]
        return projected * scale, *(Sum(lead)(part) if lead else part for part in parts)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "NativeLayerNormBackward0"

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Rows are each by themselves; weights of members are applied afterwards."""
        x, eps, *affine = operands
        (whole,) = filled(size, [x], batched[:1])
        if not any(batched[2:]):
            return self(whole, eps, *affine)
        out, mean, variance = self(whole, eps)
        for step, operand, was in zip((Mul(), Add()), affine, batched[2:], strict=False):
            out = step(*aligned([out, operand], [True, was]))
        return out, mean, variance


@op("normal_grad")
class NormalGrad(Op):
    """``g`` without its mean and without its part along ``normal``, which has mean 0, variance 1.

    That is the gradient of normalising over ``dims``, but for the scale. The sums of ``g`` and of
    ``g * normal`` that it takes on the way are results too: they are the gradients of the bias and
    the weight of a channel.
    """

    dims: tuple[int, ...]

    def infer(self, g: TensorType, normal: TensorType) -> tuple[TensorType, ...]:
        sums = g.with_shape(_layout(g.shape, self.dims).kept)
        return g, sums, sums

    def kernel(self, g: Any, normal: Any) -> Any:
        """``g - mean(g) - normal * mean(g * normal)``."""
        wide, kept = _wide(g), _layout(g.shape, self.dims).kept
        outs = tuple(np.empty(shape, wide.dtype) for shape in (g.shape, kept, kept))
        self._compute(outs, wide, _wide(normal))
        return tuple(out.astype(g.dtype, copy=False) for out in outs)

    def into_all(
        self, operands: Sequence[TensorType], results: Sequence[TensorType]
    ) -> Kernel | None:
        """The same, into ``outs``; not in half precision."""
        return None if results[0].dtype.itemsize <= 2 else self._compute

    def _compute(self, outs: Sequence[Array], g: Array, normal: Array) -> None:
        layout = _layout(g.shape, self.dims)
        flat, direction = g.reshape(layout.flat), normal.reshape(layout.flat)
        total, dot = layout.total(flat), layout.dot(flat, direction)
        out = outs[0].reshape(layout.flat)
        np.multiply(direction, (dot / -layout.size).reshape(layout.spread), out=out)
        out += flat
        out -= (total / layout.size).reshape(layout.spread)
        for found, result in zip((total, dot), outs[1:], strict=True):
            np.copyto(result, found.reshape(layout.kept))

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Removing is its own transpose; ``normal`` is in it twice."""
        before, normal = operands
        along_g: list[Value] = []
        along_normal: list[Value] = []
        if g[0] is not None:
            removed, _, dot = NormalGrad(self.dims)(g[0], normal)
            size = _layout(before.shape, self.dims).size
            along_g.append(removed)
            along_normal.append((g[0] * out[2] + before * dot) * (-1 / max(size, 1)))
        if g[1] is not None:
            along_g.append(g[1] + before * 0)
        if g[2] is not None:
            along_g.append(g[2] * normal)
            along_normal.append(g[2] * before)
        return _added(along_g), _added(along_normal)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """As the normalisation itself."""
        g, normal = filled(size, operands, batched)
        ndim = g.ndim - 1
        if self.dims == tuple(range(ndim - len(self.dims), ndim)):
            return NormalGrad(tuple(dim + 1 for dim in self.dims))(g, normal)
        results = self(side_by_side(g), side_by_side(normal))
        return tuple(
            apart(size, r) if r.ndim > 1 else Reshape((size, r.shape[0] // size))(r)
            for r in results
        )


def _added(parts: Sequence[Value]) -> Value | None:
    return sum(parts[1:], parts[0]) if parts else None


@op("batch_norm_eval", Trait.IMAGES)
class BatchNormEval(Op):
    """Each channel, dimension 1, normalised by a mean and a variance that are given.

    Operands are ``x``, mean, variance, ``eps``, and perhaps a weight and a bias.
    """

    def infer(self, *operands: TensorType) -> TensorType:
        """The type stays.

        Raises:
            UnsupportedDtypeError: the input is not floating point.
            ShapeError: there is not one of each for each channel.
        """
        x = operands[0]
        require_float("batch_norm", [x])
        names = ("running_mean", "running_var", "eps", "weight", "bias")
        for name, operand in zip(names, operands[1:], strict=False):
            if name != "eps" and operand.shape != x.shape[1:2]:
                raise ShapeError(
                    f"batch_norm: {name} should contain {x.shape[1]} elements not {operand.numel}"
                )
        return x

    def kernel(self, *arrays: Any) -> Any:
        """One product and one sum: all that belongs to a channel is put together first."""
        out = np.empty_like(_wide(arrays[0]))
        self._compute(out, *map(_wide, arrays))
        return out.astype(arrays[0].dtype, copy=False)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, in ``out``; not in half precision."""
        return None if result.dtype.itemsize <= 2 else self._compute

    @staticmethod
    def _compute(
        out: Array,
        x: Array,
        mean: Array,
        variance: Array,
        eps: Any,
        weight: Array | None = None,
        bias: Array | None = None,
    ) -> None:
        scale = 1 / np.sqrt(variance + eps)
        if weight is not None:
            scale = scale * weight
        shift = -mean * scale if bias is None else bias - mean * scale
        places = (-1, *(1,) * (x.ndim - 2))
        np.multiply(x, scale.astype(out.dtype, copy=False).reshape(places), out=out)
        np.add(out, shift.astype(out.dtype, copy=False).reshape(places), out=out)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """The scale, and sums over each channel; the statistics are taken as constant."""
        x, mean, variance, eps, *affine = operands
        kept = _Channels(x.shape).kept
        scale = Rsqrt()(_shaped(variance, kept) + eps)
        dims = (0, *range(2, x.ndim))
        gx = g * (scale * _shaped(affine[0], kept) if affine else scale)
        parts = [g * ((x - _shaped(mean, kept)) * scale), g][: len(affine)]
        return gx, None, None, None, *(Sum(dims)(part) for part in parts)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "NativeBatchNormBackward0"

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The channels of all members side by side."""
        x, mean, variance, eps, *affine = operands
        (whole,) = filled(size, [x], batched[:1])
        was = (*batched[1:3], *batched[4:])
        each = filled(size, [mean, variance, *affine], was)
        lines = [Reshape((a.shape[0] * a.shape[1],))(a) for a in each]
        out = self(side_by_side(whole), *lines[:2], eps, *lines[2:])
        return apart(size, out)
