"""Inverses, determinants and solutions; matrices are the last two dimensions of a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet.errors import DtypeError, GraphnetError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.complex import adjoint, conjugate
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.elementwise import broadcast_shapes
from graphnet.ops.matmul import transposed
from graphnet.ops.parts import Diagonal
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Reshape
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES


class LinAlgError(GraphnetError, RuntimeError):
    """A matrix that has no inverse, no factorisation or no solution."""


class MatrixOp(Op):
    """An operation on stacks of matrices of floating-point numbers."""

    family_traits = frozenset({Trait.LEADING})
    torch_name: ClassVar[str]

    def check(self, x: TensorType, *, square: bool) -> None:
        """Refuse what is no stack of (square) floating-point matrices.

        Raises:
            ShapeError: fewer than two dimensions, or not square.
            DtypeError: not floating point, or half precision.
        """
        if x.ndim < 2:
            raise ShapeError(
                f"{self.torch_name}: The input tensor A must have at least 2 dimensions: its shape "
                f"is {list(x.shape)}."
            )
        if square and x.shape[-1] != x.shape[-2]:
            raise ShapeError(
                f"{self.torch_name}: A must be batches of square matrices, but they are "
                f"{x.shape[-2]} by {x.shape[-1]} matrices"
            )
        if is_integral(x.dtype):
            raise DtypeError(
                f"{self.torch_name}: Expected a floating point or complex tensor as input. Got "
                f"{SCALAR_TYPE_NAMES[x.dtype]}",
                cure="cast first, as in `x.double()`",
            )
        if x.dtype.itemsize == 2:
            raise DtypeError(
                f"{self.torch_name}: Low precision dtypes not supported. Got "
                f"{SCALAR_TYPE_NAMES[x.dtype]}",
                cure="cast first, as in `x.float()`",
            )

    def refuse_complex(self, x: Value) -> None:
        """Refuse to differentiate by complex matrices, for which no rule is written.

        Raises:
            NotImplementedError: the matrices are complex.
        """
        if x.dtype.is_complex:
            raise NotImplementedError(
                f"{self.torch_name}: gradients of complex matrices are not implemented"
            )

    def call(self, function: Callable[..., Any], *arrays: Any) -> Any:
        """Call a numpy function, whose failure becomes the error PyTorch raises.

        Raises:
            LinAlgError: numpy finds the matrix singular, or not positive definite, or does not
                converge.
        """
        try:
            return function(*arrays)
        except np.linalg.LinAlgError as error:
            raise LinAlgError(
                f"{self.torch_name}: {_REASONS.get(str(error), str(error))}: a matrix of shape "
                f"{list(np.shape(arrays[0])[-2:])}"
            ) from None


_REASONS = {
    "Singular matrix": "The diagonal element is zero, the inversion could not be completed because "
    "the input matrix is singular",
    "Matrix is not positive definite": "The factorization could not be completed because the input "
    "is not positive-definite",
}


@op("inverse")
class Inverse(MatrixOp):
    """The inverse of square matrices."""

    torch_name = "linalg.inv"
    grad_name = "LinalgInvExBackward0"

    def infer(self, x: TensorType) -> TensorType:
        """The type stays."""
        self.check(x, square=True)
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``np.linalg.inv``."""
        return self.call(np.linalg.inv, x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """``-inv.T @ g @ inv.T``."""
        inverse = transposed(out)
        return (-(inverse @ g @ inverse),)


@op("determinant")
class Determinant(MatrixOp):
    """The determinant of square matrices."""

    torch_name = "linalg.det"
    grad_name = "LinalgDetBackward0"

    def infer(self, x: TensorType) -> TensorType:
        """Without the last two dimensions."""
        self.check(x, square=True)
        return TensorType(x.dtype, x.shape[:-2])

    def kernel(self, x: Any) -> Any:
        """``np.linalg.det``."""
        return np.asarray(self.call(np.linalg.det, x), x.dtype)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The matrix of cofactors, which is there for singular matrices too."""
        return (Reshape((*g.shape, 1, 1))(g) * Cofactors()(x),)


@op("cofactors")
class Cofactors(MatrixOp):
    """The matrix of cofactors: the gradient of the determinant."""

    torch_name = "linalg.det"

    def infer(self, x: TensorType) -> TensorType:
        """The type stays."""
        self.check(x, square=True)
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """From the singular values: each cofactor weight is the product of the others."""
        if not x.size:
            return np.zeros_like(x)
        u, s, vh = self.call(np.linalg.svd, x)
        n = x.shape[-1]
        repeated = np.broadcast_to(s[..., None, :], (*s.shape, n))
        others = np.where(np.eye(n, dtype=bool), 1, repeated).prod(-1)
        sign = np.linalg.det(u) * np.linalg.det(vh)
        product = (u * others[..., None, :]).conj() @ vh.conj()
        return (sign[..., None, None] * product).astype(x.dtype)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """For invertible matrices, whose cofactors are ``det * inv.T``."""
        inverse = transposed(Inverse()(x))
        det = Reshape((*x.shape[:-2], 1, 1))(Determinant()(x))
        inner = transposed(inverse) @ g
        trace = Reshape((*x.shape[:-2], 1, 1))(matrix_trace(inner))
        return (det * (trace * inverse - inverse @ transposed(g) @ inverse),)


def matrix_trace(x: Value) -> Value:
    """The sum of the diagonal of the last two dimensions."""
    total: Value = Sum((x.ndim - 2,))(Diagonal(0, x.ndim - 2, x.ndim - 1)(x))
    return total


@op("slogdet")
class Slogdet(MatrixOp):
    """The sign of the determinant and the logarithm of its magnitude."""

    grad_name = "LinalgSlogdetBackward0"
    torch_name = "linalg.slogdet"

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """Both without the last two dimensions."""
        self.check(x, square=True)
        batch = x.shape[:-2]
        return TensorType(x.dtype, batch), TensorType(x.dtype.to_real(), batch)

    def kernel(self, x: Any) -> Any:
        """``np.linalg.slogdet``."""
        sign, logarithm = self.call(np.linalg.slogdet, x)
        return np.asarray(sign, x.dtype), np.asarray(logarithm, x.real.dtype)

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """``inv.T``; the sign of a real number does not change."""
        if g[0] is not None:
            self.refuse_complex(x)
        if g[1] is None:
            return (None,)
        return (Reshape((*g[1].shape, 1, 1))(g[1]) * transposed(Inverse()(x)),)


@op("linalg_solve")
class LinalgSolve(MatrixOp):
    """``x`` with ``a @ x = b``, for matrices ``b``; leading dimensions broadcast."""

    torch_name = "linalg.solve"
    grad_name = "LinalgSolveExBackward0"

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        """Rows of both operands agree.

        Raises:
            ShapeError: they do not.
        """
        self.check(a, square=True)
        self.check(b, square=False)
        if a.shape[-1] != b.shape[-2]:
            raise ShapeError(
                f"linalg.solve: Incompatible shapes of A and B for the equation AX = B: "
                f"{list(a.shape)} and {list(b.shape)}"
            )
        batch = broadcast_shapes(
            self.name, [TensorType(a.dtype, a.shape[:-2]), TensorType(b.dtype, b.shape[:-2])]
        )
        return TensorType(b.dtype, (*batch, *b.shape[-2:]))

    def kernel(self, a: Any, b: Any) -> Any:
        """``np.linalg.solve``."""
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        return self.call(np.linalg.solve, a, np.broadcast_to(b, (*batch, *b.shape[-2:])))

    def vjp(self, g: Value, out: Value, a: Value, b: Value) -> Sequence[Value]:
        """Solve with the transpose."""
        gb = LinalgSolve()(transposed(a), g)
        return -(gb @ transposed(out)), gb


@op("pinverse")
class Pinverse(MatrixOp):
    """The pseudo-inverse of matrices.

    Operands are the matrices, and the absolute and the relative tolerance: singular values up to
    the greater of the first and the second times the greatest one count as 0.
    """

    grad_name = "LinalgPinvBackward0"
    torch_name = "linalg.pinv"

    def infer(self, x: TensorType, *tolerances: TensorType) -> TensorType:
        """The sizes of the matrices are exchanged."""
        self.check(x, square=False)
        return TensorType(x.dtype, (*x.shape[:-2], x.shape[-1], x.shape[-2]))

    def kernel(self, x: Any, *tolerances: Any) -> Any:
        """From the singular values."""
        if not x.size:
            return np.swapaxes(x, -1, -2).copy()
        u, s, vh = self.call(lambda a: np.linalg.svd(a, False), x)
        absolute, relative = (np.asarray(tolerance, s.dtype)[..., None] for tolerance in tolerances)
        kept = s > np.maximum(absolute, relative * s[..., :1])
        inverted = np.where(kept, 1 / np.where(kept, s, 1), 0).astype(s.dtype)
        v, uh = np.swapaxes(vh, -1, -2).conj(), np.swapaxes(u, -1, -2).conj()
        return v @ (inverted[..., None] * uh)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """G. H. Golub and V. Pereyra, "The Differentiation of Pseudo-Inverses", 1973.

        It holds where the rank does not change.
        """
        x, p = conjugate(operands[0]), conjugate(out)
        pt, gt = adjoint(p), adjoint(g)
        through = -(pt @ g @ pt)
        rows = pt @ p @ (gt - gt @ p @ x)
        columns = (gt - x @ p @ gt) @ p @ pt
        return through + rows + columns, None, None
