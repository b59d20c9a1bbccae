"""Running sums and products along a dimension. Each function is a ``Tensor`` method, too."""

from __future__ import annotations

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import numpy_names, one_dim, operand_as, reduced, require_tensor
from graphnet.ops.dtype_rules import is_integral, refuse
from graphnet.ops.reduce import Cumsum
from graphnet.ops.scan import Cumprod, LogCumsumExp

__all__ = [
    "cumprod",
    "cumsum",
    "logcumsumexp",
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
