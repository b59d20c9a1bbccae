"""Tensors laid end to end in one, as ``torch._utils`` does for programs that exchange gradients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphnet._tensor import Tensor
from graphnet.functions.joining import cat

__all__: list[str] = []


def _flatten_dense_tensors(tensors: Sequence[Tensor]) -> Tensor:
    """The elements of all tensors in one vector.

    >>> import graphnet as torch
    >>> torch._utils._flatten_dense_tensors([torch.ones(2), torch.zeros(1, 1)])
    tensor([1., 1., 0.])
    """
    return cat([tensor.reshape(-1) for tensor in tensors])


def _unflatten_dense_tensors(flat: Tensor, tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """The parts of a vector, each as a view in the shape of a tensor."""
    given = list(tensors)
    parts = flat.split([tensor.numel() for tensor in given], 0)
    return tuple(part.view(tuple(x.shape)) for part, x in zip(parts, given, strict=True))
