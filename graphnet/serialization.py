"""Saving and loading objects that hold tensors: ``torch.save`` and ``torch.load``."""

from __future__ import annotations

import io
import os
import pickle
import tempfile
from pathlib import Path
from typing import IO, Any

from graphnet.errors import GraphnetError

_MAGIC = b"graphnet checkpoint 1\n"


class CheckpointError(GraphnetError, RuntimeError):
    """A file that is no checkpoint, or a damaged one."""


def save(obj: Any, f: str | os.PathLike[str] | IO[bytes], **_: Any) -> None:
    """Write an object, tensors included, to a file or a binary stream.

    A file is written beside its place first and moved there when it is whole: if the disk is full
    or the program is stopped, what was there before stays.

    Source: PyTorch's page ``torch.save``.

    >>> import io, graphnet as torch
    >>> buffer = io.BytesIO()
    >>> torch.save({"x": torch.tensor([1.0])}, buffer)
    >>> _ = buffer.seek(0)
    >>> torch.load(buffer)
    {'x': tensor([1.])}
    """
    if not isinstance(f, (str, os.PathLike)):
        f.write(_MAGIC)
        pickle.dump(obj, f, protocol=pickle.HIGHEST_PROTOCOL)
        return
    target = Path(f)
    if not target.parent.is_dir():
        raise CheckpointError(
            f"Parent directory {target.parent} does not exist.", cure="make the folder first"
        )
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(_MAGIC)
            pickle.dump(obj, stream, protocol=pickle.HIGHEST_PROTOCOL)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool = False,
    **_: Any,
) -> Any:
    """Read back what :func:`save` wrote.

    Like every unpickling this runs code that the file names: load only what you trust.

    Source: PyTorch's page ``torch.load``.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is no checkpoint, or damaged.
    """
    if isinstance(f, (str, os.PathLike)):
        name, content = str(f), Path(f).read_bytes()
    else:
        name, content = getattr(f, "name", "the stream"), f.read()
    if not content.startswith(_MAGIC):
        raise CheckpointError(
            f"{name} is not a checkpoint of this package", cure="write it with graphnet.save(...)"
        )
    try:
        return pickle.load(io.BytesIO(content[len(_MAGIC) :]))  # noqa: S301  # see the docstring
    except (EOFError, pickle.UnpicklingError, AttributeError, ImportError, IndexError) as error:
        raise CheckpointError(f"{name} is damaged or from another version: {error}") from error
