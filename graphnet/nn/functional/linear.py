"""Affine and bilinear maps."""

from __future__ import annotations

import math
from typing import Final

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.options import require_tensor
from graphnet.ops.linear import Linear

_LINEAR: Final = Linear()


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``.

    Shapes: ``(..., in)``, ``(out, in)`` and ``(out,)`` give ``(..., out)``.

    Raises:
        ShapeError: the sizes do not fit together.
        DtypeError: the element types differ.

    >>> import graphnet as torch
    >>> torch.nn.functional.linear(torch.ones(2, 3), torch.ones(1, 3), torch.tensor([0.5]))
    tensor([[3.5000],
            [3.5000]])
    """
    x = require_tensor("linear", "input", input)
    require_tensor("linear", "weight", weight, 2)
    operands = (x, weight) if bias is None else (x, weight, bias)
    result: Tensor = x._apply(_LINEAR, *operands)
    return result


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input1 @ weight[k] @ input2 + bias[k]`` for each ``k``.

    Shapes: ``(..., in1)``, ``(..., in2)``, ``(out, in1, in2)`` and ``(out,)`` give ``(..., out)``.

    Raises:
        ShapeError: the sizes do not fit together.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.bilinear(torch.ones(4, 2), torch.ones(4, 3), torch.ones(1, 2, 3)).squeeze()
    tensor([6., 6., 6., 6.])
    """
    shapes = (input1.shape, input2.shape, weight.shape)
    if weight.ndim != 3 or input1.shape[:-1] != input2.shape[:-1]:
        raise ShapeError(
            "bilinear(): input batch dimensions do not match, or the weight has not 3 dimensions: "
            f"got {', '.join(str(list(shape)) for shape in shapes)}"
        )
    outs, in1, in2 = weight.shape
    if (input1.shape[-1], input2.shape[-1]) != (in1, in2):
        raise ShapeError(
            f"bilinear(): input sizes do not match weight size: got {input1.shape[-1]} and "
            f"{input2.shape[-1]} but expected {in1} and {in2}"
        )
    rows = math.prod(input1.shape[:-1])
    left = fn.reshape(input1, (rows, in1))
    right = fn.reshape(input2, (rows, 1, in2))
    by_output = linear(left, fn.reshape(weight.transpose(1, 2), (outs * in2, in1)))
    products = fn.sum(fn.reshape(by_output, (rows, outs, in2)) * right, dim=-1)
    result: Tensor = fn.reshape(products, (*input1.shape[:-1], outs))
    return result if bias is None else result + bias
