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
        """Labels with a blank before, between and after them; their log-probabilities; barriers.

        A blank between different labels may be skipped: the way there costs nothing, others all.
        """
        batch, length = labels.shape
        path = np.full((batch, 2 * length + 1), self.blank, np.int64)
        path[:, 1::2] = np.clip(labels, 0, log_probs.shape[2] - 1)
        emitted = np.take_along_axis(
            log_probs.astype(np.float64), np.broadcast_to(path, (len(log_probs), *path.shape)), 2
        )
        barriers = np.full(path.shape, -np.inf)
        may_skip = (path[:, 2:] != self.blank) & (path[:, 2:] != path[:, :-2])
        barriers[:, 2:][may_skip] = 0.0
        return path, emitted, barriers

    def forward(self, emitted: Array, barriers: Array) -> Array:
        """For each step and state the log-probability of all ways to it, the step included."""
        count, batch, states = emitted.shape
        # Two states that nothing leads to stand before the first.
        steps = np.full((count, batch, states + 2), -np.inf)
        steps[:1, :, 2:4] = emitted[:1, :, :2]
        for t in range(1, count):
            before, ways = steps[t - 1], steps[t, :, 2:]
            np.logaddexp(before[:, 2:], before[:, 1:-1], out=ways)
            np.logaddexp(ways, before[:, :-2] + barriers, out=ways)
            ways += emitted[t]
        return steps[..., 2:]

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
        _, emitted, barriers = self.states(log_probs, labels)
        with np.errstate(invalid="ignore"):
            loss = self.losses(self.forward(emitted, barriers), steps, lengths)
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
        path, emitted, barriers = self.states(log_probs, labels)
        count, batch, classes = log_probs.shape
        with np.errstate(invalid="ignore", over="ignore"):
            alpha = self.forward(emitted, barriers)
            loss = self.losses(alpha, steps, lengths)
            through = alpha + self._backward(emitted, barriers, steps, lengths) - emitted
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

    def _backward(self, emitted: Array, barriers: Array, steps: Array, lengths: Array) -> Array:
        """For each step and state the log-probability of all ways on from it, the step included."""
        count, batch, states = emitted.shape
        # Two states that lead nowhere stand behind the last.
        ways = np.full((count, batch, states + 2), -np.inf)
        onward = np.full((batch, states), -np.inf)
        onward[:, :-2] = barriers[:, 2:]
        rows = np.arange(batch)
        for t in range(count - 1, -1, -1):
            here = ways[t, :, :-2]
            if t + 1 < count:
                after = ways[t + 1]
                np.logaddexp(after[:, :-2], after[:, 1:-1], out=here)
                np.logaddexp(here, after[:, 2:] + onward, out=here)
                here += emitted[t]
            ends = rows[steps == t + 1]
            if ends.size:
                here[ends] = -np.inf
                for end in (2 * lengths[ends], np.maximum(2 * lengths[ends] - 1, 0)):
                    here[ends, end] = emitted[t, ends, end]
        return ways[..., :-2]
