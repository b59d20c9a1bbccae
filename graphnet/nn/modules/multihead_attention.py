"""Attention with several heads, as a layer."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn import init
from graphnet.nn.functional.attention import AttentionError, additive_mask
from graphnet.nn.functional.multi_head_attention import each_once
from graphnet.nn.modules.linear import NonDynamicallyQuantizableLinear
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter


class MultiheadAttention(Module):
    """Several attentions side by side, each between its own projections of the inputs.

    Args:
        embed_dim: the size of the queries and of the result.
        num_heads: how many heads share it; it divides ``embed_dim``.
        dropout: the probability with which an attention weight is dropped while training.
        bias: whether the projections have biases.
        add_bias_kv: whether one more key and value are learned, as ``bias_k`` and ``bias_v``.
        add_zero_attn: whether a key and a value of zeros are added.
        kdim: the size of the keys; ``embed_dim`` when left out.
        vdim: the size of the values; ``embed_dim`` when left out.
        batch_first: whether the batch is dimension 0 rather than 1.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Attributes:
        in_proj_weight: ``(3 * embed_dim, embed_dim)``, the projections of query, key and value
            below each other; or None where the sizes differ, and ``q_proj_weight``,
            ``k_proj_weight`` and ``v_proj_weight`` instead.
        in_proj_bias: ``(3 * embed_dim,)``, or None.
        out_proj: the linear layer that joins what the heads found.

    Raises ValueError for sizes that are not positive, and AssertionError, as PyTorch does, when the
    heads cannot be equal. Source: Vaswani et al. 2017, "Attention is all you need"; PyTorch's page
    "MultiheadAttention".

    >>> import graphnet as torch
    >>> attention = torch.nn.MultiheadAttention(8, num_heads=2, batch_first=True)
    >>> x = torch.ones(5, 3, 8)
    >>> result, weights = attention(x, x, x)
    >>> result.shape, weights.shape
    (torch.Size([5, 3, 8]), torch.Size([5, 3, 3]))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueRangeError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AttentionError(
                f"embed_dim must be divisible by num_heads, got embed_dim={embed_dim} and "
                f"num_heads={num_heads}"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        self.add_zero_attn = add_zero_attn
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        packed = self._qkv_same_embed_dim
        for name, shape, present in (
            ("q_proj_weight", (embed_dim, embed_dim), not packed),
            ("k_proj_weight", (embed_dim, self.kdim), not packed),
            ("v_proj_weight", (embed_dim, self.vdim), not packed),
            ("in_proj_weight", (3 * embed_dim, embed_dim), packed),
            ("in_proj_bias", (3 * embed_dim,), bias),
        ):
            self.register_parameter(name, Parameter(fn.empty(shape, **made)) if present else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, **made)
        for name in ("bias_k", "bias_v"):
            value = Parameter(fn.empty(1, 1, embed_dim, **made)) if add_bias_kv else None
            self.register_parameter(name, value)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw new values for the parameters, but not for ``out_proj.weight``."""
        projections = (
            *(self.in_proj_weight, self.q_proj_weight),
            *(self.k_proj_weight, self.v_proj_weight),
        )
        for weight in projections:
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The result and the attention weights.

        The arguments are those of :func:`~graphnet.nn.functional.multi_head_attention_forward`;
        with ``batch_first`` the first two dimensions of inputs and result are exchanged.
        """
        padding = additive_mask(key_padding_mask, "key_padding_mask", query, attn_mask, "attn_mask")
        mask = additive_mask(attn_mask, "attn_mask", query)
        exchanged = self.batch_first and query.ndim == 3
        if exchanged:
            query, key, value = each_once(lambda x: fn.transpose(x, 0, 1), query, key, value)
        result, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=padding,
            need_weights=need_weights,
            attn_mask=mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return fn.transpose(result, 0, 1) if exchanged else result, weights
