"""Names that are given once, and hide nothing of Python's."""

from __future__ import annotations

import builtins
import keyword
import math
import re
from importlib import import_module
from typing import Any, Final, NamedTuple

_ILLEGAL: Final = re.compile("[^0-9a-zA-Z_]+")
_NUMBERED: Final = re.compile(r"^([a-zA-Z_][0-9a-zA-Z_]*?)(?:_(\d+))?$")
_CAMEL: Final = re.compile("(?<=[a-z])([A-Z])")


class Ready(NamedTuple):
    """A name that all generated code may use."""

    statement: str
    module: str
    attribute: str | None = None

    @property
    def value(self) -> Any:
        """What it stands for."""
        module = import_module(self.module)
        return getattr(module, self.attribute) if self.attribute else module


#: What is written as it prints, and is no name of Python's by itself.
READY: Final = {
    "inf": Ready("from math import inf", "math", "inf"),
    "nan": Ready("from math import nan", "math", "nan"),
    "NoneType": Ready("NoneType = type(None)", "types", "NoneType"),
    "torch": Ready("import graphnet as torch", "graphnet"),
    "device": Ready("from graphnet import device", "graphnet", "device"),
    "fx_pytree": Ready("import graphnet.fx._pytree as fx_pytree", "graphnet.fx._pytree"),
    "pytree": Ready("import graphnet.utils._pytree as pytree", "graphnet.utils._pytree"),
}

_TAKEN: Final[dict[str, Any]] = {
    **{word: object() for word in keyword.kwlist},
    **vars(builtins),
    **{name: object() for name in READY},
    "inf": math.inf,
    "nan": math.nan,
    "NoneType": type(None),
}


def snake_case(name: str) -> str:
    """``snakeCase`` as ``snake_case``."""
    return _CAMEL.sub(r"_\1", name).lower()


class Namespace:
    """Names, each for one thing.

    >>> from graphnet.fx.namespace import Namespace
    >>> names = Namespace()
    >>> [names.create_name("add", None) for _ in range(3)], names.create_name("sum", None)
    (['add', 'add_1', 'add_2'], 'sum_1')
    """

    def __init__(self) -> None:
        self._name_of: dict[Any, str] = {}
        self._used: set[str] = set()
        self._counts: dict[str, int] = {}

    def create_name(self, candidate: str, obj: Any) -> str:
        """A name that nothing else has: the candidate, or the candidate with a number.

        Args:
            candidate: what the name is to be like.
            obj: what is named; it keeps its name. None for something without identity.
        """
        if obj is not None and obj in self._name_of:
            return self._name_of[obj]
        match = _NUMBERED.match(candidate)
        if match is None:
            candidate = _ILLEGAL.sub("_", candidate) or "_unnamed"
            candidate = f"_{candidate}" if candidate[0].isdigit() else candidate
            match = _NUMBERED.match(candidate)
            assert match is not None  # only letters, digits and underscores are left
        base, number = match.groups()
        if number is None or candidate in self._used:
            count = self._counts.get(base, 0)
            if self._hides(candidate, obj):
                count += 1
                candidate = f"{base}_{count}"
        else:
            count = int(number)
        while candidate in self._used:
            count += 1
            candidate = f"{base}_{count}"
        self._used.add(candidate)
        self._counts[base] = count
        if obj is not None:
            self._name_of[obj] = candidate
        return candidate

    def _hides(self, candidate: str, obj: Any) -> bool:
        if candidate in READY and obj is not None and obj is READY[candidate].value:
            return False
        return _TAKEN.get(candidate, obj) is not obj

    def associate_name_with_obj(self, name: str, obj: Any) -> None:
        """Remember whose name this is."""
        self._name_of.setdefault(obj, name)

    def rename(self, obj: Any, name: str) -> None:
        """Give something that has a name another."""
        self._name_of[obj] = name
        self._used.add(name)
