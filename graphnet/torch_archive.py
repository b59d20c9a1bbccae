"""Reads the files that PyTorch's ``torch.save`` writes.

Such a file is a zip archive: ``data.pkl`` holds the objects, where a tensor names the memory it
lies in; each memory is a member ``data/<key>``. What PyTorch calls by the names of its own modules
stands for what this package has under these names.

Source: PyTorch's note "Serialization semantics", section "Serialized file format for torch.save".
"""

from __future__ import annotations

import importlib
import io
import pickle
import sys
import zipfile
from collections.abc import Callable
from typing import IO, Any, Final

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor, _rebuild
from graphnet.devices import device
from graphnet.errors import GraphnetError
from graphnet.ir.types import Size, contiguous_strides
from graphnet.runtime.storage import Storage
from graphnet.safe_globals import WeightsUnpickler

_STORAGES: Final = {
    "FloatStorage": dtypes.float32,
    "DoubleStorage": dtypes.float64,
    "HalfStorage": dtypes.float16,
    "BFloat16Storage": dtypes.bfloat16,
    "LongStorage": dtypes.int64,
    "IntStorage": dtypes.int32,
    "ShortStorage": dtypes.int16,
    "CharStorage": dtypes.int8,
    "ByteStorage": dtypes.uint8,
    "BoolStorage": dtypes.bool,
    "ComplexFloatStorage": dtypes.complex64,
    "ComplexDoubleStorage": dtypes.complex128,
}


class ArchiveError(GraphnetError, RuntimeError):
    """A zip archive that is no checkpoint, is damaged, or holds what is not here."""


def read(stream: IO[bytes], name: str, weights_only: bool) -> Any:
    """The object in an archive.

    Raises:
        ArchiveError: (a RuntimeError) it is none of PyTorch's, or names what is not here.
        UnsafeCheckpointError: (a pickle.UnpicklingError) it names what was not allowed.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except zipfile.BadZipFile as error:
        raise ArchiveError(f"{name} is damaged: {error}") from error
    pickled = next((each for each in archive.namelist() if each.endswith("/data.pkl")), None)
    if pickled is None:
        raise ArchiveError(f"{name} is a zip archive, but not one that torch.save wrote")
    kind = _WeightsOnly if weights_only else _Everything
    return kind(archive, pickled.removesuffix("data.pkl")).load()


def counterpart(module_name: str, global_name: str) -> Any:
    """What has a name of PyTorch's here, in the module so named or in a package around it.

    Raises:
        ArchiveError: nothing has.
    """
    place = module_name.replace("torch", "graphnet", 1)
    while place:
        try:
            return getattr(importlib.import_module(place), global_name)
        except (ImportError, AttributeError):
            place = place.rpartition(".")[0]
    raise ArchiveError(
        f"the file holds a {module_name}.{global_name}, which is not here",
        cure="save the state_dict() of a module instead of the module",
    )


class _Memory:
    """The memory that tensors lie in, with the shape of the first that fills it."""

    def __init__(self, flat: np.ndarray[Any, Any]) -> None:
        self.flat = flat
        self._storage: Storage | None = None

    def tensor(
        self, offset: int, size: tuple[int, ...], stride: tuple[int, ...], requires_grad: bool
    ) -> Any:
        """A tensor over this memory."""
        shape = tuple(size)
        fills = offset == 0 and stride == contiguous_strides(shape)
        fills = fills and int(np.prod(shape)) == self.flat.size
        if self._storage is None:
            self._storage = Storage.of(self.flat.reshape(shape) if fills else self.flat)
        whole = fills and self._storage.type.shape == shape
        return _rebuild(Tensor, self._storage, offset, shape, tuple(stride), whole, requires_grad)


class _Archive(pickle.Unpickler):
    """Finds memories in an archive, and what PyTorch's names stand for."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{folder}data.pkl")))
        self._archive = archive
        self._folder = folder
        self._memories: dict[str, _Memory] = {}
        order = f"{folder}byteorder"
        written = archive.read(order).decode() if order in archive.namelist() else "little"
        self._swapped = written != sys.byteorder

    def persistent_load(self, pid: Any) -> _Memory:
        """The memory that a tensor names."""
        _, kind, key, _, count = pid
        if key not in self._memories:
            content = self._archive.read(f"{self._folder}data/{key}")
            flat = np.frombuffer(bytearray(content), kind.numpy, count)
            self._memories[key] = _Memory(flat.byteswap() if self._swapped else flat)
        return self._memories[key]

    def find_class(self, module_name: str, global_name: str) -> Any:
        """What a name of PyTorch's stands for; other names stand for themselves."""
        made = _MAKERS.get(f"{module_name}.{global_name}")
        if made is not None:
            return made
        if module_name in ("torch", "torch.storage") and global_name in _STORAGES:
            return _STORAGES[global_name]
        if module_name.partition(".")[0] != "torch":
            return super().find_class(module_name, global_name)
        return self._of_torch(module_name, global_name)

    def _of_torch(self, module_name: str, global_name: str) -> Any:
        return counterpart(module_name, global_name)


class _Everything(_Archive):
    """Makes whatever the file names: for files that are trusted."""


class _WeightsOnly(_Archive, WeightsUnpickler):
    """Makes tensors, containers, and what was allowed."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(archive, folder)
        self._note_allowed()

    def _of_torch(self, module_name: str, global_name: str) -> Any:
        if module_name == "torch" and isinstance(getattr(dtypes, global_name, None), dtypes.dtype):
            return getattr(dtypes, global_name)
        return WeightsUnpickler.find_class(self, module_name, global_name)


def _tensor(
    memory: _Memory,
    offset: int,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    requires_grad: bool,
    hooks: Any = None,
    metadata: Any = None,
) -> Any:
    return memory.tensor(offset, size, stride, requires_grad)


def _parameter(
    data: Tensor, requires_grad: bool, hooks: Any = None, state: dict[str, Any] | None = None
) -> Any:
    parameter = counterpart("torch.nn.parameter", "Parameter")(data, requires_grad)
    parameter.__dict__.update(state or {})
    return parameter


_MAKERS: Final[dict[str, Callable[..., Any]]] = {
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch.Size": Size,
    "torch.device": device,
}


class PyTorchFileReader:
    """The records of a file that PyTorch saved.

    Args:
        name: the file.
    """

    def __init__(self, name: Any) -> None:
        self._archive = zipfile.ZipFile(name)
        # All lie in one folder, whose name is the file's.
        self._folder = self._archive.namelist()[0].partition("/")[0]

    def get_record(self, name: str) -> bytes:
        """The bytes of a record."""
        return self._archive.read(f"{self._folder}/{name}")

    def has_record(self, name: str) -> bool:
        """Whether there is one of that name."""
        return f"{self._folder}/{name}" in self._archive.namelist()

    def get_all_records(self) -> list[str]:
        """The names of all."""
        return [name.partition("/")[2] for name in self._archive.namelist()]
