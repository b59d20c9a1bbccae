"""The IDX format: what is written is read, and what is not IDX is told apart."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from graphnet.files import atomic_write
from graphnet.vision.datasets.idx import dump_idx, parse_idx, read_idx, write_idx

TYPES = [np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64]


@given(
    st.sampled_from(TYPES).flatmap(
        lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
    )
)
def test_what_is_dumped_is_parsed(array: np.ndarray) -> None:
    parsed = parse_idx(dump_idx(array))
    assert (parsed.dtype, parsed.shape, parsed.dtype.isnative) == (array.dtype, array.shape, True)
    np.testing.assert_array_equal(parsed, array)
    assert parsed.flags.writeable


def test_the_bytes_are_those_of_the_format() -> None:
    array = np.array([[1, 2, 3], [4, 5, -2]], dtype=np.int16)
    assert dump_idx(array).hex(" ", 2) == (
        "0000 0b02 0000 0002 0000 0003 0001 0002 0003 0004 0005 fffe"
    )


def test_any_byte_order_and_layout_is_written_the_same() -> None:
    array = np.arange(6, dtype=np.int32).reshape(2, 3)
    assert dump_idx(array.astype(">i4")) == dump_idx(array)
    assert dump_idx(np.asfortranarray(array)) == dump_idx(array)


@pytest.mark.parametrize("name", ["data-idx1-ubyte", "data-idx1-ubyte.gz"])
def test_files(tmp_path: Path, name: str) -> None:
    array = np.arange(100, dtype=np.uint8)
    write_idx(tmp_path / name, array)
    np.testing.assert_array_equal(read_idx(tmp_path / name), array)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    packed = (tmp_path / name).read_bytes().startswith(b"\x1f\x8b")
    assert packed == name.endswith(".gz")


def test_gzip_is_known_by_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(gzip.compress(dump_idx(np.arange(3, dtype=np.uint8))))
    assert read_idx(path).tolist() == [0, 1, 2]


GOOD = dump_idx(np.arange(6, dtype=np.int16).reshape(2, 3))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is truncated: an IDX file has at least 4 bytes, this 0"),
        (GOOD[:3], "is truncated"),
        (GOOD[:7], "is truncated: it ends inside its header of 12 bytes"),
        (GOOD[:-1], r"is truncated: int16 of shape \(2, 3\) takes 24 bytes, the file has 23"),
        (GOOD + b"\0", r"has trailing bytes: int16 of shape \(2, 3\) takes 24 bytes"),
        (b"<!DOCTYPE html>", "is not an IDX file: it begins with the bytes 3c 21 44 4f"),
        (b"\0\0\x0a\1\0\0\0\0", "is not an IDX file"),
        (b"\0\1\x08\1\0\0\0\0", "is not an IDX file"),
    ],
)
def test_what_is_not_idx(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "broken"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f"broken {message}"):
        read_idx(path)


@given(st.binary(max_size=40))
def test_any_bytes_are_idx_or_a_value_error(data: bytes) -> None:
    try:
        parsed = parse_idx(data)
    except ValueError:
        return
    assert dump_idx(parsed) == data


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_gzip(tmp_path: Path, damage: str) -> None:
    packed = gzip.compress(dump_idx(np.arange(200, dtype=np.uint8)))
    path = tmp_path / "file.gz"
    if damage == "cut":
        path.write_bytes(packed[:-20])
    else:
        path.write_bytes(packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:])
    with pytest.raises(ValueError, match=r"file.gz is a damaged or truncated gzip file"):
        read_idx(path)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.uint16, "U3"])
def test_types_idx_does_not_have(tmp_path: Path, dtype: str) -> None:
    with pytest.raises(ValueError, match="IDX has no type for"):
        write_idx(tmp_path / "file", np.zeros(2, dtype=dtype))
    assert not list(tmp_path.iterdir())


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "nothing")


def write_half(path: Path) -> None:
    with atomic_write(path) as file:
        file.write(b"ne")
        raise OSError("disk full")


class TestAtomicWrite:
    def test_an_exception_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"old")
        with pytest.raises(OSError, match="disk full"):
            write_half(path)
        assert path.read_bytes() == b"old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["file"]

    def test_the_new_file_replaces_the_old(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"old")
        with atomic_write(path) as file:
            file.write(b"new")
            assert path.read_bytes() == b"old"
        assert path.read_bytes() == b"new"
