"""Arguments as PyTorch takes them: sizes in one tuple or one by one, lists of tensors, dims."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, GraphnetError
from graphnet.ops.shape import wrap_dim


class RefusedError(GraphnetError, RuntimeError):
    """Arguments that do not go together or with the tensor, where PyTorch raises RuntimeError."""


def integer(function: str, argument: str, value: Any) -> int:
    """An argument that must be an integer: a Python or numpy one, or a tensor of one element.

    Raises:
        ArgumentError: it is something else.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise ArgumentError(
            f"{function}(): argument '{argument}' must be int, not {type(value).__name__}"
        ) from None


def integers(function: str, argument: str, values: Any) -> tuple[int, ...]:
    """One integer or several; ``f(2, 3)``, ``f((2, 3))`` and ``f([2, 3])`` mean the same.

    Raises:
        ArgumentError: something in there is no integer.
    """
    if isinstance(values, (tuple, list)):
        if len(values) == 1 and isinstance(values[0], (tuple, list)):
            values = values[0]
        return tuple(integer(function, argument, value) for value in values)
    return (integer(function, argument, values),)


def given_sizes(
    function: str, name: str, given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[int, ...]:
    """Integers given one by one, as a tuple, or by name, as in ``x.view(size=(2, 3))``.

    Raises:
        ArgumentError: they are missing, given twice, or under another name.
    """
    if set(named) - {name} or (named and given):
        raise ArgumentError(
            f"{function}() takes integers, or {name}=, but got {len(given)} arguments and "
            f"{', '.join(named)}="
        )
    if not named and not given:
        raise ArgumentError(f'{function}() missing 1 required positional arguments: "{name}"')
    return integers(function, name, named[name] if named else given)


def distinct_dims(function: str, dims: Iterable[int], ndim: int) -> tuple[int, ...]:
    """Dimensions counted from the front, each named once.

    Raises:
        OutOfRangeError: there is no such dimension.
        RefusedError: one is named twice.
    """
    wrapped = tuple(wrap_dim(dim, ndim) for dim in dims)
    for dim in wrapped:
        if wrapped.count(dim) > 1:
            raise RefusedError(
                f"{function}(): dim {dim} appears multiple times in the list of dims"
            )
    return wrapped


def tensors_of(function: str, tensors: Any, *, argument: str = "tensors") -> Sequence[Tensor]:
    """A tuple or list of tensors.

    Raises:
        ArgumentError: it is none, or holds something else.
    """
    if not isinstance(tensors, (tuple, list)):
        raise ArgumentError(
            f"{function}(): argument '{argument}' (position 1) must be tuple of Tensors, not "
            f"{type(tensors).__name__}",
            cure=f"write {function}([...])",
        )
    for place, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise ArgumentError(
                f"{function}(): expected Tensor as element {place} in argument 0, but got "
                f"{type(tensor).__name__}"
            )
    return tensors
