"""Losses of a prediction of classes or probabilities.

``reduction`` says what becomes of the single losses: "mean", "sum" or "none". The arguments
``size_average`` and ``reduce`` say the same in older programs.
"""

from __future__ import annotations

import warnings
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.activation import log_softmax, logsigmoid
from graphnet.nn.functional.common import reduction_of
from graphnet.nn.functional.linear import linear
from graphnet.ops.compare import Where
from graphnet.ops.loss import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    KlDiv,
    check_reduction,
)
from graphnet.ops.nll import NllLoss
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The losses, their mean or their sum.

    Raises:
        ValueRangeError: (a ValueError) no such reduction.
    """
    check_reduction(reduction)
    if reduction == "none":
        return losses
    return fn.mean(losses) if reduction == "mean" else fn.sum(losses)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of each target's class.

    Args:
        input: log-probabilities, ``(N, C, ...)`` or ``(C,)``.
        target: classes, ``(N, ...)`` or ``()``, int64.
        weight: a factor for each class, ``(C,)``; a mean divides by those of the targets.
        size_average, reduce: older forms of ``reduction``.
        ignore_index: a target that does not count.
        reduction: "mean", "sum" or "none".

    Raises:
        OutOfRangeError: (an IndexError) a target is no class; raised when the value is needed.
        ShapeError: shapes do not fit together.
        ValueRangeError: (a ValueError) batch sizes differ.
        DtypeError: the targets are no integers.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.nll_loss(torch.tensor([[-1.0, -2.0], [-3.0, -0.5]]), torch.tensor([0, 1]))
    tensor(0.7500)
    """
    require_tensor("nll_loss", "input", input)
    require_tensor("nll_loss", "target", target, 2)
    op = NllLoss(reduction_of(size_average, reduce, reduction), ignore_index)
    result: Tensor = op(input, target) if weight is None else op(input, target, weight)
    return result


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """:func:`nll_loss` of the softmax of scores.

    Args:
        input: scores, ``(N, C, ...)`` or ``(C,)``.
        target: classes as for :func:`nll_loss`, or probabilities of the shape of the input.
        weight, size_average, ignore_index, reduce, reduction: as for :func:`nll_loss`.
        label_smoothing: the part of the probability that is spread over all classes.

    Raises:
        OutOfRangeError: (an IndexError) the input is a single number.
        RefusedError: (a RuntimeError) ``label_smoothing`` is not between 0 and 1.

    and what :func:`nll_loss` raises.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.cross_entropy(torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1]))
    tensor(0.2201)
    """
    require_tensor("cross_entropy", "input", input)
    require_tensor("cross_entropy", "target", target, 2)
    reduction = reduction_of(size_average, reduce, reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RefusedError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    likely = input.shape == target.shape
    if likely and not target.is_floating_point():
        raise DtypeError(
            "cross_entropy: Expected floating point type for target with class probabilities, got "
            f"{SCALAR_TYPE_NAMES[target.dtype]}",
            cure="classes have the input's shape without the second dimension",
        )
    if likely and ignore_index >= 0:
        raise RefusedError(
            "cross_entropy: ignore_index is not supported for floating point target, but it is "
            f"{ignore_index}"
        )
    dim = 0 if input.ndim == 1 else 1
    scores = log_softmax(input, dim)
    if likely:
        return _expected(scores, target, weight, reduction, label_smoothing, dim)
    if not label_smoothing:
        return nll_loss(scores, target, weight, ignore_index=ignore_index, reduction=reduction)
    return _smoothed(scores, target, weight, ignore_index, reduction, label_smoothing, dim)


def _expected(
    scores: Tensor,
    target: Tensor,
    weight: Tensor | None,
    reduction: str,
    label_smoothing: float,
    dim: int,
) -> Tensor:
    """The mean over the classes' probabilities; a batch's mean divides by its size."""
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / scores.shape[dim]
    if weight is not None:
        scores = scores * _by_class(weight, scores, dim)
    losses = -fn.sum(scores * target, dim=dim)
    return reduced(losses, reduction)


def _by_class(weight: Tensor, scores: Tensor, dim: int) -> Tensor:
    if weight.shape != (scores.shape[dim],):
        raise ShapeError(
            f"cross_entropy: weight tensor should be defined either for all {scores.shape[dim]} "
            f"classes or no classes but got weight tensor of shape: {list(weight.shape)}"
        )
    return fn.reshape(weight, (-1, *(1,) * (scores.ndim - dim - 1)))


def _smoothed(
    scores: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
    dim: int,
) -> Tensor:
    """The share of the target's class, and an equal share of each class."""
    op = NllLoss(reduction, ignore_index)
    own: Tensor = op(scores, target) if weight is None else op(scores, target, weight)
    everywhere = -fn.sum(
        scores if weight is None else scores * _by_class(weight, scores, dim), dim=dim
    )
    counted = target != ignore_index
    everywhere = Where()(counted, everywhere, 0.0)
    if reduction == "mean":
        if weight is None:
            count = fn.sum(counted)
        else:
            classes = Where()(counted, target, 0)
            shares = fn.reshape(
                fn.index_select(weight, 0, fn.flatten(classes)), tuple(target.shape)
            )
            count = fn.sum(Where()(counted, shares, 0.0))
        everywhere = fn.sum(everywhere) / count
    else:
        everywhere = reduced(everywhere, reduction)
    result: Tensor = own * (1 - label_smoothing) + everywhere * (
        label_smoothing / scores.shape[dim]
    )
    return result


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``-(target * log(input) + (1 - target) * log(1 - input))``; logarithms are -100 at least.

    Args:
        input: probabilities.
        target: of the same shape, usually between 0 and 1.
        weight: factors of the single losses; broadcasts to the target's shape.
        size_average, reduce: older forms of ``reduction``.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueRangeError: (a ValueError) the shapes differ.
        RangeError: (a RuntimeError) an input is not between 0 and 1, which is seen when the value
            is needed.

    >>> import graphnet as torch
    >>> torch.nn.functional.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1.0]))
    tensor(0.6931)
    """
    require_tensor("binary_cross_entropy", "input", input)
    require_tensor("binary_cross_entropy", "target", target, 2)
    reduction = reduction_of(size_average, reduce, reduction)
    if weight is not None:
        return reduced(BinaryCrossEntropy("none")(input, target) * weight, reduction)
    result: Tensor = BinaryCrossEntropy(reduction)(input, target)
    return result


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """:func:`binary_cross_entropy` of the sigmoid of scores, without overflow.

    Args:
        input: scores.
        target: of the same shape, usually between 0 and 1.
        weight: factors of the single losses.
        size_average, reduce: older forms of ``reduction``.
        reduction: "mean", "sum" or "none".
        pos_weight: factors of the positive classes' part.

    Raises:
        ValueRangeError: (a ValueError) the shapes differ.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.binary_cross_entropy_with_logits(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor(0.6931)
    """
    require_tensor("binary_cross_entropy_with_logits", "input", input)
    require_tensor("binary_cross_entropy_with_logits", "target", target, 2)
    reduction = reduction_of(size_average, reduce, reduction)
    if input.shape != target.shape:
        raise ValueRangeError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    if weight is None and pos_weight is None:
        result: Tensor = BinaryCrossEntropyWithLogits(reduction)(input, target)
        return result
    if pos_weight is None:
        losses = BinaryCrossEntropyWithLogits("none")(input, target)
    else:
        factor = (pos_weight - 1) * target + 1
        losses = (1 - target) * input - factor * logsigmoid(input)
    return reduced(losses if weight is None else losses * weight, reduction)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """``target * (log(target) - input)``: how far a distribution is from another.

    Args:
        input: log-probabilities.
        target: probabilities, or their logarithms.
        size_average, reduce: older forms of ``reduction``.
        reduction: "mean", "sum", "none", or "batchmean", the sum divided by the size of the batch.
        log_target: whether the target is given as logarithms.

    Raises:
        ShapeError: the shapes do not broadcast.
        ValueRangeError: (a ValueError) no such reduction.

    >>> import graphnet as torch
    >>> half = torch.tensor([[0.5, 0.5]])
    >>> torch.nn.functional.kl_div(half.log(), half, reduction="batchmean")
    tensor(0.)
    """
    require_tensor("kl_div", "input", input)
    require_tensor("kl_div", "target", target, 2)
    reduction = reduction_of(size_average, reduce, reduction)
    result: Tensor
    if reduction == "batchmean":
        result = KlDiv("sum", log_target)(input, target)
        return result / input.shape[0] if input.ndim else result
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.",
            stacklevel=2,
        )
    return KlDiv(reduction, log_target)(input, target)  # type: ignore[no-any-return]


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Tensor:
    """:func:`cross_entropy` of ``linear(input, linear_weight, linear_bias)``.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.linear_cross_entropy(torch.ones(1, 2), torch.zeros(2, 2), torch.tensor([1]))
    tensor(0.6931)
    """
    x = require_tensor("linear_cross_entropy", "input", input)
    if x.ndim not in (1, 2):
        raise ShapeError(
            f"linear_cross_entropy: expected input with dimensionality 1 or 2, got {x.ndim}"
        )
    if linear_weight.ndim < 2:
        raise ShapeError(
            "linear_cross_entropy: expected linear_weight with dimensionality at least 2, got "
            f"{linear_weight.ndim}"
        )
    *outer, size = linear_weight.shape
    if x.ndim == 1 and len(outer) > 1:
        raise ShapeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} "
            f"requires batched input, (N, {size}), got unbatched input with shape "
            f"{tuple(x.shape)}"
        )
    if linear_bias is not None and linear_bias.shape != tuple(outer):
        raise ShapeError(
            f"linear_cross_entropy: expected linear_bias shape {tuple(outer)}, got "
            f"{tuple(linear_bias.shape)}"
        )
    if x.shape[-1] != size:
        raise ShapeError(
            "linear_cross_entropy: expected equal input and linear_weight last dimensions "
            f"(in_features), got {x.shape[-1]} and {size}, respectively"
        )
    if target.dtype.is_floating_point and ignore_index is not None:
        raise RefusedError(
            "linear_cross_entropy: ignore_index cannot be specified when target contains "
            "probabilities"
        )
    flat = fn.reshape(linear_weight, (-1, size))
    bias = None if linear_bias is None else fn.reshape(linear_bias, (-1,))
    logits = fn.reshape(linear(x, flat, bias), (*x.shape[:-1], *outer))
    ignored = -100 if ignore_index is None else ignore_index
    return cross_entropy(
        logits,
        target,
        weight,
        ignore_index=ignored,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
