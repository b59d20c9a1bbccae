"""Calls in the form of early versions, which PyTorch still takes, with a warning."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import graphnet
from graphnet.functions import early_forms
from tests.parity.expressions import check, lines

CALLS = """
x.add(2, x)
x.add_(0.5, x)
torch.add(x, 2, x)
torch.add(x, 2, x, out=torch.zeros(3))
x.add(2, 3)
x.sub(2, x)
x.sub_(2, x)
torch.sub(x, 2, x)
x.addcmul(2, x, x)
x.addcmul_(-1, x, x)
torch.addcdiv(x, 2, x, x)
x.mul_(0.9).addcdiv_(-0.1, x, x)
x.add(x, x, x)
x.add(x, 2)
x.addcmul(x, x, 2)
"""


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("code", lines(CALLS))
def test_call(code: str) -> None:
    check(code, x=np.float32([1.5, -2.0, 3.0]))


def test_the_first_such_call_warns() -> None:
    early_forms._warned.clear()
    x = graphnet.ones(2)
    with pytest.warns(UserWarning, match=r"add_?\(Number alpha, Tensor other\)"):
        x.add_(2, x)
