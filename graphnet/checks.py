"""Conditions that programs state: ``torch._check`` and its relatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet._tensor import Tensor

__all__: list[str] = []

Message = Callable[[], str] | None

_UNEXPLAINED = (
    "Expected cond to be True, but got False. (Could this error message be improved? If so, "
    "please report an enhancement request to PyTorch.)"
)


def _assert_async(input: Tensor, assert_msg: str | None = None) -> None:
    """Raise RuntimeError if a tensor of one element is zero."""
    if not input:
        raise RuntimeError(assert_msg or "Expected Tensor with single nonzero value, but got zero")


def _check_with(error_type: type[Exception], cond: Any, message: Message = None) -> None:
    """Raise an error of a type unless a condition holds.

    Raises:
        TypeError: the condition is no bool.
    """
    if not isinstance(cond, bool):
        kind = "a Tensor" if isinstance(cond, Tensor) else str(type(cond))
        raise TypeError(f"cond must be a bool, but got {kind}")
    if not cond:
        raise error_type(_UNEXPLAINED if message is None else str(message()))


def _check(cond: Any, message: Message = None) -> None:
    """Raise RuntimeError unless a condition holds; ``message`` is called for what to say.

    >>> import graphnet as torch
    >>> torch._check(1 < 2, lambda: "one is not less than two")
    """
    _check_with(RuntimeError, cond, message)


def _check_index(cond: Any, message: Message = None) -> None:
    """Raise IndexError unless a condition holds."""
    _check_with(IndexError, cond, message)


def _check_value(cond: Any, message: Message = None) -> None:
    """Raise ValueError unless a condition holds."""
    _check_with(ValueError, cond, message)


def _check_type(cond: Any, message: Message = None) -> None:
    """Raise TypeError unless a condition holds."""
    _check_with(TypeError, cond, message)


def _check_not_implemented(cond: Any, message: Message = None) -> None:
    """Raise NotImplementedError unless a condition holds."""
    _check_with(NotImplementedError, cond, message)


def _check_is_size(i: int, message: Message = None, *, max: int | None = None) -> None:
    """Raise RuntimeError unless a number can be a size."""
    _check(i >= 0 and (max is None or i <= max), message)


def _check_tensor_all(cond: Tensor, message: Message = None) -> None:
    """Raise RuntimeError unless a condition holds for every element."""
    _check(bool(cond.all()), message)
