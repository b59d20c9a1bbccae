"""Products and powers of matrices, and tensors as matrices."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import RefusedError, integer, integers, tensors_of
from graphnet.functions.complex_numbers import conj
from graphnet.functions.cumulative import cumprod
from graphnet.functions.factories import ones
from graphnet.functions.joining import cat
from graphnet.functions.linalg import matmul
from graphnet.functions.options import require_tensor
from graphnet.functions.reduction import sum
from graphnet.functions.shaping import diagonal as _diagonal
from graphnet.functions.shaping import movedim
from graphnet.functions.square_matrices import inverse
from graphnet.functions.tensor_products import cross as _cross
from graphnet.linalg.solution import solve
from graphnet.ops.lapack import MatrixExp
from graphnet.ops.shape import Expand, Reshape, Unsqueeze


def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along ``dim``."""
    return _cross(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of two dimensions, as a view with it as the last dimension."""
    view: Tensor = _diagonal(A, offset, dim1, dim2)
    return view


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The dot products along a dimension; the others broadcast.

    >>> import graphnet as torch
    >>> torch.linalg.vecdot(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    return sum(conj(require_tensor("linalg.vecdot", "x", x)) * y, dim)


def matrix_exp(A: Tensor) -> Tensor:
    """The exponential of square matrices: the sum of ``A**k / k!`` over all ``k``.

    >>> import graphnet as torch
    >>> torch.linalg.matrix_exp(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    made: Tensor = MatrixExp()(require_tensor("linalg.matrix_exp", "A", A))
    return made


def multi_dot(tensors: Any) -> Tensor:
    """The product of two or more matrices, in the order that takes the fewest multiplications.

    The first and the last may be vectors.

    Raises:
        ShapeError: (a RuntimeError) fewer than two, or shapes that do not fit.

    >>> import graphnet as torch
    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)]).shape
    torch.Size([2, 1])
    """
    factors = list(tensors_of("multi_dot", tensors))
    if len(factors) < 2:
        raise ShapeError(f"multi_dot(): expected at least 2 tensors but got {len(factors)}")
    from_vector, to_vector = factors[0].dim() == 1, factors[-1].dim() == 1
    if from_vector:
        factors[0] = Unsqueeze(0)(factors[0])
    if to_vector:
        factors[-1] = Unsqueeze(1)(factors[-1])
    for place, factor in enumerate(factors):
        if factor.dim() != 2:
            raise ShapeError(
                f"multi_dot(): tensor {place} must be 2D but got {factor.dim()}D: only the first "
                "and the last may be vectors"
            )
        if place and factors[place - 1].shape[1] != factor.shape[0]:
            raise ShapeError(
                f"multi_dot(): tensors {place - 1} and {place} with shapes "
                f"{list(factors[place - 1].shape)} and {list(factor.shape)} cannot be multiplied"
            )
    product = _in_order(factors, _cheapest([f.shape[0] for f in factors] + [factors[-1].shape[1]]))
    kept = [n for n, gone in zip(product.shape, (from_vector, to_vector), strict=True) if not gone]
    result: Tensor = Reshape(tuple(kept))(product)
    return result


def _cheapest(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where each run of factors is split best. Source: Cormen et al., "Algorithms", 15.2."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    split: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return split


def _in_order(factors: list[Tensor], split: dict[tuple[int, int], int]) -> Tensor:
    """The product of all factors, split as told; without recursion."""
    made: dict[tuple[int, int], Tensor] = {(i, i): factor for i, factor in enumerate(factors)}
    for i, j in sorted(split, key=lambda run: run[1] - run[0]):
        if _is_part(i, j, split, len(factors)):
            k = split[i, j]
            made[i, j] = matmul(made[i, k], made[k + 1, j])
    return made[0, len(factors) - 1]


def _is_part(i: int, j: int, split: dict[tuple[int, int], int], count: int) -> bool:
    """Whether the product of factors ``i`` to ``j`` is one of those that are multiplied."""
    first, last = 0, count - 1
    while (first, last) != (i, j):
        if first == last:
            return False
        k = split[first, last]
        if i > k:
            first = k + 1
        elif j <= k:
            last = k
        else:
            return False
    return True


def vander(x: Tensor, N: int | None = None) -> Tensor:  # PyTorch's name
    """The powers 0, 1, ... of each element, along a new last dimension of size ``N``.

    >>> import graphnet as torch
    >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    base = require_tensor("linalg.vander", "x", x)
    if not base.dim():
        base = Unsqueeze(0)(base)
    count = base.shape[-1] if N is None else integer("linalg.vander", "N", N)
    if count <= 1:
        raise RefusedError("N must be greater than 1.")
    first = ones(*base.shape, 1, dtype=base.dtype)
    repeated: Tensor = Expand((*base.shape, count - 1))(Unsqueeze(base.dim())(base))
    return cat([first, cumprod(repeated, -1)], -1)


def _require_square(x: Tensor, split: int) -> None:
    rows, columns = math.prod(x.shape[:split]), math.prod(x.shape[split:])
    if rows != columns:
        raise ShapeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == "
            f"prod(self.shape[:ind]), but got {columns} != {rows}"
        )


def tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """The inverse of a tensor as a matrix, whose rows are its first ``ind`` dimensions.

    >>> import graphnet as torch
    >>> torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 6)).shape
    torch.Size([6, 2, 3])
    """
    x = require_tensor("linalg.tensorinv", "A", A)
    split = integer("linalg.tensorinv", "ind", ind)
    if split <= 0:
        raise RefusedError("Expected a strictly positive integer for 'ind'")
    _require_square(x, split)
    size = math.prod(x.shape[:split])
    inverted = inverse(Reshape((size, size))(x))
    result: Tensor = Reshape((*x.shape[split:], *x.shape[:split]))(inverted)
    return result


def tensorsolve(A: Tensor, B: Tensor, dims: Any = None) -> Tensor:
    """``X`` with ``tensordot(A, X, X.dim()) == B``; ``dims`` of ``A`` are moved to its end first.

    >>> import graphnet as torch
    >>> torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), torch.ones(2, 3)).shape
    torch.Size([6])
    """
    a = require_tensor("linalg.tensorsolve", "A", A)
    b = require_tensor("linalg.tensorsolve", "B", B, 2)
    if dims is not None:
        moved = integers("linalg.tensorsolve", "dims", dims)
        a = movedim(a, moved, tuple(range(a.dim() - len(moved), a.dim())))
    _require_square(a, b.dim())
    size = math.prod(a.shape[: b.dim()])
    solved = solve(Reshape((size, size))(a), Reshape((size,))(b))
    result: Tensor = Reshape(tuple(a.shape[b.dim() :]))(solved)
    return result
