"""Losses that compare a prediction with a target, element by element."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from graphnet import dtypes
from graphnet.errors import ValueRangeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Saves
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.activation import Hardtanh
from graphnet.ops.arithmetic import Maximum
from graphnet.ops.compare import Equal, Where
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.elementwise import broadcast_shapes, casts, is_half, promoted
from graphnet.ops.index import RangeError
from graphnet.ops.math import Exp, Log, Log1p, Sign
from graphnet.ops.reduce import Mean, Sum
from graphnet.ops.shape import Reshape, aligned, filled
from graphnet.ops.smooth_activation import Sigmoid

Array = npt.NDArray[Any]

REDUCTIONS = ("none", "mean", "sum")


def check_reduction(reduction: str) -> None:
    """Raise ValueRangeError unless this is the name of a reduction."""
    if reduction not in REDUCTIONS:
        raise ValueRangeError(
            f"{reduction} is not a valid value for reduction ({reduction} is not valid)",
            cure="it is one of " + ", ".join(map(repr, REDUCTIONS)),
        )


def total(x: Array) -> Any:
    """The sum of all elements; half precision is summed in single."""
    accumulator = np.float32 if x.dtype.itemsize <= 2 else None
    return np.add.reduce(x.reshape(-1), dtype=accumulator)


def reduced(reduction: str, losses: Value) -> Value:
    """The losses of each member of a batch, reduced."""
    if reduction == "none" or losses.ndim == 1:
        return losses
    flat = Reshape((losses.shape[0], math.prod(losses.shape[1:])))(losses)
    found: Value = Mean((1,))(flat) if reduction == "mean" else Sum((1,))(flat)
    return found


class _Loss(Op):
    """A function of prediction and target, which broadcast; numbers may follow them.

    ``reduction`` says what becomes of the single losses: "none", "mean" or "sum".
    """

    reduction: str

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None]:
        """Prediction and target meet in one dtype."""
        pair = operands[:2]
        return [*casts(pair, promoted(pair)), *(None for _ in operands[2:])]

    def infer(self, *operands: TensorType) -> TensorType:
        """The broadcast shape, or a single number.

        Raises:
            UnsupportedDtypeError: neither operand is floating point.
            ShapeError: they do not broadcast.
        """
        check_reduction(self.reduction)
        pair = operands[:2]
        require_float(self.name, pair)
        shape = broadcast_shapes(self.name, pair)
        return TensorType(promoted(pair), shape if self.reduction == "none" else ())

    def kernel(self, *arrays: Any) -> Any:
        """The single losses, then their sum or mean."""
        x, y, *numbers = arrays
        losses = np.asarray(self.pointwise(x, y, *numbers))
        if is_half(dtypes.from_numpy(x.dtype)):
            losses = losses.astype(x.dtype)  # beside a Python number it may be wider
        if self.reduction == "none":
            return losses
        found = total(losses)
        if self.reduction == "mean":
            found = found / losses.size if losses.size else np.float64(np.nan)
        return found.astype(losses.dtype)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """The slopes times the gradient, which a mean spreads over all elements."""
        x, y, *numbers = operands
        if self.reduction == "mean":
            count = TensorType(x.dtype, broadcast_shapes(self.name, [x.type, y.type])).numel
            g = g / count if count else g
        return [*self.slopes(g, x, y, *numbers), *(None for _ in numbers)]

    @abstractmethod
    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        """The single losses."""

    @abstractmethod
    def slopes(
        self, g: Value, x: Value, y: Value, *numbers: Value
    ) -> tuple[Value | None, Value | None]:
        """The derivatives by prediction and, if it wants one, target; each times ``g``."""

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The single losses; then each member's are reduced."""
        pair = filled(size, operands[:2], batched[:2])
        lined = aligned(pair, [True, True])
        losses = self.but(reduction="none")(*lined, *operands[2:])
        return reduced(self.reduction, losses)


@op("mse_loss")
class MseLoss(_Loss):
    """``(x - y)**2``. Source: PyTorch's page ``MSELoss``."""

    reduction: str = "mean"

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        difference = np.subtract(x, y)
        return np.multiply(difference, difference)

    def decompose(self, *operands: Value) -> Value | None:
        """The difference is shared with the gradient."""
        x, y = operands
        kind = TensorType(x.dtype, broadcast_shapes(self.name, [x.type, y.type]))
        if self.reduction == "none" or not kind.numel or kind.dtype.itemsize == 2:
            return None
        difference = x - y
        total = Sum((0,))(Reshape((kind.numel,))(difference * difference))
        found: Value = total / kind.numel if self.reduction == "mean" else total
        return found

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        slope = (x - y) * (g * 2)
        return slope, -slope if y.requires_grad else None


@op("l1_loss")
class L1Loss(_Loss):
    """``|x - y|``. Source: PyTorch's page ``L1Loss``."""

    saves: ClassVar[Saves] = {0: (), 1: ()}  # the difference, which nobody can write to

    reduction: str = "mean"

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        return np.absolute(np.subtract(x, y))

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        slope = Sign()(x - y) * g
        return slope, -slope if y.requires_grad else None

    @property
    def grad_name(self) -> str:
        """What comes last in PyTorch's composition."""
        return {"mean": "Mean", "sum": "Sum", "none": "Abs"}[self.reduction] + "Backward0"


