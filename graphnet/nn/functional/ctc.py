"""The loss of connectionist temporal classification."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.loss import reduced
from graphnet.ops.convert import Cast
from graphnet.ops.ctc import CtcLoss
from graphnet.ops.loss import check_reduction


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Minus the log-probability of label sequences, whatever their alignment with the steps.

    Args:
        log_probs: ``(T, N, C)`` or ``(T, C)``, as ``log_softmax`` gives them.
        targets: labels, ``(N, S)``, or all of them one after the other.
        input_lengths, target_lengths: how many steps and labels each sequence has, ``(N,)``.
        blank: the class that stands for no label.
        reduction: "mean" (of the losses by the numbers of labels), "sum" or "none".
        zero_infinity: whether losses of labels that do not fit into their steps count as 0.

    Lengths are looked at.

    Source: A. Graves et al., "Connectionist Temporal Classification", 2006.

    >>> import graphnet as torch
    >>> steps = torch.zeros(2, 1, 2).log_softmax(2)
    >>> torch.nn.functional.ctc_loss(steps, torch.tensor([[1]]), [2], [1], reduction="sum")
    tensor(0.2877)
    """
    x = require_tensor("ctc_loss", "log_probs", log_probs)
    labels = require_tensor("ctc_loss", "targets", targets, 2)
    check_reduction(reduction)
    alone = x.dim() == 2
    if alone:
        x = fn.unsqueeze(x, 1)
    if labels.dtype.is_floating_point or input_is_float(input_lengths, target_lengths):
        raise DtypeError("ctc_loss: targets and lengths must be integral")
    steps, counts = _lengths(input_lengths), _lengths(target_lengths)
    if not 0 <= blank < x.shape[2]:
        raise RefusedError(f"ctc_loss: blank must be in label range, but it is {blank}")
    if not len(steps) == len(counts) == x.shape[1]:
        raise RefusedError(
            f"ctc_loss: input_lengths and target_lengths must be of size batch_size {x.shape[1]}, "
            f"but they are of sizes {len(steps)} and {len(counts)}"
        )
    if max(steps, default=0) > x.shape[0]:
        raise RefusedError(
            f"ctc_loss: Expected input_lengths to have value at most {x.shape[0]}, but got value "
            f"{max(steps)}"
        )
    if min((*steps, *counts), default=0) < 0:
        raise RefusedError("ctc_loss: lengths must not be negative")
    rows = _rows(labels, counts, alone)
    sizes = [fn.tensor(each, dtype=dtypes.int64) for each in (steps, counts)]
    losses: Tensor = CtcLoss(blank, zero_infinity)(x, Cast(dtypes.int64)(rows), *sizes)
    if reduction == "mean":
        losses = losses / fn.clamp_min(Cast(x.dtype)(sizes[1]), 1)
    if alone and reduction == "none":
        return fn.reshape(losses, ())
    return reduced(losses, reduction)


def input_is_float(*lengths: Any) -> bool:
    """Whether some of the lengths are given as floating-point numbers."""
    return any(isinstance(each, Tensor) and each.dtype.is_floating_point for each in lengths)


def _lengths(lengths: Any) -> list[int]:
    found = lengths.reshape(-1).tolist() if isinstance(lengths, Tensor) else list(lengths)
    return [int(each) for each in found]


def _rows(labels: Tensor, counts: list[int], alone: bool) -> Tensor:
    """The labels of each sequence in a row, as long as the longest."""
    if labels.dim() == 2 or alone:
        rows = fn.reshape(labels, (1, -1)) if alone else labels
        if max(counts, default=0) > rows.shape[1]:
            raise RefusedError(
                f"ctc_loss: Expected targets to have at least {max(counts)} labels, but got "
                f"{list(labels.shape)}"
            )
        return rows
    if sum(counts) > labels.numel():
        raise RefusedError(
            f"ctc_loss: Expected targets to have {sum(counts)} labels, but got {labels.numel()}"
        )
    starts = [sum(counts[:n]) for n in range(len(counts))]
    longest = max(counts, default=0)
    place = fn.tensor(starts).reshape(-1, 1) + fn.arange(longest)
    flat = fn.clamp_max(place, max(labels.numel() - 1, 0)).reshape(-1)
    if not labels.numel():
        return fn.zeros(len(counts), 0, dtype=dtypes.int64)
    return fn.reshape(fn.index_select(labels, 0, flat), (len(counts), longest))
