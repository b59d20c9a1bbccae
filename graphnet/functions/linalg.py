"""Products of matrices and vectors. Each function is a ``Tensor`` method, too."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, ShapeError
from graphnet.functions.complex_numbers import conj
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import require_tensor
from graphnet.ir.types import Number
from graphnet.ops.arithmetic import Mul
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.matmul import Matmul
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Expand, Unsqueeze
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "bmm",
    "dot",
    "ger",
    "matmul",
    "mm",
    "mv",
    "outer",
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
    return matrix_product("matmul", input, other)


def matrix_product(function: str, x: Any, y: Any) -> Tensor:
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
    return matrix_product("mm", first, _require_ndim("mm", "mat2", mat2, 2, 2))


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
    return matrix_product("bmm", first, second)


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
    return matrix_product("mv", matrix, vector)


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
    """The dot product of two vectors, of which the first is conjugated if complex."""
    return _dot("vdot", conj(require_tensor("vdot", "input", input)), other)


def _dot(function: str, x: Any, y: Any) -> Tensor:
    first = require_tensor(function, "input", x)
    second = require_tensor(function, "tensor", y, 2)
    if first.dim() != 1 or second.dim() != 1:
        raise ShapeError(
            f"{function}: 1D tensors expected, but got {first.dim()}D and {second.dim()}D tensors"
        )
    if first.dtype is not second.dtype:
        raise DtypeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{SCALAR_TYPE_NAMES[first.dtype]} and {SCALAR_TYPE_NAMES[second.dtype]}",
            cure=f"cast one of them, as in `x.to({first.dtype})`",
        )
    if first.shape != second.shape:
        raise ShapeError(
            f"{function}: inconsistent tensor size, expected tensor [{first.shape[0]}] and src "
            f"[{second.shape[0]}] to have the same number of elements"
        )
    return matrix_product(function, first, second)


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
        DtypeError: the dtypes differ.
    """
    base = require_tensor(function, "input", input)
    if is_integral(product.dtype):
        # PyTorch, too, stores the factors in the tensors' dtype, without their fraction.
        kind = bool if product.dtype is dtypes.bool else int
        beta, alpha = kind(beta), kind(alpha)  # type: ignore[arg-type]  # complex ones raise
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
    product = matrix_product("addmm", first, _require_ndim("addmm", "mat2", mat2, 2, 3))
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
