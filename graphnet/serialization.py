"""Saving and loading objects that hold tensors: ``torch.save`` and ``torch.load``.

A saved object is a magic line, the length and the checksum of what follows, and a pickle. So a file
that was cut short or damaged is recognised before anything in it is believed.
"""

from __future__ import annotations

import io
import os
import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from graphnet.errors import GraphnetError
from graphnet.files import atomic_write
from graphnet.safe_globals import *  # noqa: F403
from graphnet.safe_globals import WeightsUnpickler

MAP_LOCATION = Callable[[Any, str], Any] | str | dict[str, str] | None
"""What ``map_location`` may be, for annotations."""

#: The protocol of pickles, unless another is asked for.
DEFAULT_PROTOCOL = 2

_MAGIC = b"graphnet checkpoint 1\n"
_ZIP = b"PK\x03\x04"  # what files of PyTorch's begin with
_FACTS = struct.Struct("<QI")  # length and checksum of the content
_HEADER_BYTES = _FACTS.size + 4  # ... and a checksum of these: a wrong length must not be believed


class CheckpointError(GraphnetError, RuntimeError):
    """A file that cannot be written, is no checkpoint, or is damaged."""


def save(
    obj: Any,
    f: str | os.PathLike[str] | IO[bytes],
    pickle_module: Any = pickle,
    pickle_protocol: int = DEFAULT_PROTOCOL,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Write an object, tensors included, to a file or a binary stream.

    Tensors that share memory do so when they are loaded again. A file is written beside its place
    first and moved there when it is whole: if the disk is full or the program is stopped, what was
    there before stays. Options of PyTorch's that concern its own format are accepted.

    Source: PyTorch's page ``torch.save``.

    Raises:
        RuntimeError: the file cannot be written.
        AttributeError: ``f`` is neither a path nor a stream.
        TypeError, pickle.PicklingError: there is something in the object that cannot be saved.

    >>> import io, graphnet as torch
    >>> buffer = io.BytesIO()
    >>> torch.save({"x": torch.tensor([1.0])}, buffer)
    >>> _ = buffer.seek(0)
    >>> torch.load(buffer)
    {'x': tensor([1.])}
    """
    if not isinstance(f, (str, os.PathLike)):
        if not hasattr(f, "write"):
            raise AttributeError(
                "expected 'f' to be string, path, or a file-like object with a 'write' attribute, "
                f"not {type(f).__name__}"
            )
        _write(obj, f)
        return
    target = Path(f)
    if not target.parent.is_dir():
        raise CheckpointError(
            f"Parent directory {target.parent} does not exist.", cure="make the folder first"
        )
    try:
        with atomic_write(target) as file:
            _write(obj, file)
    except OSError as error:
        kept = "; what was there before is unchanged" if target.is_file() else ""
        raise CheckpointError(
            f"cannot write {target}: {error.strerror or error}{kept}",
            cure="make room on the disk, or write to another folder",
        ) from error


def _write(obj: Any, stream: IO[bytes]) -> None:
    content = pickle.dumps(obj, protocol=pickle.HIGHEST_PROTOCOL)
    facts = _FACTS.pack(len(content), zlib.crc32(content))
    stream.write(_MAGIC + facts + zlib.crc32(facts).to_bytes(4, "little"))
    stream.write(content)


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read back what :func:`save` wrote, of a stream the next object in it; or what PyTorch wrote.

    Unless told otherwise it reads tensors, Python's containers and numbers, and objects of classes
    that were allowed by :func:`add_safe_globals`. With ``weights_only=False``, or a
    ``pickle_module``, it runs whatever code the file names: do so only with what you trust.
    ``map_location`` and the options that concern PyTorch's own format are accepted.

    Source: PyTorch's page ``torch.load``.

    Raises:
        FileNotFoundError: there is no such file.
        EOFError: it is empty.
        UnsafeCheckpointError: (a pickle.UnpicklingError) there are other objects in it.
        RuntimeError: it is no checkpoint, or damaged.

    >>> import io, graphnet as torch
    >>> buffer = io.BytesIO()
    >>> torch.save(torch.nn.Linear(2, 1), buffer)
    >>> _ = buffer.seek(0)
    >>> torch.load(buffer, weights_only=False)
    Linear(in_features=2, out_features=1, bias=True)
    """
    if weights_only and pickle_module is not None:
        raise CheckpointError(
            "Can not safely load weights when explicit pickle_module is specified",
            cure="leave out pickle_module, or give weights_only=False",
        )
    if weights_only is None:
        weights_only = pickle_module is None
    if not isinstance(f, (str, os.PathLike)):
        return _read(f, str(getattr(f, "name", "the stream")), weights_only, pickle_module)
    with Path(f).open("rb") as stream:
        return _read(stream, str(f), weights_only, pickle_module)


def _read(stream: IO[bytes], name: str, weights_only: bool, pickle_module: Any) -> Any:
    start = stream.read(len(_MAGIC))
    if not start:
        raise EOFError(f"{name} is empty: there is no checkpoint in it")
    if start.startswith(_ZIP):
        from graphnet import torch_archive  # with it come zipfile and the compressors

        return torch_archive.read(io.BytesIO(start + stream.read()), name, weights_only)
    if start != _MAGIC[: len(start)]:
        raise CheckpointError(
            f"{name} is not a checkpoint of this package", cure="write it with graphnet.save(...)"
        )
    header = stream.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        raise CheckpointError(f"{name} is truncated: it ends inside its header")
    facts, guard = header[: _FACTS.size], header[_FACTS.size :]
    if zlib.crc32(facts).to_bytes(4, "little") != guard:
        raise CheckpointError(f"{name} is damaged: the checksum of its header is wrong")
    length, checksum = _FACTS.unpack(facts)
    content = stream.read(length)
    if len(content) < length:
        raise CheckpointError(
            f"{name} is truncated: it should have {length} bytes of content, it has {len(content)}"
        )
    if zlib.crc32(content) != checksum:
        raise CheckpointError(f"{name} is damaged: its checksum is wrong")
    unpickler = WeightsUnpickler if weights_only else (pickle_module or pickle).Unpickler
    try:
        return unpickler(io.BytesIO(content)).load()
    except (AttributeError, ImportError) as error:
        raise CheckpointError(
            f"{name} holds an object of a class that is not there: {error}",
            cure="define or import the class under the name it was saved with",
        ) from error
