"""The IDX format: arrays in files, as MNIST is published.

Two zero bytes, one byte for the element type, one for the number of dimensions, each dimension as a
big-endian 32-bit number, then the elements, big-endian, last dimension fastest. Files may be
gzipped. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from graphnet.errors import GraphnetError
from graphnet.files import atomic_write

_TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_CODES = {kind.newbyteorder("="): code for code, kind in _TYPES.items()}
_GZIP_MAGIC = b"\x1f\x8b"


class IdxError(GraphnetError, ValueError):
    """A file that is not IDX, or not all of it, or an array IDX has no type for."""


def parse_idx(data: bytes, name: str = "data") -> np.ndarray[Any, Any]:
    """The array that the bytes of an IDX file hold, in this machine's byte order and writable.

    ``name`` is what an error calls it. Raises ValueError for bytes that are not IDX, end too soon,
    or go on after the array.

    >>> import numpy as np
    >>> from graphnet.vision.datasets.idx import dump_idx, parse_idx
    >>> parse_idx(dump_idx(np.arange(6, dtype=np.int16).reshape(2, 3)))
    array([[0, 1, 2],
           [3, 4, 5]], dtype=int16)
    """
    if len(data) < 4:
        raise IdxError(f"{name} is truncated: an IDX file has at least 4 bytes, this {len(data)}")
    zeros, code, dimensions = struct.unpack_from(">HBB", data)
    if zeros or code not in _TYPES:
        raise IdxError(
            f"{name} is not an IDX file: it begins with the bytes {data[:4].hex(' ')}",
            cure="an IDX file begins with 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and the number "
            "of dimensions",
        )
    start = 4 + 4 * dimensions
    if len(data) < start:
        raise IdxError(f"{name} is truncated: it ends inside its header of {start} bytes")
    shape = struct.unpack_from(f">{dimensions}I", data, 4)
    kind = _TYPES[code]
    wanted = start + math.prod(shape) * kind.itemsize
    if len(data) != wanted:
        how = "is truncated" if len(data) < wanted else "has trailing bytes"
        raise IdxError(
            f"{name} {how}: {kind.newbyteorder('=').name} of shape {shape} takes {wanted} bytes, "
            f"the file has {len(data)}",
            cure="get the file again",
        )
    elements = np.frombuffer(data, dtype=kind, offset=start)
    return elements.astype(kind.newbyteorder("=")).reshape(shape)


def dump_idx(array: np.ndarray[Any, Any]) -> bytes:
    """The bytes of an IDX file with this array. Raises ValueError for a type IDX doesn't have."""
    native = array.dtype.newbyteorder("=")
    if native not in _CODES:
        raise IdxError(
            f"IDX has no type for {array.dtype} elements",
            cure="convert to one of " + ", ".join(kind.name for kind in _CODES),
        )
    if array.ndim > 255:
        raise IdxError(f"IDX has room for 255 dimensions, the array has {array.ndim}")
    code = _CODES[native]
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(_TYPES[code]).tobytes()


def read_bytes(path: str | Path) -> bytes:
    """The contents of a file, unpacked when it is gzipped (by what it holds, not by its name).

    Raises ValueError when the gzip data is damaged or ends too soon.
    """
    raw = Path(path).read_bytes()
    if not raw.startswith(_GZIP_MAGIC):
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise IdxError(f"{path} is a damaged or truncated gzip file: {error}") from error


def read_idx(path: str | Path) -> np.ndarray[Any, Any]:
    """The array in an IDX file, gzipped or not. Raises as :func:`parse_idx` does."""
    return parse_idx(read_bytes(path), str(path))


def write_idx(path: str | Path, array: np.ndarray[Any, Any]) -> None:
    """Write an array as an IDX file, gzipped when the name ends in ``.gz``.

    The file appears complete or not at all. Raises as :func:`dump_idx` does.
    """
    data = dump_idx(array)
    with atomic_write(path) as file:
        # No time stamp inside, so that the same array gives the same file.
        file.write(gzip.compress(data, mtime=0) if str(path).endswith(".gz") else data)
