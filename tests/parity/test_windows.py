"""Windows: PyTorch's values, dtypes, signatures and refusals."""

from __future__ import annotations

import inspect

import pytest

pytest.importorskip("torch")

import torch

import graphnet
from tests.parity.expressions import check, lines

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

WINDOWS = {
    "bartlett": "",
    "blackman": "",
    "cosine": "",
    "exponential": ", tau=2.5",
    "gaussian": ", std=1.7",
    "general_cosine": ", a=[0.4, 0.3, 0.2, 0.1]",
    "general_hamming": ", alpha=0.6",
    "hamming": "",
    "hann": "",
    "kaiser": ", beta=8.5",
    "nuttall": "",
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows(name: str) -> None:
    for length in (0, 1, 2, 5, 8):
        for options in ("", ", sym=False", ", dtype=torch.float64"):
            check(f"torch.signal.windows.{name}({length}{WINDOWS[name]}{options})")
    ours = inspect.signature(getattr(graphnet.signal.windows, name))
    theirs = inspect.signature(getattr(torch.signal.windows, name))
    assert list(ours.parameters) == list(theirs.parameters)


@pytest.mark.parametrize(
    "code",
    lines(
        """
        torch.signal.windows.hann(-1)
        torch.signal.windows.hann(4, dtype=torch.int64)
        torch.signal.windows.hann(4, dtype=torch.float16)
        torch.signal.windows.gaussian(5, std=0.0)
        torch.signal.windows.kaiser(5, beta=-1)
        torch.signal.windows.exponential(5, tau=0)
        torch.signal.windows.exponential(5, center=1.0)
        torch.signal.windows.exponential(5, center=1.0, sym=False)
        torch.signal.windows.general_cosine(5, a=[])
        torch.signal.windows.hann(3, requires_grad=True).requires_grad
        torch.hann_window(5)
        torch.hann_window(5, False)
        torch.hann_window(1)
        torch.hann_window(0)
        torch.hann_window(-1)
        torch.hann_window(5, dtype=torch.int64)
        torch.hann_window(5, dtype=torch.float64)
        torch.hamming_window(5)
        torch.hamming_window(5, True, 0.5, 0.4)
        torch.blackman_window(5)
        torch.bartlett_window(5, False)
        torch.kaiser_window(5, True, 7.0)
        """
    ),
)
def test_calls(code: str) -> None:
    check(code.strip())
