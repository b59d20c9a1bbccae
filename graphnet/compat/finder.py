"""The import hook: a finder that answers for torch and torchvision."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from graphnet._tensor import Tensor
from graphnet.compat import children
from graphnet.compat.mirror import Mirror
from graphnet.compat.places import VERSIONS, place_of
from graphnet.errors import GraphnetError

if TYPE_CHECKING:
    from importlib.metadata import Distribution


class MissingModuleError(GraphnetError, ModuleNotFoundError):
    """A module of torch's that graphnet does not have."""


class TorchFinder(MetaPathFinder, Loader):
    """Finds torch, torchvision and all below them in graphnet, and loads them as mirrors.

    Attributes:
        displaced: the modules of those names that were there before.
    """

    def __init__(self) -> None:
        self.displaced: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of torch's is; None for all others.

        Raises:
            MissingModuleError: (an ImportError) it is torch's, and graphnet has none for it.
        """
        name = place_of(fullname)
        if name is None:
            return None
        place = _import(name)
        if place is None:
            error = MissingModuleError(
                f"No module named {fullname!r}",
                cure="graphnet, which stands in for torch here, has no such module; the program "
                "has to do without it",
            )
            error.name = fullname
            raise error
        spec = ModuleSpec(
            fullname, self, origin=place.__file__, is_package=hasattr(place, "__path__")
        )
        spec.has_location = True
        spec.loader_state = place
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The mirror of the module in graphnet."""
        return Mirror(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: what is behind a mirror was loaded when it was found."""

    def find_distributions(self, context: Any) -> Iterator[Distribution]:
        """What ``importlib.metadata.version("torch")`` asks for."""
        from graphnet.compat.distribution import StandIn

        for name, version in VERSIONS.items():
            if context.name in (None, name):
                yield StandIn(name, version)


def _import(name: str) -> ModuleType | None:
    """A module of graphnet; None if there is none of that name."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # An import inside the module may fail as well: that is another failure.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return None


def _names() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in VERSIONS]


def _present() -> TorchFinder | None:
    return next((finder for finder in sys.meta_path if isinstance(finder, TorchFinder)), None)


def installed() -> bool:
    """Whether imports of torch give graphnet."""
    return _present() is not None


def install() -> None:
    """Let imports of torch and torchvision give graphnet from now on.

    So it is in processes that :mod:`multiprocessing` starts later, too. Modules that have imported
    PyTorch before keep it. A second call changes nothing.

    >>> import graphnet
    >>> graphnet.compat.install()
    >>> from torch import nn
    >>> nn.Linear is graphnet.nn.Linear
    True
    >>> graphnet.compat.uninstall()
    """
    if installed():
        return
    finder = TorchFinder()
    for name in _names():
        finder.displaced[name] = sys.modules.pop(name)
    sys.meta_path.insert(0, finder)
    Tensor.__module__ = "torch"  # programs print the class
    children.inherit(True)


def uninstall() -> None:
    """Undo :func:`install`: the modules that were there before are there again."""
    finder = _present()
    if finder is None:
        return
    sys.meta_path.remove(finder)
    for name in _names():
        del sys.modules[name]
    sys.modules.update(finder.displaced)
    Tensor.__module__ = "graphnet"
    children.inherit(False)
