"""Softmax and its logarithm along one dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.math import Exp
from graphnet.ops.reduce import Sum

Array = npt.NDArray[Any]


class _AlongDim(Op):
    """A function of each line along ``dim`` as a whole."""

    dim: int

    def infer(self, x: TensorType) -> TensorType:
        """The type stays.

        Raises:
            UnsupportedDtypeError: the operand is not floating point.
        """
        require_float(self.name, [x])
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """Half precision is computed in single."""
        x = np.asarray(x)
        if not x.size:
            return np.empty_like(x)
        wide = x if x.dtype.itemsize > 2 else x.astype(np.float32)
        out = np.empty(x.shape, wide.dtype)
        self.compute(out, wide)
        return out if wide is x else out.astype(x.dtype)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """Into ``out``, unless there is nothing or it is half precision."""
        if result.dtype.itemsize <= 2 or not result.numel:
            return None
        return self.compute

    def compute(self, out: Array, x: Array) -> None:
        """Compute into ``out``, an array of the shape and dtype of ``x``."""
        raise NotImplementedError

    def _shift(self, out: Array, x: Array) -> tuple[Array, Array]:
        """``x`` minus its greatest element along the dimension, in ``out``, which is returned.

        A 0-dimensional tensor counts as having one dimension.
        """
        if not x.ndim:
            out, x = out.reshape(1), x.reshape(1)
        np.subtract(x, np.maximum.reduce(x, axis=self.dim, keepdims=True), out=out)
        return out, x


@op("softmax")
class Softmax(_AlongDim):
    """``exp(x) / sum(exp(x))`` along ``dim``. Source: PyTorch's page ``Softmax``."""

    dim: int

    def compute(self, out: Array, x: Array) -> None:
        """The greatest element is subtracted first: nothing overflows, nothing else changes."""
        out, x = self._shift(out, x)
        np.exp(out, out=out)
        out /= np.add.reduce(out, axis=self.dim, keepdims=True)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``out * (g - sum(g * out))``."""
        scaled = g * out
        return (scaled - out * Sum((self.dim,) if x.shape else (), True)(scaled),)


@op("log_softmax")
class LogSoftmax(_AlongDim):
    """``x - log(sum(exp(x)))`` along ``dim``. Source: PyTorch's page ``LogSoftmax``."""

    dim: int

    def compute(self, out: Array, x: Array) -> None:
        """The greatest element is subtracted first: nothing overflows, nothing else changes."""
        out, x = self._shift(out, x)
        total = np.add.reduce(np.exp(out), axis=self.dim, keepdims=True)
        out -= np.log(total, out=total)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``g - softmax(x) * sum(g)``."""
        return (g - Exp()(out) * Sum((self.dim,) if x.shape else (), True)(g),)
