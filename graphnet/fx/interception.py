"""How torch's functions notice proxies among their arguments.

In PyTorch every function asks its arguments, each time it is called, whether one of them would
rather answer itself. Here functions are plain functions of Python that ask nobody, and a program
may have kept them anywhere: as ``F.relu``, as a default value, as an attribute of a module. So they
are exchanged in place: as long as there is a proxy, the code of every public function is one that
looks for proxies among the arguments first. When the last proxy is gone, all is as it was, and
programs that trace nothing pay nothing.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any, Final

from graphnet.fx.names import TRANSPARENT, Known, known_functions, tensor_methods


class Interception:
    """One function, and the code that it has while there are proxies.

    Args:
        function: the function.
        known: how PyTorch names the function and hands on its arguments, if it is one of torch's.
    """

    def __init__(self, function: FunctionType, known: Known | None) -> None:
        self._function = function
        self._known = known
        self._code, self._defaults = function.__code__, function.__kwdefaults__
        self._original = FunctionType(
            function.__code__,
            function.__globals__,
            function.__name__,
            function.__defaults__,
            function.__closure__,
        )
        self._original.__kwdefaults__ = self._defaults
        self._asking = _asking_code(function.__code__)

    def begin(self) -> None:
        """Let the function look for proxies."""
        self._function.__code__ = self._asking
        self._function.__kwdefaults__ = {"__interception__": self}

    def end(self) -> None:
        """Let it be as it was."""
        self._function.__code__ = self._code
        self._function.__kwdefaults__ = self._defaults

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What calling the function gives: a proxy, if there is one among the arguments."""
        for kind in _kinds_of_proxies((args, kwargs)):
            if self._known is not None and self._known.signature is not None:
                args, kwargs = _by_name(self._known.signature, args, kwargs)
            return kind.__torch_function__(self._function, (kind,), args, kwargs)
        return self._original(*args, **kwargs)


def _ask(*args: Any, __interception__: Interception, **kwargs: Any) -> Any:
    return __interception__.call(args, kwargs)


def _asking_code(code: CodeType) -> CodeType:
    """Code that asks, for a function that has ``code``: it takes as many cells of a closure."""
    return _ask.__code__.replace(
        co_freevars=code.co_freevars, co_name=code.co_name, co_filename=code.co_filename
    )


def _kinds_of_proxies(arguments: Any) -> Iterator[Any]:
    """The classes of the proxies among arguments, and in containers among them."""
    for each in arguments:
        if isinstance(each, (tuple, list)):
            yield from _kinds_of_proxies(each)
        elif isinstance(each, (dict, Mapping)):
            yield from _kinds_of_proxies(each.values())
        elif isinstance(each, slice):
            yield from _kinds_of_proxies((each.start, each.stop, each.step))
        elif isinstance(each, Counted):
            yield type(each)


def _by_name(
    signature: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments as PyTorch's own functions of Python hand them on.

    Those that have no default by position, the others by name, given or not.
    """
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += bound.arguments[name]
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(bound.arguments[name])
        elif parameter.default is parameter.empty and not named:
            positional.append(bound.arguments[name])
        else:
            named[name] = bound.arguments[name]
    return tuple(positional), named


@functools.cache
def interceptions() -> tuple[Interception, ...]:
    """One for every public function of torch, and for every method of tensors."""
    functions: dict[Callable[..., Any], Known | None] = dict(known_functions())
    functions.update(dict.fromkeys(tensor_methods()))
    return tuple(
        Interception(function, known)
        for function, known in functions.items()
        if isinstance(function, FunctionType) and function.__name__ not in TRANSPARENT
    )


class _Alive:
    """How many proxies there are."""

    def __init__(self) -> None:
        self._lock: Final = threading.RLock()
        self._count = 0

    def one_more(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == 1:
                for each in interceptions():
                    each.begin()

    def one_less(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count:
                for each in interceptions():
                    each.end()


_alive: Final = _Alive()


class Counted:
    """What torch's functions look for, from when the first of its kind is made on."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One more of them."""
        made = super().__new__(cls)
        _alive.one_more()
        return made

    def __del__(self) -> None:
        _alive.one_less()
