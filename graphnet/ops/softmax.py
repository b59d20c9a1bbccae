"""Softmax and its logarithm along one dimension."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.math import Exp
from graphnet.ops.reduce import Sum

Array = npt.NDArray[Any]

_LARGE: Final = 16.0
"""Up to here exponentials are far from overflowing, in any number that fits into memory."""

_SMALL: Final = 1e-4
"""Down to here a sum of exponentials is far from where numbers lose precision."""


@lru_cache(maxsize=64)
def _ones(count: int, dtype: np.dtype[Any]) -> Array:
    return np.ones((count, 1), dtype)


class _AlongDim(Op):
    """A function of each line along ``dim`` as a whole."""

    family_traits = frozenset({Trait.AXES})
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
        """Compute into ``out``, an array of the shape and dtype of ``x``.

        Subtracting each line's greatest element keeps the exponential from overflowing and
        changes nothing else. To find it costs more than all the rest, so where no element is large
        and no line's sum small, as usual in a network, it is not done.
        """
        if not x.ndim:
            out, x = out.reshape(1), x.reshape(1)
        if x.max() <= _LARGE:
            powers = np.exp(x, out=self.powers(out))
            total = self._total(powers)
            if total.min() >= _SMALL:
                self.finish(out, x, powers, total)
                return
        np.subtract(x, self.greatest(x), out=out)
        powers = np.exp(out, out=self.powers(out))
        self.finish(out, out, powers, self._total(powers))

    def greatest(self, x: Array) -> Array:
        """What is subtracted from each line: its greatest element."""
        found: Array = np.maximum.reduce(x, axis=self.dim, keepdims=True)
        return found

    def _total(self, powers: Array) -> Array:
        total: Array
        if self.dim == powers.ndim - 1:
            # A product with ones is a sum for which there is a fast kernel.
            total = np.matmul(powers, _ones(powers.shape[-1], powers.dtype))
        else:
            total = np.add.reduce(powers, axis=self.dim, keepdims=True)
        return total

    @abstractmethod
    def powers(self, out: Array) -> Array:
        """Where to put the exponentials."""

    @abstractmethod
    def finish(self, out: Array, x: Array, powers: Array, total: Array) -> None:
        """The result, from what is exponentiated, its exponentials and their sums."""


@op("softmax")
class Softmax(_AlongDim):
    """``exp(x) / sum(exp(x))`` along ``dim``. Source: PyTorch's page ``Softmax``."""

    dim: int

    def powers(self, out: Array) -> Array:
        return out

    def finish(self, out: Array, x: Array, powers: Array, total: Array) -> None:
        np.divide(powers, total, out=out)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``out * (g - sum(g * out))``."""
        scaled = g * out
        return (scaled - out * Sum((self.dim,) if x.shape else (), True)(scaled),)


@op("safe_softmax")
class SafeSoftmax(Softmax):
    """The softmax, and 0 in place of NaN where all elements of a line are ``-inf``.

    That is what attention wants of a query that may attend to nothing.
    """

    def greatest(self, x: Array) -> Array:
        found = super().greatest(x)
        return np.where(np.isneginf(found), 0, found)

    def finish(self, out: Array, x: Array, powers: Array, total: Array) -> None:
        super().finish(out, x, powers, np.where(np.equal(total, 0), 1, total))


@op("log_softmax")
class LogSoftmax(_AlongDim):
    """``x - log(sum(exp(x)))`` along ``dim``. Source: PyTorch's page ``LogSoftmax``."""

    dim: int

    def powers(self, out: Array) -> Array:
        return np.empty_like(out)

    def finish(self, out: Array, x: Array, powers: Array, total: Array) -> None:
        np.subtract(x, np.log(total, out=total), out=out)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``g - softmax(x) * sum(g)``."""
        return (g - Exp()(out) * Sum((self.dim,) if x.shape else (), True)(g),)
