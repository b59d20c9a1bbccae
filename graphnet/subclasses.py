"""Subclasses of Tensor: what operations make of them is of their class, and they may take part.

An operation that meets a tensor of such a class asks the class's ``__torch_function__``. The one
that all inherit computes as usual and gives results the class. Source: PyTorch's page "Extending
PyTorch", section "Extending torch Python API".
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from graphnet.ir.op import Op
from graphnet.trace.handle import Handle
from graphnet.trace.recorder import current_recorder

if TYPE_CHECKING:
    from graphnet._tensor import Tensor


class _ThisThread(threading.local):
    def __init__(self) -> None:
        self.disabled = False


_this_thread = _ThisThread()


class DisableTorchFunctionSubclass:
    """Within this block no class is asked: results are plain tensors.

    >>> import graphnet as torch
    >>> from graphnet.subclasses import DisableTorchFunctionSubclass
    >>> class Length(torch.Tensor):
    ...     pass
    >>> x = torch.ones(2).as_subclass(Length)
    >>> with DisableTorchFunctionSubclass():
    ...     type(x + 1).__name__
    'Tensor'
    """

    def __enter__(self) -> None:
        self._before = _this_thread.disabled
        _this_thread.disabled = True

    def __exit__(self, *_: object) -> None:
        _this_thread.disabled = self._before


def _disabled_torch_function_impl(
    func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
) -> Any:
    """What a class has as ``__torch_function__`` whose operations give plain tensors."""
    with DisableTorchFunctionSubclass():
        return func(*args, **(kwargs or {}))


class OperationFunction:
    """An operation as ``__torch_function__`` is given it: callable, and named as in PyTorch.

    It equals the function of ``torch`` of its name, so that tables of overrides find it.
    """

    def __init__(self, op: Op) -> None:
        self._op = op
        self.__name__ = self.__qualname__ = op.name

    def __call__(self, *operands: Any) -> Any:
        """Apply the operation."""
        return self._op(*operands)

    def _public(self) -> Any:
        return getattr(sys.modules["graphnet"], self._op.name, self._op)

    def __eq__(self, other: object) -> bool:
        return other is self or other is self._public()

    def __hash__(self) -> int:
        return hash(self._public())

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


def dispatches(cls: type[Any]) -> bool:
    """Whether operations on tensors of a class ask the class."""
    return cls.__torch_function__ is not _disabled_torch_function_impl


_OPERATORS: Final = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
]


def take_part(cls: type[Tensor]) -> None:
    """Let operations ask a class, also where it is the right operand: Python asks it first then."""
    cls._dispatches = True
    cls._apply = apply_in_subclass  # type: ignore[method-assign]  # other than the base's
    ask_first(cls)


def ask_first(cls: type[Tensor]) -> None:
    """Let Python ask a class first where it is the right operand of an operator."""
    for name in _OPERATORS:
        setattr(cls, f"__r{name}__", _anew(getattr(cls, f"__r{name}__")))


def _anew(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same method as another object: only then Python takes it for the class's own."""

    @functools.wraps(method)
    def own(self: Tensor, other: Any) -> Any:
        return method(self, other)

    return own


def apply_in_subclass(self: Tensor, op: Op, *operands: Any) -> Any:
    """How operations are applied to tensors of subclasses."""
    if _this_thread.disabled:
        return current_recorder().apply(op, operands)
    types = tuple({type(each) for each in operands if getattr(each, "_dispatches", False)})
    return type(self).__torch_function__(OperationFunction(op), types, operands, {})


def torch_function(
    cls: type[Tensor],
    func: Callable[..., Any],
    types: tuple[type, ...],
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
) -> Any:
    """Compute as usual, and give the results this class; not if another class takes part."""
    if not all(issubclass(cls, each) for each in types):
        return NotImplemented
    with DisableTorchFunctionSubclass():
        return _converted(func(*args, **(kwargs or {})), cls)


def _converted(result: Any, cls: type[Tensor]) -> Any:
    """The tensors of a result as tensors of a class."""
    if isinstance(result, Handle):
        return result if isinstance(result, cls) else result.as_subclass(cls)  # type: ignore[attr-defined]  # a tensor
    if isinstance(result, tuple):
        return tuple(_converted(each, cls) for each in result)
    return result
