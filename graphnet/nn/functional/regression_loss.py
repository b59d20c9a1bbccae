"""Losses of a prediction that is a number, or the distribution of one.

``reduction`` says what becomes of the single losses: "mean", "sum" or "none". The arguments
``size_average`` and ``reduce`` say the same in older programs.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.common import reduction_of
from graphnet.nn.functional.loss import reduced
from graphnet.ops.compare import Where
from graphnet.ops.loss import (
    HuberLoss,
    L1Loss,
    MseLoss,
    SmoothL1Loss,
    check_reduction,
)


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


def _loss(
    op: Callable[[str], Any], operands: Sequence[Any], reduction: str, weight: Tensor | None
) -> Tensor:
    """Losses, reduced; a mean of losses times weights divides by the sum of the weights."""
    if weight is None:
        result: Tensor = op(reduction)(*operands)
        return result
    losses: Tensor = op("none")(*operands)
    mean = reduction == "mean"
    total = reduced(losses * weight, "sum" if mean else reduction)
    return total / fn.sum(fn.broadcast_to(weight, tuple(losses.shape))) if mean else total


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
    return _loss(MseLoss, (input, target), reduction, weight)


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
    return _loss(L1Loss, (input, target), reduction, weight)


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
    return _loss(HuberLoss, (input, target, delta), reduction, weight)


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
