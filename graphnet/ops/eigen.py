"""Eigenvalues of matrices that need not be symmetric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Where
from graphnet.ops.complex import Conj, Real
from graphnet.ops.create import Eye
from graphnet.ops.linalg import LinalgSolve, MatrixOp
from graphnet.ops.matmul import transposed
from graphnet.ops.parts import Diagonal
from graphnet.ops.shape import Reshape


@op("eig")
class Eig(MatrixOp):
    """Eigenvalues, in no order, and eigenvectors of length 1, as columns; both complex."""

    grad_name = "LinalgEigBackward0"
    torch_name = "linalg.eig"

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """Values without the last dimension, vectors with it."""
        self.check(x, square=True)
        dtype = x.dtype.to_complex()
        return TensorType(dtype, x.shape[:-1]), TensorType(dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.linalg.eig``, which gives real numbers where all are."""
        dtype = np.result_type(x, np.complex64)
        values, vectors = self.call(np.linalg.eig, x)
        return values.astype(dtype, copy=False), vectors.astype(dtype, copy=False)

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """C. Boeddeker et al., "On the computation of complex-valued gradients", 2017, 4.19.

        Vectors have a gradient where eigenvalues differ, and none along their own phase.
        """
        g_values, g_vectors = g
        values, vectors = out
        if g_values is None and g_vectors is None:
            return (None,)
        n = x.shape[-1]
        eye = Eye(n, n, dtypes.bool)()
        turned = transposed(vectors)
        inner = 0.0
        if g_vectors is not None:
            pulled = turned @ g_vectors
            along = Real()(Diagonal(0, x.ndim - 2, x.ndim - 1)(pulled))
            lengths = turned @ Conj()(vectors)
            pulled = pulled - lengths * Reshape((*along.shape[:-1], 1, n))(along)
            columns = Reshape((*values.shape[:-1], 1, n))(values)
            gap = Where()(eye, 1, columns - Reshape((*values.shape, 1))(values))
            inner = pulled / gap
        diagonal = 0.0 if g_values is None else Reshape((*g_values.shape, 1))(g_values)
        through = LinalgSolve()(turned, Where()(eye, diagonal, inner) @ turned)
        return (through if x.dtype.is_complex else Real()(through),)
