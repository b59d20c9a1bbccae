"""Fourier transforms: PyTorch's values, dtypes, gradients and refusals."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

X = np.random.default_rng(0).standard_normal((3, 4, 5))
Z = X + 1j * X[::-1]

ONE = ("fft", "ifft", "hfft", "irfft")
SEVERAL = ("fftn", "ifftn", "irfftn", "hfftn", "fft2", "ifft2", "irfft2", "hfft2")
OF_REAL = ("rfft", "ihfft")
SEVERAL_OF_REAL = ("rfftn", "ihfftn", "rfft2", "ihfft2")
NORMS = ("None", "'backward'", "'ortho'", "'forward'")


@pytest.mark.parametrize("name", ONE + OF_REAL)
@pytest.mark.parametrize("norm", NORMS)
def test_transforms_of_one_dimension(name: str, norm: str) -> None:
    for x in (X, X.astype(np.float32), np.arange(6), *([] if name in OF_REAL else [Z])):
        check(f"torch.fft.{name}(x, norm={norm})", x=x)
    for n, dim in ((3, 1), (7, -1), (1, 0)):
        check(f"torch.fft.{name}(x, {n}, {dim}, {norm})", x=X)


@pytest.mark.parametrize("name", SEVERAL + SEVERAL_OF_REAL)
@pytest.mark.parametrize("norm", NORMS)
def test_transforms_of_several_dimensions(name: str, norm: str) -> None:
    for x in (X, X.astype(np.float32), *([] if name in SEVERAL_OF_REAL else [Z])):
        check(f"torch.fft.{name}(x, norm={norm})", x=x)
    for s, dim in (((3, 6), (0, 1)), ((2, -1), (2, 1)), ((4, 3), (-1, -3))):
        check(f"torch.fft.{name}(x, {s}, {dim}, {norm})", x=X)
    check(f"torch.fft.{name}(x, s=(2, 7))", x=X)


@pytest.mark.parametrize("name", ONE + OF_REAL + SEVERAL + SEVERAL_OF_REAL)
@pytest.mark.parametrize("norm", NORMS[1:])
def test_gradients_of_transforms(name: str, norm: str) -> None:
    complex_result = name in OF_REAL + SEVERAL_OF_REAL or "fft" in name.removeprefix("i")[:3]
    call = f"torch.fft.{name}({{}}, norm={norm})"
    if name not in OF_REAL + SEVERAL_OF_REAL:
        call = call.format("torch.complex(x, y)")
    else:
        call = call.format("x * y")
    if complex_result and not name.startswith(("hfft", "irfft")):
        call = f"torch.view_as_real({call}.resolve_conj())"
    check_gradients(call, x=X[0], y=X[1])


@pytest.mark.parametrize(
    "code",
    lines(
        """
        torch.fft.fft(x, 0)
        torch.fft.fft(x, dim=3)
        torch.fft.fft(x[0, 0, 0])
        torch.fft.fft(x, norm='other')
        torch.fft.fft(x.half())
        torch.fft.fft([1.0])
        torch.fft.rfft(z)
        torch.fft.ihfft(z)
        torch.fft.irfft(x, 0)
        torch.fft.irfft(x[:, :, :1])
        torch.fft.fftn(x, (1, 2), (0,))
        torch.fft.fftn(x, dim=(0, 0))
        torch.fft.fftn(x, (2, 2, 2, 2))
        torch.fft.fftn(x, dim=())
        torch.fft.rfftn(x, dim=())
        torch.fft.irfftn(x, dim=())
        torch.fft.fftshift(x)
        torch.fft.fftshift(x, 1)
        torch.fft.ifftshift(x, (0, 2))
        torch.fft.ifftshift(x)
        torch.fft.fftfreq(5)
        torch.fft.fftfreq(6, 0.5)
        torch.fft.fftfreq(6, dtype=torch.float64)
        torch.fft.rfftfreq(5, 2.0)
        torch.fft.rfftfreq(6)
        """
    ),
)
def test_other_calls(code: str) -> None:
    check(code.strip(), x=X, z=Z)
