"""Products of matrices and vectors. Each function is a ``Tensor`` method, too."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from graphnet.errors import DtypeError, ShapeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.conversion import clone
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import require_tensor
from graphnet.functions.rearranging import roll
from graphnet.functions.statistics import vector_norm
from graphnet.ir.types import Number
from graphnet.ops.arithmetic import Mul
from graphnet.ops.compare import Where
from graphnet.ops.create import Eye
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.linalg import Determinant, Inverse, MatrixOp, Slogdet
from graphnet.ops.matmul import Matmul
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Diagonal, Expand, Permute, Reshape, Unsqueeze, wrap_dim
from graphnet.tensor import Tensor, apply

__all__ = [
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "bmm",
    "cdist",
    "cross",
    "det",
    "dot",
    "ger",
    "inner",
    "inverse",
    "kron",
    "logdet",
    "matmul",
    "matrix_power",
    "mm",
    "mv",
    "outer",
    "slogdet",
    "tensordot",
    "trace",
    "vdot",
]


@method
def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The matrix product, as ``input @ other``.

    Two vectors give their dot product; a matrix and a vector their product; of tensors with more
    dimensions the last two are matrices and the others broadcast.

    Raises:
        ShapeError: (a RuntimeError) the inner sizes differ.
        DtypeError: (a RuntimeError) the dtypes differ.

    >>> import graphnet as torch
    >>> torch.matmul(torch.ones(2, 3), torch.ones(3))
    tensor([3., 3.])
    """
    return _product("matmul", input, other)


def _product(function: str, x: Any, y: Any) -> Tensor:
    first = require_tensor(function, "input", x)
    result: Tensor = Matmul()(first, require_tensor(function, "other", y, 2))
    return result


def _require_ndim(function: str, argument: str, x: Any, ndim: int, position: int = 1) -> Tensor:
    """A tensor with that many dimensions.

    Raises:
        ShapeError: it has more or fewer.
    """
    found = require_tensor(function, argument, x, position)
    if found.dim() != ndim:
        kind = {1: "a vector", 2: "a matrix"}.get(ndim, f"a {ndim}D tensor")
        raise ShapeError(
            f"{function}: {argument} must be {kind}, but its shape is {list(found.shape)}"
        )
    return found


@method
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices.

    >>> import graphnet as torch
    >>> torch.mm(torch.tensor([[1, 2]]), torch.tensor([[3], [4]]))
    tensor([[11]])
    """
    first = _require_ndim("mm", "self", input, 2)
    return _product("mm", first, _require_ndim("mm", "mat2", mat2, 2, 2))


@method
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of as many pairs of matrices: (b, n, m) and (b, m, p) give (b, n, p).

    >>> import graphnet as torch
    >>> torch.bmm(torch.ones(2, 1, 3), torch.ones(2, 3, 1)).shape
    torch.Size([2, 1, 1])
    """
    first = _require_ndim("bmm", "batch1", input, 3)
    second = _require_ndim("bmm", "batch2", mat2, 3, 2)
    wanted = [first.shape[0], first.shape[2]]
    if list(second.shape[:2]) != wanted:
        raise ShapeError(
            f"bmm: Expected size for first two dimensions of batch2 tensor to be: {wanted} but "
            f"got: {list(second.shape[:2])}."
        )
    return _product("bmm", first, second)


@method
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector.

    >>> import graphnet as torch
    >>> torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    matrix, vector = input, require_tensor("mv", "vec", vec, 2)
    if require_tensor("mv", "input", input).dim() != 2 or vector.dim() != 1:
        raise ShapeError(
            f"mv: vector + matrix @ vector expected, got {matrix.dim()}, {vector.dim()} dimensions"
        )
    if matrix.shape[1] != vector.shape[0]:
        raise ShapeError(
            f"mv: size mismatch, got input ({matrix.shape[0]}), mat "
            f"({matrix.shape[0]}x{matrix.shape[1]}), vec ({vector.shape[0]})"
        )
    return _product("mv", matrix, vector)


@method
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The dot product of two vectors.

    >>> import graphnet as torch
    >>> torch.dot(torch.tensor([2, 3]), torch.tensor([2, 1]))
    tensor(7)
    """
    return _dot("dot", input, tensor)


@method
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The dot product of two vectors, of which the first would be conjugated if complex."""
    return _dot("vdot", input, other)


