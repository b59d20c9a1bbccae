"""The memory behind a tensor, and methods of old that programs still call."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NoReturn, Self, overload

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import NotSupportedError, ScalarError, ShapeError
from graphnet.functions.arguments import integers
from graphnet.functions.methods import method
from graphnet.runtime.storage import Layout, Storage
from graphnet.trace.look import settle

__all__ = ["TypedStorage", "UntypedStorage"]


class _View:
    """Memory as PyTorch shows it: shared by all tensors over it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def _flat(self) -> Tensor:
        """A vector over all of it."""
        kind = self._storage.type
        layout = Layout.of(kind.dtype, (kind.numel,), whole=len(kind.shape) == 1)
        return Tensor._of(self._storage, layout)

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._storage.type.nbytes

    def __sizeof__(self) -> int:
        return super().__sizeof__() + self.nbytes()

    def data_ptr(self) -> int:
        """The address of the first."""
        settle(self._storage)
        return int(self._storage.array.ctypes.data)

    def is_shared(self) -> bool:
        """Whether other processes see it, which none does unless it was sent there."""
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _View) and other._storage is self._storage

    __hash__ = object.__hash__


class UntypedStorage(_View):
    """The bytes of a tensor's memory. Source: PyTorch's page ``torch.Storage``."""

    def __init__(self, storage: Storage | int = 0) -> None:
        """The bytes of memory, or so many zeros."""
        if isinstance(storage, int):
            storage = Storage.of(np.zeros(storage, np.uint8))
        super().__init__(storage)

    @classmethod
    def from_file(cls, filename: Any, shared: bool = False, nbytes: int = 0) -> Self:
        """The bytes of a file, which are read when they are looked at.

        Args:
            filename: of the file.
            shared: whether what is written goes into the file, which is made if need be.
            nbytes: how many there are.
        """
        array = np.memmap(filename, np.uint8, "r+" if shared else "c", shape=(nbytes,))
        return cls(Storage.of(np.asarray(array)))

    def size(self) -> int:
        """How many bytes there are."""
        return self.nbytes()

    def tolist(self) -> list[int]:
        """The bytes, as integers."""
        found: list[int] = self._bytes().tolist()
        return found

    def untyped(self) -> UntypedStorage:
        """Itself."""
        return self

    def as_tensor(self) -> Tensor:
        """The bytes as a tensor on the same memory."""
        found: Tensor = self._flat().view(dtypes.uint8)
        return found

    def _bytes(self) -> Any:
        settle(self._storage)
        return self._storage.array.reshape(-1).view(np.uint8)

    def __len__(self) -> int:
        return self.nbytes()

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> UntypedStorage: ...
    def __getitem__(self, index: int | slice) -> int | UntypedStorage:
        """One byte, or bytes that follow each other as a storage on the same memory."""
        found = self._bytes()[index]
        if not isinstance(index, slice):
            return int(found)
        return UntypedStorage(Storage.of(found))

    def __setitem__(self, index: int | slice, value: int) -> None:
        self.as_tensor()[index] = value


class TypedStorage(_View):
    """The numbers in a tensor's memory."""

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return self._storage.type.dtype

    def size(self) -> int:
        """How many numbers there are."""
        return self._storage.type.numel

    def untyped(self) -> UntypedStorage:
        """The bytes."""
        return UntypedStorage(self._storage)

    def tolist(self) -> list[Any]:
        """The numbers."""
        found: list[Any] = self._flat().tolist()
        return found

    def __len__(self) -> int:
        return self.size()

    def __getitem__(self, index: int) -> Any:
        return self._flat()[index].item()

    def __setitem__(self, index: int, value: Any) -> None:
        self._flat()[index] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())


@method
def untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes of the memory that the tensor is a view of.

    >>> import graphnet as torch
    >>> x = torch.arange(6.0)
    >>> x[2:].untyped_storage().nbytes(), x[2:].untyped_storage() == x.untyped_storage()
    (24, True)
    """
    return UntypedStorage(self._storage)


@method
def storage(self: Tensor) -> TypedStorage:
    """The numbers in the memory that the tensor is a view of.

    >>> import graphnet as torch
    >>> torch.arange(3.0)[1:].storage().tolist()
    [0.0, 1.0, 2.0]
    """
    return TypedStorage(self._storage)


@method
def resize(self: Tensor, *sizes: Any) -> Tensor:
    """Another view of the elements, which must be as many: PyTorch's oldest reshape.

    Raises:
        ShapeError: (a RuntimeError) they would be more or fewer.
    """
    warnings.warn("non-inplace resize is deprecated", stacklevel=2)
    shape = integers("resize", "sizes", sizes)
    count = 1
    for size in shape:
        count *= size
    if count != self.numel():
        given, has = "x".join(map(str, shape)), "x".join(map(str, self.shape))
        raise ShapeError(
            f"requested resize to {given} ({count} elements in total), but the given tensor has a "
            f"size of {has} ({self.numel()} elements). autograd's resize can only change the "
            "shape of a given tensor, while preserving the number of elements. "
        )
    view: Tensor = self.view(shape)
    return view


@method
def resize_as(self: Tensor, tensor: Tensor) -> Tensor:
    """The same, in the shape of another tensor."""
    return resize(self, *tensor.shape)


@method
def reinforce(self: Tensor, reward: Any) -> NoReturn:
    """What policy gradients were computed with once.

    Raises:
        ScalarError: (a RuntimeError) always, as in PyTorch.
    """
    raise ScalarError(
        "reinforce() was removed. Use torch.distributions instead.",
        cure="loss = -torch.distributions.Categorical(probs).log_prob(action) * reward",
    )


def _of_sparse(name: str) -> Any:
    def refuse(self: Tensor) -> NoReturn:
        raise ShapeError(
            f"{name} expected sparse coordinate tensor layout but got Strided",
            cure="make it sparse first, with .to_sparse()",
        )

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Raises ShapeError (a RuntimeError): a dense tensor has no {name}."
    return refuse


method(_of_sparse("indices"))
method(_of_sparse("values"))


@method
def index(self: Tensor, positions: Any, dims: Any) -> NoReturn:
    """Bind positions to dimensions of functorch's ``dim`` package, which is not here.

    Raises:
        NotSupportedError: (a NotImplementedError) always.
    """
    raise NotSupportedError(
        "torch.Tensor.index: graphnet has no first-class dimensions", cure="index with []"
    )


# Facts that are the same for all tensors here.
for _fact, _value in (("name", None), ("is_nested", False)):
    setattr(Tensor, _fact, _value)
