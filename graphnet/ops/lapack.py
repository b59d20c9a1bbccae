"""Operations of LAPACK and BLAS that numpy does not offer, one matrix of a stack after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.compare import Where
from graphnet.ops.complex import conjugate
from graphnet.ops.elementwise import broadcast_shapes
from graphnet.ops.factorise import Cholesky, places
from graphnet.ops.join import Cat
from graphnet.ops.linalg import MatrixOp
from graphnet.ops.matmul import transposed
from graphnet.ops.parts import Slice, SliceScatter
from graphnet.ops.rearrange import Tril, Triu
from graphnet.ops.shape import aligned, filled


def lapack(name: str, *arrays: Any) -> Callable[..., Any]:
    """The routine of LAPACK for the arrays' dtype."""
    from scipy.linalg.lapack import get_lapack_funcs

    (routine,) = get_lapack_funcs((name,), arrays)
    found: Callable[..., Any] = routine
    return found


def over_stack(batch: Shape, *stacks: Any) -> Iterator[tuple[Any, ...]]:
    """The matrices of stacks, place by place; those of lower rank are repeated."""
    wide = [np.broadcast_to(s, (*batch, *s.shape[-core:])) for s, core in stacks]
    for place in np.ndindex(batch):
        yield tuple(stack[place] for stack in wide)


def common_batch(name: str, *stacks: Any) -> Shape:
    """The leading dimensions that two stacks of matrices broadcast to."""
    return broadcast_shapes(name, [TensorType(dtypes.float32, s.shape[:-2]) for s in stacks])


# ---------------------------------------------------------------------- triangular systems


@op("solve_triangular")
class SolveTriangular(MatrixOp):
    """``x`` with ``a @ x = b`` for a triangle of ``a``; the other one is not read.

    A zero on the diagonal gives infinities. ``unit``: the diagonal counts as ones.
    """

    grad_name = "LinalgSolveTriangularBackward0"
    torch_name = "linalg.solve_triangular"
    upper: bool
    unit: bool = False

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        """Rows of both operands agree; leading dimensions broadcast.

        Raises:
            ShapeError: they do not.
        """
        self.check(a, square=True)
        self.check(b, square=False)
        if a.shape[-1] != b.shape[-2]:
            raise ShapeError(
                "linalg.solve_triangular: Incompatible shapes of A and B for the equation AX = B "
                f"({a.shape[-2]}x{a.shape[-1]} and {b.shape[-2]}x{b.shape[-1]})"
            )
        return TensorType(b.dtype, (*common_batch(self.torch_name, a, b), *b.shape[-2:]))

    def kernel(self, a: Any, b: Any) -> Any:
        """BLAS's ``trsm``."""
        from scipy.linalg.blas import get_blas_funcs

        (trsm,) = get_blas_funcs(("trsm",), (a, b))
        batch = common_batch(self.torch_name, a, b)
        out = np.empty((*batch, *b.shape[-2:]), b.dtype)
        if out.size:
            solved = (
                trsm(1.0, matrix, columns, lower=not self.upper, diag=self.unit)
                for matrix, columns in over_stack(batch, (a, 2), (b, 2))
            )
            for place, found in zip(np.ndindex(batch), solved, strict=True):
                out[place] = found
        return out

    def vjp(self, g: Value, out: Value, a: Value, b: Value) -> Sequence[Value]:
        """Solve with the transpose; of ``a`` only the triangle has a gradient."""
        gb = SolveTriangular(not self.upper, self.unit)(transposed(a), g)
        kept = Triu(int(self.unit)) if self.upper else Tril(-int(self.unit))
        return kept(-(gb @ transposed(out))), gb


# ---------------------------------------------------------------------- lower times upper