def _dot(function: str, x: Any, y: Any) -> Tensor:
    first = require_tensor(function, "input", x)
    second = require_tensor(function, "tensor", y, 2)
    if first.dim() != 1 or second.dim() != 1:
        raise ShapeError(
            f"{function}: 1D tensors expected, but got {first.dim()}D and {second.dim()}D tensors"
        )
    if first.dtype is not second.dtype:
        raise DtypeError(
            f"{function}: expected both vectors to have same dtype, but found {first.dtype} and "
            f"{second.dtype}",
            cure=f"cast one of them, as in `x.to({first.dtype})`",
        )
    if first.shape != second.shape:
        raise ShapeError(
            f"{function}: inconsistent tensor size, expected tensor [{first.shape[0]}] and src "
            f"[{second.shape[0]}] to have the same number of elements"
        )
    return _product(function, first, second)


@method
def inner(input: Tensor, other: Tensor) -> Tensor:
    """The dot products over the last dimensions of two tensors; of a number simply the product.

    >>> import graphnet as torch
    >>> torch.inner(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    x, y = require_tensor("inner", "input", input), require_tensor("inner", "other", other, 2)
    if not x.dim() or not y.dim():
        scaled: Tensor = Mul()(x, y)
        return scaled
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"inner() the last dimension must match on both input tensors but got shapes "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    return tensordot(x, y, ([-1], [-1]))


@method("ger")
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The matrix of all products of an element of one vector and one of another.

    >>> import graphnet as torch
    >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
    tensor([[ 3,  4,  5],
            [ 6,  8, 10]])
    """
    for name, vector in (("self", input), ("vec2", vec2)):
        if require_tensor("outer", name, vector).dim() != 1:
            raise ShapeError(
                f"outer: Expected 1-D argument {name}, but got {vector.dim()}-D of shape "
                f"{list(vector.shape)}"
            )
    product: Tensor = Mul()(Unsqueeze(1)(input), vec2)
    return product


ger = outer


# ------------------------------------------------------------------ products added to something


def _combined(function: str, input: Any, product: Tensor, beta: Number, alpha: Number) -> Tensor:
    """``beta * input + alpha * product``, where ``input`` broadcasts to the product's shape.

    Raises:
        ShapeError: it does not.
        DtypeError: a factor is fractional and the tensors are of integers.
    """
    base = require_tensor(function, "input", input)
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, float) and is_integral(product.dtype):
            raise DtypeError(
                f"{function}: For integral input tensors, argument {name} must not be a floating "
                f"point number, but it is {factor}"
            )
    if base.dtype is not product.dtype:
        raise DtypeError(
            f"{function}: self and mat2 must have the same dtype, but got {base.dtype} and "
            f"{product.dtype}",
            cure=f"cast one of them, as in `x.to({product.dtype})`",
        )
    if tuple(base.shape) != tuple(product.shape):
        base = Expand(tuple(product.shape))(base)
    if alpha != 1:
        product = product * alpha
    if beta == 0:  # what is not wanted may be NaN
        return product
    total: Tensor = (base if beta == 1 else base * beta) + product
    return total


@inplace
@method
def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1
) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)`` of matrices; ``input`` broadcasts.

    >>> import graphnet as torch
    >>> torch.addmm(torch.tensor([1.0, 2.0]), torch.ones(1, 3), torch.ones(3, 2))
    tensor([[4., 5.]])
    """
    first = _require_ndim("addmm", "mat1", mat1, 2, 2)
    product = _product("addmm", first, _require_ndim("addmm", "mat2", mat2, 2, 3))
    return _combined("addmm", input, product, beta, alpha)


@inplace
@method
def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1
) -> Tensor:
    """``beta * input + alpha * (mat @ vec)``; ``input`` broadcasts."""
    return _combined("addmv", input, mv(mat, vec), beta, alpha)


@inplace
@method
def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1
) -> Tensor:
    """``beta * input + alpha * outer(vec1, vec2)``; ``input`` broadcasts."""
    return _combined("addr", input, outer(vec1, vec2), beta, alpha)


@inplace
@method
def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1
) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2)``; ``input`` broadcasts."""
    return _combined("baddbmm", input, bmm(batch1, batch2), beta, alpha)


