"""Which classes and functions a checkpoint may name: ``torch.load`` with ``weights_only=True``.

Unpickling calls whatever a file names. What is named here is harmless; more is allowed by whoever
trusts it. Everything is available as ``torch.serialization.safe_globals`` and so on.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, TypeAlias

from graphnet import dtypes
from graphnet.errors import ArgumentError, GraphnetError, ValueRangeError

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "safe_globals",
]

#: A class or function, or one with the full name that files call it by.
Global: TypeAlias = Callable[..., Any] | tuple[Callable[..., Any], str]

# Nothing of these is ever allowed.
_BLOCKED = ("sys", "os", "posix", "nt")

# What every checkpoint may name. Names, so that nothing need be imported that no file mentions.
_HARMLESS = frozenset(
    {
        "builtins.bytearray",
        "builtins.complex",
        "builtins.set",
        "collections.Counter",
        "collections.OrderedDict",
        "graphnet.Tensor",
        "graphnet._tensor.Tensor",
        "graphnet._tensor._rebuild",
        "graphnet.devices.device",
        "graphnet.functions.sparse_tensors.SparseTensor",
        "graphnet.ir.types.Size",
        "graphnet.nn.parameter.Buffer",
        "graphnet.nn.parameter.Parameter",
        "graphnet.runtime.storage.restored",
        *(f"graphnet.dtypes.types.{kind.name}" for kind in dtypes.ALL),
    }
)

_allowed: list[Global] = []


class UnsafeCheckpointError(GraphnetError, pickle.UnpicklingError):
    """A checkpoint that names something that was not allowed."""


def add_safe_globals(safe_globals: list[Global]) -> None:
    """Allow checkpoints to name these classes and functions, from now on.

    Source: PyTorch's page ``torch.serialization.add_safe_globals``.
    """
    _allowed.extend(each for each in safe_globals if each not in _allowed)


def get_safe_globals() -> list[Global]:
    """What was allowed by :func:`add_safe_globals` and :class:`safe_globals`.

    >>> import graphnet as torch
    >>> torch.serialization.get_safe_globals()
    []
    """
    return list(_allowed)


def clear_safe_globals() -> None:
    """Take back all that was allowed."""
    _allowed.clear()


class safe_globals:  # noqa: N801  # PyTorch's name
    """Allow checkpoints to name these classes and functions, in a ``with`` block.

    Source: PyTorch's page ``torch.serialization.safe_globals``.

    >>> import datetime, io, graphnet as torch
    >>> buffer = io.BytesIO()
    >>> torch.save(datetime.date(2024, 2, 29), buffer)
    >>> _ = buffer.seek(0)
    >>> with torch.serialization.safe_globals([datetime.date]):
    ...     torch.load(buffer)
    datetime.date(2024, 2, 29)
    """

    def __init__(self, safe_globals: list[Global]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        add_safe_globals(self.safe_globals)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self.safe_globals:
            if each in _allowed:
                _allowed.remove(each)


class WeightsUnpickler(pickle.Unpickler):
    """Unpickles tensors, containers, and what was allowed; anything else raises."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._note_allowed()

    def _note_allowed(self) -> None:
        self._allowed = dict(map(_named, _allowed))

    def find_class(self, module_name: str, global_name: str) -> Any:
        """The class or function of a name.

        Raises:
            UnsafeCheckpointError: (a pickle.UnpicklingError) it was not allowed.
        """
        name = f"{module_name}.{global_name}"
        if module_name.partition(".")[0] in _BLOCKED:
            raise UnsafeCheckpointError(
                f"Weights only load failed. Trying to load unsupported GLOBAL {name} whose module "
                f"{module_name} is blocked."
            )
        if name in _HARMLESS:
            return super().find_class(module_name, global_name)
        if name not in self._allowed:
            raise UnsafeCheckpointError(
                f"Weights only load failed. Unsupported global: GLOBAL {name} was not an allowed "
                "global by default.",
                cure=f"if you trust the file, use torch.serialization.add_safe_globals([{name}]) "
                "or load it with weights_only=False",
            )
        return self._allowed[name]


def _named(each: Global) -> tuple[str, Any]:
    """The name that files have for a class or function, and it."""
    if not isinstance(each, tuple):
        return f"{each.__module__}.{each.__qualname__}", each
    if len(each) != 2:
        raise ValueRangeError(
            "Expected tuple of length 2 (global, str of callable full path), but got tuple of "
            f"length: {len(each)}"
        )
    found, name = each
    if not isinstance(name, str):
        raise ArgumentError(
            f"Expected second item in tuple to be str of callable full path, but got: {type(name)}"
        )
    return name, found
