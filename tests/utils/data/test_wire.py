"""Objects through pipes: what arrives is what was sent, and arrays can be written to."""

from __future__ import annotations

from multiprocessing import Pipe
from typing import Any

import numpy as np
import pytest

from graphnet.utils.data.wire import decode, encode, read, write


def sent(value: Any) -> Any:
    reader, writer = Pipe(duplex=False)
    with reader, writer:
        write(writer, encode(value))
        return decode(read(reader))


@pytest.mark.parametrize("value", [None, 3, "text", [1, {"a": (2,)}]])
def test_plain_objects(value: Any) -> None:
    assert sent(value) == value


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (4, 5)])
def test_arrays_arrive_writable(shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    arrived, text, other = sent([array, "text", array.astype(np.int8)])
    np.testing.assert_array_equal(arrived, array)
    np.testing.assert_array_equal(other, array.astype(np.int8))
    assert (arrived.flags.writeable, arrived.dtype, text) == (True, np.float32, "text")


def test_arrays_in_any_order() -> None:
    array = np.arange(12).reshape(3, 4)
    for view in (array.T, array[:, ::2], array[::-1]):
        np.testing.assert_array_equal(sent(view), view)


def test_the_memory_of_an_array_is_not_in_the_pickle() -> None:
    head, body = encode(np.zeros(10_000))
    assert (len(head) < 500, len(body)) == (True, 80_000)


def test_what_is_encoded_does_not_change_any_more() -> None:
    array = np.zeros(3)
    frames = encode(array)
    array += 1
    assert decode(frames).tolist() == [0, 0, 0]


def test_a_closed_pipe() -> None:
    reader, writer = Pipe(duplex=False)
    writer.close()
    with reader, pytest.raises(EOFError):
        read(reader)
