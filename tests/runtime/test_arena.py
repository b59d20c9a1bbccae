"""The arena: memory that is used again, never by two values at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet import dtypes
from graphnet.ir.types import Shape, TensorType
from graphnet.runtime.arena import Arena, Buffer, Pool, _rounded
from tests.graphs import f32, f64

KINDS = st.builds(
    TensorType,
    st.sampled_from([dtypes.float32, dtypes.float64, dtypes.bool, dtypes.int64, dtypes.complex64]),
    st.lists(st.integers(0, 6), max_size=3).map(tuple),
)


def address(buffer: Buffer) -> int:
    return int(buffer.array.ctypes.data)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 4)], ids=str)
@pytest.mark.parametrize("dtype", [dtypes.float32, dtypes.bool, dtypes.complex128], ids=str)
def test_a_buffer_is_an_array_of_the_type(shape: Shape, dtype: dtypes.dtype) -> None:
    array = Arena().take(TensorType(dtype, shape)).array
    assert (array.shape, array.dtype) == (shape, dtype.numpy)
    assert array.flags.c_contiguous
    assert array.flags.writeable


def test_buffers_start_at_cache_lines() -> None:
    arena = Arena()
    taken = [arena.take(f32(length)) for length in (1, 17, 100, 3)]
    assert [address(buffer) % 64 for buffer in taken] == [0] * 4


def test_a_free_block_is_used_again() -> None:
    arena = Arena()
    first = arena.take(f64(100))
    arena.release(first)
    second = arena.take(f32(150))
    assert address(second) == address(first)
    assert arena.nbytes == 896


def test_a_block_that_is_taken_is_not() -> None:
    arena = Arena()
    first, second = arena.take(f64(100)), arena.take(f64(100))
    assert not np.shares_memory(first.array, second.array)
    arena.release(first)
    third = arena.take(f64(100))
    assert address(third) == address(first)
    assert not np.shares_memory(third.array, second.array)


def test_the_smallest_block_that_fits_is_taken() -> None:
    arena = Arena()
    blocks = [arena.take(f64(size)) for size in (200, 120, 160)]
    for block in blocks:
        arena.release(block)
    assert address(arena.take(f64(115))) == address(blocks[1])
    assert address(arena.take(f64(115))) == address(blocks[2])
    assert address(arena.take(f64(115))) == address(blocks[0])


def test_a_large_block_is_not_spent_on_a_small_value() -> None:
    arena = Arena()
    large = arena.take(f64(1000))
    arena.release(large)
    assert address(arena.take(f64(100))) != address(large)


@given(st.integers(0, 1 << 40))
def test_a_block_is_at_most_a_quarter_too_large(nbytes: int) -> None:
    size = _rounded(nbytes)
    assert size % 64 == 0
    assert nbytes <= size < max(64, nbytes) * 1.25 + 64


def test_plans_share_blocks_as_long_as_arrays_lie_in_them() -> None:
    pool = Pool()
    array = Arena(pool).take(f64(100)).array  # all that a plan keeps
    assert np.shares_memory(Arena(pool).take(f64(100)).array, array)
    del array
    assert not pool.blocks()


def test_growing_shapes_share_blocks() -> None:
    pool = Pool()
    arrays = [Arena(pool).take(f32(size)).array for size in range(64, 2049)]
    assert sum(block.nbytes for block in pool.blocks()) < 8 * arrays[-1].nbytes


@given(st.lists(st.tuples(KINDS, st.integers(0, 3)), max_size=30))
def test_buffers_in_use_never_overlap(steps: list[tuple[TensorType, int]]) -> None:
    """Buffers are taken, and some of those in use given back, in any order."""
    arena = Arena()
    used: list[Buffer] = []
    for kind, back in steps:
        new = arena.take(kind)
        assert not any(np.shares_memory(new.block, other.block) for other in used)
        assert new.block.nbytes >= kind.nbytes
        used.append(new)
        for _ in range(min(back, len(used))):
            arena.release(used.pop(0))
    assert sum(buffer.block.nbytes for buffer in used) <= arena.nbytes
