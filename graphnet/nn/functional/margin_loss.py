"""Losses that ask for a margin: between classes, between pairs, between near and far."""

from __future__ import annotations

from collections.abc import Callable

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.activation import logsigmoid
from graphnet.nn.functional.common import reduction_of
from graphnet.nn.functional.distance import pairwise_distance
from graphnet.nn.functional.loss import reduced
from graphnet.ops.compare import Where
from graphnet.ops.loss import check_reduction
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

Distance = Callable[[Tensor, Tensor], Tensor]


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``x`` where the target is 1, ``max(0, margin - x)`` where it is -1.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.hinge_embedding_loss(torch.tensor([0.5, 0.25]), torch.tensor([1, -1]))
    tensor(0.6250)
    """
    x = require_tensor("hinge_embedding_loss", "input", input)
    reduction = reduction_of(size_average, reduce, reduction)
    far = Where()(target != 1, fn.clamp_min(margin - x, 0).to(x.dtype), 0)
    near = Where()(target != -1, x, 0)
    return reduced(far + near, reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, -target * (input1 - input2) + margin)``: 1 if the first should be greater, else -1.

    Raises:
        ShapeError: the three have different numbers of dimensions.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.margin_ranking_loss(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1.0]))
    tensor(2.)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if not input1.ndim == input2.ndim == target.ndim:
        raise ShapeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape}"
        )
    return reduced(fn.clamp_min(-target * (input1 - input2) + float(margin), 0), reduction)


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``log(1 + exp(-target * input))`` for targets of 1 and -1.

    >>> import graphnet as torch
    >>> torch.nn.functional.soft_margin_loss(torch.zeros(1), torch.ones(1))
    tensor(0.6931)
    """
    x = require_tensor("soft_margin_loss", "input", input)
    reduction = reduction_of(size_average, reduce, reduction)
    return reduced(-logsigmoid(x * target), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``1 - cos(x1, x2)`` where the target is 1, ``max(0, cos(x1, x2) - margin)`` where it is -1.

    Shapes: ``(N, D)`` and ``(N,)``, or ``(D,)`` and ``()``.

    Raises:
        RefusedError: (a RuntimeError) shapes do not fit together.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.cosine_embedding_loss(torch.ones(1, 2), torch.ones(1, 2), torch.ones(1))
    tensor(0.)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if target.ndim not in (0, 1):
        raise RefusedError(
            f"0D or 1D target tensor expected, multi-target not supported, got {target.ndim}D"
        )
    if not input1.ndim == input2.ndim == target.ndim + 1:
        raise RefusedError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found "
            f"inputs with sizes {list(input1.shape)} and {list(input2.shape)}"
        )
    tiny = 1e-12
    product = fn.sum(input1 * input2, dim=-1)
    squares = [fn.sum(fn.square(x), dim=-1) + tiny for x in (input1, input2)]
    cosine = product / fn.sqrt(squares[0] * squares[1])
    near = Where()(target == 1, 1 - cosine, 0.0)
    far = Where()(target == -1, fn.clamp_min(cosine - margin, 0), 0.0)
    return reduced(near + far, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``.

    Args:
        anchor, positive, negative: ``(N, D)`` or ``(D,)``.
        margin: positive.
        p, eps: those of :func:`pairwise_distance`.
        swap: whether ``d(positive, negative)`` counts instead, where it is smaller.
        size_average, reduce: older forms of ``reduction``.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueRangeError: (a ValueError) the margin is not positive.
        RefusedError: (a RuntimeError) numbers of dimensions differ.

    Source: Balntas et al. 2016, "Learning local feature descriptors with triplets".

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.triplet_margin_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(1, 2), margin=2.0)
    tensor(0.5858)
    """
    reduction = reduction_of(size_average, reduce, reduction)

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return pairwise_distance(x, y, p, eps)

    return _triplet(
        "triplet_margin_loss", (anchor, positive, negative), distance, margin, swap, reduction
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Distance | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """:func:`triplet_margin_loss` with a distance of one's own; :func:`pairwise_distance` if none.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> points = torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(1, 2)
    >>> F.triplet_margin_with_distance_loss(
    ...     *points, distance_function=lambda x, y: (x - y).abs().sum(-1), margin=3.0
    ... )
    tensor(1.)
    """
    chosen = pairwise_distance if distance_function is None else distance_function
    name, points = "triplet_margin_with_distance_loss", (anchor, positive, negative)
    return _triplet(name, points, chosen, margin, swap, reduction)


def _triplet(
    function: str,
    points: tuple[Tensor, Tensor, Tensor],
    distance: Distance,
    margin: float,
    swap: bool,
    reduction: str,
) -> Tensor:
    anchor, positive, negative = points
    if margin <= 0:
        raise ValueRangeError(f"{function}: margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RefusedError(
            f"{function}: The anchor, positive, and negative tensors are expected to have "
            f"the same number of dimensions, but got: anchor {anchor.ndim}D, positive "
            f"{positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = fn.minimum(far, distance(positive, negative))
    return reduced(fn.clamp_min(near - far + margin, 0), reduction)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the other classes of ``max(0, margin - x[target] + x[other]) ** p``.

    Shapes: ``(N, C)`` and ``(N,)``, or ``(C,)`` and ``()`` or ``(1,)``; a weight for each class,
    ``(C,)``. Without a reduction the losses have the target's shape.

    Raises:
        ValueRangeError: (a ValueError) ``p`` is not 1 or 2, or the weight has another shape.
        ShapeError: input and target do not fit together.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.multi_margin_loss(torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([3]))
    tensor(0.3250)
    """
    x = require_tensor("multi_margin_loss", "input", input)
    reduction = reduction_of(size_average, reduce, reduction)
    check_reduction(reduction)
    if p not in (1, 2):
        raise ValueRangeError(f"multi_margin_loss: only p == 1 and p == 2 supported, got {p}")
    rows = x if x.ndim == 2 else fn.reshape(x, (1, -1))
    if x.ndim > 2 or not rows.shape[1]:
        raise ShapeError(
            "multi_margin_loss: Expected non-empty vector or matrix with optional 0-dim batch "
            f"size, but got: {list(x.shape)}"
        )
    if target.ndim > 1 or target.numel() != rows.shape[0]:
        raise ShapeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of "
            f"input samples (batch size). Expected target size [{rows.shape[0]}], but got "
            f"{list(target.shape)}. Input has shape {list(x.shape)}."
        )
    if weight is not None and weight.ndim != 1:
        raise ValueRangeError(
            f"multi_margin_loss: weight must be one-dimensional, but it is {weight.ndim}D"
        )
    if weight is not None and weight.shape != (rows.shape[1],):
        raise ShapeError(
            f"multi_margin_loss: inconsistent weight size, expected {rows.shape[1]} but got "
            f"{list(weight.shape)}"
        )
    if target.dtype is not dtypes.int64:
        raise DtypeError(
            "multi_margin_loss: expected scalar type Long but found "
            f"{SCALAR_TYPE_NAMES[target.dtype]} in the target"
        )
    index = fn.reshape(target, (rows.shape[0], 1))
    excess = fn.clamp_min(rows - fn.gather(rows, 1, index) + margin, 0) ** p
    if weight is not None:
        excess = excess * fn.reshape(fn.index_select(weight, 0, fn.flatten(index)), (-1, 1))
    others = fn.scatter(excess, 1, index, 0.0)
    losses = fn.sum(others, dim=1) / rows.shape[1]
    return reduced(fn.reshape(losses, tuple(target.shape)), reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The sum of ``max(0, 1 - x[label] + x[other])``, by the number of classes.

    It goes over all labels of a sample, and for each over all classes that are not among them.

    Args:
        input: scores ``(N, C)`` or ``(C,)``.
        target: labels of the same shape; those from the first negative one on do not count.
        size_average, reduce: older forms of ``reduction``.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: input and target do not fit together.

    >>> import graphnet as torch
    >>> scores, labels = torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([[3, 0, -1, 1]])
    >>> torch.nn.functional.multilabel_margin_loss(scores, labels)
    tensor(0.8500)
    """
    x = require_tensor("multilabel_margin_loss", "input", input)
    reduction = reduction_of(size_average, reduce, reduction)
    check_reduction(reduction)
    if x.ndim > 2 or (x.ndim and not x.shape[-1]):
        raise ShapeError(
            "multilabel_margin_loss: Expected non-empty vector or matrix with optional 0-dim batch "
            f"size, but got: {list(x.shape)}"
        )
    if target.shape != x.shape and (x.ndim or target.shape != (1,)):
        raise ShapeError(
            f"multilabel_margin_loss: inconsistent target size: {list(target.shape)} for input of "
            f"size: {list(x.shape)}"
        )
    rows = fn.reshape(x, (-1, x.shape[-1] if x.ndim else 1))
    labels = fn.reshape(target, tuple(rows.shape))
    counted = fn.cumprod((labels >= 0).to(labels.dtype), 1)
    places = fn.clamp_min(labels, 0)
    is_label = fn.scatter_add(fn.zeros_like(labels), 1, places, counted) > 0
    margins = 1 - fn.unsqueeze(fn.gather(rows, 1, places), 2) + fn.unsqueeze(rows, 1)
    taken = fn.unsqueeze(counted > 0, 2) & fn.unsqueeze(fn.logical_not(is_label), 1)
    excess = Where()(taken, fn.clamp_min(margins, 0), 0.0)
    losses = fn.sum(excess, dim=(1, 2)) / rows.shape[1]
    return reduced(losses if x.ndim == 2 else fn.reshape(losses, ()), reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes of the binary cross entropy of the sigmoid of scores.

    Shapes: ``(..., C)`` for input and target; a weight for each class, ``(C,)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.multilabel_soft_margin_loss(torch.zeros(1, 2), torch.ones(1, 2))
    tensor(0.6931)
    """
    x = require_tensor("multilabel_soft_margin_loss", "input", input)
    reduction = reduction_of(size_average, reduce, reduction)
    losses = -(target * logsigmoid(x) + (1 - target) * logsigmoid(-x))
    if weight is not None:
        losses = losses * weight
    return reduced(fn.mean(losses, dim=-1), reduction)
