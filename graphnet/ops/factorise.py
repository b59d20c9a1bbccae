"""Factorisations of matrices, the last two dimensions of a stack."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any, Literal

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.compare import Where
from graphnet.ops.complex import Complex, adjoint, conjugate
from graphnet.ops.create import Arange, Eye
from graphnet.ops.join import Cat
from graphnet.ops.linalg import Inverse, LinAlgError, LinalgSolve, MatrixOp
from graphnet.ops.matmul import transposed
from graphnet.ops.parts import Slice, SliceScatter
from graphnet.ops.shape import Reshape


def places(n: int) -> tuple[Value, Value]:
    """The row numbers of an n by n matrix, as a column, and its column numbers, as a row."""
    counted = Arange(n, dtypes.int64)(0, 1)
    return Reshape((n, 1))(counted), Reshape((1, n))(counted)


def _diagonal(n: int) -> Value:
    """Whether an element of an n by n matrix lies on the diagonal."""
    eye: Value = Eye(n, n, dtypes.bool)()
    return eye


def _lower_with_half_diagonal(x: Value) -> Value:
    """The lower triangle, with half the diagonal."""
    n = x.shape[-1]
    rows, columns = places(n)
    lower = Where()(rows >= columns, x, 0)
    halved: Value = Where()(_diagonal(n), lower * 0.5, lower)
    return halved


@op("cholesky")
class Cholesky(MatrixOp):
    """The lower triangle ``l`` with ``l @ l.T`` the operand, which is positive definite."""

    torch_name = "linalg.cholesky"

    def infer(self, x: TensorType) -> TensorType:
        """The type stays."""
        self.check(x, square=True)
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.linalg.cholesky``, which reads the lower triangle."""
        return self.call(np.linalg.cholesky, x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """I. Murray, "Differentiation of the Cholesky decomposition", 2016, made symmetric."""
        lower = conjugate(out)
        middle = _lower_with_half_diagonal(adjoint(lower) @ g)
        inverse = Inverse()(lower)
        full = adjoint(inverse) @ middle @ inverse
        return ((full + adjoint(full)) * 0.5,)


@op("qr")
class Qr(MatrixOp):
    """``q @ r`` with orthonormal columns and an upper triangle.

    ``complete`` makes ``q`` square; otherwise it has ``min(rows, columns)`` columns.
    """

    grad_name = "LinalgQrBackward0"
    torch_name = "linalg.qr"
    complete: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """The inner size is the smaller one, or the number of rows."""
        self.check(x, square=False)
        *batch, rows, columns = x.shape
        inner = rows if self.complete else min(rows, columns)
        return (
            TensorType(x.dtype, (*batch, rows, inner)),
            TensorType(x.dtype, (*batch, inner, columns)),
        )

    def kernel(self, x: Any) -> Any:
        """``np.linalg.qr``."""
        mode: Literal["complete", "reduced"] = "complete" if self.complete else "reduced"
        return tuple(self.call(lambda a: np.linalg.qr(a, mode), x))

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """S. Walter, L. Lehmann, "Algorithmic Differentiation of Linear Algebra Functions", 2010.

        Of a wide matrix only the square part at the left is factorised; the rest of ``r`` is
        ``q.T`` times the rest of the matrix.

        Raises:
            LinAlgError: ``q`` was completed by columns that the operand does not determine.
        """
        self.refuse_complex(x)
        (q, r), (gq, gr) = out, g
        rows, columns = x.shape[-2:]
        if self.complete and rows > columns:
            raise LinAlgError(
                f"linalg.qr: the gradient of a {rows} by {columns} matrix in mode complete is not "
                "defined, for it leaves columns of Q open",
                cure='use mode "reduced"',
            )
        if rows >= columns:
            return (_through_qr(q, r, gq, gr),)
        last, rest = x.ndim - 1, columns - rows
        left, square = Slice(last, rows)(r, 0), SliceScatter(last, columns)
        if gr is None:
            through = _through_qr(q, left, gq, None)
            return (None if through is None else square(through, 0),)
        beyond, g_beyond = Slice(last, rest)(x, rows), Slice(last, rest)(gr, rows)
        through_q = beyond @ transposed(g_beyond)
        gq = through_q if gq is None else gq + through_q
        through = _through_qr(q, left, gq, Slice(last, rows)(gr, 0))
        return (Cat(last)(through, q @ g_beyond),)


def _through_qr(q: Value, r: Value, gq: Value | None, gr: Value | None) -> Value | None:
    """The gradient of a matrix with at least as many rows as columns."""
    if gq is None and gr is None:
        return None
    terms = []
    if gr is not None:
        terms.append(r @ transposed(gr))
    if gq is not None:
        terms.append(-(transposed(gq) @ q))
    middle = reduce(add, terms)
    size = r.shape[-1]
    row, column = places(size)
    lower = Where()(row > column, middle, 0)
    symmetric = lower + transposed(lower) + Where()(_diagonal(size), middle, 0)
    inner = q @ symmetric
    if gq is not None:
        inner = inner + gq
    result: Value = transposed(LinalgSolve()(r, transposed(inner)))
    return result


@op("svd")
class Svd(MatrixOp):
    """``u @ diag(s) @ vh`` with orthonormal ``u`` and ``vh`` and descending ``s >= 0``."""

    grad_name = "LinalgSvdBackward0"
    torch_name = "linalg.svd"
    full_matrices: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType, TensorType]:
        """Thin, or with square ``u`` and ``vh``."""
        self.check(x, square=False)
        *batch, rows, columns = x.shape
        k = min(rows, columns)
        left, right = (rows, columns) if self.full_matrices else (k, k)
        return (
            TensorType(x.dtype, (*batch, rows, left)),
            TensorType(x.dtype.to_real(), (*batch, k)),
            TensorType(x.dtype, (*batch, right, columns)),
        )

    def kernel(self, x: Any) -> Any:
        """``np.linalg.svd``."""
        return tuple(self.call(lambda a: np.linalg.svd(a, self.full_matrices), x))

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """J. Townsend, "Differentiating the singular value decomposition", 2016.

        The vectors have a gradient where singular values differ. Additional columns of full
        matrices are not determined by the operand and take no part.
        """
        self.refuse_complex(x)
        gu, gs, gvh = g
        if gu is None and gs is None and gvh is None:
            return (None,)
        k = min(x.shape[-2:])
        last = x.ndim - 1
        u, s, vh = _first(out[0], last, k), out[1], _first(out[2], last - 1, k)
        eye = _diagonal(k)
        columns, rows = Reshape((*s.shape[:-1], 1, k))(s), Reshape((*s.shape, 1))(s)
        gap = Where()(eye, 1, (columns - rows) * (columns + rows))
        terms, outside = [], []
        if gs is not None:
            terms.append(Where()(eye, Reshape((*gs.shape, 1))(gs), 0))
        if gu is not None:
            gu = _first(gu, last, k)
            terms.append(_skew(transposed(u) @ gu, eye, gap) * columns)
            if x.shape[-2] > k:
                scaled = gu / columns
                outside.append((scaled - u @ (transposed(u) @ scaled)) @ vh)
        if gvh is not None:
            gvh = _first(gvh, last - 1, k)
            terms.append(rows * _skew(vh @ transposed(gvh), eye, gap))
            if x.shape[-1] > k:
                scaled = gvh / rows
                outside.append(u @ (scaled - (scaled @ transposed(vh)) @ vh))
        return (reduce(add, outside, u @ reduce(add, terms) @ vh),)


