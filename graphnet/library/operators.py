"""``torch.ops``: what there is by the names that PyTorch's dispatcher has for it.

``torch.ops.aten.add`` is the function ``torch.add``, and each of its overloads is called as the
function is; ``torch.ops.mylib.double`` is an operator of the user's own.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Final

from graphnet.errors import GraphnetError
from graphnet.library.custom import OPERATORS

__all__ = ["HigherOrderOperator", "OpOverload", "OpOverloadPacket"]


class NoSuchOperatorError(GraphnetError, AttributeError):
    """A name that no operator has."""


def _slice(x: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    return x[(slice(None),) * (dim % x.dim()) + (slice(start, end, step),)]


def _index(x: Any, indices: Any) -> Any:
    return x[tuple(slice(None) if each is None else each for each in indices)]


#: What the dispatcher has names for and no public function has.
_VARIANTS: Final[dict[str, Any]] = {
    "_sparse_addmm": lambda x, a, b, *, beta=1, alpha=1: beta * x + alpha * (a @ b),
    "_pin_memory": lambda x, device=None: x.pin_memory(),
    "_to_copy": lambda x, **options: x.to(copy=True, **options),
    "_unsafe_view": lambda x, size: x.view(size),
    "alias": lambda x: x.view_as(x),
    "index": _index,
    "slice": _slice,
}


class OpOverload:
    """One form of an operator: it is called as the operator is."""

    def __init__(self, packet: OpOverloadPacket, name: str) -> None:
        self.overloadpacket = packet
        self._overloadname = name
        self.namespace = packet._qualified_op_name.partition("::")[0]
        self.__name__ = f"{packet.__name__}.{name}"
        self.__doc__ = packet.__doc__

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the operator."""
        return self.overloadpacket(*args, **kwargs)

    def __repr__(self) -> str:
        return f"{self.overloadpacket}.{self._overloadname}"

    def name(self) -> str:
        """The name with its namespace, as in ``aten::add.Tensor``."""
        form = "" if self._overloadname == "default" else f".{self._overloadname}"
        return self.overloadpacket._qualified_op_name + form


class OpOverloadPacket:
    """An operator with all its forms; forms are attributes, as ``add.Tensor``."""

    def __init__(self, namespace: str, name: str, function: Any) -> None:
        self._qualified_op_name = f"{namespace}::{name}"
        self.__name__ = name
        self.__doc__ = getattr(function, "__doc__", None)
        self._function = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function behind the name."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return self._qualified_op_name.replace("::", ".")

    def __getattr__(self, name: str) -> OpOverload:
        if name.startswith("__"):
            raise AttributeError(f"'{self}' object has no attribute '{name}'")
        made = OpOverload(self, name)
        setattr(self, name, made)
        return made

    def overloads(self) -> list[str]:
        """The forms that were asked for so far: which there are is not told apart here."""
        return [key for key, each in vars(self).items() if isinstance(each, OpOverload)]


class Namespace:
    """The operators of one namespace."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<module 'torch.ops.{self._name}' from 'torch.ops'>"

    def __getattr__(self, name: str) -> OpOverloadPacket:
        function = None if name.startswith("__") else self._find(name)
        if function is None:
            raise NoSuchOperatorError(
                f"'_OpNamespace' '{self._name}' object has no attribute '{name}'"
            )
        made = OpOverloadPacket(self._name, name, function)
        if self._name == "aten":  # what is in a namespace of the user's own may be made anew
            setattr(self, name, made)
        return made

    def _find(self, name: str) -> Any:
        if self._name != "aten":
            return OPERATORS.get(f"{self._name}::{name}")
        if name in _VARIANTS:
            return _VARIANTS[name]
        graphnet = sys.modules["graphnet"]
        for place in (graphnet, graphnet.nn.functional, graphnet.Tensor):
            found = getattr(place, name, None)
            if callable(found):
                return found
        return None


class HigherOrderOperator:
    """An operator that takes functions; there is none here, but classes may be compared with it."""


@cache
def _namespace(name: str) -> Namespace:
    return Namespace(name)


def load_library(path: Any) -> None:
    """Load operators written in C++: raises OSError, as there is nothing to load them with."""
    raise OSError(f"Could not load this library: {path}")


def __getattr__(name: str) -> Namespace:
    if name.startswith("__"):
        raise AttributeError(f"module 'torch.ops' has no attribute {name!r}")
    return _namespace(name)
