"""Activations made of straight pieces, and the exponential linear unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet import dtypes
from graphnet.errors import DtypeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.arithmetic import Minimum
from graphnet.ops.compare import Where
from graphnet.ops.dtype_rules import is_integral, require_float
from graphnet.ops.elementwise import Elementwise, is_half
from graphnet.ops.masking import keep
from graphnet.ops.math import Exp

Array = npt.NDArray[Any]


class Activation(Elementwise):
    """A function of the elements of operand 0, a floating-point tensor; the others are numbers."""

    def operand_dtypes(self, *operands: TensorType) -> None:
        """The numbers adapt to the tensor; nothing is cast."""

    def infer(self, *operands: TensorType) -> TensorType:
        """The type stays.

        Raises:
            UnsupportedDtypeError: the tensor is not floating point.
        """
        require_float(self.name, operands[:1])
        return TensorType(operands[0].dtype, operands[0].shape)


def _require_numbers(name: str, x: TensorType, refusal: str) -> None:
    """Raise DtypeError for booleans: unlike for most functions, no NotImplementedError."""
    if x.dtype is dtypes.bool:
        raise DtypeError(f"{name}: {refusal}", cure="cast first, as in `x.float()`")


_ZEROS = 1 << 15


def _rectify(out: Array, x: Array, zeros: Array) -> None:
    """The greater of ``x`` and zero; numpy compares with an array three times as fast as with 0."""
    if x.size <= _ZEROS:
        np.maximum(x, zeros[: x.size].reshape(x.shape), out=out)
    elif x.flags.c_contiguous and out.flags.c_contiguous:
        line, result = x.reshape(-1), out.reshape(-1)
        for start in range(0, x.size, _ZEROS):
            block = line[start : start + _ZEROS]
            np.maximum(block, zeros[: block.size], out=result[start : start + _ZEROS])
    else:
        np.maximum(x, zeros[0], out=out)


@op("relu")
class Relu(Elementwise):
    """``max(x, 0)``. Source: PyTorch's page ``ReLU``."""

    def infer(self, *operands: TensorType) -> TensorType:
        """The type stays.

        Raises:
            DtypeError: the tensor is boolean.
        """
        _require_numbers(self.name, operands[0], "Boolean inputs not supported for relu")
        return super().infer(*operands)

    @staticmethod
    def ufunc(x: Any) -> Any:
        """The greater of ``x`` and zero."""
        x = np.asarray(x)
        out = np.empty(x.shape, x.dtype)
        _rectify(out, x, np.zeros(_ZEROS, x.dtype))
        return out[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The same, into ``out``."""
        zeros = np.zeros(_ZEROS, result.dtype.numpy)
        return lambda out, x: _rectify(out, x, zeros)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Where the result is positive."""
        return (ReluGrad()(g, out),)


@op("relu_grad")
class ReluGrad(Elementwise):
    """``g`` where ``out``, the result of relu, is not 0; else 0."""

    @staticmethod
    def ufunc(g: Any, out: Any) -> Any:
        """A NaN is not 0: its gradient passes, as in PyTorch."""
        return keep(np.not_equal(out, 0), np.asarray(g))[()]

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The same, into ``out``."""
        zero = np.zeros((), result.dtype.numpy)
        return lambda result, g, out: keep(np.not_equal(out, zero), g, result)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """Linear in ``g``; where relu is positive changes nothing."""
        return ReluGrad()(g, operands[1]), None


@op("leaky_relu")
class LeakyRelu(Activation):
    """``x`` where positive, else ``slope * x``. Source: PyTorch's page ``LeakyReLU``."""

    @staticmethod
    def ufunc(x: Any, slope: Any) -> Any:
        """The greater of the two lines, or the smaller where the slope is above 1."""
        return np.maximum(x, x * slope) if slope <= 1 else np.minimum(x, x * slope)

    def vjp(self, g: Value, out: Value, x: Value, slope: Value) -> Sequence[Value | None]:
        """1 or the slope."""
        return Where()(x > 0, g, g * slope), None


@op("elu")
class Elu(Activation):
    """``scale * x`` where positive, else ``scale * alpha * (exp(inner * x) - 1)``.

    Operands after ``x`` are the numbers ``alpha``, ``scale`` and ``inner``; ``selu`` and ``celu``
    are of this form too. Source: Clevert et al. 2015, "Fast and accurate deep network learning by
    exponential linear units".
    """

    @staticmethod
    def ufunc(x: Any, alpha: Any, scale: Any, inner: Any) -> Any:
        """Each side is 0 on the other, so that they may be added."""
        zero = np.zeros((), np.asarray(x).dtype)
        negative = np.expm1(np.minimum(x, zero) * inner)
        negative *= alpha * scale
        return np.maximum(x, zero) * scale + negative

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """``scale``, or ``scale * alpha * inner * exp(inner * x)``."""
        x, alpha, scale, inner = operands
        falling = Exp()(Minimum()(x, 0) * inner) * (alpha * scale * inner)
        return Where()(x > 0, g * scale, g * falling), None, None, None


@op("hardtanh")
class Hardtanh(Activation):
    """``x`` kept within ``low`` and ``high``. Source: PyTorch's page ``Hardtanh``."""

    @staticmethod
    def ufunc(x: Any, low: Any, high: Any) -> Any:
        """``np.clip``; integers have whole bounds.

        Raises:
            DtypeError: a negative bound for numbers that cannot be negative.
        """
        kind = np.result_type(x).kind
        if kind in "iu":
            low, high = int(low), int(high)
        if kind == "u" and min(low, high) < 0:
            raise DtypeError(
                f"hardtanh: cannot do hardtanh on an unsigned type with negative limits, got "
                f"{low} and {high}",
                cure="cast first, as in `x.int()`",
            )
        return np.clip(x, low, high)

    def infer(self, *operands: TensorType) -> TensorType:
        """The type stays, an integer one too.

        Raises:
            DtypeError: the tensor is boolean.
        """
        _require_numbers(self.name, operands[0], "Bool inputs not supported for hardtanh")
        return TensorType(operands[0].dtype, operands[0].shape)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """``np.clip`` with ``out=``."""
        if is_integral(result.dtype) or is_half(result.dtype):
            return None
        return lambda out, x, low, high: np.clip(x, low, high, out=out)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """Strictly between the bounds."""
        x, low, high = operands
        return Where()((x > low) & (x < high), g, 0), None, None


@op("hardsigmoid")
class Hardsigmoid(Activation):
    """``x / 6 + 1/2`` kept within 0 and 1. Source: PyTorch's page ``Hardsigmoid``."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """Shifted, clipped, scaled."""
        return np.clip(x + 3, 0, 6) / 6

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """1/6 strictly between -3 and 3."""
        return (Where()((x > -3) & (x < 3), g / 6, 0),)


@op("hardswish")
class Hardswish(Activation):
    """``x * hardsigmoid(x)``. Source: Howard et al. 2019, "Searching for MobileNetV3"."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """Shifted, clipped, scaled by ``x``."""
        return np.clip(x + 3, 0, 6) * x / 6

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """0, ``x / 3 + 1/2`` and 1 on the three pieces."""
        return (Where()(x <= -3, 0, Where()(x < 3, g * (x / 3 + 0.5), g)),)
