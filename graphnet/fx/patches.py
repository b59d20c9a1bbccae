"""What is exchanged while a module is traced: calls of modules, parameters, wrapped functions."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from graphnet.fx.node import map_aggregate
from graphnet.fx.proxy import Proxy
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.registry import Registered, Registry

if TYPE_CHECKING:
    from graphnet.fx._symbolic_trace import Tracer

_ABSENT: Final = object()

#: The namespaces, by identity, and the names in them that :func:`~graphnet.fx.wrap` was told of.
WRAPPED: Final[dict[tuple[int, str], dict[str, Any]]] = {}


def _as_leaf(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is recorded as one call if a proxy is among its arguments."""

    @functools.wraps(function)
    def leaf(*args: Any, **kwargs: Any) -> Any:
        proxies: list[Proxy] = []

        def find(each: Any) -> None:
            if isinstance(each, Proxy):
                proxies.append(each)

        map_aggregate((args, kwargs), find)
        if not proxies:
            return function(*args, **kwargs)
        proxy = proxies[-1].tracer.create_proxy("call_function", function, args, kwargs)
        proxy.node.meta["is_wrapped"] = True
        return proxy

    return leaf


class Patches:
    """Changes that are undone together.

    Args:
        tracer: says which functions are leaves, and what calls of modules are.
        functions: those that are leaves wherever a traced ``forward`` finds them.
    """

    def __init__(self, tracer: Tracer, functions: set[int]) -> None:
        self._tracer = tracer
        self._functions = functions
        self._undo = ExitStack()
        self._seen: set[int] = set()
        self._parameters: dict[str, Proxy] = {}

    @contextmanager
    def made(self) -> Iterator[None]:
        """Within this block calls of modules are the tracer's, and wrapped functions are leaves."""
        with self._undo:
            self._patch_modules()
            for (_, name), namespace in list(WRAPPED.items()):
                self._wrap(namespace, name)
            yield

    def look_at(self, namespace: dict[str, Any]) -> None:
        """Make the functions in a namespace leaves that are to be leaves anywhere."""
        if id(namespace) in self._seen:
            return
        self._seen.add(id(namespace))
        for name, value in list(namespace.items()):
            if not name.startswith("_") and callable(value) and id(value) in self._functions:
                self._wrap(namespace, name)

    def _wrap(self, namespace: dict[str, Any], name: str) -> None:
        before = namespace.get(name, _ABSENT)
        function = getattr(builtins, name) if before is _ABSENT else before
        if hasattr(function, "__fx_leaf__"):
            return
        leaf = _as_leaf(function)
        leaf.__fx_leaf__ = True  # type: ignore[attr-defined]  # a mark
        namespace[name] = leaf
        if before is _ABSENT:
            self._undo.callback(namespace.pop, name)
        else:
            self._undo.callback(namespace.__setitem__, name, before)

    def _patch_modules(self) -> None:
        call, find, registered = Module.__call__, Registry.__getattr__, Registered.__get__
        tracer = self._tracer

        def traced_call(module: Module, *args: Any, **kwargs: Any) -> Any:
            def forward(*args: Any, **kwargs: Any) -> Any:
                return call(module, *args, **kwargs)

            self.look_at(getattr(getattr(module, "forward", module), "__globals__", {}))
            return tracer.call_module(module, forward, args, kwargs)

        def traced_attribute(module: Module, name: str) -> Any:
            return tracer.getattr(name, find(module, name), self._parameters)

        def traced_parameter(self_: Registered, module: Any, owner: Any = None) -> Any:
            return tracer.getattr(self_.name, registered(self_, module, owner), self._parameters)

        before = vars(Module).get("__getattr__", _ABSENT)
        self._set(Module, "__call__", traced_call, call)
        self._set(Registered, "__get__", traced_parameter, registered)
        self._set(Module, "__getattr__", traced_attribute, before)

    def _set(self, owner: type, name: str, value: Any, before: Any) -> None:
        setattr(owner, name, value)
        if before is _ABSENT:
            self._undo.callback(delattr, owner, name)
        else:
            self._undo.callback(setattr, owner, name, before)
