"""Losses of a prediction against a target: regression, classification, probabilities.

``reduction`` says what becomes of the single losses: "mean", "sum" or "none". The arguments
``size_average`` and ``reduce`` say the same in older programs.
"""

from __future__ import annotations

import math
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
from graphnet.ops.dtype_rules import SCALAR_TYPE_NAMES
from graphnet.ops.loss import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    HuberLoss,
    KlDiv,
    L1Loss,
    MseLoss,
    SmoothL1Loss,
    check_reduction,
)
from graphnet.ops.nll import NllLoss


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The losses, their mean or their sum.

    Raises:
        ValueRangeError: (a ValueError) no such reduction.
    """
    check_reduction(reduction)
    if reduction == "none":
        return losses
    return fn.mean(losses) if reduction == "mean" else fn.sum(losses)


def _pair(function: str, input: Tensor, target: Tensor) -> None:
    """Check the operands, and warn of different shapes: they broadcast, but mostly by mistake."""
    require_tensor(function, "input", input)
    require_tensor(function, "target", target, 2)
    if input.shape != target.shape:
        warnings.warn(
            f"{function}: Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def _weighted(losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    """Losses times weights; a mean divides by the sum of the weights."""
    weighted = losses * weight
    if reduction == "mean":
        result: Tensor = fn.sum(weighted) / fn.sum(fn.broadcast_to(weight, tuple(losses.shape)))
        return result
    return reduced(weighted, reduction)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """``(input - target)**2``.

    Args:
        input, target: of the same shape, floating point.
        size_average, reduce: older forms of ``reduction``.
        reduction: "mean", "sum" or "none".
        weight: factors of the single losses; a mean divides by their sum.

    Raises:
        ShapeError: the shapes do not broadcast.
        ValueRangeError: (a ValueError) no such reduction.

    >>> import graphnet as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    _pair("mse_loss", input, target)
    reduction = reduction_of(size_average, reduce, reduction)
    if weight is not None:
        return _weighted(MseLoss("none")(input, target), weight, reduction)
    result: Tensor = MseLoss(reduction)(input, target)
    return result


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """``abs(input - target)``; arguments as for :func:`mse_loss`.

    >>> import graphnet as torch
    >>> torch.nn.functional.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(1.)
    """
    _pair("l1_loss", input, target)
    reduction = reduction_of(size_average, reduce, reduction)
    if weight is not None:
        return _weighted(L1Loss("none")(input, target), weight, reduction)
    result: Tensor = L1Loss(reduction)(input, target)
    return result


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """``d**2 / (2 * beta)`` where ``abs(d) < beta``, else ``abs(d) - beta / 2``.

    ``d`` is ``input - target``. Source: Girshick 2015, "Fast R-CNN".

    Raises:
        RefusedError: (a RuntimeError) ``beta`` is negative.

    >>> import graphnet as torch
    >>> torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, 2.0]), torch.zeros(2))
    tensor(0.8125)
    """
    _pair("smooth_l1_loss", input, target)
    reduction = reduction_of(size_average, reduce, reduction)
    if beta < 0:
        raise RefusedError(
            "smooth_l1_loss does not support negative values for beta: got " + str(beta)
        )
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    result: Tensor = SmoothL1Loss(reduction)(input, target, beta)
    return result


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """``d**2 / 2`` where ``abs(d) < delta``, else ``delta * (abs(d) - delta / 2)``.

    ``d`` is ``input - target``. Source: Huber 1964, "Robust estimation of a location parameter".

    Raises:
        RefusedError: (a RuntimeError) ``delta`` is not positive.

    >>> import graphnet as torch
    >>> torch.nn.functional.huber_loss(torch.tensor([0.5, 2.0]), torch.zeros(2))
    tensor(0.8125)
    """
    _pair("huber_loss", input, target)
    if delta <= 0:
        raise RefusedError(
            f"huber_loss does not support non-positive values for delta: got {delta}"
        )
    if weight is not None:
        return _weighted(HuberLoss("none")(input, target, delta), weight, reduction)
    result: Tensor = HuberLoss(reduction)(input, target, delta)
    return result


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
    if not input.ndim:
        raise ShapeError("cross_entropy: expected an input of 1 or more dimensions, but got 0")
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


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """``(log(var) + (input - target)**2 / var) / 2``: minus a normal log-likelihood.

    Args:
        input: means.
        target: what was observed.
        var: variances: a number, or of the input's shape, perhaps with 1 as the last size or
            without it.
        full: whether to add the constant ``log(2 * pi) / 2``.
        eps: what variances are raised to; no gradient passes there.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueRangeError: (a ValueError) a variance is negative, which is looked at, or its shape
            does not fit.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.gaussian_nll_loss(torch.zeros(1), torch.ones(1), torch.ones(1))
    tensor(0.5000)
    """
    require_tensor("gaussian_nll_loss", "input", input)
    check_reduction(reduction)
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueRangeError("var has negative entry/entries")
        var = fn.full_like(input, var)
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = fn.unsqueeze(var, -1)
        elif (
            input.ndim != var.ndim
            or sum(
                size for size, wanted in zip(var.shape, input.shape, strict=True) if size != wanted
            )
            != 1
        ):
            raise ValueRangeError("var is of incorrect size")
    if bool(fn.any(var < 0)):
        raise ValueRangeError("var has negative entry/entries")
    # Raised outside the gradient, as in PyTorch: the bound's slope must not stop learning.
    raised = var + (fn.clamp_min(var.detach(), eps) - var.detach())
    losses = (fn.log(raised) + fn.square(input - target) / raised) * 0.5
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``exp(input) - target * input``: minus a Poisson log-likelihood, up to a constant.

    Args:
        input: logarithms of rates, or the rates.
        target: counts.
        log_input: whether the input holds logarithms.
        full: whether to add Stirling's approximation of the constant for counts above 1.
        size_average, reduce: older forms of ``reduction``.
        eps: added to rates before their logarithm is taken.
        reduction: "mean", "sum" or "none".

    >>> import graphnet as torch
    >>> torch.nn.functional.poisson_nll_loss(torch.zeros(1), torch.ones(1))
    tensor(1.)
    """
    require_tensor("poisson_nll_loss", "input", input)
    require_tensor("poisson_nll_loss", "target", target, 2)
    reduction = reduction_of(size_average, reduce, reduction)
    logarithm = input if log_input else fn.log(input + eps)
    losses = (fn.exp(input) if log_input else input) - target * logarithm
    if full:
        safe = Where()(target > 1, target, 1.0)
        constant = safe * fn.log(safe) - safe + 0.5 * fn.log(safe * (2 * math.pi))
        losses = losses + Where()(target > 1, constant, 0.0)
    return reduced(losses, reduction)


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
