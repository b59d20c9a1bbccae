"""Functions that ask the classes of their arguments: ``torch.overrides``.

Operations ask by themselves. What is here is for functions of Python that want to, as PyTorch's own
do: first :func:`has_torch_function`, then :func:`handle_torch_function`.

Source: PyTorch's page "Extending PyTorch".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.function_modes import (
    BaseTorchFunctionMode,
    TorchFunctionMode,
    ask_mode,
    current_modes,
)
from graphnet.subclasses import dispatches

__all__ = [
    "BaseTorchFunctionMode",
    "handle_torch_function",
    "has_torch_function",
    "has_torch_function_unary",
    "has_torch_function_variadic",
    "is_tensor_like",
    "TorchFunctionMode",
]


def _asks(kind: type[Any]) -> bool:
    """Whether a class, other than Tensor itself, wants to be asked."""
    return kind is not Tensor and hasattr(kind, "__torch_function__") and dispatches(kind)


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether one of the arguments is of a class that wants to be asked, or a mode does.

    >>> import graphnet as torch
    >>> class Length(torch.Tensor):
    ...     pass
    >>> torch.overrides.has_torch_function((torch.ones(2), torch.ones(2).as_subclass(Length)))
    True
    """
    return bool(current_modes()) or any(_asks(type(each)) for each in relevant_args)


def has_torch_function_unary(arg: Any) -> bool:
    """The same for one argument."""
    return bool(current_modes()) or _asks(type(arg))


def has_torch_function_variadic(*args: Any) -> bool:
    """The same for arguments one by one."""
    return has_torch_function(args)


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """Let a mode make the result, or the classes of the arguments, subclasses before their bases.

    Args:
        public_api: the function that was called.
        relevant_args: those of its arguments whose classes are asked.
        args, kwargs: all of its arguments.

    Raises:
        ArgumentError: (a TypeError) all classes decline.
    """
    if current_modes():
        result = ask_mode(public_api, args, kwargs)
        if result is not NotImplemented:
            return result
    asked: list[Any] = []
    for each in relevant_args:
        kind = type(each)
        if not _asks(kind) or any(type(other) is kind for other in asked):
            continue
        bases = (at for at, other in enumerate(asked) if issubclass(kind, type(other)))
        asked.insert(next(bases, len(asked)), each)
    types = tuple(type(each) for each in asked)
    for each in asked:
        result = type(each).__torch_function__(public_api, types, args, kwargs)
        if result is not NotImplemented:
            return result
    name = f"{public_api.__module__}.{public_api.__name__}"
    raise ArgumentError(
        f"no implementation found for '{name}' on types that implement __torch_function__: "
        f"{list(types)}"
    )


def is_tensor_like(inp: Any) -> bool:
    """Whether something is a tensor, or of a class that takes part as one."""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def _assert(condition: Any, message: str) -> Any:
    """An ``assert`` that tracers see, as they see calls of functions.

    Raises:
        AssertionError: the condition does not hold.
    """
    if has_torch_function_unary(condition):
        return handle_torch_function(_assert, (condition,), condition, message)
    if not condition:
        raise AssertionError(message)
    return None


_assert.__module__ = "graphnet"  # where users find it
