"""Activations built on the exponential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.activation import Activation
from graphnet.ops.compare import Where
from graphnet.ops.elementwise import FloatElementwise, is_half
from graphnet.ops.math import Tanh
from graphnet.ops.self_gated import SelfGated


def _sigmoid(x: Any, out: Any = None) -> Any:
    """``1 / (1 + exp(-x))``; where the exponential overflows the result is 0, as it should be."""
    result = np.exp(np.negative(x, out=out), out=out)
    result += 1
    return np.reciprocal(result, out=out)


@op("sigmoid")
class Sigmoid(FloatElementwise):
    """The logistic function ``1 / (1 + exp(-x))``. Source: PyTorch's page ``torch.sigmoid``."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """By ``exp``."""
        return _sigmoid(x)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, in ``out`` throughout."""
        return None if is_half(result.dtype) else lambda out, x: _sigmoid(x, out)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``out * (1 - out)``."""
        return (g * (1 - out) * out,)


def _log_sigmoid(x: Any) -> Any:
    """``log(sigmoid(x))`` without overflow: ``min(x, 0) - log(1 + exp(-abs(x)))``."""
    tail = np.log1p(np.exp(-np.absolute(x)))
    return np.minimum(x, np.zeros((), np.asarray(x).dtype)) - tail


@op("log_sigmoid")
class LogSigmoid(Activation):
    """The logarithm of the logistic function. Source: PyTorch's page ``LogSigmoid``."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """Without overflow."""
        return _log_sigmoid(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``sigmoid(-x)``."""
        return (g * Sigmoid()(-x),)


@op("silu", Trait.LEADING, Trait.ORDERED)
class Silu(SelfGated):
    """``x * sigmoid(x)``, also known as swish. Source: PyTorch's page ``SiLU``."""

    def shares(self, out: Any, x: Any) -> None:
        """The logistic function."""
        _sigmoid(x, out)

    def slope(self, x: Value, share: Value) -> Value:
        """That of the logistic function."""
        slope: Value = share * (1 - share)
        return slope


@op("softplus")
class Softplus(Activation):
    """``log(1 + exp(beta * x)) / beta``, and ``x`` itself where ``beta * x > threshold``.

    Operands after ``x`` are the numbers ``beta`` and ``threshold``. Source: PyTorch's page
    ``Softplus``.
    """

    @staticmethod
    def ufunc(x: Any, beta: Any, threshold: Any) -> Any:
        """The exponential's argument is never positive, so that it does not overflow."""
        scaled = x * beta
        smooth = np.log1p(np.exp(-np.absolute(scaled)))
        smooth += np.maximum(scaled, np.zeros((), np.asarray(scaled).dtype))
        smooth /= beta
        return np.where(scaled > threshold, x, smooth)[()]

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """``sigmoid(beta * x)``, or 1 beyond the threshold."""
        x, beta, threshold = operands
        scaled = x * beta
        return Where()(scaled > threshold, g, g * Sigmoid()(scaled)), None, None


@op("mish")
class Mish(Activation):
    """``x * tanh(softplus(x))``. Source: Misra 2019, "Mish: a self regularized activation"."""

    @staticmethod
    def ufunc(x: Any) -> Any:
        """``tanh(log(u))`` is a quotient, but overflows; the logarithm does not."""
        return x * np.tanh(-_log_sigmoid(-x))

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``t + x * sigmoid(x) * (1 - t**2)`` with ``t = tanh(softplus(x))``."""
        t = Tanh()(-LogSigmoid()(-x))
        return (g * (t + x * Sigmoid()(x) * (1 - t * t)),)
