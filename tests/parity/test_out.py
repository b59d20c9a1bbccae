"""``out=``: what is written into tensors that are there already, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

import graphnet
from tests.parity.expressions import check, lines

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

WRITES = """
torch.cat([x, x], out=torch.zeros(0))
torch.cat([x, x], out=torch.zeros(4, 3, dtype=torch.float64))
torch.stack([x, x], 1, out=torch.zeros(2, 2, 3))
torch.sum(x, 0, out=torch.zeros(3, dtype=torch.float64))
torch.sum(x, axis=1, out=torch.zeros(2))
torch.arange(5, out=torch.zeros(5))
torch.zeros(2, out=torch.ones(2))
torch.mm(x, x.T, out=torch.zeros(2, 2))
torch.linalg.norm(x, out=torch.zeros(()))
torch.special.entr(x.abs(), out=torch.zeros(2, 3))
torch.fft.fft(x, out=torch.zeros(2, 3, dtype=torch.complex64))
torch.cumsum(x, 0, out=torch.zeros(1))
torch.topk(x, 2, out=(torch.zeros(2, 2), torch.zeros(2, 2, dtype=torch.int64)))[1]
torch.add(x, x, alpha=2, out=torch.zeros(0))
torch.add(x, 1, out=x)
torch.mul(x, 2, out=x[:])
torch.exp(x, out=torch.zeros(2, 3, dtype=torch.float64))
torch.exp(x, out=x)
torch.matmul(x, x.T, out=torch.zeros(2, 2))
torch.pow(x, 2, out=torch.zeros(7))
torch.div(x, 2, rounding_mode="floor", out=torch.zeros(2, 3))
torch.clamp(x, 0, 1, out=x)
torch.where(x > 0, x, -x, out=x)
torch.eq(x, 3, out=torch.zeros(2, 3))
torch.logical_not(x, out=torch.zeros(2, 3, dtype=torch.int8))
torch.frexp(x, out=(torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.int32)))[0]
torch.softmax(x, 1, out=x)
torch.cumsum(x, 0, out=x)
torch.igamma(x.abs(), x.abs(), out=torch.zeros(2, 3, dtype=torch.float64))
"""

REFUSALS = """
torch.mm(x, x.T, out=torch.zeros(2, 2, dtype=torch.float64))
torch.gather(x, 1, i, out=x[:, :2])
torch.gather(x, 1, i, out=x[:1])
torch.take(x, i, out=x[0])
torch.cat([x.requires_grad_(), x], out=torch.zeros(4, 3))
torch.mm(x, x.T, out=torch.zeros(2, 2, requires_grad=True))
torch.zeros(2, out=torch.ones(2), dtype=torch.int32)
torch.cat([x, x], out=3)
torch.topk(x, 2, out=torch.zeros(2, 2))
torch.add(x, x, out=torch.zeros(2, 3, dtype=torch.int64))
torch.add(x.view(-1)[:4], 1, out=x.view(-1)[2:])
torch.exp(x, out=torch.zeros(3).expand(2, 3))
torch.exp(x.requires_grad_(), out=torch.zeros(2, 3))
torch.matmul(x, x.T, out=torch.zeros(2, 2, dtype=torch.float64))
torch.abs(x, out=torch.zeros(2, 3, dtype=torch.float64))
torch.isneginf(x, out=torch.zeros(2, 3))
torch.exp(x, x)
torch.mul(x, out=x)
torch.relu(x, out=x)
x.exp(out=x)
"""


@pytest.mark.parametrize("code", lines(WRITES, REFUSALS))
def test_out(code: str) -> None:
    x = np.float32([[0.5, 1.5, -2.0], [3.0, 0.25, 1.0]])
    check(code, x=x, i=np.array([[0, 2], [1, 1]]))


def test_what_comes_back_is_the_tensor_that_was_given() -> None:
    batch = graphnet.zeros(2, 2)
    row = batch[0]
    assert graphnet.stack([graphnet.ones(2)] * 2, out=batch) is batch
    assert row.tolist() == [1.0, 1.0]
    values, indices = graphnet.zeros(2), graphnet.zeros(2, dtype=graphnet.int64)
    found = graphnet.max(batch, 0, out=(values, indices))
    assert found.values is values
    assert found.indices is indices


def test_in_place_methods_are_functions_of_torch() -> None:
    missing = [
        name
        for name in dir(torch)
        if name.endswith("_") and name[0] != "_" and hasattr(graphnet.Tensor, name)
        if not hasattr(graphnet, name)
    ]
    assert not missing
    x = graphnet.zeros(3)
    assert graphnet.exp_(x) is x
    assert graphnet.clamp_(x, 2).tolist() == [2.0] * 3
