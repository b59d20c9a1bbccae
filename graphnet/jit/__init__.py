"""TorchScript: ``torch.jit``. What would be scripted stays the Python that it is.

Traces are recorded and compiled anyway, so ``script`` and ``trace`` have nothing to add: they give
back what they get. Scripts in files are refused.

Source: PyTorch's page ``TorchScript``.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

from graphnet.errors import NotSupportedError
from graphnet.nn import Module
from graphnet.refusals import refusal

__all__ = [
    "Attribute",
    "Final",
    "RecursiveScriptModule",
    "ScriptFunction",
    "ScriptModule",
    "TracerWarning",
    "annotate",
    "export",
    "freeze",
    "ignore",
    "interface",
    "is_scripting",
    "isinstance",
    "is_tracing",
    "load",
    "optimize_for_inference",
    "save",
    "script",
    "script_if_tracing",
    "script_method",
    "trace",
    "trace_module",
    "unused",
]

_T = TypeVar("_T")


class ScriptModule(Module):
    """A module that would be scripted as it is made: it is one like any other."""


class RecursiveScriptModule(ScriptModule):
    """What scripting makes of a module, to compare classes with: modules stay as they are."""


class ScriptFunction:
    """A scripted function, to compare classes with: what would be scripted stays as it is."""


class TracerWarning(Warning):
    """What may differ when a trace is run again, in PyTorch: nothing does here."""


class Attribute(NamedTuple):
    """A value and the type that a script would give it."""

    value: Any
    type: Any


def script(
    obj: _T,
    optimize: Any = None,
    _frames_up: int = 0,
    _rcb: Any = None,
    example_inputs: Any = None,
) -> _T:
    """The function, class or module itself.

    >>> import graphnet as torch
    >>> @torch.jit.script
    ... def double(x: torch.Tensor) -> torch.Tensor:
    ...     return x * 2
    >>> double(torch.ones(1))
    tensor([2.])
    """
    return obj


def trace(func: _T, example_inputs: Any = None, *args: Any, **kwargs: Any) -> _T:
    """The function or module itself. It is not run, and goes on deciding by what it is given."""
    return func


def trace_module(mod: _T, inputs: Any = None, *args: Any, **kwargs: Any) -> _T:
    """The module itself. It is not run."""
    return mod


def interface(obj: _T) -> _T:
    """The class itself."""
    return obj


def isinstance(obj: Any, target_type: Any) -> bool:
    """Whether something is of a type, which may have parameters: only its origin is looked at.

    >>> import graphnet as torch
    >>> torch.jit.isinstance([1, 2], list[int])
    True
    """
    kinds: Any = target_type if builtins.isinstance(target_type, tuple) else (target_type,)
    origins: list[Any] = [getattr(kind, "__origin__", kind) for kind in kinds]
    return builtins.isinstance(obj, tuple(origins))


def _overload(func: _T) -> _T:
    """The function itself: a signature that it may be called by."""
    return func


_overload_method = _overload


def freeze(mod: _T, *args: Any, **kwargs: Any) -> _T:
    """The module itself."""
    return mod


def script_method(fn: _T) -> _T:
    """The method itself."""
    return fn


def script_if_tracing(fn: _T) -> _T:
    """The function itself."""
    return fn


def export(fn: _T) -> _T:
    """The method itself."""
    return fn


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """Decorate a method, with or without arguments: it stays as it is."""
    return drop if callable(drop) else _same


def unused(fn: _T) -> _T:
    """The method itself."""
    return fn


def _same(fn: Callable[..., Any]) -> Callable[..., Any]:
    return fn


def optimize_for_inference(mod: _T, *args: Any, **kwargs: Any) -> _T:
    """The module itself."""
    return mod


def annotate(the_type: Any, the_value: _T) -> _T:
    """The value itself."""
    return the_value


def is_scripting() -> bool:
    """False: Python is always what runs."""
    return False


def is_tracing() -> bool:
    """False: recording never changes what a program does."""
    return False


_NO_FILES = "graphnet has no TorchScript files"
_CURE = "use torch.save and torch.load with a state_dict"
save = refusal("save", "Write a script to a file", NotSupportedError, _NO_FILES, _CURE)
load = refusal("load", "Read a script from a file", NotSupportedError, _NO_FILES, _CURE)
