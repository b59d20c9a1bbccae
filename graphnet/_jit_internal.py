"""Types that programs written for early versions take from ``torch._jit_internal``."""

from typing import Any, Callable, Dict, Final, List, Optional, Tuple, TypeVar, Union  # noqa: UP035  # by these names

from graphnet.jit import export, ignore, is_scripting, unused

__all__ = [
    "Any",
    "Callable",
    "Dict",
    "Final",
    "List",
    "Optional",
    "Tuple",
    "Union",
    "export",
    "ignore",
    "is_scripting",
    "unused",
]

_Function = TypeVar("_Function")


def _copy_to_script_wrapper(fn: _Function) -> _Function:
    """The function itself: there is no script to copy it to."""
    return fn
