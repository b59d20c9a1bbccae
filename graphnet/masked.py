"""Reductions that leave out what a mask does not name: ``torch.masked``.

Where the mask is False, an element is replaced by one that changes nothing: 0 in a sum, minus
infinity in a maximum. Source: PyTorch's page "torch.masked".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import NotSupportedError, ValueRangeError
from graphnet.linalg import vector_norm
from graphnet.nn.functional import log_softmax as _log_softmax
from graphnet.nn.functional import softmax as _softmax
from graphnet.refusals import refusal

__all__ = [
    "MaskedTensor",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "as_masked_tensor",
    "cumprod",
    "cumsum",
    "is_masked_tensor",
    "log_softmax",
    "logaddexp",
    "logsumexp",
    "masked_tensor",
    "mean",
    "median",
    "norm",
    "normalize",
    "prod",
    "softmax",
    "softmin",
    "std",
    "sum",
    "var",
]

Dim = int | Sequence[int] | None
Mask = Tensor | None

_WHY: Final = "torch.masked.{}: a tensor here has no mask of its own"
_CURE: Final = "give the mask to the functions of torch.masked: torch.masked.sum(x, mask=mask)"


def is_masked_tensor(obj: Any, /) -> bool:
    """False: there are no tensors with masks of their own."""
    return False


class MaskedTensor:
    """A tensor with a mask of its own, which refuses to be made.

    Raises:
        NotSupportedError: (a NotImplementedError) it is made.
    """

    refusal = "a tensor here has no mask of its own"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotSupportedError(_WHY.format("MaskedTensor"), cure=_CURE)


masked_tensor, as_masked_tensor = (
    refusal(name, "A tensor with a mask", NotSupportedError, _WHY.format(name), _CURE)
    for name in ("masked_tensor", "as_masked_tensor")
)


# ---------------------------------------------------------------------- what changes nothing


def _least(name: str, dtype: dtypes.dtype) -> float | int:
    if dtype is dtypes.bool:
        raise NotSupportedError(f"identity of {name} on torch.bool input")
    return -math.inf if dtype.is_floating_point else int(dtypes.iinfo(dtype).min)


def _greatest(name: str, dtype: dtypes.dtype) -> float | int:
    if dtype is dtypes.bool:
        raise NotSupportedError(f"identity of {name} on torch.bool input")
    return math.inf if dtype.is_floating_point else int(dtypes.iinfo(dtype).max)


def _present(x: Tensor, mask: Mask) -> Tensor | None:
    """The mask in the shape of the tensor."""
    return None if mask is None else mask.bool().expand(x.shape)


def _filled(x: Tensor, mask: Mask, value: float) -> Tensor:
    """The tensor with a value wherever the mask is False."""
    present = _present(x, mask)
    return x if present is None else fn.where(present, x, fn.full_like(x, value))


def _dims(x: Tensor, dim: Dim) -> tuple[int, ...]:
    """The dimensions to reduce: all of them for None."""
    if dim is None:
        return tuple(range(x.dim()))
    return (dim,) if isinstance(dim, int) else tuple(dim)


def _cast(x: Tensor, dtype: dtypes.dtype | None) -> Tensor:
    return x if dtype is None else x.to(dtype)


def _widened(x: Tensor, dtype: dtypes.dtype | None) -> Tensor:
    """What is summed up: small integers as large ones."""
    if dtype is None and not (x.dtype.is_floating_point or x.dtype.is_complex):
        dtype = dtypes.int64
    return _cast(x, dtype)


# ---------------------------------------------------------------------- sums and products


def sum(
    input: Tensor,
    dim: Dim = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The sum of the elements that the mask names.

    Args:
        input: the tensor.
        dim: the dimensions to reduce; all if it is None.
        keepdim: whether they are kept, of size 1.
        dtype: to cast to first.
        mask: broadcast to the tensor; all elements count if it is None.

    >>> import graphnet as torch
    >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> torch.masked.sum(x, 1, mask=torch.tensor([[True, False], [True, True]]))
    tensor([1., 7.])
    """
    x = _filled(_widened(input, dtype), mask, 0)
    return fn.sum(x, _dims(x, dim), keepdim=bool(keepdim))


