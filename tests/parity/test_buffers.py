"""Tensors on the memory of Python's objects, and matrices of powers."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import graphnet
from tests.parity.expressions import check, lines

BUFFERS = """
torch.frombuffer(bytearray(b"12345678"), dtype=torch.int32)
torch.frombuffer(b"12345678", dtype=torch.int16)
torch.frombuffer(bytearray(8), dtype=torch.float32, count=1, offset=4)
torch.frombuffer(bytearray(8), dtype=torch.float32, count=1, offset=3)
torch.frombuffer(bytearray(8), dtype=torch.float32, count=-3)
torch.frombuffer(np.arange(4.0), dtype=torch.float64)
torch.frombuffer(memoryview(bytearray(8)), dtype=torch.bool)
torch.frombuffer(bytearray(8), dtype=torch.float32, requires_grad=True).requires_grad
torch.frombuffer(bytearray(7), dtype=torch.float32)
torch.frombuffer(bytearray(8), dtype=torch.float32, count=3)
torch.frombuffer(bytearray(8), dtype=torch.float32, offset=8)
torch.frombuffer(bytearray(8), dtype=torch.float32, offset=-1)
torch.frombuffer(bytearray(0), dtype=torch.float32)
torch.frombuffer(bytearray(8), dtype=torch.float32, count=0)
torch.frombuffer(3, dtype=torch.int32)
torch.frombuffer(bytearray(8))
"""

POWERS = """
torch.vander(x)
torch.vander(x, 2)
torch.vander(x, N=4, increasing=True)
torch.vander(x, 0)
torch.vander(x, 1)
torch.vander(x > 1)
torch.vander(x.long())
torch.vander(x[:0], 2)
torch.vander(x.reshape(3, 1))
torch.vander(x, -1)
"""


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("code", lines(BUFFERS, POWERS))
def test_line(code: str) -> None:
    check(code, x=np.float32([1.5, 2.0, 3.0]))


def test_the_memory_is_shared() -> None:
    memory = bytearray(4)
    seen = graphnet.frombuffer(memory, dtype=graphnet.uint8)
    seen[1] = 7
    assert seen.tolist() == list(memory) == [0, 7, 0, 0]
    memory[2] = 5
    assert seen.tolist() == [0, 7, 5, 0]


def test_memory_that_cannot_be_written_to_warns() -> None:
    with pytest.warns(UserWarning, match="not writable"):
        graphnet.frombuffer(b"12", dtype=graphnet.uint8)