def _first(x: Value, dim: int, k: int) -> Value:
    """The first ``k`` elements of a dimension."""
    if x.shape[dim] == k:
        return x
    first: Value = Slice(dim, k)(x, 0)
    return first


def _skew(x: Value, eye: Value, gap: Value) -> Value:
    """``(x - x.T) / gap`` off the diagonal."""
    result: Value = Where()(eye, 0, (x - transposed(x)) / gap)
    return result


@op("eigh")
class Eigh(MatrixOp):
    """Eigenvalues, ascending, and eigenvectors, as columns, of symmetric matrices.

    The lower triangle is read, or the upper one.
    """

    grad_name = "LinalgEighBackward0"
    torch_name = "linalg.eigh"
    upper: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """Values without the last dimension, vectors with it."""
        self.check(x, square=True)
        return TensorType(x.dtype.to_real(), x.shape[:-1]), TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.linalg.eigh``."""
        return tuple(self.call(lambda a: np.linalg.eigh(a, "U" if self.upper else "L"), x))

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """Vectors have a gradient where eigenvalues differ."""
        gvalues, gvectors = g
        values, vectors = out[0], conjugate(out[1])
        n = x.shape[-1]
        eye = _diagonal(n)
        if gvalues is None and gvectors is None:
            return (None,)
        terms = []
        if gvalues is not None:
            diagonal = Reshape((*gvalues.shape, 1))(gvalues)
            terms.append(
                Where()(eye, Complex()(diagonal, 0.0) if x.dtype.is_complex else diagonal, 0)
            )
        if gvectors is not None:
            columns = Reshape((*values.shape[:-1], 1, n))(values)
            gap = Where()(eye, 1, columns - Reshape((*values.shape, 1))(values))
            terms.append(Where()(eye, 0, (adjoint(vectors) @ gvectors) / gap))
        inner = reduce(add, terms)
        full = vectors @ inner @ adjoint(vectors)
        return ((full + adjoint(full)) * 0.5,)
