"""Modules that hold parameters in order or by name."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from typing import Any, Never, Self, SupportsIndex, overload

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, OutOfRangeError, ValueRangeError
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter


class _ParameterContainer(Module):
    """What the two containers share: tensors become parameters, and there is nothing to call."""

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        setattr(self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Never:
        raise RuntimeError(f"{type(self).__name__} should not be called.")


class ParameterList(_ParameterContainer):
    """A list of parameters, which registers them.

    Tensors in it become parameters; values of other types may be in it, too. Source: PyTorch's
    page "ParameterList".

    >>> import graphnet as torch
    >>> weights = torch.nn.ParameterList(torch.ones(n) for n in (1, 2))
    >>> weights
    ParameterList(
        (0): Parameter containing: [torch.float32 of size 1]
        (1): Parameter containing: [torch.float32 of size 2]
    )
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    @overload
    def __getitem__(self, idx: SupportsIndex) -> Any: ...

    @overload
    def __getitem__(self, idx: slice) -> Self: ...

    def __getitem__(self, idx: SupportsIndex | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return getattr(self, self._name(idx))

    def __setitem__(self, idx: SupportsIndex, param: Any) -> None:
        self._put(self._name(idx), param)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, str(place)) for place in range(self._size)])

    def __iadd__(self, parameters: Iterable[Any]) -> Self:
        return self.extend(parameters)

    def append(self, value: Any) -> Self:
        """Add a value at the end."""
        self._put(str(self._size), value)
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add values at the end; TypeError when they are no iterable, or a tensor."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise ArgumentError(
                "ParameterList.extend should be called with an iterable, "
                f"but got {type(values).__name__}"
            )
        for value in tuple(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return "\n".join(
            _line(place, value, lambda tensor: str(tensor.dtype))
            for place, value in enumerate(self)
        )

    def _name(self, idx: SupportsIndex) -> str:
        """The name of the value in that place; IndexError when there is none."""
        position = operator.index(idx)
        if not -self._size <= position < self._size:
            raise OutOfRangeError(
                f"index {position} is out of range", cure=f"there are {self._size} values"
            )
        return str(position % self._size)


class ParameterDict(_ParameterContainer):
    """A dictionary of parameters, which registers them.

    Tensors in it become parameters; values of other types may be in it, too. Entries keep the order
    of insertion; those of a plain ``dict`` are sorted first, as in PyTorch. Source: PyTorch's page
    "ParameterDict".

    >>> import graphnet as torch
    >>> weights = torch.nn.ParameterDict({"left": torch.ones(2)})
    >>> weights["left"]
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, self._checked(key))

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(self._checked(key), value)
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def copy(self) -> ParameterDict:
        """Another dictionary of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of that name, or ``default``."""
        return self[key] if key in self else default  # noqa: SIM401  # this is that method

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of that name, which becomes ``default`` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Take all values out."""
        for key in tuple(self):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take a value out and return it; AttributeError, as in PyTorch, when there is none."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last name and value out and return them; KeyError when there are none."""
        if not self._keys:
            raise KeyError("popitem(): dictionary is empty")
        key = next(reversed(self))
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dictionary with the same value for all ``keys``."""
        return ParameterDict((key, default) for key in keys)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._keys.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """The names with their values."""
        return ((key, self[key]) for key in self._keys)

    def values(self) -> Iterable[Any]:
        """The values."""
        return (self[key] for key in self._keys)

    def update(self, parameters: Mapping[str, Any] | ParameterDict | Iterable[Any]) -> None:
        """Add values from a mapping or from pairs, or put them in the place of others.

        Raises TypeError or ValueError for anything else.
        """
        given = pairs("ParameterDict", parameters)
        if isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict):
            given = iter(sorted(given, key=lambda pair: pair[0]))
        for key, value in given:
            self[key] = value

    def __or__(self, other: ParameterDict) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other: ParameterDict) -> ParameterDict:
        both = other.copy()
        both.update(self)
        return both

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self

    def extra_repr(self) -> str:
        return "\n".join(
            _line(key, value, lambda tensor: str(tensor.type())) for key, value in self.items()
        )

    def _checked(self, key: object) -> str:
        if not isinstance(key, str):
            raise ArgumentError(
                "Index given to ParameterDict cannot be used as a key as it is not a string "
                f"(type is '{type(key).__name__}')."
            )
        return key


def _line(name: object, value: object, element_type: Callable[[Tensor], str]) -> str:
    """What ``repr`` shows of a value; the two containers name the type of elements differently."""
    if not isinstance(value, Tensor):
        return f"  ({name}): Object of type: {type(value).__name__}"
    sizes = "x".join(map(str, value.shape))
    return f"  ({name}): Parameter containing: [{element_type(value)} of size {sizes}]"


def pairs(container: str, given: Any) -> Iterator[tuple[str, Any]]:
    """The names and values of a mapping or of pairs; else raises TypeError or ValueError."""
    if isinstance(given, Mapping) or hasattr(given, "items"):
        yield from given.items()
        return
    if not isinstance(given, Iterable):
        raise ArgumentError(
            f"{container}.update should be called with an iterable of key/value pairs, "
            f"but got {type(given).__name__}"
        )
    for position, pair in enumerate(given):
        if not isinstance(pair, Iterable):
            raise ArgumentError(
                f"{container} update sequence element #{position} should be Iterable; "
                f"is {type(pair).__name__}"
            )
        entry = tuple(pair)
        if len(entry) != 2:
            raise ValueRangeError(
                f"{container} update sequence element #{position} has length {len(entry)}; "
                "2 is required"
            )
        yield entry
