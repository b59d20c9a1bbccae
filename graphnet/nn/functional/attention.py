"""Attention of queries to keys, and the masks that say to which.

Source: Vaswani et al. 2017, "Attention is all you need".
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, GraphnetError, ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.activation import softmax
from graphnet.nn.functional.dropout import dropout
from graphnet.ops.compare import Where
from graphnet.ops.softmax import SafeSoftmax

_EXCLUDED = -math.inf


class AttentionError(GraphnetError, AssertionError):
    """Inputs, masks or weights of an attention that do not belong together."""


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """``softmax(query @ key.T * scale + mask) @ value``.

    Where the mask leaves a query nothing to attend to, the result is 0.

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
        RefusedError: (a RuntimeError) both a mask and ``is_causal`` are given, the heads cannot be
            grouped, or the probability is greater than 1.
        ShapeError: there are less than two dimensions, or the sizes do not fit together.
        DtypeError: the element types differ.

    >>> import graphnet as torch
    >>> q, k, v = torch.ones(2, 4), torch.ones(3, 4), torch.ones(3, 5)
    >>> torch.nn.functional.scaled_dot_product_attention(q, k, v).shape
    torch.Size([2, 5])
    """
    name = "scaled_dot_product_attention"
    for argument, tensor in (("query", query), ("key", key), ("value", value)):
        require_tensor(name, argument, tensor)
    from graphnet.amp.autocast_mode import shortened  # with it comes all of torch.amp

    query, key, value = shortened(query, key, value)
    _check_operands(query, key, value, attn_mask)
    if is_causal and attn_mask is not None:
        raise RefusedError(
            f"{name}: Explicit attn_mask should not be set when is_causal=True",
            cure="put the causal part into the mask",
        )
    if dropout_p > 1:
        raise RefusedError(
            f"{name}: dropout probability has to be between 0 and 1, but got {dropout_p}"
        )
    if enable_gqa:
        key, value = (_repeated_heads(query, shared) for shared in (key, value))
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = (query * factor) @ fn.transpose(key, -2, -1)
    if is_causal:
        # Whoever sees nothing later sees the first position at least: the plain softmax will do.
        later = causal_mask(query.shape[-2], key.shape[-2], query.dtype)
        shares = softmax(scores + later, -1)
    elif attn_mask is None:
        shares = softmax(scores, -1)
    else:
        allowed = attn_mask.dtype is dtypes.bool
        bias = Where()(attn_mask, 0.0, _EXCLUDED) if allowed else attn_mask
        shares = SafeSoftmax(scores.ndim - 1)(scores + bias.to(scores.dtype))
    if dropout_p > 0:
        shares = dropout(shares, dropout_p)
    result: Tensor = shares @ value
    return result


def causal_mask(
    rows: int, columns: int, dtype: dtypes.dtype | None = None, device: Any = None
) -> Tensor:
    """What to add to scores so that no position attends to later ones: 0, and ``-inf`` there."""
    return fn.triu(fn.full((rows, columns), _EXCLUDED, dtype=dtype, device=device), 1)


def _check_operands(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> None:
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ShapeError(
            "scaled_dot_product_attention: Expected query, key, and value to all be at least 2 "
            f"dimensional, but got query.dim: {query.ndim} key.dim: {key.ndim} and value.dim: "
            f"{value.ndim} instead"
        )
    if not query.dtype is key.dtype is value.dtype:
        raise DtypeError(
            "scaled_dot_product_attention: Expected query, key, and value to have the same dtype, "
            f"but got query.dtype: {query.dtype} key.dtype: {key.dtype} and value.dtype: "
            f"{value.dtype} instead",
            cure=f"cast them, as in `key.to({query.dtype})`",
        )
    if mask is not None and mask.dtype not in (dtypes.bool, dtypes.float32, query.dtype):
        raise DtypeError(
            "scaled_dot_product_attention: Expected attn_mask dtype to be bool or float or to "
            f"match query dtype, but got attn_mask.dtype: {mask.dtype} and query.dtype: "
            f"{query.dtype} instead",
            cure=f"cast the mask, as in `attn_mask.to({query.dtype})`",
        )


def _repeated_heads(query: Tensor, shared: Tensor) -> Tensor:
    """Keys or values, each head as often as there are heads of the query for it."""
    heads, groups = query.size(-3), shared.size(-3)
    if heads % groups:
        raise RefusedError(
            "scaled_dot_product_attention: Number of heads in key and value must divide the number "
            f"of heads in query, but got {groups} and {heads}"
        )
    return shared if heads == groups else fn.repeat_interleave(shared, heads // groups, dim=-3)


def additive_mask(
    mask: Tensor | None,
    name: str,
    query: Tensor,
    other: Tensor | None = None,
    other_name: str = "",
) -> Tensor | None:
    """A mask as numbers to be added to scores: ``-inf`` where a boolean one is true.

    Warns, as PyTorch does, if another mask that is given with it has another dtype.

    Raises:
        AttentionError: (an AssertionError) the mask is neither boolean nor floating point.
    """
    if mask is None:
        return None
    if mask.dtype is not dtypes.bool and not mask.is_floating_point():
        raise AttentionError(
            f"only bool and floating types of {name} are supported, but it is {mask.dtype}"
        )
    if other is not None and mask.dtype is not other.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both "
            "instead.",
            stacklevel=3,
        )
    if mask.dtype is not dtypes.bool:
        return mask
    excluded: Tensor = Where()(mask, _EXCLUDED, fn.zeros((), dtype=query.dtype))
    return excluded
