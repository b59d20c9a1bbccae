"""Affine and bilinear maps, and attention."""

from __future__ import annotations

import math
from typing import Final

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.activation import softmax
from graphnet.nn.functional.dropout import dropout
from graphnet.ops.compare import Where
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
    result: Tensor = _LINEAR(x, weight) if bias is None else _LINEAR(x, weight, bias)
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


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """``softmax(query @ key.T * scale + mask) @ value``.

    Args:
        query: ``(N, ..., L, E)``.
        key: ``(N, ..., S, E)``.
        value: ``(N, ..., S, Ev)``.
        attn_mask: broadcasts to ``(N, ..., L, S)``: boolean, true where attention is allowed, or
            numbers to be added.
        dropout_p: the probability with which a weight is dropped.
        is_causal: whether position ``i`` attends to positions up to ``i`` only.
        scale: ``1 / sqrt(E)`` unless given.
        enable_gqa: whether groups of heads of the query share one head of key and value.

    Raises:
        RefusedError: (a RuntimeError) both a mask and ``is_causal`` are given.

    Source: Vaswani et al. 2017, "Attention is all you need".

    >>> import graphnet as torch
    >>> q, k, v = torch.ones(2, 4), torch.ones(3, 4), torch.ones(3, 5)
    >>> torch.nn.functional.scaled_dot_product_attention(q, k, v).shape
    torch.Size([2, 5])
    """
    if is_causal and attn_mask is not None:
        raise RefusedError(
            "scaled_dot_product_attention: Explicit attn_mask should not be set when "
            "is_causal=True",
            cure="put the causal part into the mask",
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ShapeError(
            "scaled_dot_product_attention: Expected query, key, and value to all be at least 2 "
            f"dimensional, but got {query.ndim}, {key.ndim} and {value.ndim}"
        )
    if enable_gqa:
        groups = query.shape[-3] // key.shape[-3]
        key = fn.repeat_interleave(key, groups, dim=-3)
        value = fn.repeat_interleave(value, groups, dim=-3)
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    weights = (query * factor) @ fn.transpose(key, -2, -1)
    if is_causal:
        attn_mask = fn.tril(fn.ones(query.shape[-2], key.shape[-2], dtype=dtypes.bool))
    if attn_mask is None:
        shares = softmax(weights, -1)
    elif attn_mask.dtype is dtypes.bool:
        # A row without anything to attend to has the weight 0 throughout, not NaN.
        shares = softmax(Where()(attn_mask, weights, -math.inf), -1)
        shares = Where()(fn.any(attn_mask, dim=-1, keepdim=True), shares, 0.0)
    else:
        shares = softmax(weights + attn_mask, -1)
    result: Tensor = dropout(shares, dropout_p) @ value
    return result
