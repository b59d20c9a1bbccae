"""Powers, inverses, determinants and traces of square matrices."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor, apply
from graphnet.errors import ShapeError
from graphnet.functions import return_types
from graphnet.functions.arguments import integer
from graphnet.functions.conversion import clone
from graphnet.functions.methods import method
from graphnet.functions.options import require_tensor
from graphnet.ops.compare import Where
from graphnet.ops.create import Eye
from graphnet.ops.index import MaskedFill
from graphnet.ops.linalg import Determinant, Inverse, MatrixOp, Slogdet
from graphnet.ops.parts import Diagonal
from graphnet.ops.reduce import Sum

__all__ = [
    "det",
    "inverse",
    "logdet",
    "matrix_power",
    "slogdet",
    "trace",
]


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
        # Filled with zeros, not new: its gradient is zero rather than none.
        identity: Tensor = MaskedFill()(base, True, 0) + apply(Eye(size, size, base.dtype))
        return identity
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
    >>> torch.det(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor(6.)
    """
    determinant: Tensor = _matrix(Determinant(), input)
    return determinant


@method
def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant: ``-inf`` of 0, NaN of a negative one."""
    sign, logarithm = slogdet(input)
    result: Tensor = Where()(sign < 0, math.nan, logarithm)
    return result


@method
def slogdet(input: Tensor) -> return_types.slogdet:
    """The sign of the determinant and the logarithm of its magnitude.

    >>> import graphnet as torch
    >>> torch.slogdet(torch.tensor([[-1.0]])).sign
    tensor(-1.)
    """
    return return_types.slogdet(*_matrix(Slogdet(), input))
