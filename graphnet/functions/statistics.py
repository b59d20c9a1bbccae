"""Variance, norms, distances and the logarithm of a sum of exponentials.

``dim`` is an integer, a sequence of them, or None for all dimensions.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, GraphnetError
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import as_dtype, numpy_names, one_dim, reduced_dims, require_tensor
from graphnet.ops.compare import Where
from graphnet.ops.complex import Imag, Real
from graphnet.ops.convert import Cast
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.factorise import Svd
from graphnet.ops.math import Abs, Sqrt
from graphnet.ops.reduce import Mean, Sum
from graphnet.ops.shape import Permute, Reshape
from graphnet.ops.statistics import LinalgVectorNorm, Logsumexp, Std, Var
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "dist",
    "logsumexp",
    "norm",
    "renorm",
    "std",
    "std_mean",
    "var",
    "var_mean",
]


class NormError(GraphnetError, RuntimeError):
    """A norm that does not exist, or not of this tensor."""


@method
@numpy_names
def var(
    input: Tensor,
    dim: Any = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """The variance: the sum of squared distances from the mean, by ``N - correction``.

    Args:
        input: floating point.
        dim: an integer, a sequence of them, or None for all dimensions.
        unbiased: True stands for ``correction=1``, False for ``correction=0``.
        keepdim: whether the dimensions stay, with size 1.
        correction: what is subtracted from the number of elements.

    Raises:
        DtypeError: (a RuntimeError) the elements are integers.

    >>> import graphnet as torch
    >>> torch.var(torch.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
    >>> torch.var(torch.tensor([1.0, 2.0, 3.0]), correction=0)
    tensor(0.6667)
    """
    return _spread("var", Var, input, dim, unbiased, keepdim, correction)


@method
@numpy_names
def std(
    input: Tensor,
    dim: Any = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """The standard deviation, the root of :func:`var`, whose arguments it takes.

    >>> import graphnet as torch
    >>> torch.std(torch.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
    """
    return _spread("std", Std, input, dim, unbiased, keepdim, correction)


@numpy_names
def var_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """The variance and the mean; arguments as for :func:`var`.

    >>> import graphnet as torch
    >>> torch.var_mean(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    spread = _spread("var_mean", Var, input, dim, unbiased, keepdim, correction)
    return spread, _mean("var_mean", input, dim, keepdim)


@numpy_names
def std_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean; arguments as for :func:`var`."""
    spread = _spread("std_mean", Std, input, dim, unbiased, keepdim, correction)
    return spread, _mean("std_mean", input, dim, keepdim)


def _mean(function: str, x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    result: Tensor = Mean(_spread_dims(function, dim, x), keepdim)(x)
    return result


def _spread_dims(function: str, dim: Any, x: Tensor) -> tuple[int, ...]:
    everything = isinstance(dim, bool) or (isinstance(dim, (tuple, list)) and not dim)
    return reduced_dims(function, None if everything else dim, x.dim())


def _spread(
    function: str,
    op: type[Var] | type[Std],
    input: Any,
    dim: Any,
    unbiased: bool,
    keepdim: bool,
    correction: float | None,
) -> Tensor:
    x = require_tensor(function, "input", input)
    if is_integral(x.dtype):
        raise DtypeError(
            f"{function}: std and var only support floating point and complex dtypes, not "
            f"{x.dtype}",
            cure="cast first, as in `x.float()`",
        )
    if isinstance(dim, bool):  # var(unbiased)
        unbiased = dim
    if correction is None:
        correction = int(unbiased)
    dims = _spread_dims(function, dim, x)
    count = math.prod(x.shape[d] for d in dims)
    if count - correction <= 0:
        warnings.warn(
            f"{function}(): degrees of freedom is <= 0. Correction should be strictly less than "
            "the reduction factor (input numel divided by output numel): "
            f"{correction} is not less than {count}.",
            UserWarning,
            stacklevel=4,
        )
    if x.dtype.is_complex:
        both: Tensor = Var(dims, keepdim, correction)(Real()(x))
        both = both + Var(dims, keepdim, correction)(Imag()(x))
        return Sqrt()(both) if op is Std else both
    result: Tensor = op(dims, keepdim, correction)(x)
    return result


@method
@numpy_names
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """``log(sum(exp(input)))`` over dimensions, without overflow; integers become floats.

    >>> import graphnet as torch
    >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), dim=0)
    tensor(1000.6932)
    """
    x = require_tensor("logsumexp", "input", input)
    result: Tensor = Logsumexp(reduced_dims("logsumexp", dim, x.dim()), keepdim)(x)
    return result


def vector_norm(
    function: str, x: Tensor, order: float, dim: Any, keepdim: bool, dtype: Any = None
) -> Tensor:
    """The norm of the elements along ``dim`` (all for None).

    Raises:
        NormError: (a RuntimeError) a norm without value on an empty tensor.
        DtypeError: (a RuntimeError) the elements are integers.
    """
    wanted = as_dtype(function, dtype)
    if wanted is not None:
        x = Cast(wanted)(x)
    if is_integral(x.dtype):
        raise DtypeError(
            f"{function}: Expected a floating point or complex tensor as input. Got "
            f"{SCALAR_TYPE_NAMES[x.dtype]}",
            cure="cast first, as in `x.float()`",
        )
    if x.dtype.is_complex:
        x = Abs()(x)
    dims = reduced_dims(function, dim, x.dim())
    nothing = x.numel() == 0 and (dim is None or any(x.shape[d] == 0 for d in dims))
    if nothing and (order < 0 or order == math.inf):
        raise NormError(
            f"{function} cannot compute the {order:g} norm on an empty tensor because the "
            f"operation does not have an identity: shape {list(x.shape)}"
        )
    result: Tensor = LinalgVectorNorm(dims, keepdim, float(order))(x)
    return result


@method
def norm(
    input: Tensor,
    p: float | str | None = "fro",
    dim: Any = None,
    keepdim: bool = False,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """The norm of order ``p`` of all elements, or of those along ``dim``.

    Args:
        input: floating point.
        p: a number, ``"fro"`` for 2, or ``"nuc"``, the sum of the singular values of the matrix
            that two dimensions make.
        dim: an integer, a sequence of them, or None for all dimensions.
        keepdim: whether the dimensions stay, with size 1.
        dtype: to cast to first.

    Raises:
        NormError: (a RuntimeError) the nuclear norm of what is no matrix.

    >>> import graphnet as torch
    >>> torch.norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    >>> torch.norm(torch.tensor([[3.0, -4.0], [1.0, 0.0]]), p=1, dim=1)
    tensor([7., 1.])
    """
    x = require_tensor("norm", "input", input)
    if isinstance(dim, Tensor) and not dim.dim():
        raise TypeError("len() of a 0-d tensor")  # PyTorch counts the dimensions named
    if p == "nuc":
        return nuclear_norm(Cast(dtype)(x) if dtype else x, dim, keepdim)
    if p == "fro" or p is None:
        p = 2.0
    if isinstance(p, str):
        raise NormError(f"norm: only p = 'fro', 'nuc' or a number is there, not {p!r}")
    return vector_norm("linalg.vector_norm", x, float(p), dim, keepdim, dtype)


def nuclear_norm(x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    """The sum of the singular values of the matrix that two dimensions make."""
    dims = reduced_dims("norm", dim, x.dim())
    if len(dims) != 2:
        raise NormError(f"norm: the nuclear norm takes 2 dimensions, but there are {len(dims)}")
    rest = tuple(d for d in range(x.dim()) if d not in dims)
    values = Svd()(Permute((*rest, *dims))(x))[1]
    total: Tensor = Sum((values.dim() - 1,))(values)
    if not keepdim:
        return total
    kept: Tensor = Reshape(tuple(1 if d in dims else n for d, n in enumerate(x.shape)))(total)
    return kept


@inplace
@method
def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Slices of a dimension, those with a greater norm scaled down to ``maxnorm``.

    Args:
        input: at least two-dimensional.
        p: the order of the norm.
        dim: whose slices.
        maxnorm: the greatest norm.

    >>> import graphnet as torch
    >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    x = require_tensor("renorm", "input", input)
    if x.dim() < 2:
        raise NormError(f"renorm: input needs at least 2 dimensions, got {x.dim()} dimensions")
    if p <= 0:
        raise NormError(f"renorm: non-positive-norm not supported: {p}")
    if maxnorm < 0:
        raise NormError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    axis = one_dim("renorm", dim, x)
    others = tuple(d for d in range(x.dim()) if d != axis)
    norms = vector_norm("renorm", x, float(p), others, keepdim=True)
    scaled: Tensor = x * Where()(norms > maxnorm, maxnorm / (norms + 1e-7), 1.0)
    return scaled


@method
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The norm of order ``p`` of the difference of two tensors, which broadcast.

    >>> import graphnet as torch
    >>> torch.dist(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 6.0]))
    tensor(5.)
    """
    difference = require_tensor("dist", "input", input) - other
    return vector_norm("dist", difference, float(p), None, keepdim=False)
