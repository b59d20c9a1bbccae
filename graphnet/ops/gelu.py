"""GELU: each element times the share of a normal distribution that lies below it.

Source: Hendrycks and Gimpel 2016, "Gaussian error linear units (GELUs)".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.blocks import blocks
from graphnet.ops.dtype_rules import FloatOnlyElementwise
from graphnet.ops.error_function import error_function
from graphnet.ops.math import Exp
from graphnet.ops.self_gated import SelfGated

Array = npt.NDArray[Any]

_SQRT_HALF: Final = math.sqrt(0.5)
_DENSITY_AT_0: Final = 1 / math.sqrt(2 * math.pi)
_TANH_SCALE: Final = math.sqrt(2 / math.pi)
_TANH_CUBE: Final = 0.044715


@op("gelu", Trait.LEADING, Trait.ORDERED)
class Gelu(SelfGated):
    """The share is that of the normal distribution: ``(1 + erf(x / sqrt(2))) / 2``."""

    grad_name = "GeluBackward0"

    def shares(self, out: Array, x: Array) -> None:
        found = error_function(x, _SQRT_HALF)
        found *= 0.5
        np.add(found, 0.5, out=out)

    def slope(self, x: Value, share: Value) -> Value:
        """The density."""
        density: Value = Exp()(x * x * -0.5) * _DENSITY_AT_0
        return density

    def pull_back(self, g: Value, x: Value, share: Value) -> Value:
        """In one step."""
        gradient: Value = GeluGrad()(g, x, share)
        return gradient


@op("gelu_grad")
class GeluGrad(FloatOnlyElementwise):
    """``g * (share + x * density(x))``, of the normal distribution."""

    @staticmethod
    def ufunc(g: Any, x: Any, share: Any) -> Any:
        """Operands broadcast."""
        return (_density(np.asarray(x)) * x + share) * g

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """Block by block, where nothing broadcasts."""
        return _gelu_grad_into if all(operand == result for operand in operands) else None

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The derivative of ``x * density(x)`` is ``density(x) * (1 - x**2)``."""
        before, x, share = operands
        square = x * x
        bend = Exp()(square * -0.5) * (1 - square) * _DENSITY_AT_0
        return GeluGrad()(g, x, share), g * before * bend, g * before


def _density(x: Array) -> Array:
    """Of the normal distribution."""
    found: Array = np.multiply(x, x)
    found *= -0.5
    found = np.exp(found)
    found *= _DENSITY_AT_0
    return found


def _gelu_grad_into(out: Array, *operands: Array) -> None:
    target = out.reshape(-1)
    before, source, shares = (operand.reshape(-1) for operand in operands)
    for block in blocks(target.size):
        slope = _density(source[block])
        slope *= source[block]
        slope += shares[block]
        np.multiply(slope, before[block], out=target[block])


@op("gelu_tanh", Trait.LEADING, Trait.ORDERED)
class GeluTanh(SelfGated):
    """The share is ``(1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2``, rougher and faster."""

    grad_name = "GeluBackward0"  # in PyTorch both forms are one function

    def shares(self, out: Array, x: Array) -> None:
        inner = np.multiply(x, x)
        inner *= _TANH_CUBE * _TANH_SCALE
        inner += _TANH_SCALE
        inner *= x
        np.tanh(inner, out=inner)
        inner *= 0.5
        np.add(inner, 0.5, out=out)

    def slope(self, x: Value, share: Value) -> Value:
        """By the share: ``2 * share * (1 - share)`` is half the derivative of ``tanh``."""
        inner = x * x * (6 * _TANH_CUBE * _TANH_SCALE) + 2 * _TANH_SCALE
        slope: Value = inner * share * (1 - share)
        return slope