def _huber(difference: Array, delta: Any) -> Any:
    """``d**2 / 2`` up to delta, the tangent beyond; ``near`` makes one formula of both."""
    distance = np.absolute(difference)
    near = np.minimum(distance, delta)
    return near * (distance - near * 0.5)


@op("smooth_l1_loss")
class SmoothL1Loss(_Loss):
    """``d**2 / (2 beta)`` where ``|d| < beta``, else ``|d| - beta / 2``, for ``d = x - y``.

    ``beta`` is operand 2, a positive number. Source: Girshick 2015, "Fast R-CNN".
    """

    reduction: str = "mean"

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        (beta,) = numbers
        return _huber(np.subtract(x, y), beta) / beta

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        (beta,) = numbers
        slope = Hardtanh()((x - y) / beta, -1, 1) * g
        return slope, -slope if y.requires_grad else None


@op("huber_loss")
class HuberLoss(_Loss):
    """``d**2 / 2`` where ``|d| < delta``, else ``delta * (|d| - delta / 2)``, for ``d = x - y``.

    ``delta`` is operand 2, a positive number. Source: PyTorch's page ``HuberLoss``.
    """

    reduction: str = "mean"

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        (delta,) = numbers
        return _huber(np.subtract(x, y), delta)

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        (delta,) = numbers
        slope = Hardtanh()(x - y, -delta, delta) * g
        return slope, -slope if y.requires_grad else None


_LOG_FLOOR = -100.0
"""PyTorch's bound for logarithms in binary cross entropy, so that log(0) gives no infinity."""


@op("binary_cross_entropy")
class BinaryCrossEntropy(_Loss):
    """``-(y * log(x) + (1 - y) * log(1 - x))``; logarithms count as -100 at least.

    Source: PyTorch's page ``BCELoss``.
    """

    reduction: str = "mean"

    def infer(self, *operands: TensorType) -> TensorType:
        """Shapes must be equal, because broadcasting here is nearly always a mistake.

        Raises:
            ValueRangeError: the target's shape differs.
        """
        x, y = operands
        if x.shape != y.shape:
            raise ValueRangeError(
                f"Using a target size ({list(y.shape)}) that is different to the input size "
                f"({list(x.shape)}) is deprecated.",
                cure="make both the same size, as in `target.view_as(input)`",
            )
        return super().infer(*operands)

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        """Checks that both are probabilities on the way.

        Raises:
            RangeError: one is not within 0 and 1, or is NaN.
        """
        for given, name, cure in (
            (x, "input", "apply sigmoid first, or use binary_cross_entropy_with_logits"),
            (y, "target", "targets are probabilities"),
        ):
            wrong = ~((given >= 0) & (given <= 1))
            if np.any(wrong):
                raise RangeError(
                    f"binary_cross_entropy: all elements of {name} should be between 0 and 1, but "
                    f"one is {np.asarray(given)[wrong].flat[0]}",
                    cure=cure,
                )
        positive = np.maximum(np.log(x), _LOG_FLOOR)
        negative = np.maximum(np.log1p(-x), _LOG_FLOOR)
        return (y - 1) * negative - y * positive

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        slope = (x - y) / Maximum()((1 - x) * x, 1e-12) * g
        if not y.requires_grad:
            return slope, None
        odds = Maximum()(Log1p()(-x), _LOG_FLOOR) - Maximum()(Log()(x), _LOG_FLOOR)
        return slope, odds * g


@op("binary_cross_entropy_with_logits")
class BinaryCrossEntropyWithLogits(_Loss):
    """``-(y * log(s) + (1 - y) * log(1 - s))`` with ``s = sigmoid(x)``, without overflow.

    Source: PyTorch's page ``BCEWithLogitsLoss``.
    """

    reduction: str = "mean"

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        losses = np.log1p(np.exp(-np.absolute(x)))
        losses = losses + np.maximum(x, np.zeros((), np.asarray(x).dtype))
        return losses - x * y

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        return (Sigmoid()(x) - y) * g, -(x * g) if y.requires_grad else None


@op("kl_div")
class KlDiv(_Loss):
    """``y * (log(y) - x)``, or ``exp(y) * (y - x)`` where the target is given as its logarithm.

    Source: PyTorch's page ``KLDivLoss``.
    """

    reduction: str = "mean"
    log_target: bool = False

    def pointwise(self, x: Array, y: Array, *numbers: Any) -> Any:
        """A target probability of 0 costs nothing."""
        if self.log_target:
            return np.exp(y) * (y - x)
        return np.where(np.equal(y, 0), 0, y * np.log(y)).astype(np.asarray(x).dtype) - y * x

    def slopes(self, g: Value, x: Value, y: Value, *numbers: Value) -> tuple[Value, Value | None]:
        if self.log_target:
            likelihood = Exp()(y)
            return -(likelihood * g), likelihood * (y - x + 1) * g if y.requires_grad else None
        if not y.requires_grad:
            return -(y * g), None
        # A quotient instead of 1: PyTorch's slope at a target of 0 is NaN.
        return -(y * g), (Where()(Equal()(y, 0), 0, Log()(y)) + y / y - x) * g

    @property
    def grad_name(self) -> str:
        """What comes last in PyTorch's composition."""
        return {"mean": "Mean", "sum": "Sum", "none": "Sub"}[self.reduction] + "Backward0"
