"""Functions of real numbers refuse complex ones when they are called, as PyTorch's do."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

import graphnet
from tests.parity.expressions import lines, outcome, same

OF_ONE = """
ceil floor frac round trunc sign signbit erf erfc erfinv lgamma digamma i0 amax amin max min aminmax
median sort  argmax argmin
"""

OF_TWO = """
floor_divide fmod remainder atan2 copysign hypot nextafter maximum minimum fmax fmin heaviside lt le
gt ge igamma logaddexp2 xlogy clamp_min clamp_max searchsorted bucketize
"""

CALLS = """
c // c
c % 2
c < 1
torch.div(c, c, rounding_mode="floor")
torch.div(c, c, rounding_mode="trunc")
torch.clamp(c, 0, 1)
c.max(0)
c.argmax(0)
c.cummax(0)
c.sort()
c.kthvalue(1)
torch.float_power(c, 2)
torch.float_power(c, c)
torch.masked_select(c, 2)
torch.take(c, 2)
torch.ones(2, 3).norm(dim=torch.tensor(1))
torch.ones(2, 3).norm(dim=torch.tensor([1]))
"""


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize(
    "code",
    [
        *(f"torch.{name}(c)" for name in OF_ONE.split()),
        *(f"torch.{name}(c, c)" for name in OF_TWO.split()),
        *lines(CALLS),
    ],
)
def test_call(code: str) -> None:
    array = np.complex64([1 + 2j, 3 - 1j])
    ours, theirs = (
        outcome(code, module, {"c": module.from_numpy(array.copy())})
        for module in (graphnet, torch)
    )
    if isinstance(theirs, Exception):  # ours may be a NotImplementedError, which is a RuntimeError
        kind = next(kind for kind in type(theirs).__mro__ if kind.__module__ == "builtins")
        assert isinstance(ours, kind), f"{code}: {ours!r} instead of {theirs!r}"
    else:
        assert same(ours, theirs)
