"""Discrete Fourier transforms, by numpy's pocketfft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np

from graphnet import dtypes
from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Equal, Where
from graphnet.ops.complex import Conj, Real
from graphnet.ops.convert import Cast
from graphnet.ops.create import Arange, Full
from graphnet.ops.elementwise import float_dtype
from graphnet.ops.parts import SliceScatter
from graphnet.ops.shape import Reshape
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

Norm = Literal["backward", "ortho", "forward"]
"""Where the factor ``1/n`` goes: to the inverse transform, half to each, or to the other."""

OPPOSITE: Final[dict[Norm, Norm]] = {
    "backward": "forward",
    "ortho": "ortho",
    "forward": "backward",
}
"""The norm with which the inverse transform is scaled as the transform is, and vice versa."""


class FourierTransform(Op):
    """A discrete Fourier transform. Half precision is refused, as PyTorch does on the CPU."""

    @staticmethod
    def floating(dtype: dtypes.dtype) -> dtypes.dtype:
        """The dtype that operands of ``dtype`` are computed in; integers become the default one.

        Raises:
            DtypeError: half precision.
        """
        if dtype.itemsize == 2 and dtype.is_floating_point:
            raise DtypeError(
                f"fft: Unsupported dtype {SCALAR_TYPE_NAMES[dtype]}",
                cure="cast first, as in `x.float()`",
            )
        return float_dtype(dtype)


@op("fft", Trait.AXES)
class Fft(FourierTransform):
    """The transform of complex numbers over dimensions, or the inverse one."""

    grad_name = "FftC2CBackward0"

    dims: tuple[int, ...]
    inverse: bool
    norm: Norm

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Real numbers become complex."""
        return [self.floating(x.dtype).to_complex()]

    def infer(self, x: TensorType) -> TensorType:
        """The shape stays."""
        return TensorType(self.floating(x.dtype).to_complex(), x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.fft.fftn`` or ``np.fft.ifftn``."""
        if not x.size or not self.dims:
            return np.array(x)
        transform = np.fft.ifftn if self.inverse else np.fft.fftn
        return transform(x, axes=self.dims, norm=self.norm)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The matrix of the transform is symmetric: the same transform again."""
        return (Fft(self.dims, self.inverse, self.norm)(g),)


@op("rfft", Trait.AXES)
class Rfft(FourierTransform):
    """The half of a transform of real numbers that determines the other half."""

    grad_name = "FftR2CBackward0"

    dim: int
    norm: Norm

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Integers become floating point."""
        return [self.floating(x.dtype)]

    def infer(self, x: TensorType) -> TensorType:
        """``n // 2 + 1`` of ``n`` elements.

        Raises:
            DtypeError: the numbers are complex.
        """
        if x.dtype.is_complex:
            raise DtypeError(
                f"rfft: Expected a real input tensor to FFT, but got {SCALAR_TYPE_NAMES[x.dtype]}",
                cure="take torch.fft.fft",
            )
        half = x.shape[self.dim] // 2 + 1
        shape = (*x.shape[: self.dim], half, *x.shape[self.dim + 1 :])
        return TensorType(self.floating(x.dtype).to_complex(), shape)

    def kernel(self, x: Any) -> Any:
        """``np.fft.rfft``."""
        if not x.size:
            shape = self.infer(TensorType(dtypes.float64, x.shape)).shape
            return np.zeros(shape, np.result_type(x, np.complex64))
        return np.fft.rfft(x, axis=self.dim, norm=self.norm)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The transform of what arrives at the half that is there."""
        wide = SliceScatter(self.dim, x.shape[self.dim])(g, 0)
        return (Real()(Fft((self.dim,), False, self.norm)(wide)),)


@op("irfft", Trait.AXES)
class Irfft(FourierTransform):
    """The real numbers whose transform has this half; ``n`` of them."""

    grad_name = "FftC2RBackward0"

    dim: int
    n: int
    norm: Norm

    def operand_dtypes(self, x: TensorType) -> Sequence[dtypes.dtype | None]:
        """Real numbers become complex."""
        return [self.floating(x.dtype).to_complex()]

    def infer(self, x: TensorType) -> TensorType:
        """``n`` numbers."""
        shape = (*x.shape[: self.dim], self.n, *x.shape[self.dim + 1 :])
        return TensorType(self.floating(x.dtype).to_real(), shape)

    def kernel(self, x: Any) -> Any:
        """``np.fft.irfft``."""
        if not x.size:
            shape = (*x.shape[: self.dim], self.n, *x.shape[self.dim + 1 :])
            return np.zeros(shape, x.real.dtype)
        return np.fft.irfft(x, self.n, axis=self.dim, norm=self.norm)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The conjugate of the transform, twice where the other half mirrors the element."""
        half = Conj()(Rfft(self.dim, OPPOSITE[self.norm])(g))
        size = x.shape[self.dim]
        places = Arange(size, dtypes.int64)(0, 1)
        alone = Equal()(places, 0)
        if self.n % 2 == 0:
            alone = alone | Equal()(places, self.n // 2)
        two = Full((size,), g.dtype)(2)
        weights = Reshape((size, *[1] * (x.ndim - 1 - self.dim)))(Where()(alone, 1, two))
        return (half * Cast(half.dtype)(weights),)
