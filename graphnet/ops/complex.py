"""Complex numbers: made of two real ones, and taken apart.

Gradient rules of all operations are written as transposes of derivatives, without conjugation, so
that one formula holds for real and complex operands; :mod:`graphnet.ops.chain_rule` turns gradients
into that form and back. With ``dL = Re(sum(g * dz))`` the rules below follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import FloatOnlyElementwise
from graphnet.ops.elementwise import Elementwise
from graphnet.ops.shape import Transpose


@op("complex")
class Complex(FloatOnlyElementwise):
    """``x + iy`` of two real numbers."""

    def result_dtype(self, compute_dtype: dtypes.dtype) -> dtypes.dtype:
        """Complex, of the parts' precision."""
        return compute_dtype.to_complex()

    @staticmethod
    def ufunc(x: Any, y: Any) -> Any:
        """Both parts are written: a product with ``1j`` would lose infinities and signs of 0."""
        real = np.result_type(x, y)
        made = np.empty(np.broadcast_shapes(np.shape(x), np.shape(y)), _COMPLEX.get(real, "D"))
        made.real, made.imag = x, y
        return made[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """Both parts, written in place."""

        def write(out: Any, x: Any, y: Any) -> None:
            out.real = x
            out.imag = y

        return write

    def vjp(self, g: Value, out: Value, x: Value, y: Value) -> Sequence[Value]:
        """The real part, and minus the imaginary one."""
        return Real()(g), -Imag()(g)


_COMPLEX = {np.dtype(np.float32): np.complex64, np.dtype(np.float16): np.complex64}


class _Part(Elementwise):
    """A real number out of a complex one."""

    def result_dtype(self, compute_dtype: dtypes.dtype) -> dtypes.dtype:
        """The dtype of the parts."""
        return compute_dtype.to_real()


@op("real")
class Real(_Part):
    """The real part."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """A copy of it."""
        return np.array(np.real(x))[()]

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The gradient, as a complex number."""
        return (Complex()(g, 0.0),)


@op("imag")
class Imag(_Part):
    """The imaginary part."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """A copy of it."""
        return np.array(np.imag(x))[()]

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-i g``."""
        return (Complex()(0.0, -g),)


@op("conj")
class Conj(Elementwise):
    """The complex conjugate."""

    ufunc = np.conjugate

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The conjugate."""
        return (Conj()(g),)


def conjugate(x: Value) -> Value:
    """The conjugate of what may be complex."""
    conjugated: Value = Conj()(x) if x.dtype.is_complex else x
    return conjugated


def adjoint(x: Value) -> Value:
    """The conjugate of the transpose of matrices."""
    turned: Value = Transpose(x.ndim - 2, x.ndim - 1)(x)
    return conjugate(turned)
