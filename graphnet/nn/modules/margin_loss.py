"""Losses that are content when a margin is kept. Their ``reduction`` is as in :mod:`.loss`."""

from __future__ import annotations

from collections.abc import Callable

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.distance import PairwiseDistance
from graphnet.nn.modules.loss import _Loss, _WeightedLoss


class HingeEmbeddingLoss(_Loss):
    """The input where the target is 1, and what it lacks to ``margin`` where the target is -1.

    Shapes: any, the same for both. Source: PyTorch's
    page "HingeEmbeddingLoss".

    >>> import graphnet as torch
    >>> torch.nn.HingeEmbeddingLoss()(torch.tensor([0.5, 0.25]), torch.tensor([1, -1]))
    tensor(0.6250)
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    """What input1 lacks to be ``margin`` above input2 (target 1), or below (target -1).

    Shapes: ``(N,)`` or ``()``, the same for all. Source: PyTorch's
    page "MarginRankingLoss".

    >>> import graphnet as torch
    >>> torch.nn.MarginRankingLoss()(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1]))
    tensor(2.)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class CosineEmbeddingLoss(_Loss):
    """1 less the cosine (target 1), or by how much the cosine is over ``margin`` (target -1).

    Shapes: ``(N, D)`` and target ``(N,)``, or ``(D,)`` and ``()``. Source: PyTorch's
    page "CosineEmbeddingLoss".

    >>> import graphnet as torch
    >>> torch.nn.CosineEmbeddingLoss()(torch.eye(2), torch.eye(2), torch.tensor([1, -1]))
    tensor(0.5000)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class SoftMarginLoss(_Loss):
    """The logistic loss ``log(1 + exp(-target * input))``; targets are 1 and -1.

    Shapes: any, the same for both. Source: PyTorch's
    page "SoftMarginLoss".

    >>> import graphnet as torch
    >>> torch.nn.SoftMarginLoss()(torch.zeros(1), torch.ones(1))
    tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """The mean over classes of the cross-entropy of each, which may be there or not.

    Shapes: ``(N, C)`` for both; ``weight``, of each class, ``(C,)``. Source: PyTorch's
    page "MultiLabelSoftMarginLoss".

    >>> import graphnet as torch
    >>> torch.nn.MultiLabelSoftMarginLoss()(torch.zeros(1, 2), torch.ones(1, 2))
    tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(
            input, target, weight=self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(_Loss):
    """What each label of a sample lacks to be 1 above each class that is not among its labels.

    Shapes: ``(N, C)`` or ``(C,)`` for both; the labels end at the first negative one. Source:
    PyTorch's page "MultiLabelMarginLoss".

    >>> import graphnet as torch
    >>> scores, labels = torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([[3, 0, -1, 1]])
    >>> torch.nn.MultiLabelMarginLoss()(scores, labels)
    tensor(0.8500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """What the target class lacks to be ``margin`` above each other, to the power of ``p``.

    Shapes: ``(N, C)`` and target ``(N,)``, or ``(C,)`` and ``()``; ``weight`` ``(C,)``. Raises
    ValueError when ``p`` is neither 1 nor 2. Source: PyTorch's
    page "MultiMarginLoss".

    >>> import graphnet as torch
    >>> torch.nn.MultiMarginLoss()(torch.tensor([[0.5, 1.0]]), torch.tensor([0]))
    tensor(0.7500)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueRangeError(f"only p == 1 and p == 2 supported, got p={p}")
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(
            input,
            target,
            p=self.p,
            margin=self.margin,
            weight=self.weight,
            reduction=self.reduction,
        )


class TripletMarginLoss(_Loss):
    """What the negative lacks to be ``margin`` farther from the anchor than the positive.

    Shapes: ``(N, D)`` or ``(D,)``, the same for all. Raises ValueError unless ``margin`` is
    positive. Source: Balntas et al. 2016, "Learning local feature descriptors with triplets";
    PyTorch's page "TripletMarginLoss".

    >>> import graphnet as torch
    >>> torch.nn.TripletMarginLoss()(torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 2))
    tensor(1.)
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueRangeError(
                f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(_Loss):
    """:class:`TripletMarginLoss` with a distance of one's own.

    Args:
        distance_function: gives the distances of two tensors; that of
            :func:`~graphnet.nn.functional.pairwise_distance` when left out.
        margin: positive.
        swap: whether the distance of positive and negative counts instead, where it is smaller.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shapes: what the function takes. Raises ValueError unless ``margin`` is positive. Source:
    PyTorch's page "TripletMarginWithDistanceLoss".

    >>> import graphnet as torch
    >>> loss = torch.nn.TripletMarginWithDistanceLoss(distance_function=torch.nn.CosineSimilarity())
    >>> loss(torch.ones(1, 2), torch.ones(1, 2), torch.ones(1, 2))
    tensor(1.)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueRangeError(
                "TripletMarginWithDistanceLoss: expected margin to be greater than 0, got "
                f"{margin} instead"
            )
        chosen = PairwiseDistance() if distance_function is None else distance_function
        self.distance_function = chosen
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
