"""Keeping elements within bounds, choosing among tensors, and mixing them.

Shapes broadcast. Each function is a ``Tensor`` method, too.
"""

from __future__ import annotations

from typing import Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError, DtypeError, GraphnetError
from graphnet.functions.conversion import result_type
from graphnet.functions.early_forms import scale_first
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import both_tensors, combine, require_tensor, with_tensor
from graphnet.ir.types import Number
from graphnet.ops.arithmetic import Add, Div, Fmax, Fmin, Lerp, Maximum, Minimum, Mul
from graphnet.ops.bounds import Clamp, ClampMax, ClampMin
from graphnet.ops.compare import Where
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.unsupported import refuse

__all__ = [
    "addcdiv",
    "addcmul",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "fmax",
    "fmin",
    "lerp",
    "maximum",
    "minimum",
    "where",
]


_FACTORS: Final = ("tensor1", "tensor2")


class BoundsError(GraphnetError, RuntimeError):
    """Bounds that are missing."""


@inplace("clip")
@method("clip")
def clamp(
    input: Tensor, min: Tensor | Number | None = None, max: Tensor | Number | None = None
) -> Tensor:
    """Each element kept within bounds: ``min(max(input, min), max)``.

    Args:
        input: any tensor.
        min: the lower bound, a number or a tensor that broadcasts; None is none.
        max: the upper bound, likewise. Where it is below the lower one it is the result.

    Raises:
        BoundsError: (a RuntimeError) both bounds are None.

    >>> import graphnet as torch
    >>> torch.clamp(torch.tensor([-2.0, 0.5, 3.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    x = require_tensor("clamp", "input", input)
    if min is None and max is None:
        raise BoundsError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if max is None:
        return with_tensor(ClampMin(), x, min)
    if min is None:
        return with_tensor(ClampMax(), x, max)
    kept: Tensor = Clamp()(x, min, max)
    return kept


clip = clamp


@inplace
@method
def clamp_min(input: Tensor, min: Tensor | Number) -> Tensor:
    """Each element, but at least ``min``."""
    return with_tensor(ClampMin(), require_tensor("clamp_min", "input", input), min)


@inplace
@method
def clamp_max(input: Tensor, max: Tensor | Number) -> Tensor:
    """Each element, but at most ``max``."""
    return with_tensor(ClampMax(), require_tensor("clamp_max", "input", input), max)


@method
def maximum(input: Tensor, other: Tensor) -> Tensor:
    """The greater of two elements; NaN if either is.

    >>> import graphnet as torch
    >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    tensor([3, 5])
    """
    return both_tensors(Maximum(), input, other)


@method
def minimum(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two elements; NaN if either is."""
    return both_tensors(Minimum(), input, other)


@method
def fmax(input: Tensor, other: Tensor) -> Tensor:
    """The greater of two elements; of a number and NaN the number.

    >>> import graphnet as torch
    >>> torch.fmax(torch.tensor([float('nan'), 5.0]), torch.tensor([3.0, 2.0]))
    tensor([3., 5.])
    """
    return both_tensors(Fmax(), input, other)


@method
def fmin(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two elements; of a number and NaN the number."""
    return both_tensors(Fmin(), input, other)


@inplace
@method
def lerp(input: Tensor, end: Tensor, weight: Tensor | Number) -> Tensor:
    """Linear interpolation ``input + weight * (end - input)``.

    All tensors have one floating-point dtype; shapes broadcast.

    Raises:
        DtypeError: (a RuntimeError) the dtypes differ.

    >>> import graphnet as torch
    >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([10.0, 20.0]), 0.5)
    tensor([ 5., 15.])
    """
    start = require_tensor("lerp", "input", input)
    between: Tensor = Lerp()(start, require_tensor("lerp", "end", end, 2), weight)
    return between


@inplace
@method
def addcmul(
    input: Tensor, tensor1: Tensor, tensor2: Tensor, *early: Any, value: Number = 1
) -> Tensor:
    """``input + value * tensor1 * tensor2``; shapes broadcast.

    >>> import graphnet as torch
    >>> torch.addcmul(torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([3.0]), value=0.5)
    tensor([4.])
    """
    if early:
        given = (tensor1, tensor2, *early)
        value, tensor1, tensor2 = scale_first("addcmul", "value", given, _FACTORS)
    first = require_tensor("addcmul", "tensor1", tensor1, 2)
    product = combine(Mul(), first, require_tensor("addcmul", "tensor2", tensor2, 3))
    if product.dtype is dtypes.bool and result_type(input, product) is dtypes.bool:
        raise refuse("addcmul", dtypes.bool, "cast first, as in `tensor1.int()`")
    return combine(Add(), input, product if value == 1 else product * value)


@inplace
@method
def addcdiv(
    input: Tensor, tensor1: Tensor, tensor2: Tensor, *early: Any, value: Number = 1
) -> Tensor:
    """``input + value * tensor1 / tensor2``; shapes broadcast.

    Raises:
        DtypeError: (a RuntimeError) both tensors divided are of integers.

    >>> import graphnet as torch
    >>> torch.addcdiv(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([2.0]))
    tensor([2.5000])
    """
    if early:
        given = (tensor1, tensor2, *early)
        value, tensor1, tensor2 = scale_first("addcdiv", "value", given, _FACTORS)
    dividend = require_tensor("addcdiv", "tensor1", tensor1, 2)
    divisor = require_tensor("addcdiv", "tensor2", tensor2, 3)
    if is_integral(dividend.dtype) and is_integral(divisor.dtype):
        raise DtypeError(
            "addcdiv: Integer division with addcdiv is no longer supported: both tensors are of "
            f"integers, {dividend.dtype} and {divisor.dtype}",
            cure="cast one of them first, as in `tensor1.float()`",
        )
    quotient = combine(Div(), dividend, divisor)
    return combine(Add(), input, quotient if value == 1 else quotient * value)


def where(condition: Tensor, *choices: Any, input: Any = None, other: Any = None) -> Any:
    """``input`` where the condition holds, ``other`` elsewhere; all three broadcast.

    Forms: ``where(condition, input, other)``; ``where(condition)``, which is
    ``nonzero(condition, as_tuple=True)``.

    Args:
        condition: a boolean tensor.
        *choices: input and other, tensors or numbers; or give them as keywords.
        input: chosen where the condition is true.
        other: chosen where it is false.

    Raises:
        DtypeError: (a RuntimeError) the condition is not boolean.

    >>> import graphnet as torch
    >>> x = torch.tensor([-1.0, 2.0])
    >>> torch.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    given = [*choices, *(choice for choice in (input, other) if choice is not None)]
    test = require_tensor("where", "condition", condition)
    if not given:
        return test.nonzero(as_tuple=True)
    if len(given) != 2:
        raise ArgumentError(
            f"where() takes a condition and two choices, but got {len(given)} choices",
            cure="write where(condition, input, other)",
        )
    if test.dtype not in (dtypes.bool, dtypes.uint8):
        raise DtypeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{test.dtype}",
            cure="compare first, as in `condition != 0`",
        )
    first, second = given
    if not isinstance(first, Tensor) and not isinstance(second, Tensor):
        # Two numbers say in which dtype they meet, not how they are stored.
        first = apply(Full((), result_type(first, second)), first)
    return Where()(test, first, second)


@method("where")
def _where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """This tensor where the condition holds, ``other`` elsewhere."""
    chosen: Tensor = where(condition, self, other)
    return chosen
