"""Modules that hold other modules in order or by name."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Self, SupportsIndex, overload

from graphnet.errors import ArgumentError, OutOfRangeError, ValueRangeError
from graphnet.nn.modules.module import Module, bracketed
from graphnet.nn.modules.parameter_container import ParameterDict, ParameterList, pairs

__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]


class _Ordered(Module):
    """What the containers that number their modules share: those of a list's methods they have."""

    _modules: dict[str, Module]  # type: ignore[assignment]  # here, every place is taken

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __setitem__(self, idx: SupportsIndex, module: Module) -> None:
        setattr(self, self._name(idx), module)

    def __delitem__(self, idx: SupportsIndex | slice) -> None:
        modules = list(self)
        if not isinstance(idx, slice):
            self._name(idx)
        del modules[idx]
        self._renumber(modules)

    def append(self, module: Module) -> Self:
        """Add a module at the end; TypeError when it is none."""
        self.add_module(str(len(self)), module)
        return self

    def pop(self, key: SupportsIndex | slice) -> Module:
        """Take out a module, or a slice of them, and return it."""
        taken: Module = self[key]  # type: ignore[index]  # each subclass has its own __getitem__
        del self[key]
        return taken

    def _name(self, idx: SupportsIndex) -> str:
        """The name of the module in that place; IndexError when there is none."""
        position = operator.index(idx)
        if not -len(self) <= position < len(self):
            raise OutOfRangeError(
                f"index {position} is out of range", cure=f"there are {len(self)} modules"
            )
        return list(self._modules)[position]

    def _insert(self, index: int, module: Module) -> None:
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)

    def _renumber(self, modules: Iterable[Module]) -> None:
        self._modules.clear()
        for module in modules:
            self.append(module)


class Sequential(_Ordered):
    """Modules of which each takes the result of the one before.

    Takes the modules one by one, which numbers them, or an ``OrderedDict`` with their names.
    Source: PyTorch's page "Sequential".

    >>> import graphnet as torch
    >>> net = torch.nn.Sequential(torch.nn.Linear(1, 5), torch.nn.ReLU())
    >>> net
    Sequential(
      (0): Linear(in_features=1, out_features=5, bias=True)
      (1): ReLU()
    )
    >>> net(torch.ones(3, 1)).shape
    torch.Size([3, 5])
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named = args[0]
        else:
            named = OrderedDict((str(place), module) for place, module in enumerate(args))
        for name, module in named.items():
            self.add_module(name, module)

    @overload
    def __getitem__(self, idx: SupportsIndex) -> Module: ...

    @overload
    def __getitem__(self, idx: slice) -> Self: ...

    def __getitem__(self, idx: SupportsIndex | slice) -> Module | Self:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return self._modules[self._name(idx)]

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def extend(self, sequential: Iterable[Module]) -> Self:
        """Add modules at the end."""
        for module in tuple(sequential):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add a module before the place ``index``.

        Raises AssertionError, as PyTorch does, when it is no module, IndexError for a place that
        there is not.
        """
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}, not {type(module)}")
        if not -len(self) <= index <= len(self):
            raise OutOfRangeError(f"Index out of range: {index}", cure=f"there are {len(self)}")
        self._insert(index, module)
        return self

    def __add__(self, other: Sequential) -> Sequential:
        _require_sequential(other)
        return Sequential(*self, *other)

    def __iadd__(self, other: Sequential) -> Self:
        _require_sequential(other)
        return self.extend(other)

    def __mul__(self, other: int) -> Sequential:
        _require_factor(other)
        return Sequential(*(module for _ in range(other) for module in self))

    def __rmul__(self, other: int) -> Sequential:
        return self * other

    def __imul__(self, other: int) -> Self:
        _require_factor(other)
        return self.extend(module for _ in range(other - 1) for module in tuple(self))


def _require_sequential(other: object) -> None:
    if not isinstance(other, Sequential):
        raise ValueRangeError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )


def _require_factor(factor: object) -> None:
    if not isinstance(factor, int):
        raise ArgumentError(f"unsupported operand type(s) for *: {Sequential} and {type(factor)}")
    if factor <= 0:
        raise ValueRangeError(f"Non-positive multiplication factor {factor} for {Sequential}")


class ModuleList(_Ordered):
    """A list of modules, which registers them. It cannot be called.

    Source: PyTorch's page "ModuleList".

    >>> import graphnet as torch
    >>> layers = torch.nn.ModuleList(torch.nn.Linear(10, 10) for _ in range(3))
    >>> layers
    ModuleList(
      (0-2): 3 x Linear(in_features=10, out_features=10, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    @overload
    def __getitem__(self, idx: SupportsIndex) -> Module: ...

    @overload
    def __getitem__(self, idx: slice) -> Self: ...

    def __getitem__(self, idx: SupportsIndex | slice) -> Module | Self:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return self._modules[self._name(idx)]

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; TypeError when they are no iterable."""
        if not isinstance(modules, Iterable):
            raise ArgumentError(
                "ModuleList.extend should be called with an iterable, "
                f"but got {type(modules).__name__}"
            )
        for module in tuple(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> None:
        """Add a module before the place ``index``, or at the end."""
        self._insert(index, module)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __repr__(self) -> str:
        lines: list[str] = []
        first = 0
        shown = [repr(module) for module in self]
        for after in range(1, len(shown) + 1):
            if after < len(shown) and shown[after] == shown[first]:
                continue
            alike = after - first
            place = f"({first}-{after - 1}): {alike} x " if alike > 1 else f"({first}): "
            lines.append(place + shown[first])
            first = after
        return bracketed(self._get_name(), [], lines)


class ModuleDict(Module):
    """A dictionary of modules, which registers them, in order of insertion. It cannot be called.

    Source: PyTorch's page "ModuleDict".

    >>> import graphnet as torch
    >>> choices = torch.nn.ModuleDict({"relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh()})
    >>> choices["tanh"]
    Tanh()
    """

    _modules: dict[str, Module]  # type: ignore[assignment]  # here, every place is taken

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Take a module out and return it; KeyError when there is none."""
        return self._modules.pop(key)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._modules.keys()

    def items(self) -> ItemsView[str, Module]:
        """The names with their modules."""
        return self._modules.items()

    def values(self) -> ValuesView[Module]:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules from a mapping or from pairs, or put them in the place of others.

        Raises TypeError or ValueError for anything else.
        """
        for key, module in pairs("ModuleDict", modules):
            self[key] = module
