"""Operators that are declared first and given functions later: ``torch.library.Library``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphnet.errors import NotSupportedError
from graphnet.library.custom import OPERATORS, operator

#: The dispatch keys whose functions are called on the CPU.
_HERE: Final = (
    "",
    "cpu",
    "default",
    "autogradcpu",
    "compositeexplicitautograd",
    "compositeimplicitautograd",
)


class Library:
    """The operators of a namespace.

    >>> import graphnet as torch
    >>> library = torch.library.Library("example", "DEF")
    >>> library.define("triple(Tensor x) -> Tensor")
    'triple'
    >>> library.impl("triple", lambda x: x * 3, "CPU")
    """

    def __init__(self, ns: str, kind: str, dispatch_key: str = "") -> None:
        if ns in ("aten", "prim", "prims"):
            raise NotSupportedError(
                f"torch.library.Library({ns!r}, {kind!r}): graphnet's own operations cannot be "
                "replaced",
                cure="give the operator a namespace of your own",
            )
        self.ns, self.kind, self.dispatch_key = ns, kind, dispatch_key

    def define(self, schema: str, alias_analysis: str = "", *, tags: Any = ()) -> str:
        """Declare an operator by its schema; returns its name."""
        name = schema.partition("(")[0].strip()
        operator(f"{self.ns}::{name}")
        return name

    def impl(
        self,
        op_name: Any,
        fn: Callable[..., Any],
        dispatch_key: str = "",
        *,
        with_keyset: bool = False,
        allow_override: bool = False,
    ) -> None:
        """Give an operator its function for a dispatch key; those of other devices are not used."""
        if (dispatch_key or self.dispatch_key).lower() in _HERE:
            name = f"{self.ns}::{str(op_name).rpartition('::')[2]}"
            (OPERATORS.get(name) or operator(name)).use(fn)


def define(qualname: str, schema: str, *, lib: Any = None, tags: Any = ()) -> None:
    """Declare an operator: ``define("mylib::double", "(Tensor x) -> Tensor")``."""
    operator(qualname)


def impl(
    qualname: str,
    types: Any,
    func: Callable[..., Any] | None = None,
    *,
    lib: Any = None,
) -> Any:
    """Give an operator its function for devices; without one, a decorator that does."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        named = [types] if isinstance(types, str) else list(types)
        if any(each.lower() in _HERE for each in named):
            (OPERATORS.get(qualname) or operator(qualname)).use(function)
        return function

    return register if func is None else register(func)
