"""The negative log-likelihood of given classes, and its gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from graphnet import dtypes
from graphnet.errors import DtypeError, OutOfRangeError, ShapeError, ValueRangeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Saves
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.loss import check_reduction, total
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Expand, Reshape, filled
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

Array = npt.NDArray[Any]


def _layout(shape: Shape) -> tuple[int, int, int]:
    """Batch size, number of classes and positions of log-probabilities of this shape."""
    if len(shape) == 1:
        return 1, shape[0], 1
    return shape[0], shape[1], math.prod(shape[2:])


def _places(shape: Shape) -> Shape:
    """The shape of one loss for each target."""
    return (shape[0], *shape[2:]) if len(shape) > 1 else ()


def _positions(target: Array, shape: Shape, ignored: int) -> tuple[Array, Array | None]:
    """Where each target's log-probability lies in row-major order, and which targets count.

    The second is None where all do; the position of one that doesn't is arbitrary.

    Raises:
        OutOfRangeError: a target is neither a class nor ``ignored``.
    """
    batch, classes, length = _layout(shape)
    flat = target.reshape(-1).astype(np.int64, copy=False)
    counted = None
    outside = flat.view(np.uint64) >= np.uint64(classes)
    if 0 <= ignored < classes or np.count_nonzero(outside):
        counted = flat != ignored
        wrong = outside & counted
        if np.count_nonzero(wrong):
            raise OutOfRangeError(
                f"nll_loss: Target {flat[wrong][0]} is out of bounds.",
                cure=f"with {classes} classes targets are 0 to {classes - 1}, or {ignored} for "
                "those to be ignored",
            )
        flat = flat * counted
    if length == 1:
        return np.arange(0, batch * classes, classes) + flat, counted
    starts = np.arange(batch)[:, None] * (classes * length) + np.arange(length)
    return starts.reshape(-1) + flat * length, counted


def _is_plain(x: TensorType, target: TensorType) -> bool:
    """Whether these are a class for each row of a matrix, in full precision."""
    wide = x.dtype in (dtypes.float32, dtypes.float64)
    return wide and x.ndim == 2 and x.numel > 0 and target.dtype is dtypes.int64


class _ClassLoss(Op):
    """What loss and gradient share: how much each target counts."""

    reduction: str
    ignore_index: int

    def averages_all(self, x: TensorType, target: TensorType, weight: Sequence[TensorType]) -> bool:
        """Whether it is the plain mean over a class for each row, unless a target is no class."""
        if self.reduction != "mean" or weight or not _is_plain(x, target):
            return False
        return not 0 <= self.ignore_index < x.shape[1]

    def shares(self, target: Array, counted: Array | None, weight: Array | None, dtype: Any) -> Any:
        """The factor of each target's loss, one number if it is the same for all."""
        factors: Any = dtype.type(1)
        if weight is not None:
            classes = target.reshape(-1) if counted is None else target.reshape(-1) * counted
            factors = weight.take(classes)
        if counted is not None:
            factors = factors * counted
        if self.reduction == "mean":
            whole = total(factors) if np.ndim(factors) else factors * target.size
            # Nothing that counts has no mean: NaN, as in PyTorch.
            factors = np.divide(factors, whole)
        return factors

    def counts(self, x: Value, target: Value, *weight: Value) -> Value:
        """For each member of a batch, the sum of the shares of its targets."""
        ones = Full(x.shape, x.dtype)(-1)
        share = NllLoss("none", self.ignore_index)(_rows(ones), _flat(x, target), *weight)
        counted: Value = Sum((1,))(Reshape((x.shape[0], target.numel // x.shape[0]))(share))
        return counted


def _rows(x: Value) -> Value:
    """Log-probabilities of a batch of batches as those of one."""
    shape = x.shape if x.ndim == 2 else (x.shape[0] * x.shape[1], *x.shape[2:])
    rows: Value = Reshape(shape)(x)
    return rows


def _flat(x: Value, target: Value) -> Value:
    """Their targets."""
    rows = target.shape if x.ndim == 2 else (x.shape[0] * x.shape[1], *x.shape[3:])
    flat: Value = Reshape(rows)(target)
    return flat


@op("nll_loss")
class NllLoss(_ClassLoss):
    """Minus the log-probability of each target's class, times the weight of the class.

    Operands are log-probabilities ``(N, C, ...)`` or ``(C,)``, targets ``(N, ...)``, or ``()`` or
    ``(1,)``, and perhaps a weight for each class. Targets equal to ``ignore_index`` don't count. A
    mean divides by the weights of those that do. Source: PyTorch's page ``NLLLoss``.
    """

    saves: ClassVar[Saves] = {0: (0, 1)}

    reduction: str = "mean"
    ignore_index: int = -100

    def infer(self, *operands: TensorType) -> TensorType:
        """One loss for each target, or a single number.

        Raises:
            UnsupportedDtypeError: the log-probabilities are not floating point.
            DtypeError: the targets are not int64 or uint8.
            ShapeError: input, target and weight do not fit together.
            ValueRangeError: batch sizes differ.
        """
        check_reduction(self.reduction)
        x, target, *weight = operands
        require_float(self.name, [x])
        _check_target(x, target)
        classes = _layout(x.shape)[1]
        if weight and weight[0].shape != (classes,):
            raise ShapeError(
                f"nll_loss: weight tensor should be defined either for all {classes} classes or "
                f"no classes but got weight tensor of shape: {list(weight[0].shape)}"
            )
        if weight and weight[0].dtype is not x.dtype:
            raise DtypeError(
                f"nll_loss: expected scalar type {SCALAR_TYPE_NAMES[x.dtype]} but found "
                f"{SCALAR_TYPE_NAMES[weight[0].dtype]} in the weight"
            )
        return TensorType(x.dtype, _places(x.shape) if self.reduction == "none" else ())

    def bind(self, operands: Sequence[TensorType]) -> Kernel:
        """For the mean over a batch of classes without weights, a shorter way to it."""
        x, target, *weight = operands
        if not self.averages_all(x, target, weight):
            return self.kernel
        rows, classes = x.shape
        starts, limit = np.arange(0, rows * classes, classes), np.uint64(classes)
        dtype = x.dtype.numpy

        def mean(x: Array, target: Array) -> Any:
            if np.count_nonzero(target.view(np.uint64) >= limit):  # ignored, or an error
                return self.kernel(x, target)
            chosen = x.reshape(-1).take(starts + target)
            return np.array(np.add.reduce(chosen) / -rows, dtype)

        return mean

    def kernel(self, x: Any, target: Any, *weight: Any) -> Any:
        """One look-up for each target."""
        target = np.asarray(target)
        positions, counted = _positions(target, x.shape, self.ignore_index)
        chosen = x.reshape(-1).take(positions)
        if self.reduction == "mean" and counted is None and not weight and chosen.size:
            return np.asarray(total(chosen) / -chosen.size).astype(x.dtype)
        shares = self.shares(target, counted, weight[0] if weight else None, x.dtype)
        losses = chosen * -shares
        if self.reduction == "none":
            return losses.reshape(_places(x.shape))
        found = total(losses) if losses.size or self.reduction == "sum" else np.nan
        return np.asarray(found).astype(x.dtype)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """Zeros with minus the share of each target at its class."""
        x, target, *weight = operands
        gradient = NllLossGrad(self.reduction, self.ignore_index, x.shape)(g, target, *weight)
        return gradient, *(None for _ in operands[1:])

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """PyTorch has a form of its own for images."""
        return "NllLoss2DBackward0" if operands[0].ndim > 2 else "NllLossBackward0"

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """All losses at once; a mean divides each member's by what counts there."""
        if any(batched[2:]):
            return None
        x, target = filled(size, operands[:2], batched[:2])
        rows, targets = _rows(x), _flat(x, target)
        losses = self.but(reduction="none")(rows, targets, *operands[2:])
        shape = (size, losses.numel // size) if size else (0, 0)
        total = Sum((1,))(Reshape(shape)(losses))
        if self.reduction == "none":
            return Reshape(target.shape)(losses)
        return total / self.counts(x, target, *operands[2:]) if self.reduction == "mean" else total


def _check_target(x: TensorType, target: TensorType) -> None:
    """Raise where the target is not one class for each place of the input."""
    if not x.ndim:
        raise ValueRangeError("nll_loss: Expected 1 or more dimensions (got 0)")
    shape, batch = target.shape, target.shape[0] if target.shape else 0
    if x.ndim == 1 and len(shape) == 1 and batch != 1:
        raise ValueRangeError(
            f"For 1D input, 1D target must have size 1, but got target size: {batch}",
            cure="nll_loss: the scores of one sample have one class",
        )
    if x.ndim > 1 and x.shape[0] != batch:
        raise ValueRangeError(
            f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({batch}).",
            cure="nll_loss: the target has the input's shape without the second, its classes",
        )
    expected = _places(x.shape)
    fits = shape == expected or (x.ndim == 1 and shape == (1,))
    if not fits and x.ndim < 3:
        raise ShapeError(
            "0D or 1D target tensor expected, multi-target not supported",
            cure=f"nll_loss: the target's shape is {list(shape)}; name a class for each sample",
        )
    if not fits:
        raise ShapeError(f"nll_loss: Expected target size {list(expected)}, got {list(shape)}")
    if target.dtype not in (dtypes.int64, dtypes.uint8):
        raise DtypeError(
            "nll_loss: expected target dtype to be Long or Byte, but got "
            f"{SCALAR_TYPE_NAMES[target.dtype]}",
            cure="class indices are integers, as `target.long()` gives",
        )


@op("nll_loss_grad")
class NllLossGrad(_ClassLoss):
    """The transpose of nll_loss, which is linear: from the loss to all log-probabilities."""

    reduction: str
    ignore_index: int
    shape: Shape

    def infer(self, *operands: TensorType) -> TensorType:
        """The shape of the log-probabilities.

        Raises:
            UnsupportedDtypeError: the gradient is not floating point.
        """
        require_float(self.name, operands[:1])
        return TensorType(operands[0].dtype, self.shape)

    def bind(self, operands: Sequence[TensorType]) -> Kernel:
        """For the mean over a batch of classes without weights, a shorter way to it."""
        g, target, *weight = operands
        shape = TensorType(g.dtype, self.shape)
        if not self.averages_all(shape, target, weight):
            return self.kernel
        rows, classes = self.shape
        starts, limit = np.arange(0, rows * classes, classes), np.uint64(classes)
        dtype = g.dtype.numpy

        def spread(g: Array, target: Array) -> Any:
            if np.count_nonzero(target.view(np.uint64) >= limit):  # ignored, or an error
                return self.kernel(g, target)
            out = np.zeros((rows, classes), dtype)
            out.reshape(-1)[starts + target] = g / -rows
            return out

        return spread

    def kernel(self, g: Any, target: Any, *weight: Any) -> Any:
        """Zeros, then one store for each target."""
        target, g = np.asarray(target), np.asarray(g)
        positions, counted = _positions(target, self.shape, self.ignore_index)
        out = np.zeros(self.shape, g.dtype)
        if self.reduction == "mean" and counted is None and not weight and positions.size:
            out.reshape(-1)[positions] = g / -positions.size
            return out
        shares = self.shares(target, counted, weight[0] if weight else None, g.dtype)
        values = g.reshape(-1) * -shares
        if counted is None:
            out.reshape(-1)[positions] = values
        else:
            # Those that don't count share a position with others, which they must not undo.
            values = np.broadcast_to(values, positions.shape)
            out.reshape(-1)[positions[counted]] = values[counted]
        return out

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """The transpose of the transpose is the loss."""
        loss = NllLoss(self.reduction, self.ignore_index)(g, *operands[1:])
        return loss, *(None for _ in operands[1:])

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """All gradients at once; a mean's are divided by what counts for each member."""
        if any(batched[2:]):
            return None
        g, target = filled(size, operands[:2], batched[:2])
        example = Full((size, *self.shape), g.dtype)(0)
        if self.reduction == "mean":
            g = g / self.counts(example, target, *operands[2:])
        whole = _rows(example).shape
        targets = _flat(example, target)
        if self.reduction != "none":
            spread = Reshape((size, *(1,) * (target.ndim - 1)))(g)
            g = Expand(target.shape)(spread)
        gradient = self.but(reduction="none", shape=whole)(
            Reshape(targets.shape)(g), targets, *operands[2:]
        )
        return Reshape((size, *self.shape))(gradient)