@inplace
@method
def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1
) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2).sum(0)``; ``input`` broadcasts."""
    total: Tensor = Sum((0,))(bmm(batch1, batch2))
    return _combined("addbmm", input, total, beta, alpha)


# ------------------------------------------------------------------ products of tensors


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The product of two tensors, summed over pairs of dimensions.

    Args:
        a, b: the tensors.
        dims: how many of the last dimensions of ``a`` go with the first of ``b``; or two sequences,
            the dimensions of ``a`` and those of ``b`` that go with them.

    Raises:
        RefusedError: (a RuntimeError) the dimensions do not go together.

    >>> import graphnet as torch
    >>> torch.tensordot(torch.ones(2, 3, 4), torch.ones(3, 4, 5)).shape
    torch.Size([2, 5])
    """
    x, y = require_tensor("tensordot", "a", a), require_tensor("tensordot", "b", b, 2)
    dims_x, dims_y = _paired_dims(x, y, dims)
    for p, q in zip(dims_x, dims_y, strict=True):
        if x.shape[p] != y.shape[q]:
            raise RefusedError(
                f"tensordot: contracted dimensions need to match, but first has size {x.shape[p]} "
                f"in dim {p} and second has size {y.shape[q]} in dim {q}"
            )
    left = [d for d in range(x.dim()) if d not in dims_x]
    right = [d for d in range(y.dim()) if d not in dims_y]
    rows, columns = ([t.shape[d] for d in kept] for t, kept in ((x, left), (y, right)))
    inner_size = math.prod(x.shape[d] for d in dims_x)
    matrix_x = Reshape((math.prod(rows), inner_size))(Permute((*left, *dims_x))(x))
    matrix_y = Reshape((inner_size, math.prod(columns)))(Permute((*dims_y, *right))(y))
    product: Tensor = Reshape((*rows, *columns))(_product("tensordot", matrix_x, matrix_y))
    return product


def _paired_dims(x: Tensor, y: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0 or dims > min(x.dim(), y.dim()):
            raise RefusedError(
                f"tensordot expects 0 <= dims <= the number of dimensions, but got dims={dims} for "
                f"shapes {list(x.shape)} and {list(y.shape)}"
            )
        return list(range(x.dim() - dims, x.dim())), list(range(dims))
    first, second = ([dim] if isinstance(dim, int) else list(dim) for dim in dims)
    if len(first) != len(second):
        raise RefusedError(
            f"tensordot: both dimension lists should have same length, but they are {first} and "
            f"{second}"
        )
    return [wrap_dim(d, x.dim()) for d in first], [wrap_dim(d, y.dim()) for d in second]


@method
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix.

    >>> import graphnet as torch
    >>> torch.trace(torch.tensor([[1, 2], [3, 4]]))
    tensor(5)
    """
    x = require_tensor("trace", "input", input)
    if x.dim() != 2:
        raise ShapeError(f"trace: expected a matrix, but got tensor with dim {x.dim()}")
    total: Tensor = Sum((0,))(Diagonal(0, 0, 1)(x))
    return total


@method
def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of three elements along ``dim``; other dimensions broadcast.

    Without ``dim`` the first dimension of size 3 is taken.

    >>> import graphnet as torch
    >>> torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]), dim=0)
    tensor([0, 0, 1])
    """
    x, y = require_tensor("cross", "input", input), require_tensor("cross", "other", other, 2)
    if x.dim() != y.dim():
        raise ShapeError(
            f"linalg.cross: inputs must have the same number of dimensions, but their shapes are "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    if dim is None:
        if 3 not in x.shape:
            raise ShapeError(f"no dimension of size 3 in input: its shape is {list(x.shape)}")
        dim = x.shape.index(3)
    axis = wrap_dim(dim, x.dim())
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise ShapeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[axis]} and "
            f"{y.shape[axis]}"
        )
    product: Tensor = roll(x, -1, axis) * roll(y, -2, axis) - roll(x, -2, axis) * roll(y, -1, axis)
    return product


