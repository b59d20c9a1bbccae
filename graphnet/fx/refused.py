"""How ``torch.fx`` refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

_T = TypeVar("_T")
_CURE = "record a program with graphnet.capture(function, *inputs), and rewrite it with passes"


def _problem(name: str) -> str:
    return f"torch.fx.{name}: graphnet's graphs are of operations, not of Python calls"


def refused(name: str, summary: str) -> Callable[..., NoReturn]:
    """A function of ``torch.fx`` that raises NotSupportedError."""
    return refusal(name, summary, NotSupportedError, _problem(name), _CURE)


class Refused:
    """A class of ``torch.fx``: programs may derive from it, and not make one.

    Raises:
        NotSupportedError: (a NotImplementedError) it is made.
    """

    #: Why, for whoever asks what is refused.
    refusal = "graphnet's graphs are of operations, not of Python calls"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        own = next(kind for kind in type(self).__mro__ if kind.__module__.startswith(__package__))
        raise NotSupportedError(_problem(own.__name__), cure=_CURE)


def wrap(fn_or_name: _T) -> _T:
    """The function itself: nothing is traced that it could be kept out of."""
    return fn_or_name