@op("lu_factor")
class LuFactor(MatrixOp):
    """``p @ l @ u`` packed in one matrix, with the rows exchanged and what went wrong.

    The result holds ``u`` on and above the diagonal and ``l``, whose diagonal is ones, below it.
    Row ``k`` was exchanged with row ``pivots[k] - 1``. ``info`` is 0, or the first zero of ``u``'s
    diagonal, counted from 1.
    """

    grad_name = "LinalgLuFactorExBackward0"
    torch_name = "linalg.lu_factor"

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType, TensorType]:
        """The packed matrix, the exchanges, and what went wrong."""
        self.check(x, square=False)
        *batch, rows, columns = x.shape
        return (
            TensorType(x.dtype, x.shape),
            TensorType(dtypes.int32, (*batch, min(rows, columns))),
            TensorType(dtypes.int32, tuple(batch)),
        )

    def kernel(self, x: Any) -> Any:
        """LAPACK's ``getrf``."""
        *batch, rows, columns = x.shape
        packed = np.array(x, order="C")
        pivots = np.zeros((*batch, min(rows, columns)), np.int32)
        info = np.zeros(batch, np.int32)
        if x.size:
            getrf = lapack("getrf", x)
            for place in np.ndindex(*batch):
                packed[place], exchanged, failed = getrf(x[place])
                pivots[place], info[place] = exchanged + 1, failed
        return packed, pivots, info

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """From ``dx = p (dl u + l du)``: ``l**-1 dx u**-1`` splits into a triangle for each.

        What lies beyond the square of a matrix that is not one is a product with ``l**-1`` or
        ``u**-1`` of the square.
        """
        packed, pivots, _ = out
        g = g[0]
        if g is None:
            return (None,)
        *_, rows, columns = x.shape
        k, first, last = min(rows, columns), x.ndim - 2, x.ndim - 1
        square = Slice(last, k)(Slice(first, k)(packed, 0), 0)
        lower, upper = SolveTriangular(True, True), SolveTriangular(True)
        g_square = Slice(last, k)(Slice(first, k)(g, 0), 0)
        l_side = transposed(_unit_lower(square)) @ Tril(-1)(g_square)
        u_side = Triu(0)(g_square) @ transposed(Triu(0)(square))
        rest = None
        if columns > k:
            beyond = Slice(last, columns - k)(g, k)
            l_side = l_side - beyond @ transposed(Slice(last, columns - k)(packed, k))
            rest = lower(transposed(square), beyond)
        if rows > k:
            below = Slice(first, rows - k)(g, k)
            u_side = u_side - transposed(Slice(first, rows - k)(packed, k)) @ below
            rest = transposed(upper(square, transposed(below)))
        inner = lower(transposed(square), Tril(-1)(l_side) + Triu(0)(u_side))
        through = transposed(upper(square, transposed(inner)))
        if rest is not None:
            through = Cat(last if columns > k else first)(through, rest)
        return (Permutation(rows, x.dtype)(pivots) @ through,)


def _unit_lower(packed: Value) -> Value:
    row, column = places(packed.shape[-1])
    lower: Value = Where()(row > column, packed, Where()(row < column, 0.0, 1.0))
    return lower


@op("permutation_matrix", Trait.NOT_DIFFERENTIABLE, Trait.LEADING)
class Permutation(Op):
    """The matrix ``p`` that undoes the exchanges of rows of :class:`LuFactor`."""

    rows: int
    dtype: dtypes.dtype

    def infer(self, pivots: TensorType) -> TensorType:
        """Square matrices."""
        return TensorType(self.dtype, (*pivots.shape[:-1], self.rows, self.rows))

    def kernel(self, pivots: Any) -> Any:
        """Exchange the columns of the identity."""
        batch = pivots.shape[:-1]
        out = np.empty((*batch, self.rows, self.rows), self.dtype.numpy)
        for place in np.ndindex(batch):
            order = np.arange(self.rows)
            for k, pivot in enumerate(pivots[place]):
                order[[k, pivot - 1]] = order[[pivot - 1, k]]
            out[place] = np.eye(self.rows, dtype=out.dtype)[:, order]
        return out


