"""Tensors made of numbers alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphnet.dtypes import dtype as DType
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType


@op("full", Trait.NOT_DIFFERENTIABLE)
class Full(Op):
    """One number, everywhere."""

    shape: Shape
    dtype: DType

    def infer(self, value: TensorType) -> TensorType:
        """As given."""
        return TensorType(self.dtype, self.shape)

    def kernel(self, value: Any) -> Any:
        """``np.full``."""
        return np.full(self.shape, value, self.dtype.numpy)


@op("arange", Trait.NOT_DIFFERENTIABLE)
class Arange(Op):
    """``length`` numbers from ``start`` on, ``step`` apart."""

    length: int
    dtype: DType

    def infer(self, start: TensorType, step: TensorType) -> TensorType:
        """A vector."""
        return TensorType(self.dtype, (self.length,))

    def kernel(self, start: Any, step: Any) -> Any:
        """Computed as ``start + i * step`` in double precision or exact integers."""
        return (start + np.arange(self.length) * step).astype(self.dtype.numpy)


@op("eye", Trait.NOT_DIFFERENTIABLE)
class Eye(Op):
    """Ones on the diagonal of a matrix, zeros elsewhere."""

    rows: int
    columns: int
    dtype: DType

    def infer(self) -> TensorType:
        """A matrix."""
        return TensorType(self.dtype, (self.rows, self.columns))

    def kernel(self) -> Any:
        """``np.eye``."""
        return np.eye(self.rows, self.columns, dtype=self.dtype.numpy)
