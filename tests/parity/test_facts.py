"""Facts about tensors, and Python functions applied to each element."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines

CODE = """
torch.detach(x)
torch.get_device(x), x.get_device()
torch.is_signed(x), x.to(torch.uint8).is_signed()
torch.is_same_size(x, x.T), x.is_same_size(x + 1)
x.is_set_to(x[:]), x.is_set_to(x[0]), x.is_set_to(x.clone()), x.is_set_to(x.view(2, 3))
torch.typename(x), torch.typename(x.long()), torch.typename(3), torch.typename("a")
torch.detach(3)
x.apply_(lambda v: v * 2 + 1)
x.long().apply_(lambda v: v * 1.7)
x.T.apply_(lambda v: -v)
x[:, 1:].apply_(lambda v: 0)
x.map_(x + 1, lambda a, b: a * b)
x.map_(torch.ones(3), lambda a, b: a + b)
x.map2_(x, x, lambda a, b, c: a + b * c)
x.map_(torch.ones(2, 4), lambda a, b: a + b)
x.requires_grad_().apply_(lambda v: v)
x.apply_(3)
"""


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("code", lines(CODE))
def test_line(code: str) -> None:
    check(code, x=np.arange(6, dtype=np.float32).reshape(2, 3))
