"""Objects through a pipe between processes, the memory of arrays beside the pickle, not inside it.

Pickle's protocol 5 hands the arrays out separately, so they are neither copied into the pickle nor
read-only when they arrive.
"""

from __future__ import annotations

import pickle
import struct
from multiprocessing.connection import Connection
from typing import Any

_COUNT = struct.Struct("<I")
_SIZE = struct.Struct("<Q")

Frames = list[Any]


def encode(value: Any) -> Frames:
    """The frames to write for an object: a header with the pickle, then one for each array.

    The arrays are copied: whoever made them may go on and use their memory for something else.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    raw = [bytes(buffer.raw()) for buffer in buffers]
    header = _COUNT.pack(len(raw)) + b"".join(_SIZE.pack(len(part)) for part in raw)
    return [header + body, *raw]


def decode(frames: Frames) -> Any:
    """The object that :func:`encode` was given."""
    head, *buffers = frames
    (count,) = _COUNT.unpack_from(head)
    return pickle.loads(memoryview(head)[_COUNT.size + count * _SIZE.size :], buffers=buffers)


def write(connection: Connection, frames: Frames) -> None:
    """Send frames. Raises OSError when nobody reads the other end."""
    for frame in frames:
        if len(frame):
            connection.send_bytes(frame)


def read(connection: Connection) -> Frames:
    """Receive the frames of one object. Raises EOFError when the other end is closed."""
    head = connection.recv_bytes()
    (count,) = _COUNT.unpack_from(head)
    sizes = [_SIZE.unpack_from(head, _COUNT.size + i * _SIZE.size)[0] for i in range(count)]
    buffers = [bytearray(size) for size in sizes]
    for buffer in buffers:
        if buffer:
            connection.recv_bytes_into(buffer)
    return [head, *buffers]