# ---------------------------------------------------------------------- reflections


@op("geqrf", Trait.NOT_DIFFERENTIABLE)
class Geqrf(MatrixOp):
    """The reflections whose product is the ``q`` of a QR factorisation, and ``r`` above them."""

    torch_name = "geqrf"

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """The packed matrix, and a factor for each reflection."""
        self.check(x, square=False)
        *batch, rows, columns = x.shape
        return TensorType(x.dtype, x.shape), TensorType(x.dtype, (*batch, min(rows, columns)))

    def kernel(self, x: Any) -> Any:
        """LAPACK's ``geqrf``."""
        *batch, rows, columns = x.shape
        packed = np.array(x, order="C")
        factors = np.zeros((*batch, min(rows, columns)), x.dtype)
        if x.size:
            geqrf = lapack("geqrf", x)
            for place in np.ndindex(*batch):
                packed[place], factors[place], *_ = geqrf(x[place])
        return packed, factors


# ---------------------------------------------------------------------- symmetric matrices


@op("cholesky_ex")
class CholeskyEx(MatrixOp):
    """:class:`Cholesky`, and 0 or the order of the first block that is not positive definite."""

    torch_name = "linalg.cholesky_ex"

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        """The triangles, and a number for each matrix."""
        self.check(x, square=True)
        return TensorType(x.dtype, x.shape), TensorType(dtypes.int32, x.shape[:-2])

    def kernel(self, x: Any) -> Any:
        """LAPACK's ``potrf``."""
        lower, info = np.array(x, order="C"), np.zeros(x.shape[:-2], np.int32)
        if x.size:
            potrf = lapack("potrf", x)
            for place in np.ndindex(info.shape):
                lower[place], info[place] = potrf(x[place], lower=True)
        return lower, info

    def vjp(self, g: Any, out: Any, x: Value) -> Sequence[Value | None]:
        """As of :class:`Cholesky`."""
        return (None,) if g[0] is None else Cholesky().vjp(g[0], out[0], x)


@op("cholesky_solve")
class CholeskySolve(MatrixOp):
    """``x`` with ``a @ x = b``, where ``a`` is the product of a triangle and its transpose."""

    torch_name = "cholesky_solve"
    upper: bool

    def infer(self, b: TensorType, triangle: TensorType) -> TensorType:
        """The right-hand sides, over all leading dimensions.

        Raises:
            ShapeError: the rows do not agree.
        """
        self.check(triangle, square=True)
        self.check(b, square=False)
        if triangle.shape[-1] != b.shape[-2]:
            raise ShapeError(
                f"cholesky_solve: Incompatible matrix sizes: {list(b.shape)} and "
                f"{list(triangle.shape)}"
            )
        return TensorType(b.dtype, (*common_batch(self.torch_name, triangle, b), *b.shape[-2:]))

    def kernel(self, b: Any, triangle: Any) -> Any:
        """LAPACK's ``potrs``."""
        batch = common_batch(self.torch_name, triangle, b)
        out = np.empty((*batch, *b.shape[-2:]), b.dtype)
        if out.size:
            potrs = lapack("potrs", triangle, b)
            stacks = over_stack(batch, (triangle, 2), (b, 2))
            for place, (matrix, columns) in zip(np.ndindex(batch), stacks, strict=True):
                out[place] = potrs(matrix, columns, lower=not self.upper)[0]
        return out

    def vjp(self, g: Value, out: Value, b: Value, triangle: Value) -> Sequence[Value]:
        """As PyTorch gives it: of the whole matrix, as though the other triangle were free."""
        factor = conjugate(triangle)
        gb = CholeskySolve(self.upper)(g, factor)
        common = gb @ transposed(out)
        both = common + transposed(conjugate(common))
        return gb, -(factor @ both if self.upper else both @ factor)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Both have as many dimensions, so that what broadcasts goes on doing so."""
        whole = filled(size, operands, batched)
        return self(*aligned(whole, [True, True]))


@op("ldl_factor", Trait.NOT_DIFFERENTIABLE)
class LdlFactor(MatrixOp):
    """``l @ d @ l.T`` of symmetric matrices packed in one, the exchanges, and what went wrong."""

    torch_name = "linalg.ldl_factor"

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType, TensorType]:
        """The packed matrix, the exchanges, and what went wrong."""
        self.check(x, square=True)
        return (
            TensorType(x.dtype, x.shape),
            TensorType(dtypes.int32, x.shape[:-1]),
            TensorType(dtypes.int32, x.shape[:-2]),
        )

    def kernel(self, x: Any) -> Any:
        """LAPACK's ``sytrf`` on the lower triangle."""
        packed = np.array(x, order="C")
        pivots, info = np.zeros(x.shape[:-1], np.int32), np.zeros(x.shape[:-2], np.int32)
        if x.size:
            sytrf = lapack("sytrf", x)
            for place in np.ndindex(info.shape):
                found, exchanged, info[place] = sytrf(x[place], lower=True)
                packed[place], pivots[place] = np.tril(found), exchanged
        return packed, pivots, info


