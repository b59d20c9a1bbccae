"""Looking up rows of a table, and one-hot encoding."""

from __future__ import annotations

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError
from graphnet.functions.arguments import RefusedError
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
    if num_classes == -1:
        if not index.numel():
            raise RefusedError("one_hot: Can not infer total number of classes from empty tensor.")
        num_classes = max(int(index.max().item()) + 1, 1)
    elif num_classes < 1:
        raise RefusedError(f"one_hot: num_classes should be positive, but got {num_classes}")
    result: Tensor = OneHot(num_classes)(index)
    return result
