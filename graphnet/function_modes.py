"""Blocks in which a method sees every call of torch's functions: ``TorchFunctionMode``.

Functions ask nobody while no such block is entered. Entering the first exchanges their code, as
the first proxy of ``torch.fx`` does: see :mod:`graphnet.fx.interception`.

Source: PyTorch's page "Extending PyTorch", section "Extending all torch API with Modes".
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self

from graphnet._tensor import Tensor
from graphnet.errors import NotSupportedError
from graphnet.subclasses import dispatches

__all__ = ["BaseTorchFunctionMode", "DisableTorchFunction", "TorchFunctionMode"]


class TorchFunctionMode:
    """A block in which a method sees every call of torch's functions.

    Seen are the functions of ``torch``, ``torch.nn.functional``, ``torch.special``,
    ``torch.linalg`` and ``torch.fft``, those of ``torch.nn.init`` that PyTorch's see, and methods
    and operators of tensors. PyTorch's modes see attributes such as ``shape`` being read, and what
    optimizers do to parameters, too; these do not.

    Within ``__torch_function__`` the mode is not asked, so that it may call the function. Of modes
    inside each other the innermost is asked first.

    >>> import graphnet as torch
    >>> class Names(torch.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(func.__name__)
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     x = torch.nn.functional.relu(torch.ones(2) + 1)
    ones
    add
    relu
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """What a call gives.

        Args:
            func: the function that was called.
            types: the classes of its arguments that want to be asked.
            args, kwargs: its arguments.

        Raises:
            NotSupportedError: (a NotImplementedError) a subclass does not say.
        """
        raise NotSupportedError(
            f"{type(self).__name__} has no __torch_function__",
            cure="define it: it is given each call, and returns what func(*args, **kwargs) does",
        )

    def __enter__(self) -> Self:
        from graphnet.fx.interception import asking_modes

        asking_modes.one_more()
        _this_thread.modes.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        from graphnet.fx.interception import asking_modes

        _this_thread.modes.pop()
        asking_modes.one_less()

    @classmethod
    def push(cls, *args: Any, **kwargs: Any) -> Self:
        """A mode to be entered: the older way to write ``with Mode(...):``."""
        return cls(*args, **kwargs)


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode that calls every function as it would be called without.

    >>> import graphnet as torch
    >>> with torch.overrides.BaseTorchFunctionMode():
    ...     torch.ones(2) + 1
    tensor([2., 2.])
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """The function's own result."""
        return func(*args, **(kwargs or {}))


class _ThisThread(threading.local):
    """The modes that were entered, the innermost last."""

    def __init__(self) -> None:
        self.modes: list[TorchFunctionMode] = []


_this_thread = _ThisThread()


def current_modes() -> list[TorchFunctionMode]:
    """The modes that this thread has entered and that are asked now, the innermost last."""
    return _this_thread.modes


def ask_mode(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | None
) -> Any:
    """What the innermost mode makes of a call. Meanwhile only those around it are asked."""
    before = _this_thread.modes
    _this_thread.modes = before[:-1]
    try:
        return before[-1].__torch_function__(function, _kinds(args, kwargs), args, kwargs or {})
    finally:
        _this_thread.modes = before


def _kinds(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> tuple[type, ...]:
    """The classes, other than Tensor, among arguments that want to be asked."""
    kinds = (type(each) for each in (*args, *(kwargs or {}).values()))
    asks = (kind for kind in kinds if issubclass(kind, Tensor) and kind is not Tensor)
    return tuple(dict.fromkeys(kind for kind in asks if dispatches(kind)))


class DisableTorchFunction:
    """Within this block no mode is asked.

    >>> import graphnet as torch
    >>> class Refuses(torch.overrides.TorchFunctionMode):
    ...     pass
    >>> with Refuses(), torch._C.DisableTorchFunction():
    ...     torch.ones(2)
    tensor([1., 1.])
    """

    def __enter__(self) -> None:
        self._before = _this_thread.modes
        _this_thread.modes = []

    def __exit__(self, *error: object) -> None:
        _this_thread.modes = self._before
