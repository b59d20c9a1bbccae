"""How functions become methods: once declared, they are both."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, overload

from graphnet._tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def method(name: Function, /) -> Function: ...
@overload
def method(name: str, /, *more: str) -> Callable[[Function], Function]: ...
def method(name: Any, /, *more: str) -> Any:
    """Attach a function to ``Tensor`` under its own name, and under aliases if given.

    ``@method`` above a function, or ``@method("alias", ...)``.
    """
    if callable(name):
        setattr(Tensor, name.__name__, name)
        return name

    def attach(function: Function) -> Function:
        for attribute in (function.__name__, name, *more):
            setattr(Tensor, attribute, function)
        return function

    return attach


@overload
def inplace(name: Function, /) -> Function: ...
@overload
def inplace(name: str, /, *more: str) -> Callable[[Function], Function]: ...
def inplace(name: Any, /, *more: str) -> Any:
    """Attach the in-place form of a function, ``name_``, and of its aliases.

    The form computes the result out of place and writes it into ``self``.
    """
    if callable(name):
        _attach_inplace(name, name.__name__)
        return name

    def attach(function: Function) -> Function:
        for attribute in (function.__name__, name, *more):
            _attach_inplace(function, attribute)
        return function

    return attach


def _attach_inplace(function: Callable[..., Any], name: str) -> None:
    @functools.wraps(function)
    def write(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return self._overwrite(function, self, *args, **kwargs)

    write.__name__ = write.__qualname__ = f"{name}_"
    write.__doc__ = f"In-place form of :func:`{name}`."
    setattr(Tensor, f"{name}_", write)
