"""Attention of several heads at once, between learned projections.

Source: Vaswani et al. 2017, "Attention is all you need".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.nn.functional.activation import softmax
from graphnet.nn.functional.attention import (
    AttentionError,
    additive_mask,
    scaled_dot_product_attention,
)
from graphnet.nn.functional.dropout import dropout
from graphnet.nn.functional.linear import linear
from graphnet.nn.functional.padding import pad


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Project queries, keys and values, let each head attend, and project what they found.

    Args:
        query: ``(L, N, E)``, or ``(L, E)`` without a batch.
        key: ``(S, N, Ek)`` or ``(S, Ek)``.
        value: ``(S, N, Ev)`` or ``(S, Ev)``.
        embed_dim_to_check: what ``E`` should be.
        num_heads: how many parts the projections are split into; it divides ``E``.
        in_proj_weight: ``(3 E, E)``: the projections of query, key and value below each other.
        in_proj_bias: ``(3 E,)``.
        bias_k: ``(1, 1, E)``, a key after those projected; comes with ``bias_v``.
        bias_v: ``(1, 1, E)``, its value.
        add_zero_attn: whether a key and a value of zeros come last.
        dropout_p: the probability with which a weight is dropped while ``training``.
        out_proj_weight: ``(E, E)``.
        out_proj_bias: ``(E,)``.
        training: whether weights are dropped.
        key_padding_mask: ``(N, S)`` or ``(S,)``: true for keys nobody attends to, or numbers.
        need_weights: whether the attention weights are a result, too.
        attn_mask: ``(L, S)`` or ``(N * num_heads, L, S)``: true where attention is **not** allowed,
            or numbers to be added.
        use_separate_proj_weight: whether the next three take the place of ``in_proj_weight``.
        q_proj_weight: ``(E, E)``.
        k_proj_weight: ``(E, Ek)``.
        v_proj_weight: ``(E, Ev)``.
        static_k: ``(N * num_heads, S, E / num_heads)``: keys to be taken as they are.
        static_v: values, likewise.
        average_attn_weights: whether the weights are the mean over the heads.
        is_causal: says that ``attn_mask`` is the causal mask, which need not be read then.

    Returns:
        ``(L, N, E)`` or ``(L, E)``, and the weights: ``(N, L, S)`` or ``(L, S)``, with a dimension
        for the heads before ``L`` unless averaged; None if not wanted.

    Raises:
        AttentionError: (an AssertionError) sizes do not fit together, or weights are missing.
        RefusedError: (a RuntimeError) ``is_causal`` without a mask.
        ShapeError: a mask has another shape.

    >>> import graphnet as torch
    >>> x, w = torch.ones(3, 2, 4), torch.eye(4)
    >>> attend = torch.nn.functional.multi_head_attention_forward
    >>> out, shares = attend(
    ...     x, x, x, 4, 2, w.repeat(3, 1), None, None, None, False, 0.0, w, None
    ... )
    >>> out.shape, shares[0, 0]
    (torch.Size([3, 2, 4]), tensor([0.3333, 0.3333, 0.3333]))
    """
    batched = _is_batched(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = each_once(lambda x: fn.unsqueeze(x, 1), query, key, value)
        key_padding_mask = None if key_padding_mask is None else fn.unsqueeze(key_padding_mask, 0)
    length, batch, width = query.shape
    if width != embed_dim_to_check or width % num_heads:
        raise AttentionError(
            f"was expecting embedding dimension of {embed_dim_to_check}, divisible by num_heads = "
            f"{num_heads}, but got {width}"
        )
    padding = additive_mask(key_padding_mask, "key_padding_mask", query, attn_mask, "attn_mask")
    if is_causal and attn_mask is None:
        raise RefusedError(
            "Need attn_mask if specifying the is_causal hint",
            cure="nn.Transformer.generate_square_subsequent_mask(size) makes one",
        )
    by_hint = is_causal and padding is None and not need_weights
    mask = None if by_hint else additive_mask(attn_mask, "attn_mask", query)
    mask = _mask_of_heads(mask, (batch, num_heads, length, key.shape[0]))
    separate = [q_proj_weight, k_proj_weight, v_proj_weight]
    weights = separate if use_separate_proj_weight else [in_proj_weight]
    q, k, v = _projections(query, key, value, weights, in_proj_bias, num_heads)
    k, v = _static(static_k, k, bias_k), _static(static_v, v, bias_v)
    zero = fn.zeros(1, 1, width, dtype=q.dtype) if add_zero_attn else None
    given = k.shape[2]
    k, v = _extended(k, (bias_k, zero)), _extended(v, (bias_v, zero))
    if k.shape[2] != v.shape[2]:
        raise AttentionError(
            f"there are {k.shape[2]} keys but {v.shape[2]} values: bias_k and bias_v, static_k and "
            "static_v must be given together"
        )
    mask = _with_padding(mask, padding, (batch, k.shape[2]), k.shape[2] - given)
    rate = dropout_p if training else 0.0
    shares: Tensor | None = None
    if need_weights:
        shares = _shares(q, k, mask, rate)
        found = shares @ v
        shares = fn.mean(shares, dim=1) if average_attn_weights else shares
    else:
        found = scaled_dot_product_attention(q, k, v, mask, rate, by_hint)
    joined = fn.reshape(fn.permute(found, (2, 0, 1, 3)), (length, batch, width))
    result = linear(joined, out_proj_weight, out_proj_bias)
    if batched:
        return result, shares
    return fn.squeeze(result, 1), None if shares is None else fn.squeeze(shares, 0)


def each_once(change: Callable[[Tensor], Tensor], *tensors: Tensor) -> tuple[Tensor, ...]:
    """Change several tensors; those that are the same object stay the same object."""
    changed = {id(tensor): change(tensor) for tensor in {id(x): x for x in tensors}.values()}
    return tuple(changed[id(tensor)] for tensor in tensors)


def _is_batched(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    padding: Tensor | None,
    mask: Tensor | None,
    heads: int,
) -> bool:
    """Whether there is a batch dimension; all operands must agree about it."""
    if query.ndim not in (2, 3):
        raise AttentionError(
            "query should be unbatched 2D or batched 3D tensor but received "
            f"{query.ndim}-D query tensor"
        )
    kind = "batched (3-D)" if query.ndim == 3 else "unbatched (2-D)"
    if key.ndim != query.ndim or value.ndim != query.ndim:
        raise AttentionError(
            f"For {kind} `query`, expected `key` and `value` to be {query.ndim}-D but found "
            f"{key.ndim}-D and {value.ndim}-D tensors respectively"
        )
    if padding is not None and padding.ndim != query.ndim - 1:
        raise AttentionError(
            f"For {kind} `query`, expected `key_padding_mask` to be `None` or {query.ndim - 1}-D "
            f"but found {padding.ndim}-D tensor instead"
        )
    if mask is not None and mask.ndim not in (2, 3):
        raise AttentionError(
            f"For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found "
            f"{mask.ndim}-D tensor instead"
        )
    wanted = (heads, query.shape[0], key.shape[0])
    if query.ndim == 2 and mask is not None and mask.ndim == 3 and mask.shape != wanted:
        raise AttentionError(f"Expected `attn_mask` shape to be {wanted} but got {mask.shape}")
    return query.ndim == 3


def _projections(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    weights: Sequence[Tensor | None],
    bias: Tensor | None,
    heads: int,
) -> Sequence[Tensor]:
    """Queries, keys and values of all heads, each ``(N, heads, length, size)``."""
    sizes = slice(3) if len(weights) == 1 else slice(2)
    if key.shape[sizes] != value.shape[sizes]:
        raise AttentionError(f"key shape {key.shape} does not match value shape {value.shape}")
    present = [weight for weight in weights if weight is not None]
    if len(present) < len(weights):
        raise AttentionError("the projection weights of query, key and value must all be given")
    if len(present) == 1:
        if query is key and key is value:
            packed = linear(query, present[0], bias)
            return [_split(part, heads) for part in fn.chunk(packed, 3, dim=-1)]
        present = list(fn.chunk(present[0], 3))
    inputs = (query, key, value)
    for name, x, weight in zip(("query", "key", "value"), inputs, present, strict=True):
        if weight.shape != (query.shape[-1], x.shape[-1]):
            raise AttentionError(
                f"expecting {name} weights shape of {(query.shape[-1], x.shape[-1])}, but got "
                f"{tuple(weight.shape)}"
            )
    biases = (None, None, None) if bias is None else fn.chunk(bias, 3)
    return [
        _split(linear(x, weight, b), heads)
        for x, weight, b in zip(inputs, present, biases, strict=True)
    ]


def _split(x: Tensor, heads: int) -> Tensor:
    """``(length, N, width)`` as ``(N, heads, length, width / heads)``."""
    length, batch, width = x.shape
    split = fn.reshape(x, (length, batch, heads, width // heads))
    return fn.permute(split, (1, 2, 0, 3))


def _static(given: Tensor | None, projected: Tensor, bias: Tensor | None) -> Tensor:
    """Keys or values that are given, in place of those projected."""
    if given is None:
        return projected
    if bias is not None:
        raise AttentionError("bias cannot be added to static keys or values")
    batch, heads, _, size = projected.shape
    if given.shape[::2] != (batch * heads, size):
        raise AttentionError(
            f"expecting static keys and values of size ({batch * heads}, S, {size}), but got "
            f"{tuple(given.shape)}"
        )
    return fn.reshape(given, (batch, heads, given.shape[1], size))


def _extended(x: Tensor, extras: Sequence[Tensor | None]) -> Tensor:
    """Keys or values with more of them at the end, the same throughout the batch."""
    batch, heads, _, size = x.shape
    width = (1, 1, heads * size)
    parts = [_split(fn.reshape(extra, width), heads) for extra in extras if extra is not None]
    return fn.cat([x, *(part.expand(batch, heads, 1, size) for part in parts)], 2) if parts else x


def _mask_of_heads(mask: Tensor | None, shape: tuple[int, int, int, int]) -> Tensor | None:
    """The attention mask, so that it broadcasts to scores of that shape."""
    if mask is None:
        return None
    batch, heads, length, keys = shape
    wanted = (length, keys) if mask.ndim == 2 else (batch * heads, length, keys)
    if mask.shape != wanted:
        raise ShapeError(
            f"The shape of the {mask.ndim}D attn_mask is {mask.shape}, but should be {wanted}."
        )
    return mask if mask.ndim == 2 else fn.reshape(mask, shape)


def _with_padding(
    mask: Tensor | None, padding: Tensor | None, shape: tuple[int, int], extra: int
) -> Tensor | None:
    """Both masks as one; the ``extra`` keys at the end are neither masked nor padding."""
    if extra:
        mask, padding = (None if x is None else pad(x, (0, extra)) for x in (mask, padding))
    if padding is None:
        return mask
    if padding.shape != shape:
        raise AttentionError(
            f"Expected key_padded_mask of shape {shape}, but got {tuple(padding.shape)}"
        )
    padding = fn.reshape(padding, (shape[0], 1, 1, shape[1]))
    return padding if mask is None else mask + padding


def _shares(query: Tensor, key: Tensor, mask: Tensor | None, rate: float) -> Tensor:
    """The weights with which queries attend to keys; NaN where the mask leaves them none."""
    scores = (query * math.sqrt(1 / query.shape[-1])) @ fn.transpose(key, -2, -1)
    shares = softmax(scores if mask is None else scores + mask, -1)
    return dropout(shares, rate) if rate > 0 else shares
