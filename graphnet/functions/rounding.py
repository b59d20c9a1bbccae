"""Sign and rounding, element by element.

All keep shape and dtype. Each is a ``Tensor`` method, too, and has an in-place form.
"""

from __future__ import annotations

import builtins

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError
from graphnet.functions.arguments import integer
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import each, require_tensor
from graphnet.ops.bounds import NanToNum
from graphnet.ops.compare import Equal, Where
from graphnet.ops.convert import Clone
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.math import Abs, Neg, Sign
from graphnet.ops.rounding import Ceil, Floor, Round, Trunc
from graphnet.ops.unsupported import refuse

__all__ = [
    "abs",
    "absolute",
    "ceil",
    "fix",
    "floor",
    "frac",
    "nan_to_num",
    "neg",
    "negative",
    "positive",
    "round",
    "sgn",
    "sign",
    "trunc",
]


@inplace("absolute")
@method("absolute")
def abs(input: Tensor) -> Tensor:
    """The absolute value.

    >>> import graphnet as torch
    >>> torch.abs(torch.tensor([-1, 2]))
    tensor([1, 2])
    """
    return each(Abs(), input)


absolute = abs


@inplace("negative")
@method("negative")
def neg(input: Tensor) -> Tensor:
    """``-x``; booleans have none.

    >>> import graphnet as torch
    >>> torch.neg(torch.tensor([1, -2]))
    tensor([-1,  2])
    """
    return each(Neg(), input)


negative = neg


@method("__pos__")
def positive(input: Tensor) -> Tensor:
    """The tensor itself.

    Raises:
        DtypeError: (a RuntimeError) it is boolean.
    """
    if require_tensor("positive", "input", input).dtype is dtypes.bool:
        raise DtypeError(
            "positive: The `+` operator, on a bool tensor is not supported.",
            cure="cast first, as in `x.int()`",
        )
    return input


@inplace
@method
def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1, as the number is negative, 0 (or NaN) or positive.

    >>> import graphnet as torch
    >>> torch.sign(torch.tensor([-2.5, 0.0, 3.0]))
    tensor([-1.,  0.,  1.])
    """
    return each(Sign(), input)


@inplace
@method
def sgn(input: Tensor) -> Tensor:
    """The sign, as :func:`sign` gives it; a complex number by its distance from 0.

    >>> import graphnet as torch
    >>> torch.sgn(torch.tensor([3 + 4j, 0]))
    tensor([0.6000+0.8000j, 0.0000+0.0000j])
    """
    if isinstance(input, Tensor) and input.dtype.is_complex:
        distance = Abs()(input)
        unit: Tensor = input / Where()(Equal()(distance, 0), 1, distance)
        return unit
    return sign(input)


@inplace
@method
def floor(input: Tensor) -> Tensor:
    """The greatest whole number not above.

    >>> import graphnet as torch
    >>> torch.floor(torch.tensor([-1.5, 1.5]))
    tensor([-2.,  1.])
    """
    return each(Floor(), input)


@inplace
@method
def ceil(input: Tensor) -> Tensor:
    """The smallest whole number not below.

    >>> import graphnet as torch
    >>> torch.ceil(torch.tensor([-1.5, 1.5]))
    tensor([-1.,  2.])
    """
    return each(Ceil(), input)


@inplace("fix")
@method("fix")
def trunc(input: Tensor) -> Tensor:
    """The whole part: rounded towards 0.

    >>> import graphnet as torch
    >>> torch.trunc(torch.tensor([-1.5, 1.5]))
    tensor([-1.,  1.])
    """
    return each(Trunc(), input)


fix = trunc


@inplace
@method
def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """The nearest whole number, halves to even; or so many decimals, which may be negative.

    >>> import graphnet as torch
    >>> torch.round(torch.tensor([0.5, 1.5, 2.5]))
    tensor([0., 2., 2.])
    >>> torch.round(torch.tensor([1.2345]), decimals=2)
    tensor([1.2300])
    """
    places = integer("round", "decimals", decimals)
    if places == 0:
        return each(Round(), input)
    _require_float("round", input)
    scale = 10.0 ** builtins.abs(places)
    rounded: Tensor
    if places > 0:
        rounded = each(Round(), input * scale) / scale
    else:
        rounded = each(Round(), input / scale) * scale
    return rounded


@inplace
@method
def frac(input: Tensor) -> Tensor:
    """What is left of each element without its whole part.

    >>> import graphnet as torch
    >>> torch.frac(torch.tensor([1.5, -2.25]))
    tensor([ 0.5000, -0.2500])
    """
    _require_float("frac", input)
    rest: Tensor = input - each(Trunc(), input)
    return rest


@inplace
@method
def nan_to_num(
    input: Tensor,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Tensor:
    """Numbers in place of NaN and the infinities.

    Args:
        input: any tensor; integers are copied.
        nan: what NaN becomes; 0 unless given.
        posinf: what infinity becomes; the dtype's greatest number unless given.
        neginf: what minus infinity becomes; the dtype's smallest number unless given.

    >>> import graphnet as torch
    >>> torch.nan_to_num(torch.tensor([float("nan"), float("inf"), 1.0]), posinf=9.0)
    tensor([0., 9., 1.])
    """
    x = require_tensor("nan_to_num", "input", input)
    if is_integral(x.dtype):
        return each(Clone(), x)
    limits = dtypes.finfo(x.dtype)
    replaced: Tensor = NanToNum()(
        x,
        0.0 if nan is None else nan,
        limits.max if posinf is None else posinf,
        limits.min if neginf is None else neginf,
    )
    return replaced


def _require_float(function: str, input: Tensor) -> None:
    dtype = require_tensor(function, "input", input).dtype
    if is_integral(dtype):
        raise refuse(function, dtype, "cast first, as in `x.float()`")