@method
def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: ``other`` times each element of ``input``, in its place.

    >>> import graphnet as torch
    >>> torch.kron(torch.tensor([1, 2]), torch.tensor([1, 10]))
    tensor([ 1, 10,  2, 20])
    """
    x, y = require_tensor("kron", "input", input), require_tensor("kron", "other", other, 2)
    ndim = max(x.dim(), y.dim())
    outer_shape = (*(1,) * (ndim - x.dim()), *x.shape)
    inner_shape = (*(1,) * (ndim - y.dim()), *y.shape)
    spread = Reshape(tuple(n for size in outer_shape for n in (size, 1)))(x)
    tiled = Reshape(tuple(n for size in inner_shape for n in (1, size)))(y)
    shape = tuple(n * m for n, m in zip(outer_shape, inner_shape, strict=True))
    product: Tensor = Reshape(shape)(spread * tiled)
    return product


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = None) -> Tensor:
    """The distances, by the norm of order ``p``, of every row of ``x1`` from every row of ``x2``.

    Shapes: (..., n, m) and (..., k, m) give (..., n, k); leading dimensions broadcast.

    >>> import graphnet as torch
    >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    x, y = require_tensor("cdist", "x1", x1), require_tensor("cdist", "x2", x2, 2)
    if x.dim() < 2 or y.dim() < 2:
        raise ShapeError(
            "cdist only supports at least 2D tensors, but the shapes are "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"X1 and X2 must have the same number of columns. X1: {x.shape[-1]} X2: {y.shape[-1]}"
        )
    if p < 0:
        raise RefusedError(f"cdist only supports non-negative p values, but p is {p}")
    difference = Unsqueeze(x.dim() - 1)(x) - Unsqueeze(y.dim() - 2)(y)
    return vector_norm("cdist", difference, float(p), -1, keepdim=False)


# ------------------------------------------------------------------ square matrices


@method
def matrix_power(input: Tensor, n: int) -> Tensor:
    """Square matrices multiplied by themselves; a negative power is that of the inverse.

    >>> import graphnet as torch
    >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])
    """
    base = require_tensor("matrix_power", "input", input)
    exponent = integer("matrix_power", "n", n)
    if base.dim() < 2 or base.shape[-1] != base.shape[-2]:
        raise ShapeError(
            "linalg.matrix_power: A must be batches of square matrices, but they are "
            f"of shape {list(base.shape)}"
        )
    size = base.shape[-1]
    if exponent == 0:
        identity: Tensor = Expand(tuple(base.shape))(apply(Eye(size, size, base.dtype)))
        return clone(identity)
    if exponent < 0:
        base, exponent = Inverse()(base), -exponent
    while exponent % 2 == 0:
        base, exponent = base @ base, exponent // 2
    result: Tensor = base
    while exponent := exponent // 2:
        base = base @ base
        if exponent % 2:
            result = result @ base
    return clone(result) if result is input else result


def _matrix(op: MatrixOp, input: Any) -> Any:
    return op(require_tensor(op.name, "input", input))


@method
def inverse(input: Tensor) -> Tensor:
    """The inverse of square matrices.

    Raises:
        LinAlgError: (a RuntimeError) a matrix is singular (noticed when it is computed).

    >>> import graphnet as torch
    >>> torch.inverse(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    inverted: Tensor = _matrix(Inverse(), input)
    return inverted


@method
def det(input: Tensor) -> Tensor:
    """The determinant of square matrices.

    >>> import graphnet as torch
    >>> torch.det(torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
    tensor(-1.0000)
    """
    determinant: Tensor = _matrix(Determinant(), input)
    return determinant


@method
def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant: ``-inf`` of 0, NaN of a negative one."""
    sign, logarithm = slogdet(input)
    result: Tensor = Where()(sign < 0, math.nan, logarithm)
    return result


class SlogdetResult(NamedTuple):
    """What :func:`slogdet` returns."""

    sign: Tensor
    logabsdet: Tensor

    def __repr__(self) -> str:
        return f"torch.return_types.slogdet(\nsign={self.sign!r},\nlogabsdet={self.logabsdet!r})"


@method
def slogdet(input: Tensor) -> SlogdetResult:
    """The sign of the determinant and the logarithm of its magnitude.

    >>> import graphnet as torch
    >>> torch.slogdet(torch.tensor([[-1.0]])).sign
    tensor(-1.)
    """
    return SlogdetResult(*_matrix(Slogdet(), input))
