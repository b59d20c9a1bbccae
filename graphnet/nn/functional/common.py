"""What the functions have in common: writing in place, sizes for each dimension, old arguments."""

from __future__ import annotations

import warnings
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.arguments import integer
from graphnet.functions.options import require_tensor
from graphnet.ir.op import Op


def activated(function: str, op: Op, input: Tensor, *numbers: Any, inplace: bool = False) -> Tensor:
    """Apply ``op`` to a tensor and numbers, and overwrite the tensor with the result if asked to.

    Raises:
        ArgumentError: ``input`` is no tensor.
        AutogradError: the tensor to be overwritten is a leaf that requires grad.
    """
    if not isinstance(input, Tensor):
        require_tensor(function, "input", input)
    result: Tensor = op(input, *numbers)
    return overwritten(input, result) if inplace else result


def overwritten(input: Tensor, result: Tensor) -> Tensor:
    """The tensor with another value, as in-place functions return it."""
    segment = result._segment
    return input._write(result, None if segment is None else (segment, result._slot))


def sizes(function: str, argument: str, value: Any, count: int) -> tuple[int, ...]:
    """An argument given once for all spatial dimensions, or once for each.

    Raises:
        ArgumentError: it is neither an integer nor a sequence of them.
        ShapeError: the sequence has another length.
    """
    if isinstance(value, (tuple, list)):
        given = tuple(integer(function, argument, each) for each in value)
        if len(given) == 1:
            return given * count
        if len(given) != count:
            raise ShapeError(
                f"{function}: expected {argument} to be a single integer value or a list of "
                f"{count} values to match the dimensions, but got {argument}={list(given)}"
            )
        return given
    return (integer(function, argument, value),) * count


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction, which older programs give as two booleans."""
    if size_average is None and reduce is None:
        return reduction
    chosen = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{chosen}' "
        "instead.",
        stacklevel=3,
    )
    return chosen


def probability(function: str, p: float) -> float:
    """A number between 0 and 1.

    Raises:
        ValueRangeError: (a ValueError) it is not.
    """
    if not 0.0 <= p <= 1.0:
        raise ValueRangeError(
            f"{function}: dropout probability has to be between 0 and 1, but got {p}"
        )
    return p
