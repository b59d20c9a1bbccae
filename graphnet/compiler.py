"""``torch.compile`` and ``torch.compiler``. Whatever runs is recorded and compiled anyway.

Source: PyTorch's page ``torch.compiler``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

_T = TypeVar("_T")

__all__ = [
    "allow_in_graph",
    "assume_constant_result",
    "compile",
    "cudagraph_mark_step_begin",
    "disable",
    "is_compiling",
    "is_dynamo_compiling",
    "is_exporting",
    "reset",
    "set_stance",
]


def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """The function or module itself; without one, a decorator that gives it back.

    >>> import graphnet as torch
    >>> layer = torch.nn.Linear(3, 2)
    >>> torch.compile(layer, mode="reduce-overhead") is layer
    True
    """
    return _same if model is None else model


def _same(model: _T) -> _T:
    return model


def disable(fn: Any = None, recursive: bool = True, **kwargs: Any) -> Any:
    """Decorate a function, with or without arguments: it stays as it is."""
    return _same if fn is None else fn


def allow_in_graph(fn: _T) -> _T:
    """The function itself."""
    return fn


def assume_constant_result(fn: _T) -> _T:
    """The function itself."""
    return fn


def is_compiling() -> bool:
    """False: compiling never changes what a program does."""
    return False


def is_dynamo_compiling() -> bool:
    """False: compiling never changes what a program does."""
    return False


def is_exporting() -> bool:
    """False: ``torch.export`` is not here."""
    return False


@contextmanager
def set_stance(
    stance: str = "default",
    *,
    skip_guard_eval_unsafe: bool = False,
    force_backend: Any = None,
) -> Iterator[None]:
    """Say how functions are to be compiled for a while: they stay what they are."""
    yield


def cudagraph_mark_step_begin() -> None:
    """Say that a step begins: there are no graphs of a GPU's to tell apart."""


def reset() -> None:
    """Forget what PyTorch would have compiled: nothing."""
