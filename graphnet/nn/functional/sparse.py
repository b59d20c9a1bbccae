"""Looking up rows of a table, bags of them, and one-hot encoding."""

from __future__ import annotations

import math

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.options import require_tensor
from graphnet.grad_mode import no_grad
from graphnet.ops.compare import Where
from graphnet.ops.embedding import Embedding, OneHot


class PaddingIndexError(GraphnetError, AssertionError):
    """A padding index that the table does not have."""


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of a table at given indices.

    Args:
        input: indices, int32 or int64, of any shape.
        weight: the table, ``(rows, size)``.
        padding_idx: a row that receives no gradient.
        max_norm: rows that are looked up and have a larger norm are scaled down to it, in place.
        norm_type: the order of that norm.
        scale_grad_by_freq: whether gradients are divided by how often an index occurs.
        sparse: has no effect: gradients are dense.

    Raises:
        OutOfRangeError: (an IndexError) the table has no such row; raised when the value is needed.
        PaddingIndexError: (an AssertionError) the table has no row ``padding_idx``.

    >>> import graphnet as torch
    >>> table = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    >>> torch.nn.functional.embedding(torch.tensor([1, 0, 1]), table)
    tensor([[2., 3.],
            [0., 1.],
            [2., 3.]])
    """
    index = require_tensor("embedding", "input", input)
    rows = weight.shape[0] if weight.ndim else 0
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise PaddingIndexError(
                f"embedding: Padding_idx must be within num_embeddings: {padding_idx} is not "
                f"within {rows} rows"
            )
        padding_idx %= rows
    if max_norm is not None:
        with no_grad():
            _renormalise(weight, index, max_norm, norm_type)
    result: Tensor = Embedding(padding_idx, scale_grad_by_freq)(weight, index)
    return result


def _renormalise(weight: Tensor, index: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows that are looked up down to a norm."""
    norms = fn.norm(weight, norm_type, dim=1, keepdim=True)
    used = fn.index_fill(fn.zeros_like(norms), 0, fn.flatten(index), 1.0)
    too_long = (norms > max_norm) & (used > 0)
    weight._write(Where()(too_long, weight * (max_norm / (norms + 1e-7)), weight))


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """1 at each class, 0 elsewhere, in a new last dimension.

    Args:
        tensor: classes, int64, of any shape.
        num_classes: how many there are; -1 for one more than the greatest, which looks at them.

    Raises:
        RangeError: (a RuntimeError) a class is negative or too large.
        RefusedError: (a RuntimeError) there are no elements to tell the number of classes by.

    >>> import graphnet as torch
    >>> torch.nn.functional.one_hot(torch.tensor([2, 0]), num_classes=3)
    tensor([[0, 0, 1],
            [1, 0, 0]])
    """
    index = require_tensor("one_hot", "tensor", tensor)
    num_classes = integer("one_hot", "num_classes", num_classes)
    if num_classes == -1:
        if not index.numel():
            raise RefusedError("one_hot: Can not infer total number of classes from empty tensor.")
        num_classes = max(int(index.max().item()) + 1, 1)
    elif num_classes < 1:
        raise RefusedError(f"one_hot: num_classes should be positive, but got {num_classes}")
    result: Tensor = OneHot(num_classes)(index)
    return result


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of the rows of a table at the indices of each bag.

    Args:
        input: indices ``(bags, n)``, or all of them one after the other.
        weight: the table, ``(rows, size)``.
        offsets: where each bag begins, if they come one after the other.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for :func:`embedding`.
        mode: "sum", "mean" or "max". A bag of nothing gives zeros.
        per_sample_weights: factors of the rows, of the input's shape; for sums only.
        include_last_offset: whether the last offset is the end of the last bag.
        padding_idx: an index that does not count.

    >>> import graphnet as torch
    >>> table = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    >>> torch.nn.functional.embedding_bag(torch.tensor([[0, 1], [1, 1]]), table)
    tensor([[1., 2.],
            [2., 3.]])
    """
    index = require_tensor("embedding_bag", "input", input)
    table = require_tensor("embedding_bag", "weight", weight, 2)
    bag, bags = _bags(index, offsets, include_last_offset)
    if mode not in ("sum", "mean", "max"):
        raise ValueRangeError("mode has to be one of sum, mean or max")
    if per_sample_weights is not None:
        if mode != "sum":
            raise NotImplementedError(
                "embedding_bag: per_sample_weights was not None. per_sample_weights is only "
                f"supported for mode='sum' (got mode='{mode}')."
            )
        if per_sample_weights.shape != index.shape:
            raise ValueRangeError(
                f"embedding_bag: If per_sample_weights ({list(per_sample_weights.shape)}) is not "
                f"None, then it must have the same shape as the input ({list(index.shape)})"
            )
    flat = fn.reshape(index, (index.numel(),))
    rows = embedding(flat, table, padding_idx, max_norm, norm_type, scale_grad_by_freq)
    counts = fn.ones(flat.shape[0], 1, dtype=table.dtype)
    if per_sample_weights is not None:
        rows = rows * fn.reshape(per_sample_weights, (-1, 1))
    if padding_idx is not None:
        padding = fn.unsqueeze(flat == padding_idx % table.shape[0], 1)
        rows = Where()(padding, -math.inf if mode == "max" else 0.0, rows)
        counts = Where()(padding, 0.0, counts)
    empty = fn.zeros(bags, table.shape[1], dtype=table.dtype)
    if mode == "max":
        greatest = fn.index_reduce(empty, 0, bag, rows, "amax", include_self=False)
        found: Tensor = Where()(greatest == -math.inf, 0.0, greatest)
        return found
    total = fn.index_add(empty, 0, bag, rows)
    if mode == "sum":
        return total
    sizes = fn.index_add(fn.zeros(bags, 1, dtype=table.dtype), 0, bag, counts)
    mean: Tensor = total / fn.clamp_min(sizes, 1)
    return mean


def _bags(index: Tensor, offsets: Tensor | None, include_last: bool) -> tuple[Tensor, int]:
    """The bag of each index, and how many bags there are."""
    if index.ndim == 2:
        if offsets is not None:
            raise ValueRangeError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch "
                f"of fixed length sequences. However, found offsets of shape {list(offsets.shape)}"
            )
        bags, size = index.shape
        return fn.reshape(fn.arange(bags), (-1, 1)).expand(bags, size).reshape(-1), bags
    if index.ndim != 1:
        raise ValueRangeError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {index.ndim}"
        )
    if offsets is None:
        raise ValueRangeError("offsets has to be a 1D Tensor but got None")
    if offsets.ndim != 1:
        raise ValueRangeError("offsets has to be a 1D Tensor")
    bags = offsets.shape[0] - bool(include_last)
    places = fn.arange(index.shape[0], dtype=offsets.dtype)
    return fn.searchsorted(offsets[:bags], places, right=True) - 1, bags
