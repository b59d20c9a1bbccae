"""Connectionist temporal classification: the probability of all alignments of a label sequence.

Source: A. Graves et al., "Connectionist Temporal Classification", 2006.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ir.node import Value
from graphnet.ir.op import Op
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import require_float

Array = npt.NDArray[Any]


class _Alignments(Op):
    """What loss and gradient share.

    Operands are log-probabilities (steps, batch, classes), labels (batch, length), how many steps
    there are of each sequence, and how many labels.
    """

    blank: int
    zero_infinity: bool

    def states(self, log_probs: Array, labels: Array) -> tuple[Array, Array, Array]:
        """Labels with a blank before, between and after them; their log-probabilities; skips.

        A blank between different labels may be skipped.
        """
        batch, length = labels.shape
        path = np.full((batch, 2 * length + 1), self.blank, np.int64)
        path[:, 1::2] = np.clip(labels, 0, log_probs.shape[2] - 1)
        emitted = np.take_along_axis(
            log_probs.astype(np.float64), np.broadcast_to(path, (len(log_probs), *path.shape)), 2
        )
        skips = np.zeros(path.shape, bool)
        skips[:, 2:] = (path[:, 2:] != self.blank) & (path[:, 2:] != path[:, :-2])
        return path, emitted, skips

    def forward(self, emitted: Array, skips: Array) -> Array:
        """For each step and state the log-probability of all ways to it, the step included."""
        steps = np.full(emitted.shape, -np.inf)
        steps[:1, :, :2] = emitted[:1, :, :2]
        for t in range(1, len(emitted)):
            before = steps[t - 1]
            one = np.pad(before, ((0, 0), (1, 0)), constant_values=-np.inf)[:, :-1]
            two = np.pad(before, ((0, 0), (2, 0)), constant_values=-np.inf)[:, :-2]
            ways = np.logaddexp(np.logaddexp(before, one), np.where(skips, two, -np.inf))
            steps[t] = ways + emitted[t]
        return steps

    def losses(self, alpha: Array, steps: Array, lengths: Array) -> Array:
        """Minus the log-probability of the last label, or the blank after it, at the last step."""
        rows = np.arange(alpha.shape[1])
        last = alpha[np.maximum(steps - 1, 0), rows]
        label = np.where(lengths > 0, last[rows, np.maximum(2 * lengths - 1, 0)], -np.inf)
        loss: Array = -np.logaddexp(last[rows, 2 * lengths], label)
        # Without steps there is one way to emit nothing, and none to emit something.
        return np.where(steps > 0, loss, np.where(lengths > 0, np.inf, 0.0))


@op("ctc_loss")
class CtcLoss(_Alignments):
    """Minus the log-probability of each label sequence."""

    def infer(self, log_probs: TensorType, *others: TensorType) -> TensorType:
        """A number for each sequence."""
        require_float(self.name, [log_probs])
        return TensorType(log_probs.dtype, (log_probs.shape[1],))

    def kernel(self, log_probs: Any, labels: Any, steps: Any, lengths: Any) -> Any:
        """In double precision."""
        _, emitted, skips = self.states(log_probs, labels)
        with np.errstate(invalid="ignore"):
            loss = self.losses(self.forward(emitted, skips), steps, lengths)
        if self.zero_infinity:
            loss = np.where(np.isinf(loss), 0.0, loss)
        return loss.astype(log_probs.dtype)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """As PyTorch gives it, which is the gradient once it has passed a log-softmax."""
        gradient = CtcLossGrad(self.blank, self.zero_infinity)(g, *operands)
        return gradient, None, None, None


@op("ctc_loss_grad")
class CtcLossGrad(_Alignments):
    """The gradient of :class:`CtcLoss`: the class probabilities less how often they are emitted.

    The probabilities vanish in the gradient of a log-softmax, from which the operand comes.
    """

    def infer(self, g: TensorType, log_probs: TensorType, *others: TensorType) -> TensorType:
        """As the log-probabilities."""
        return TensorType(log_probs.dtype, log_probs.shape)

    def kernel(self, g: Any, log_probs: Any, labels: Any, steps: Any, lengths: Any) -> Any:
        """From the ways to a state and the ways on from it."""
        path, emitted, skips = self.states(log_probs, labels)
        count, batch, classes = log_probs.shape
        with np.errstate(invalid="ignore", over="ignore"):
            alpha = self.forward(emitted, skips)
            loss = self.losses(alpha, steps, lengths)
            through = alpha + self._backward(emitted, skips, steps, lengths) - emitted
            # At a step the shares of all states add up to 1.
            share = np.exp(through + loss[:, None])
        occupied = np.zeros((count, batch, classes))
        for n in range(batch):
            for s in range(2 * int(lengths[n]) + 1):
                occupied[:, n, path[n, s]] += share[:, n, s]
        gradient = (np.exp(log_probs.astype(np.float64)) - occupied) * g[:, None]
        gradient[np.arange(count)[:, None] >= steps] = 0.0
        if self.zero_infinity:
            gradient[:, np.isinf(loss)] = 0.0
        return gradient.astype(log_probs.dtype)

    def _backward(self, emitted: Array, skips: Array, steps: Array, lengths: Array) -> Array:
        """For each step and state the log-probability of all ways on from it, the step included."""
        ways = np.full(emitted.shape, -np.inf)
        rows = np.arange(len(steps))
        onward = np.pad(skips, ((0, 0), (0, 2)))[:, 2:]
        for t in range(len(emitted) - 1, -1, -1):
            if t + 1 < len(emitted):
                after = ways[t + 1]
                one = np.pad(after, ((0, 0), (0, 1)), constant_values=-np.inf)[:, 1:]
                two = np.pad(after, ((0, 0), (0, 2)), constant_values=-np.inf)[:, 2:]
                joined = np.logaddexp(np.logaddexp(after, one), np.where(onward, two, -np.inf))
                ways[t] = joined + emitted[t]
            ends = rows[steps == t + 1]
            ways[t, ends] = -np.inf
            for end in (2 * lengths[ends], np.maximum(2 * lengths[ends] - 1, 0)):
                ways[t, ends, end] = emitted[t, ends, end]
        return ways
