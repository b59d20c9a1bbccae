"""Losses with the signatures that they have as ``torch.*``: there, ``reduction`` is a number.

0 stands for "none", which is the default here, 1 for "mean", 2 for "sum".
"""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.functional.loss import reduced

_REDUCTIONS = ("none", "mean", "sum")


def _reduction(function: str, number: int) -> str:
    """The name of a reduction.

    Raises:
        ValueRangeError: (a ValueError) no such number.
    """
    if number not in (0, 1, 2):
        raise ValueRangeError(
            f"{function}: {number!r} is not a valid value for reduction",
            cure='give 0 for "none", 1 for "mean" or 2 for "sum"; the functions of nn.functional '
            "take the names",
        )
    return _REDUCTIONS[number]


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: int = 0,
) -> Tensor:
    """See :func:`graphnet.nn.functional.binary_cross_entropy_with_logits`.

    >>> import graphnet as torch
    >>> torch.binary_cross_entropy_with_logits(torch.zeros(2), torch.ones(2), reduction=2)
    tensor(1.3863)
    """
    name = _reduction("binary_cross_entropy_with_logits", reduction)
    return F.binary_cross_entropy_with_logits(
        input, target, weight, reduction=name, pos_weight=pos_weight
    )


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """See :func:`graphnet.nn.functional.cosine_embedding_loss`.

    >>> import graphnet as torch
    >>> torch.cosine_embedding_loss(torch.ones(1, 2), torch.ones(1, 2), torch.ones(1))
    tensor([0.])
    """
    name = _reduction("cosine_embedding_loss", reduction)
    return F.cosine_embedding_loss(input1, input2, target, margin, reduction=name)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 0
) -> Tensor:
    """See :func:`graphnet.nn.functional.hinge_embedding_loss`.

    >>> import graphnet as torch
    >>> torch.hinge_embedding_loss(torch.tensor([0.5, 0.25]), torch.tensor([1.0, -1.0]))
    tensor([0.5000, 0.7500])
    """
    name = _reduction("hinge_embedding_loss", reduction)
    return F.hinge_embedding_loss(input, target, margin, reduction=name)


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: int = 0,
    zero_infinity: bool = False,
) -> Tensor:
    """See :func:`graphnet.nn.functional.ctc_loss`; here the default reduction is 0, "none".

    >>> import graphnet as torch
    >>> steps = torch.zeros(2, 1, 2).log_softmax(2)
    >>> torch.ctc_loss(steps, torch.tensor([[1]]), [2], [1])
    tensor([0.2877])
    """
    name = _reduction("ctc_loss", reduction)
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, name, zero_infinity)


def kl_div(
    input: Tensor, target: Tensor, reduction: int = 0, *, log_target: bool = False
) -> Tensor:
    """See :func:`graphnet.nn.functional.kl_div`; here the mean is taken without a warning.

    >>> import graphnet as torch
    >>> torch.kl_div(torch.zeros(2), torch.ones(2), reduction=1)
    tensor(0.)
    """
    name = _reduction("kl_div", reduction)
    return reduced(F.kl_div(input, target, reduction="none", log_target=log_target), name)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """See :func:`graphnet.nn.functional.margin_ranking_loss`.

    >>> import graphnet as torch
    >>> torch.margin_ranking_loss(torch.zeros(2), torch.ones(2), torch.ones(2))
    tensor([1., 1.])
    """
    name = _reduction("margin_ranking_loss", reduction)
    return F.margin_ranking_loss(input1, input2, target, margin, reduction=name)


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int
) -> Tensor:
    """See :func:`graphnet.nn.functional.poisson_nll_loss`.

    >>> import graphnet as torch
    >>> torch.poisson_nll_loss(torch.zeros(2), torch.ones(2), True, False, 1e-8, 1)
    tensor(1.)
    """
    name = _reduction("poisson_nll_loss", reduction)
    return F.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=name)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 0,
) -> Tensor:
    """See :func:`graphnet.nn.functional.triplet_margin_loss`.

    >>> import graphnet as torch
    >>> torch.triplet_margin_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(1, 2), 2.0)
    tensor([0.5858])
    """
    name = _reduction("triplet_margin_loss", reduction)
    return F.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction=name)
