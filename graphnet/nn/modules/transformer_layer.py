"""One layer of a transformer: attention and a small network, each beside a shortcut.

Source: Vaswani et al. 2017, "Attention is all you need"; Xiong et al. 2020, "On layer normalization
in the transformer architecture", for ``norm_first``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.nn import functional as F
from graphnet.nn.functional.attention import additive_mask
from graphnet.nn.modules.activation import GELU, ReLU
from graphnet.nn.modules.dropout import Dropout
from graphnet.nn.modules.linear import Linear
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.multihead_attention import MultiheadAttention
from graphnet.nn.modules.normalization import LayerNorm

Activation = Callable[[Tensor], Tensor]

_ACTIVATIONS: dict[str, Activation] = {"relu": F.relu, "gelu": F.gelu}


class _TransformerLayer(Module):
    """What the layers of encoder and decoder share: they differ in the number of attentions."""

    _attentions: ClassVar[tuple[str, ...]]

    self_attn: MultiheadAttention
    activation: Activation

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        for name in self._attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout, bias, batch_first=batch_first, **made
            )
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **made)
        self.norm_first = norm_first
        # One of each for every attention, and one for the small network.
        numbers = range(1, len(self._attentions) + 2)
        for number in numbers:
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, **made)
            self.add_module(f"norm{number}", norm)
        for number in numbers:
            self.add_module(f"dropout{number}", Dropout(dropout))
        self.activation = (
            _get_activation_fn(activation) if isinstance(activation, str) else activation
        )

    def _beside(self, x: Tensor, norm: Module, block: Activation) -> Tensor:
        """``x`` plus a block of it; the norm comes before the block or after the sum."""
        result: Tensor = x + block(norm(x)) if self.norm_first else norm(x + block(x))
        return result

    def _sa_block(
        self,
        x: Tensor,
        attn_mask: Tensor | None,
        key_padding_mask: Tensor | None,
        is_causal: bool = False,
    ) -> Tensor:
        """Attention of a sequence to itself."""
        found, _ = self.self_attn(
            x,
            x,
            x,
            key_padding_mask=key_padding_mask,
            need_weights=False,
            attn_mask=attn_mask,
            is_causal=is_causal,
        )
        result: Tensor = self.dropout1(found)
        return result

    def _ff_block(self, x: Tensor) -> Tensor:
        """The small network, on each place by itself."""
        last = getattr(self, f"dropout{len(self._attentions) + 1}")
        result: Tensor = last(self.linear2(self.dropout(self.activation(self.linear1(x)))))
        return result


def _get_activation_fn(name: str) -> Activation:
    """The activation of that name.

    Raises:
        RefusedError: (a RuntimeError) there is none.
    """
    if name not in _ACTIVATIONS:
        raise RefusedError(
            f"activation should be relu/gelu, not {name}",
            cure="any function of a tensor may be given instead of a name",
        )
    return _ACTIVATIONS[name]


class TransformerEncoderLayer(_TransformerLayer):
    """A sequence attends to itself, then goes through two linear layers place by place.

    Args:
        d_model: the size of the sequence's vectors.
        nhead: how many heads attend; it divides ``d_model``.
        dim_feedforward: the size between the two linear layers.
        dropout: the probability of all dropout there is in it.
        activation: "relu", "gelu" or a function of a tensor, between the two linear layers.
        layer_norm_eps: the ``eps`` of the normalizations.
        batch_first: whether the batch is dimension 0 rather than 1.
        norm_first: whether the normalizations come before attention and linear layers, rather than
            after the sums.
        bias: whether linear layers and normalizations have biases.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: ``(S, N, d_model)`` or, without a batch, ``(S, d_model)``. Source: as for the module;
    PyTorch's page "TransformerEncoderLayer".

    >>> import graphnet as torch
    >>> layer = torch.nn.TransformerEncoderLayer(d_model=16, nhead=4, dim_feedforward=32)
    >>> layer(torch.ones(10, 2, 16)).shape
    torch.Size([10, 2, 16])
    """

    _attentions = ("self_attn",)

    @property
    def activation_relu_or_gelu(self) -> int:
        """1 for ReLU, 2 for GELU, 0 for other activations."""
        if self.activation is F.relu or isinstance(self.activation, ReLU):
            return 1
        return 2 if self.activation is F.gelu or isinstance(self.activation, GELU) else 0

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The sequence, changed.

        Args:
            src: the sequence.
            src_mask: ``(S, S)`` or ``(N * nhead, S, S)``: true where attention is not allowed, or
                numbers to be added to the scores.
            src_key_padding_mask: ``(N, S)``: true at places nobody attends to, or numbers.
            is_causal: says that ``src_mask`` is the causal mask.
        """
        names = "src_key_padding_mask", src, src_mask, "src_mask"
        padding = additive_mask(src_key_padding_mask, *names)
        mask = additive_mask(src_mask, "src_mask", src)

        def attention(x: Tensor) -> Tensor:
            return self._sa_block(x, mask, padding, is_causal)

        x = self._beside(src, self.norm1, attention)
        return self._beside(x, self.norm2, self._ff_block)


class TransformerDecoderLayer(_TransformerLayer):
    """A sequence attends to itself and to another one, then goes through two linear layers.

    The arguments are those of :class:`TransformerEncoderLayer`. Shapes: target ``(T, N, d_model)``
    and memory ``(S, N, d_model)`` give ``(T, N, d_model)``, with or without a batch. Source: as for
    the module; PyTorch's page "TransformerDecoderLayer".

    >>> import graphnet as torch
    >>> layer = torch.nn.TransformerDecoderLayer(d_model=16, nhead=4, dim_feedforward=32)
    >>> layer(torch.ones(5, 2, 16), torch.ones(10, 2, 16)).shape
    torch.Size([5, 2, 16])
    """

    _attentions = ("self_attn", "multihead_attn")

    multihead_attn: MultiheadAttention

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The target, changed.

        The masks of target and memory mean what those of :class:`TransformerEncoderLayer` mean;
        ``memory_mask`` is ``(T, S)`` and ``memory_key_padding_mask`` ``(N, S)``.
        """

        def attention(x: Tensor) -> Tensor:
            return self._sa_block(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal)

        def attention_to_memory(x: Tensor) -> Tensor:
            return self._mha_block(
                x, memory, memory_mask, memory_key_padding_mask, memory_is_causal
            )

        x = self._beside(tgt, self.norm1, attention)
        x = self._beside(x, self.norm2, attention_to_memory)
        return self._beside(x, self.norm3, self._ff_block)

    def _mha_block(
        self,
        x: Tensor,
        mem: Tensor,
        attn_mask: Tensor | None,
        key_padding_mask: Tensor | None,
        is_causal: bool = False,
    ) -> Tensor:
        """Attention to the memory."""
        found, _ = self.multihead_attn(
            x,
            mem,
            mem,
            key_padding_mask=key_padding_mask,
            need_weights=False,
            attn_mask=attn_mask,
            is_causal=is_causal,
        )
        result: Tensor = self.dropout2(found)
        return result
