"""``torch.sparse``: sums and products of sparse tensors.

Source: PyTorch's page ``torch.sparse``.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.functions import linalg, reduction
from graphnet.functions.sparse_tensors import SparseTensor, sparse_coo_tensor, to_sparse

__all__ = ["DoubleTensor", "FloatTensor", "LongTensor", "addmm", "mm", "sum"]


def mm(mat1: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices, sparse if both are.

    >>> import graphnet as torch
    >>> torch.sparse.mm(torch.eye(2).to_sparse(), torch.ones(2, 1))
    tensor([[1.],
            [1.]])
    """
    product = linalg.mm(mat1, mat2)
    if isinstance(mat1, SparseTensor) and isinstance(mat2, SparseTensor):
        return to_sparse(product)
    return product


def addmm(mat: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * mat + alpha * (mat1 @ mat2)``."""
    return linalg.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)


def sum(input: Tensor, dim: Any = None, dtype: dtypes.dtype | None = None) -> Tensor:
    """The sum of the elements, or along dimensions; sparse, if some are left.

    >>> import graphnet as torch
    >>> torch.sparse.sum(torch.eye(2).to_sparse())
    tensor(2.)
    """
    if dim is None:
        return reduction.sum(input, dtype=dtype)
    total: Tensor = reduction.sum(input, dim, dtype=dtype)
    return to_sparse(total) if total.dim() else total


def _of(kind: dtypes.dtype, name: str) -> Any:
    """The old constructor of sparse tensors with one type of elements."""

    def make(indices: Tensor, values: Tensor, size: Any = None, *, device: Any = None) -> Tensor:
        if values.dtype is not kind:
            raise ArgumentError(f"{name}: expected values of {kind}, but got {values.dtype}")
        return sparse_coo_tensor(indices, values, size, device=device)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A sparse tensor of {kind}, as :func:`torch.sparse_coo_tensor` makes it."
    return make


FloatTensor = _of(dtypes.float32, "FloatTensor")
DoubleTensor = _of(dtypes.float64, "DoubleTensor")
LongTensor = _of(dtypes.int64, "LongTensor")
