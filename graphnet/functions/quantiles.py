"""Quantiles, and how variables vary together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import DtypeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.complex_numbers import conj
from graphnet.functions.linalg import matmul
from graphnet.functions.methods import method
from graphnet.functions.options import one_dim, require_tensor
from graphnet.functions.reduction import any as _any
from graphnet.functions.reduction import sum
from graphnet.functions.scattering import gather
from graphnet.functions.shaping import movedim
from graphnet.functions.sorting import sort
from graphnet.ops.arithmetic import Lerp
from graphnet.ops.bounds import Clamp, ClampMin
from graphnet.ops.compare import IsNan, LogicalNot, Where
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full
from graphnet.ops.math import Sqrt
from graphnet.ops.parts import Diagonal
from graphnet.ops.rounding import Ceil, Floor, Round
from graphnet.ops.shape import Reshape, T, Unsqueeze
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "corrcoef",
    "cov",
    "nanquantile",
    "quantile",
]

_PLACES: Final[dict[str, Callable[[Any], Any]]] = {
    "linear": lambda rank: rank,
    "lower": Floor(),
    "higher": Ceil(),
    "nearest": Round(),
    "midpoint": lambda rank: (Floor()(rank) + Ceil()(rank)) * 0.5,
}
"""For each way to interpolate the place, between whole ones, that is read."""


@method
def quantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """The element below which a share ``q`` of the elements lies; NaN where there is a NaN.

    Args:
        input: float32 or float64.
        q: a share between 0 and 1, or a vector of them, which becomes the first dimension.
        dim: the dimension, or None for all elements.
        keepdim: whether it stays, with size 1.
        interpolation: "linear", "lower", "higher", "nearest" or "midpoint" of two neighbours.

    >>> import graphnet as torch
    >>> torch.quantile(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0.25, 0.5]))
    tensor([1.5000, 2.0000])
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


@method
def nanquantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """:func:`quantile` of the elements that are not NaN; NaN where all are."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def _quantile(
    function: str, input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str
) -> Tensor:
    x = require_tensor(function, "input", input)
    shares = _shares(function, q, x)
    if interpolation not in _PLACES:
        raise RefusedError(
            f"{function}() interpolation must be one of linear, lower, higher, midpoint or "
            f"nearest, but got {interpolation}"
        )
    if not x.numel():
        raise RefusedError(f"{function}() input tensor must be non-empty")
    kept = (1,) * x.dim()
    if dim is None:
        rows: Tensor = Reshape((x.numel(),))(x)
    else:
        axis = one_dim(function, dim, x)
        rows = movedim(x, axis, -1) if x.dim() else Reshape((1,))(x)
        kept = tuple(1 if d == axis else n for d, n in enumerate(x.shape))
    ordered = sort(rows, -1).values
    holes = IsNan()(rows)
    last = rows.shape[-1] - 1
    flat: Tensor = Reshape((shares.numel(),))(shares)
    if function == "nanquantile":
        count = Cast(x.dtype)(sum(LogicalNot()(holes), -1, keepdim=True))
        rank = ClampMin()(flat * (count - 1), 0)
    else:
        rank = Where()(_any(holes, -1, keepdim=True), float(last), flat * float(last))
    found = _read(ordered, _PLACES[interpolation](rank))
    result = movedim(found, -1, 0)
    shape = kept if keepdim else tuple(rows.shape[:-1])
    reshaped: Tensor = Reshape((*shares.shape, *shape))(result)
    return reshaped


def _shares(function: str, q: Any, x: Tensor) -> Tensor:
    """The shares as a tensor of the operand's dtype, checked."""
    if x.dtype not in (dtypes.float32, dtypes.float64):
        raise DtypeError(f"{function}() input tensor must be either float or double dtype")
    if isinstance(q, Tensor):
        if q.dim() > 1:
            raise RefusedError(
                f"{function}() q must be a scalar or 1D tensor, but it has {q.dim()} dimensions"
            )
        if q.dtype is not x.dtype:
            raise DtypeError(f"{function}() q tensor must be same dtype as the input tensor")
        inside = bool(((q >= 0) & (q <= 1)).all())
    else:
        inside = 0 <= q <= 1
    if not inside:
        raise RefusedError(f"{function}() q values must be in the range [0, 1], but got {q}")
    shares: Tensor = q if isinstance(q, Tensor) else apply(Full((), x.dtype), q)
    return shares