@op("ldl_solve", Trait.NOT_DIFFERENTIABLE)
class LdlSolve(MatrixOp):
    """``x`` with ``a @ x = b``, where ``a`` was factorised by :class:`LdlFactor`."""

    torch_name = "linalg.ldl_solve"

    def infer(self, packed: TensorType, pivots: TensorType, b: TensorType) -> TensorType:
        """The right-hand sides, over all leading dimensions.

        Raises:
            ShapeError: the rows do not agree.
        """
        self.check(packed, square=True)
        self.check(b, square=False)
        if not packed.shape[-1] == b.shape[-2] == pivots.shape[-1]:
            raise ShapeError(
                "linalg.ldl_solve: Incompatible shapes of LD, pivots and B: "
                f"{list(packed.shape)}, {list(pivots.shape)} and {list(b.shape)}"
            )
        return TensorType(b.dtype, (*common_batch(self.torch_name, packed, b), *b.shape[-2:]))

    def kernel(self, packed: Any, pivots: Any, b: Any) -> Any:
        """LAPACK's ``sytrs``."""
        batch = common_batch(self.torch_name, packed, b)
        out = np.empty((*batch, *b.shape[-2:]), b.dtype)
        if out.size:
            sytrs = lapack("sytrs", packed, b)
            stacks = over_stack(batch, (packed, 2), (pivots, 1), (b, 2))
            for place, (matrix, exchanged, columns) in zip(np.ndindex(batch), stacks, strict=True):
                out[place] = sytrs(matrix, exchanged, columns, lower=True)[0]
        return out


# ---------------------------------------------------------------------- eigenvalues, exponentials


@op("matrix_exp")
class MatrixExp(MatrixOp):
    """The sum of ``a**k / k!`` over all ``k``, of square matrices."""

    grad_name = "LinalgMatrixExpBackward0"
    torch_name = "linalg.matrix_exp"

    def infer(self, a: TensorType) -> TensorType:
        """The type stays."""
        self.check(a, square=True)
        return TensorType(a.dtype, a.shape)

    def kernel(self, a: Any) -> Any:
        """``scipy.linalg.expm``."""
        from scipy.linalg import expm

        return np.asarray(expm(a), a.dtype) if a.size else np.array(a)

    def vjp(self, g: Value, out: Value, a: Value) -> Sequence[Value]:
        """A corner of the exponential of a matrix of four blocks.

        Source: N. Higham, "Functions of Matrices", 2008, theorem 3.6.
        """
        n, first, last = a.shape[-1], a.ndim - 2, a.ndim - 1
        turned = transposed(a)
        above = Cat(last)(turned, g)
        below = SliceScatter(last, 2 * n)(turned, n)
        both = MatrixExp()(Cat(first)(above, below))
        return (Slice(last, n)(Slice(first, n)(both, 0), n),)