def prod(
    input: Tensor,
    dim: Dim = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The product, see :func:`sum`."""
    x = _filled(_widened(input, dtype), mask, 1)
    for each in sorted((d % max(x.dim(), 1) for d in _dims(x, dim)), reverse=True):
        x = fn.prod(x, each, keepdim=bool(keepdim))
    return x


def _count(x: Tensor, dim: Dim, mask: Mask, *, keepdim: bool) -> Tensor:
    ones = fn.ones_like(x, dtype=dtypes.int64)
    return sum(ones, dim, keepdim=keepdim, mask=mask)


def mean(
    input: Tensor,
    dim: Dim = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The mean, see :func:`sum`: NaN of nothing.

    Raises:
        ValueRangeError: (a ValueError) the tensor is of integers.
    """
    x = _cast(input, dtype)
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise ValueRangeError(
            "mean(): Could not infer output dtype. Input dtype must be either a floating point or "
            f"complex dtype. Got: {x.dtype}"
        )
    total = sum(x, dim, keepdim=keepdim, mask=mask)
    found: Tensor = total / _count(x, dim, mask, keepdim=bool(keepdim))
    return found


def cumsum(
    input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, mask: Mask = None
) -> Tensor:
    """The sums of the elements so far, of the input's dtype."""
    x = _filled(_cast(input, dtype), mask, 0)
    return fn.cumsum(x, dim, dtype=x.dtype)


def cumprod(
    input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, mask: Mask = None
) -> Tensor:
    """The products of the elements so far."""
    x = _filled(_cast(input, dtype), mask, 1)
    return fn.cumprod(x, dim, dtype=x.dtype)


# ---------------------------------------------------------------------- extremes


def amax(
    input: Tensor,
    dim: Dim = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The greatest element, see :func:`sum`: minus infinity of nothing."""
    x = _cast(input, dtype)
    filled = _filled(x, mask, _least("amax", x.dtype))
    return fn.amax(filled, _dims(x, dim), keepdim=bool(keepdim))


def amin(
    input: Tensor,
    dim: Dim = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The least element, see :func:`sum`: infinity of nothing."""
    x = _cast(input, dtype)
    filled = _filled(x, mask, _greatest("amin", x.dtype))
    return fn.amin(filled, _dims(x, dim), keepdim=bool(keepdim))


def argmax(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """Where the greatest element is, as a number of the input's dtype: 0 of nothing."""
    x = _cast(input, dtype)
    filled = _filled(x, mask, _least("argmax", x.dtype))
    place: Tensor = fn.argmax(filled, dim, keepdim=bool(keepdim)).to(x.dtype)
    return place


def argmin(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """Where the least element is, as a number of the input's dtype: 0 of nothing."""
    x = _cast(input, dtype)
    filled = _filled(x, mask, _greatest("argmin", x.dtype))
    place: Tensor = fn.argmin(filled, dim, keepdim=bool(keepdim)).to(x.dtype)
    return place


def median(
    input: Tensor,
    dim: int = -1,
    *,
    keepdim: bool = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The median along a dimension: NaN of nothing.

    Raises:
        ValueRangeError: (a ValueError) it is of nothing, and the tensor is of integers.
    """
    x = _cast(input, dtype)
    if x.dtype.is_floating_point:
        found: Tensor = fn.nanmedian(_filled(x, mask, math.nan), dim, keepdim).values
        return found
    present = _present(x, mask)
    if present is not None and not bool(present.any(dim).all()):
        raise ValueRangeError(
            "masked median expects no fully masked out rows if dtype is not floating point"
        )
    precise = _filled(x.to(dtypes.float64), mask, math.nan)
    chosen: Tensor = fn.nanmedian(precise, dim, keepdim).values.to(x.dtype)
    return chosen


# ---------------------------------------------------------------------- norms and spreads


def norm(
    input: Tensor,
    ord: float | None = 2.0,
    dim: Dim = None,
    *,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The norm of order ``ord``, see :func:`sum`."""
    x = _filled(_cast(input, dtype), mask, math.inf if ord == -math.inf else 0)
    order = 2.0 if ord is None else ord
    return vector_norm(x, order, _dims(x, dim), bool(keepdim))


def normalize(
    input: Tensor,
    ord: float,
    dim: int,
    *,
    eps: float = 1e-12,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The tensor divided by its norms along a dimension, or by ``eps`` where these are smaller."""
    x = _cast(input, dtype)
    length = norm(x, ord, dim, keepdim=True, mask=mask)
    found: Tensor = _filled(x, mask, 0) / fn.clamp(length, min=eps)
    return found


def var(
    input: Tensor,
    dim: Dim = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The variance, see :func:`sum`.

    Args:
        input, dim, keepdim, dtype, mask: as there.
        unbiased: whether 1 is subtracted from the number of elements; the default.
        correction: what is subtracted instead.
    """
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    less = correction if correction is not None else float(unbiased is not False)
    x = _cast(input, dtype)
    count = _count(x, dim, mask, keepdim=True)
    # Subtracted first: what is left of large numbers is then not lost.
    apart = x - sum(x, dim, keepdim=True, mask=mask) / count
    squares = (apart * apart.conj()).real if apart.is_complex() else apart * apart
    total = sum(squares, dim, keepdim=keepdim, mask=mask)
    found: Tensor = total / fn.clamp(count.reshape(total.shape) - less, min=0)
    return found


def std(
    input: Tensor,
    dim: Dim = None,
    unbiased: bool | None = None,
    *,
    correction: int | None = None,
    keepdim: bool | None = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The standard deviation, see :func:`var`."""
    options: dict[str, Any] = {"correction": correction, "keepdim": keepdim, "dtype": dtype}
    return fn.sqrt(var(input, dim, unbiased, mask=mask, **options))


# ---------------------------------------------------------------------- exponentials


def logsumexp(
    input: Tensor,
    dim: Dim = None,
    *,
    keepdim: bool = False,
    dtype: dtypes.dtype | None = None,
    mask: Mask = None,
) -> Tensor:
    """The logarithm of the sum of exponentials, see :func:`sum`: minus infinity of nothing."""
    x = _cast(input, dtype)
    filled = _filled(x, mask, _least("logsumexp", x.dtype))
    found = fn.logsumexp(filled, _dims(x, dim), keepdim)
    return found if x.dtype.is_floating_point else found.to(x.dtype)


def logaddexp(
    input: Tensor,
    other: Tensor,
    *,
    dtype: dtypes.dtype | None = None,
    input_mask: Mask = None,
    other_mask: Mask = None,
) -> Tensor:
    """The logarithm of the sum of two tensors' exponentials, each with its mask."""
    x, y = _cast(input, dtype), _cast(other, dtype)
    return fn.logaddexp(_filled(x, input_mask, -math.inf), _filled(y, other_mask, -math.inf))


def softmax(
    input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, mask: Mask = None
) -> Tensor:
    """Exponentials divided by their sum along a dimension: 0 outside of the mask.

    >>> import graphnet as torch
    >>> torch.masked.softmax(torch.zeros(3), 0, mask=torch.tensor([True, False, True]))
    tensor([0.5000, 0.0000, 0.5000])
    """
    return _softmax(_least_filled(_cast(input, dtype), mask), dim)


def log_softmax(
    input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, mask: Mask = None
) -> Tensor:
    """The logarithm of :func:`softmax`."""
    return _log_softmax(_least_filled(_cast(input, dtype), mask), dim)


def softmin(
    input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, mask: Mask = None
) -> Tensor:
    """:func:`softmax` of the negative."""
    return softmax(-input, dim, dtype=dtype, mask=mask)


def _least_filled(x: Tensor, mask: Mask) -> Tensor:
    return _filled(x, mask, _least("amax", x.dtype))