def _read(ordered: Tensor, place: Tensor) -> Tensor:
    """The elements at places between whole ones, by the line between the neighbours."""
    below = Floor()(place)
    index = [Cast(dtypes.int64)(each) for each in (below, Ceil()(place))]
    shape = (*ordered.shape[:-1], place.shape[-1])
    low, high = (gather(ordered, -1, each.expand(shape)) for each in index)
    read: Tensor = Lerp()(low, high, place - below)
    return read


# ---------------------------------------------------------------------- varying together


@method
def cov(
    input: Tensor,
    *,
    correction: int = 1,
    fweights: Tensor | None = None,
    aweights: Tensor | None = None,
) -> Tensor:
    """The covariances of variables, which are rows, over observations, which are columns.

    Args:
        input: a matrix, or a vector for one variable.
        correction: what is subtracted from the number of observations.
        fweights: how often each observation was made, integers.
        aweights: how much each observation counts.

    >>> import graphnet as torch
    >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = require_tensor("cov", "input", input)
    if x.dim() > 2:
        raise RefusedError(
            "cov(): expected input to have two or fewer dimensions but got an input with "
            f"{x.dim()} dimensions"
        )
    if x.dtype is dtypes.bool:
        raise DtypeError("cov(): bool dtype is not supported for input")
    rows: Tensor = x if x.dim() == 2 else Reshape((1, x.numel()))(x)
    if not (rows.dtype.is_floating_point or rows.dtype.is_complex):
        rows = Cast(dtypes.get_default_dtype())(rows)
    weights = _weights(rows, fweights, aweights)
    if weights is None:
        total: Any = float(rows.shape[1])
        mean = sum(rows, 1, keepdim=True) / total
        by: Any = total - correction
    else:
        total = sum(weights, 0)
        mean = sum(rows * weights, 1, keepdim=True) / total
        lost = correction
        if aweights is not None:
            lost = correction * sum(weights * aweights, 0) / total
        by = total - lost
    by = ClampMin()(by, 0) if isinstance(by, Tensor) else max(by, 0.0)
    centred = rows - mean
    other = centred if weights is None else centred * weights
    product = matmul(centred, conj(T()(other))) / by
    shaped: Tensor = product if rows.shape[0] != 1 else Reshape(())(product)
    return shaped


def _weights(rows: Tensor, fweights: Tensor | None, aweights: Tensor | None) -> Tensor | None:
    """The product of both weights of the observations."""
    product: Any = None
    for name, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is None:
            continue
        if weights.dim() > 1:
            raise RefusedError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with "
                f"{weights.dim()} dimensions"
            )
        if weights.dtype.is_floating_point is (name == "fweights"):
            kind = "integral" if name == "fweights" else "floating point"
            raise DtypeError(
                f"cov(): expected {name} to have {kind} dtype but got {name} with "
                f"{SCALAR_TYPE_NAMES[weights.dtype]} dtype"
            )
        if weights.numel() != rows.shape[1]:
            raise RefusedError(
                f"cov(): expected {name} to have the same numel as there are observations in the "
                f"input but got {weights.numel()} != {rows.shape[1]}"
            )
        if bool((weights < 0).any()):
            raise RefusedError(f"cov(): {name} cannot be negative")
        product = weights if product is None else product * weights
    return None if product is None else Cast(rows.dtype)(product)


@method
def corrcoef(input: Tensor) -> Tensor:
    """The correlations of variables, which are rows: covariances of variables of variance 1.

    >>> import graphnet as torch
    >>> torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = require_tensor("corrcoef", "input", input)
    if x.dim() > 2:
        raise RefusedError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{x.dim()} dimensions"
        )
    covariances = cov(x)
    if not covariances.dim():
        ratio: Tensor = covariances / covariances
        return ratio
    deviation = Sqrt()(Diagonal(0, 0, 1)(covariances))
    scaled = covariances / Unsqueeze(1)(deviation) / Unsqueeze(0)(deviation)
    if scaled.dtype.is_complex:
        return scaled  # type: ignore[no-any-return]  # a tensor
    bounded: Tensor = Clamp()(scaled, -1, 1)
    return bounded
