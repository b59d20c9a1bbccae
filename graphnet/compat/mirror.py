"""A module of torch's name, with what the module of graphnet in its place has."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

from graphnet.compat.places import PLACES, SHARED, VERSIONS
from graphnet.errors import GraphnetError

_ABSENT = object()

# The names that a module has itself: what `__dict__` is of any other module.
_own: Callable[[ModuleType], dict[str, Any]] = vars(ModuleType)["__dict__"].__get__


class MissingNameError(GraphnetError, AttributeError):
    """A name of torch's that graphnet does not have."""


class Mirror(ModuleType):
    """``torch.nn``, say: every name is looked up in ``graphnet.nn`` once, and then kept.

    What a program sets is set in both.

    Raises:
        MissingNameError: (an AttributeError) there is no such name; it is given as torch's.
    """

    def __init__(self, name: str, place: ModuleType) -> None:
        super().__init__(name, place.__doc__)
        _own(self)["_place"] = place
        if name in VERSIONS:
            _own(self)["__version__"] = VERSIONS[name]

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # it is only read
        """All names: programs look for networks and optimizers in ``vars(torch.optim)``."""
        for name in dir(self._place):
            if not name.startswith("_"):
                with suppress(AttributeError, ImportError):
                    getattr(self, name)
        return _own(self)

    def __getattr__(self, name: str) -> Any:
        value = self._find(name)
        _own(self)[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Mirror) and self._hides(name):
            return
        super().__setattr__(name, value)
        if not isinstance(value, ModuleType) and not name.startswith("__"):
            setattr(self._place, name, value)

    def _hides(self, name: str) -> bool:
        """Whether something else has a submodule's name, as the function ``gradcheck`` does.

        An import sets the submodule after the package has set that.
        """
        return not isinstance(getattr(self._place, name, self), ModuleType)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._place), *_own(self)} - {"_place"})

    def _find(self, name: str) -> Any:
        place: ModuleType = _own(self)["_place"]
        inner = f"{self.__name__}.{name}"
        if inner in PLACES:
            return import_module(inner)
        value = getattr(place, name, _ABSENT)
        if value is _ABSENT:
            value = self._substitute(name)
        if isinstance(value, ModuleType) and value.__name__ == f"{place.__name__}.{name}":
            return import_module(inner)
        return value

    def _substitute(self, name: str) -> Any:
        """What there is for a name that the module itself does not have."""
        if name == "__all__":
            return [each for each in dir(self._place) if not each.startswith("_")]
        parent = self.__name__.rpartition(".")[0]
        if parent in SHARED and not name.startswith("__"):
            shared = _own(sys.modules[parent])["_place"]
            if name in vars(shared):
                return vars(shared)[name]
        raise self._missing(name)

    def _missing(self, name: str) -> AttributeError:
        error: AttributeError
        if name.startswith("__"):
            error = AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        else:
            error = MissingNameError(
                f"module {self.__name__!r} has no attribute {name!r}",
                cure="graphnet, which stands in for torch here, has nothing of that name; "
                "the program has to do without it",
            )
        error.name, error.obj = name, self
        return error
