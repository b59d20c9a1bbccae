"""Activations that let through a share of each element, which depends on the element."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op
from graphnet.ir.types import TensorType
from graphnet.ops.blocks import blocks
from graphnet.ops.dtype_rules import require_float

Array = npt.NDArray[Any]


class SelfGated(Op):
    """``x * share(x)``, and the share, from which the gradient is two passes away."""

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """The type stays.

        Raises:
            UnsupportedDtypeError: the operand is not floating point.
        """
        require_float(self.name, [x])
        kept = TensorType(x.dtype, x.shape)
        return kept, kept

    def kernel(self, x: Any) -> Any:
        """Half precision is computed in single."""
        x = np.asarray(x)
        wide = x if x.dtype.itemsize > 2 else x.astype(np.float32)
        outs = np.empty(x.shape, wide.dtype), np.empty(x.shape, wide.dtype)
        self._compute(outs, wide)
        return tuple(out.astype(x.dtype, copy=False) for out in outs)

    def into_all(
        self, operands: Sequence[TensorType], results: Sequence[TensorType]
    ) -> Kernel | None:
        """The same, into memory that is there; not in half precision."""
        return None if results[0].dtype.itemsize <= 2 else self._compute

    def _compute(self, outs: Sequence[Array], x: Array) -> None:
        out, share, source = (array.reshape(-1) for array in (*outs, x))
        for block in blocks(source.size):
            self.shares(share[block], source[block])
            np.multiply(source[block], share[block], out=out[block])

    @abstractmethod
    def shares(self, out: Array, x: Array) -> None:
        """The share for each element of a block."""

    @abstractmethod
    def slope(self, x: Value, share: Value) -> Value:
        """The derivative of the share."""

    def pull_back(self, g: Value, x: Value, share: Value) -> Value:
        """``g`` times the derivative of ``x * share``."""
        gradient: Value = g * (share + x * self.slope(x, share))
        return gradient

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """By the product rule; the share is a result as well."""
        (x,) = operands
        parts = [] if g[0] is None else [self.pull_back(g[0], x, out[1])]
        if g[1] is not None:
            parts.append(g[1] * self.slope(x, out[1]))
        return (sum(parts[1:], parts[0]),)
