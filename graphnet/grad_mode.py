"""Whether operations are recorded for differentiation, on this thread.

Source: PyTorch's page ``Locally disabling gradient computation``.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class GradMode:
    """Whether one thread records gradients, and whether it is in inference mode."""

    def __init__(self) -> None:
        self.enabled = True
        self.inference = False


class _ThisThread(threading.local):
    def __init__(self) -> None:
        self.mode = GradMode()


_this_thread = _ThisThread()


def current_mode() -> GradMode:
    """The mode of this thread; the same object for life."""
    return _this_thread.mode


def enabled() -> bool:
    """Whether gradients are recorded at this moment."""
    return _this_thread.mode.enabled


def is_inference_mode_enabled() -> bool:
    """Whether this is inside :class:`inference_mode`."""
    return _this_thread.mode.inference


class set_grad_enabled:  # noqa: N801  # PyTorch's name
    """Switch gradients on or off: at once, and for the block when used with ``with``.

    >>> import graphnet as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> with torch.set_grad_enabled(False):
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool) -> None:
        self.mode = bool(mode)
        self._before = _this_thread.mode.enabled
        _this_thread.mode.enabled = self.mode

    def __enter__(self) -> Self:
        _this_thread.mode.enabled = self.mode
        return self

    def __exit__(self, *_: object) -> None:
        _this_thread.mode.enabled = self._before

    def __call__(self, function: Function) -> Function:
        """Decorate a function so that it runs in this mode."""
        _this_thread.mode.enabled = self._before
        enabled = self.mode

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with _Switch(enabled):
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]  # same signature


class _Switch:
    """A grad mode for a block or a function; nothing happens before it is entered.

    With ``inference`` it is also said whether that is inference mode.
    """

    def __init__(self, mode: bool, inference: bool | None = None) -> None:
        self._mode = mode
        self._inference = inference
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> Self:
        present = _this_thread.mode
        self._before.append((present.enabled, present.inference))
        present.enabled = self._mode
        if self._inference is not None:
            present.inference = self._inference
        return self

    def __exit__(self, *_: object) -> None:
        present = _this_thread.mode
        present.enabled, present.inference = self._before.pop()

    def __call__(self, function: Function) -> Function:
        """Decorate a function so that it runs in this mode."""

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with _Switch(self._mode, self._inference):
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]  # same signature


class _Bare(_Switch):
    """A switch that decorates without parentheses, too."""

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        """The switch; or, given a function, that function in this mode."""
        made = super().__new__(cls)
        return made if orig_func is None else _Switch(made._setting)(orig_func)

    def __init__(self, orig_func: Callable[..., Any] | None = None) -> None:
        super().__init__(self._setting)

    _setting: ClassVar[bool]


class no_grad(_Bare):  # noqa: N801  # PyTorch's name
    """No gradients for the block or the decorated function.

    >>> import graphnet as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    _setting = False

    def __init__(self) -> None:
        super().__init__()


class enable_grad(_Bare):  # noqa: N801  # PyTorch's name
    """Gradients for the block or the decorated function, also inside ``no_grad``."""

    _setting = True


class inference_mode(_Switch):  # noqa: N801  # PyTorch's name
    """No gradients for the block or the decorated function; with ``mode=False`` gradients again.

    Tensors made inside are as those made under :class:`no_grad`: they may be used for gradients
    later, and written to, which PyTorch refuses.

    >>> import graphnet as torch
    >>> @torch.inference_mode
    ... def predict(x):
    ...     return x * 2
    >>> predict(torch.ones(2, requires_grad=True)).requires_grad
    False
    """

    def __new__(cls, mode: Any = True) -> Any:
        """The mode; or, given a function, that function in inference mode."""
        made = super().__new__(cls)
        return _Switch(False, True)(mode) if callable(mode) else made

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode, bool(mode))
