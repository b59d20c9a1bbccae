"""The affine map of a fully connected layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.errors import DtypeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.arithmetic import Add
from graphnet.ops.batching import batch
from graphnet.ops.elementwise import is_half
from graphnet.ops.matmul import Matmul, transposed
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Reshape, T, filled
from graphnet.ops.tiles import product
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES


@op("linear")
class Linear(Op):
    """``x @ weight.T + bias``; the bias may be absent. Source: PyTorch's page ``Linear``.

    Shapes: ``(..., in)``, ``(out, in)`` or ``(in,)``, ``(out,)`` give ``(..., out)`` or ``(...)``.
    """

    def infer(self, *operands: TensorType) -> TensorType:
        """Inner sizes must agree.

        Raises:
            ShapeError: they don't, or the bias does not fit.
            DtypeError: element types differ.
        """
        x, weight, *rest = operands
        for other in (weight, *rest):
            if other.dtype is not x.dtype:
                raise DtypeError(
                    "mat1 and mat2 must have the same dtype, but got "
                    f"{SCALAR_TYPE_NAMES[x.dtype]} and {SCALAR_TYPE_NAMES[other.dtype]}",
                    cure=f"linear: cast one of them, as in `x.to({other.dtype})`",
                )
        if weight.ndim not in (1, 2) or not x.ndim:
            raise ShapeError(
                f"linear: the input needs at least 1 dimension and the weight 1 or 2, but their "
                f"shapes are {list(x.shape)} and {list(weight.shape)}"
            )
        if x.shape[-1] != weight.shape[-1]:
            rows = math.prod(x.shape[:-1])
            raise ShapeError(
                f"mat1 and mat2 shapes cannot be multiplied ({rows}x{x.shape[-1]} and "
                f"{'x'.join(map(str, reversed(weight.shape)))})",
                cure=f"linear: the input's last size must be {weight.shape[-1]}, the layer's "
                "in_features",
            )
        outs = weight.shape[:-1]
        if rest and rest[0].shape not in (outs, (1,), ()):
            raise ShapeError(
                f"linear: a bias of shape {list(rest[0].shape)} does not fit a weight of shape "
                f"{list(weight.shape)}",
                cure=f"it needs shape {list(outs)}",
            )
        return TensorType(x.dtype, (*x.shape[:-1], *outs))

    def kernel(self, x: Any, weight: Any, *bias: Any) -> Any:
        """One matrix product, then the bias added in place; half precision is rounded once."""
        if x.dtype.itemsize == 2 and x.dtype.kind not in "iu":
            wide = (array.astype(np.float32) for array in (x, weight, *bias))
            return self.kernel(*wide).astype(x.dtype)
        if x.ndim > 2 and weight.ndim == 2:
            rows = product(x.reshape(math.prod(x.shape[:-1]), x.shape[-1]), weight.T)
            out = rows.reshape(*x.shape[:-1], weight.shape[0])
        else:
            out = product(x, weight.T)
        if bias:
            out += bias[0]
        return out

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, into memory that is given."""
        x, weight, *_ = operands
        if weight.ndim == 1 or is_half(result.dtype):
            return None
        rows = (math.prod(x.shape[:-1]), x.shape[-1])
        flat = (rows[0], weight.shape[0])

        def folded(out: Any, x: Any, weight: Any, *bias: Any) -> None:
            _product(out.reshape(flat), x.reshape(rows), weight, *bias)

        return _product if x.ndim <= 2 else folded

    def decompose(self, *operands: Value) -> Value | None:
        """``x @ weight.T + bias``, the rows of ``x`` as one matrix."""
        x, weight, *bias = operands
        if weight.ndim != 2 or x.ndim < 2 or is_half(x.dtype):
            return None
        rows = (math.prod(x.shape[:-1]), x.shape[-1])
        out = _reshaped(x, rows) @ T()(weight)
        if bias:
            out = out + bias[0]
        return _reshaped(out, (*x.shape[:-1], weight.shape[0]))

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """``g @ weight``, ``g.T @ x`` and the sum of ``g`` over the rows."""
        x, weight, *bias = operands
        outs = weight.shape[0] if weight.ndim == 2 else 1
        rows = math.prod(x.shape[:-1])
        flat_g: Value = _reshaped(g, (rows, outs))
        flat_x: Value = _reshaped(x, (rows, x.shape[-1]))
        flat_weight: Value = _reshaped(weight, (outs, x.shape[-1]))
        gradients = [_reshaped(flat_g @ flat_weight, x.shape)]
        gradients.append(_reshaped(T()(flat_g) @ flat_x, weight.shape))
        if bias:
            gradients.append(Sum((0,))(flat_g) if bias[0].ndim else Sum((0, 1))(flat_g))
        return gradients

    @property
    def grad_name(self) -> str:
        """As PyTorch names the product of two matrices with a sum."""
        return "AddmmBackward0"

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """What comes last in PyTorch: the product, the sum, or the view as more dimensions."""
        x, weight, *bias = operands
        if weight.ndim == 1:
            return Matmul().grad_name_of(index, (x, weight))
        if x.ndim == 2:
            return self.grad_name if bias else "MmBackward0"
        if bias:
            return "ViewBackward0"
        return "SqueezeBackward4" if x.ndim == 1 else "UnsafeViewBackward0"

    def edges(self, operands: Sequence[Any]) -> Sequence[Any]:
        """The bias comes first."""
        x, weight, *bias = operands
        return (*bias, x, weight)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Where the members have weights of their own, a product and a sum."""
        x, weight, *bias = operands
        if not any(batched[1:]):
            return Linear()(*operands)
        (x,) = filled(size, [x], batched[:1])
        across = weight if weight.ndim - batched[1] == 1 else transposed(weight)
        out = batch(Matmul(), size, [x, across], [True, batched[1]])
        if bias:
            out = batch(Add(), size, [out, bias[0]], [True, batched[2]])
        return out


def _product(out: Any, x: Any, weight: Any, *bias: Any) -> None:
    product(x, weight.T, out)
    if bias:
        np.add(out, bias[0], out=out)


def _reshaped(x: Value, shape: tuple[int, ...]) -> Value:
    result: Value = Reshape(shape)(x) if x.shape != shape else x
    return result
