"""Similarities and distances of vectors."""

from __future__ import annotations

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors that lie along a dimension.

    Args:
        x1, x2: broadcast to each other.
        dim: the dimension, counted after broadcasting.
        eps: what norms are replaced by where they are smaller.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([0.6000])
    """
    first = require_tensor("cosine_similarity", "x1", x1)
    second = require_tensor("cosine_similarity", "x2", x2, 2)
    first, second = fn.broadcast_tensors(first, second)
    lengths = [fn.clamp_min(fn.norm(x, 2.0, dim=dim, keepdim=True), eps) for x in (first, second)]
    return fn.sum((first / lengths[0]) * (second / lengths[1]), dim=dim)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The norm of order ``p`` of the differences of vectors that lie along the last dimension.

    ``eps`` is added to each difference.

    >>> import graphnet as torch
    >>> torch.nn.functional.pairwise_distance(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """
    first = require_tensor("pairwise_distance", "x1", x1)
    require_tensor("pairwise_distance", "x2", x2, 2)
    return fn.norm(first - x2 + eps, p, dim=-1, keepdim=keepdim)


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The distances, by the norm of order ``p``, of all pairs of rows: ``n * (n - 1) / 2``.

    >>> import graphnet as torch
    >>> torch.nn.functional.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
    tensor([5.0000, 1.0000, 4.2426])
    """
    x = require_tensor("pdist", "input", input)
    if x.ndim != 2:
        raise RefusedError(f"pdist only supports 2D tensors, got: {x.ndim}D")
    if p < 0:
        raise RefusedError(f"pdist only supports non-negative p values, but p is {p}")
    first, second = fn.triu_indices(x.shape[0], x.shape[0], 1)
    return fn.norm(x[first] - x[second], p, dim=1)
