"""Scratch memory is used again, never by two at a time, and bounded."""

import threading

import numpy as np

from graphnet.ops import workspace as module
from graphnet.ops.workspace import Workspace

FLOAT = np.dtype(np.float32)


def test_the_second_time_it_is_the_same_memory():
    workspace = Workspace()
    addresses = []
    for _ in range(3):
        with workspace:
            addresses.append(workspace.take((4, 5), FLOAT).ctypes.data)
    assert addresses[1] == addresses[2]


def test_arrays_of_one_block_do_not_overlap():
    workspace = Workspace()
    for _ in range(2):
        with workspace:
            first, second = workspace.take((3,), FLOAT), workspace.zeros((2, 3), np.dtype(np.int8))
            assert not np.shares_memory(first, second)
            assert not second.any()
            with workspace:
                assert not np.shares_memory(first, workspace.take((7,), FLOAT))


def test_what_an_inner_block_took_is_free_after_it():
    workspace = Workspace()
    for _ in range(2):
        with workspace:
            with workspace:
                inner = workspace.take((8,), FLOAT)
            outer = workspace.take((8,), FLOAT)
    assert np.shares_memory(inner, outer)


def test_arrays_are_aligned():
    workspace = Workspace()
    for _ in range(2):
        with workspace:
            arrays = [workspace.take((n,), np.dtype(np.int8)) for n in (1, 65, 3)]
    assert [array.ctypes.data % 64 for array in arrays] == [0, 0, 0]


def test_threads_have_memory_of_their_own():
    workspace = Workspace()
    taken = []

    def work():
        for _ in range(2):
            with workspace:
                array = workspace.take((16,), FLOAT)
        taken.append(array)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not np.shares_memory(*taken)


def test_no_more_than_the_limit_is_kept(monkeypatch):
    monkeypatch.setattr(module, "_LIMIT", 256)
    workspace = Workspace()
    for _ in range(3):
        with workspace:
            small, large = workspace.take((16,), FLOAT), workspace.take((1000,), FLOAT)
            large.fill(1)
    assert small.base is not None
    assert large.base is None


def test_an_error_gives_the_memory_back():
    workspace = Workspace()
    addresses = []
    for _ in range(3):
        try:
            with workspace:
                addresses.append(workspace.take((4,), FLOAT).ctypes.data)
                raise KeyError
        except KeyError:
            pass
    assert addresses[1] == addresses[2]
