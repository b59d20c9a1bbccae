"""Running sums and products along a dimension. Each function is a ``Tensor`` method, too."""

from __future__ import annotations

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.functions.factories import ones
from graphnet.functions.joining import cat
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import numpy_names, one_dim, operand_as, reduced, require_tensor
from graphnet.ops.convert import Cast
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.reduce import Cumsum, Flip
from graphnet.ops.scan import Cumprod, LogCumsumExp
from graphnet.ops.shape import Expand, Unsqueeze
from graphnet.ops.unsupported import refuse

__all__ = [
    "cumprod",
    "cumsum",
    "logcumsumexp",
    "vander",
]


@inplace
@method
@numpy_names
def cumsum(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The running sum along a dimension. Integers sum to int64 unless a dtype is given.

    >>> import graphnet as torch
    >>> torch.cumsum(torch.tensor([1, 2, 3]), dim=0)
    tensor([1, 3, 6])
    """
    x = operand_as("cumsum", input, dtype)
    return reduced(Cumsum(one_dim("cumsum", dim, x)), x, dtype)


@inplace
@method
@numpy_names
def cumprod(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The running product along a dimension. Integers multiply to int64 unless a dtype is given.

    >>> import graphnet as torch
    >>> torch.cumprod(torch.tensor([1, 2, 3]), dim=0)
    tensor([1, 2, 6])
    """
    x = operand_as("cumprod", input, dtype)
    return reduced(Cumprod(one_dim("cumprod", dim, x)), x, dtype)


@method
@numpy_names
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """The logarithm of the running sum of exponentials along a dimension, without overflow.

    Raises:
        UnsupportedDtypeError: (a RuntimeError) the elements are integers.
    """
    x = require_tensor("logcumsumexp", "input", input)
    op = LogCumsumExp(one_dim("logcumsumexp", dim, x))
    if is_integral(x.dtype):
        raise refuse("logcumsumexp", x.dtype, "cast first, as in `x.float()`")
    return reduced(op, x)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # PyTorch's name
    """The powers of each element of a vector, a row for each: the matrix of Vandermonde.

    Args:
        x: the elements.
        N: how many powers, from 0 on; as many as elements if None.
        increasing: whether the lowest comes first.

    Raises:
        RefusedError: (a RuntimeError) ``x`` is no vector, or ``N`` is negative.

    >>> import graphnet as torch
    >>> torch.vander(torch.tensor([2, 3]), N=3)
    tensor([[4, 2, 1],
            [9, 3, 1]])
    """
    base = require_tensor("vander", "x", x)
    if base.dim() != 1:
        raise RefusedError("x must be a one-dimensional tensor.")
    count = base.numel() if N is None else N
    if count < 0:
        raise RefusedError("N must be non-negative.")
    if base.dtype is dtypes.bool:
        base = Cast(dtypes.int64)(base)
    powers = ones(base.numel(), min(count, 1), dtype=base.dtype)
    if count > 1:
        repeated: Tensor = Expand((base.numel(), count - 1))(Unsqueeze(1)(base))
        powers = cat([powers, cumprod(repeated, 1)], 1)
    ordered: Tensor = powers if increasing else Flip((1,))(powers)
    return ordered
