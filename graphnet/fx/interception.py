"""How torch's functions notice proxies among their arguments, and modes that watch them.

In PyTorch every function asks its arguments, each time it is called, whether one of them would
rather answer itself. Here functions are plain functions of Python that ask nobody, and a program
may have kept them anywhere: as ``F.relu``, as a default value, as an attribute of a module. So they
are exchanged in place: as long as there is a proxy, the code of every public function is one that
looks for proxies among the arguments first. When the last proxy is gone, all is as it was, and
programs that trace nothing pay nothing. The same is done for :class:`TorchFunctionMode`, which also
watches operators and what fills parameters.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from types import CodeType, FunctionType
from typing import Any, Final

from graphnet._tensor import Tensor
from graphnet.function_modes import ask_mode, current_modes
from graphnet.functions import factories
from graphnet.fx.names import (
    TRANSPARENT,
    Known,
    known_functions,
    operators,
    tensor_methods,
)
from graphnet.nn import init


class Interception:
    """One function, and the code that it has while there are proxies.

    Args:
        function: the function.
        known: how PyTorch names the function and hands on its arguments, if it is one of torch's.
        name: of the function in PyTorch, if it is a method or an operator.
        shown: what modes are given as the function, if it is another.
    """

    def __init__(
        self,
        function: FunctionType,
        known: Known | None,
        name: str | None = None,
        shown: Callable[..., Any] | None = None,
    ) -> None:
        self._function = function
        self._known = known
        self._shown = shown or function
        self._is_operator = name is not None and name.startswith("__")
        self._wanted = self._wanted_names = 0
        self._names = function.__module__, function.__name__
        self._names_there = known[:2] if known else (function.__module__, name or function.__name__)
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

    def begin(self, named: bool) -> None:
        """Let the function look for proxies and modes, and have its name in PyTorch if wanted."""
        self._wanted += 1
        self._wanted_names += named
        if self._wanted == 1:
            self._function.__code__ = self._asking
            self._function.__kwdefaults__ = {"__interception__": self}
        if self._wanted_names == 1 and named:
            self._function.__module__, self._function.__name__ = self._names_there

    def end(self, named: bool) -> None:
        """Let it be as it was, if nobody else wants it to look."""
        self._wanted -= 1
        self._wanted_names -= named
        if not self._wanted:
            self._function.__code__ = self._code
            self._function.__kwdefaults__ = self._defaults
        if not self._wanted_names:
            self._function.__module__, self._function.__name__ = self._names

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What calling the function gives.

        That is for a mode to say, if one is entered, or for a proxy among the arguments.
        """
        if current_modes():
            if not self._is_operator:
                return ask_mode(self._shown, *self._handed_on(args, kwargs))
            if isinstance(args[0], Tensor):  # operators are those of values in graphs, too
                return _tried(self._shown, args, kwargs)
        for kind in _kinds_of_proxies((args, kwargs)):
            args, kwargs = self._handed_on(args, kwargs)
            return kind.__torch_function__(self._function, (kind,), args, kwargs)
        return self._original(*args, **kwargs)

    def _handed_on(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments as PyTorch would hand them on."""
        if self._known is None or self._known.signature is None:
            return args, kwargs
        if self._known.module == "torch.nn.init":
            bound = self._known.signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return (), bound.arguments
        return _by_name(self._known.signature, args, kwargs)


def _tried(operator: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What modes make of an operator: NotImplemented, if Python is to ask the other operand."""
    try:
        return ask_mode(operator, args, kwargs)
    except TypeError:
        return NotImplemented


_ASKING: Final = """
def around({parameters}):
    def ask(*args, __interception__, **kwargs):
        if False:
            {cells}
        return __interception__.call(args, kwargs)
    return ask
"""


@functools.cache
def _asking(cells: int) -> CodeType:
    """Code that asks, of a function with a closure of some cells.

    It has to copy them into its frame, as Python's own does: debuggers read them there.
    """
    names = ", ".join(f"cell_{number}" for number in range(cells))
    namespace: dict[str, Any] = {}
    exec(_ASKING.format(parameters=names, cells=names or "pass"), namespace)  # the text above
    code: CodeType = namespace["around"](*range(cells)).__code__
    return code


def _asking_code(code: CodeType) -> CodeType:
    """Code that asks, for a function that has ``code``."""
    return _asking(len(code.co_freevars)).replace(
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
def _for_proxies() -> tuple[Interception, ...]:
    """One for every public function of torch, and for every method of tensors."""
    functions: dict[Callable[..., Any], Known | None] = dict(known_functions())
    functions.update(dict.fromkeys(tensor_methods()))
    return tuple(
        Interception(
            function, known, *operators().get(function, (tensor_methods().get(function), None))
        )
        for function, known in functions.items()
        if isinstance(function, FunctionType) and function.__name__ not in TRANSPARENT
    )


#: What PyTorch's modes see of ``torch.nn.init``.
_FILLING: Final = ("constant_", "kaiming_uniform_", "normal_", "uniform_")


@functools.cache
def _for_modes() -> tuple[Interception, ...]:
    """Those, and one for every other operator and for what fills parameters."""
    before = {*known_functions(), *tensor_methods()}
    others = [
        Interception(function, None, name, shown)
        for function, (name, shown) in operators().items()
        if function not in before and isinstance(function, FunctionType)
    ]
    fills = [
        Interception(function, Known("torch.nn.init", name, signature(function)))
        for name, function in vars(init).items()
        if name in _FILLING and isinstance(function, FunctionType)
    ]
    # Layers call the function that knows nothing of `out`.
    public, own = (vars(each)["empty"] for each in (sys.modules["graphnet"], factories))
    empty = Interception(own, Known("torch", "empty"), None, public)
    return (*_for_proxies(), *others, *fills, empty)


class _Asking:
    """How many there are that functions look for, and whether those are told PyTorch's names."""

    def __init__(
        self, interceptions: Callable[[], tuple[Interception, ...]], *, named: bool
    ) -> None:
        self._interceptions = interceptions
        self._named = named
        self._count = 0

    def one_more(self) -> None:
        """There is another one: functions look."""
        with _lock:
            self._count += 1
            if self._count == 1:
                for each in self._interceptions():
                    each.begin(self._named)

    def one_less(self) -> None:
        """There is one less: after the last, functions look no more."""
        with _lock:
            self._count -= 1
            if not self._count:
                for each in self._interceptions():
                    each.end(self._named)


_lock: Final = threading.RLock()
_asking_proxies: Final = _Asking(_for_proxies, named=False)
asking_modes: Final = _Asking(_for_modes, named=True)


class Counted:
    """What torch's functions look for, from when the first of its kind is made on."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One more of them."""
        made = super().__new__(cls)
        _asking_proxies.one_more()
        return made

    def __del__(self) -> None:
        _asking_proxies.one_less()
