"""PyTorch's operators by the names they have in C++: ``torch.ops``.

``torch.ops.aten.add.Tensor`` is what ``torch.add`` calls there. Here it is ``torch.add`` itself, or
the method or function of another namespace that has the operator's name. Overloads are told apart
by their arguments, so the name of one says only what it is called.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from graphnet._tensor import Tensor
from graphnet.library.custom import OPERATORS
from graphnet.overrides import handle_torch_function, has_torch_function_variadic

_FAMILY: Final = re.compile(r"(linalg|special|fft)_(?=[a-z])")

#: What PyTorch calls the overloads of operators.
_OVERLOADS: Final = frozenset(
    (
        "default", "Tensor", "Scalar", "Tensor_Tensor", "Tensor_Scalar", "Scalar_Tensor",
        "Tensor_mode", "Scalar_mode", "int", "self", "dim", "dim_IntList", "IntList_out", "out",
        "sizes", "correction", "dim_max", "other", "ScalarSelf", "ScalarOther", "start",
        "start_step", "size", "dtype", "Dimname", "names", "vec", "input", "value", "src",
        "reduce", "values", "stable",
    )
)  # fmt: skip


class OpOverload:
    """One overload of an operator: calling it calls the function."""

    def __init__(self, packet: OpOverloadPacket, overload: str) -> None:
        self.overloadpacket = packet
        self._overloadname = overload
        self.__name__ = self.__qualname__ = f"{packet.__name__}.{overload}"
        self.__module__ = packet.__module__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self.overloadpacket._call(self, args, kwargs)

    def name(self) -> str:
        """The name in PyTorch's tables: ``aten::add.Tensor``."""
        name = self.overloadpacket._qualified
        return name if self._overloadname == "default" else f"{name}.{self._overloadname}"

    def __str__(self) -> str:
        return f"{self.overloadpacket}.{self._overloadname}"

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.overloadpacket}', overload='{self._overloadname}')>"


class OpOverloadPacket:
    """An operator: calling it calls the function; its attributes are its overloads."""

    def __init__(self, namespace: str, name: str, function: Callable[..., Any]) -> None:
        self._namespace = namespace
        self._function = function
        self._qualified = f"{namespace}::{name}"
        self.__name__ = self.__qualname__ = name
        self.__module__ = f"torch._ops.{namespace}"

    def __getattr__(self, name: str) -> OpOverload:
        if name not in _OVERLOADS:
            raise AttributeError(f"The underlying op of '{self}' has no overload name '{name}'")
        overload = OpOverload(self, name)
        setattr(self, name, overload)
        return overload

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self._call(self, args, kwargs)

    def _call(self, asked: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
        if has_torch_function_variadic(*args):
            return handle_torch_function(asked, args, *args, **kwargs)
        return self._function(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self._namespace}.{self.__name__}"

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='{self}')>"

    @property
    def _qualified_op_name(self) -> str:
        return self._qualified

    def overloads(self) -> list[str]:
        """The overloads that were asked for so far: which there are is not told apart here."""
        return [name for name, each in vars(self).items() if isinstance(each, OpOverload)]


class HigherOrderOperator:
    """An operator that takes functions, to compare classes with: there is none."""


class OpNamespace:
    """The operators of a library.

    Raises:
        AttributeError: it has none of that name.
    """

    def __init__(self, name: str, find: Callable[[str], Callable[..., Any] | None]) -> None:
        self._name = name
        self._find = find

    def __getattr__(self, name: str) -> Any:
        function = None if name.startswith("__") else self._find(name)
        if function is None:
            raise AttributeError(f"'_OpNamespace' '{self._name}' object has no attribute '{name}'")
        packet = OpOverloadPacket(self._name, name, function)
        setattr(self, name, packet)
        return packet


def _aten(name: str) -> Callable[..., Any] | None:
    """The function of ``torch``, of its other namespaces, or of tensors that has a name."""
    return next((found for found in _places(name) if callable(found)), None)


def _slice(x: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    return x[(slice(None),) * (dim % x.dim()) + (slice(start, end, step),)]


def _index(x: Tensor, indices: Any) -> Any:
    return x[tuple(slice(None) if each is None else each for each in indices)]


#: Operators that no public function has the name of.
_UNNAMED: Final[dict[str, Callable[..., Any]]] = {
    "_pin_memory": lambda x, device=None: x.pin_memory(),
    "_sparse_addmm": lambda x, a, b, *, beta=1, alpha=1: beta * x + alpha * (a @ b),
    "_to_copy": lambda x, **options: x.to(copy=True, **options),
    "_unsafe_view": lambda x, size: x.view(size),
    "alias": lambda x: x.view_as(x),
    "index": _index,
    "slice": _slice,
}


def _places(name: str) -> Iterator[Any]:
    torch = sys.modules["graphnet"]
    yield _UNNAMED.get(name)
    family = _FAMILY.match(name)
    if family:
        yield getattr(getattr(torch, family[1]), name[family.end() :], None)
    yield vars(torch).get(name)
    yield getattr(torch.nn.functional, name, None)
    if not name.startswith("_"):
        yield getattr(Tensor, name, None)


def _record_function_enter(name: str, args: str | None = None) -> Any:
    """Begin a block of a profile."""
    from graphnet.profiler import record_function

    block = record_function(name)
    block.__enter__()
    return block


def _record_function_exit(handle: Any) -> None:
    """End it."""
    handle.__exit__(None, None, None)


aten: Final = OpNamespace("aten", _aten)
_PROFILER: Final[dict[str, Callable[..., Any]]] = {
    "_record_function_enter": _record_function_enter,
    "_record_function_enter_new": _record_function_enter,
    "_record_function_exit": _record_function_exit,
}
profiler: Final = OpNamespace("profiler", lambda name: _PROFILER.get(name))


def load_library(path: Any) -> None:
    """Load operators written in C++: raises OSError, as there is nothing to load them with."""
    raise OSError(f"Could not load this library: {path}")


@functools.cache
def __getattr__(name: str) -> Any:
    """A library: what the program made of :mod:`graphnet.library` is in it, if anything."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return OpNamespace(name, functools.partial(_made, name))


def _made(library: str, name: str) -> Callable[..., Any] | None:
    """An operator of the program's own, which may be made anew."""
    key = f"{library}::{name}"
    return (lambda *args, **kwargs: OPERATORS[key](*args, **kwargs)) if key in OPERATORS else None
