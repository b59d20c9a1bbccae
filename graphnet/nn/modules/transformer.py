"""Stacks of transformer layers, and the transformer that is made of two of them.

Source: Vaswani et al. 2017, "Attention is all you need".
"""

from __future__ import annotations

import copy
import warnings
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.grad_mode import enabled as is_grad_enabled
from graphnet.nn import functional as F
from graphnet.nn import init
from graphnet.nn.functional.attention import additive_mask, causal_mask
from graphnet.nn.modules.container import ModuleList
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.normalization import LayerNorm
from graphnet.nn.modules.transformer_layer import (
    Activation,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from graphnet.nn.modules.transformer_layer import (
    _get_activation_fn as _get_activation_fn,  # programs import it from here
)
from graphnet.ops.compare import Where

__all__ = [
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]


def _get_clones(module: Module, count: int) -> ModuleList:
    return ModuleList([copy.deepcopy(module) for _ in range(count)])


class TransformerEncoder(Module):
    """Layers through which a sequence goes one after the other.

    Args:
        encoder_layer: the layer, of which each layer of the stack begins as a copy.
        num_layers: how many.
        norm: a normalization at the end.
        enable_nested_tensor: whether padding may come out as zeros in evaluation, as it does in
            PyTorch where padded batches are run as sequences of different lengths.
        mask_check: kept for PyTorch's programs: masks are always looked at.

    Shapes: ``(S, N, E)``, ``(N, S, E)`` if the layer has the batch first, or ``(S, E)``. Source: as
    for the module; PyTorch's page "TransformerEncoder".

    >>> import graphnet as torch
    >>> layer = torch.nn.TransformerEncoderLayer(d_model=16, nhead=4, batch_first=True)
    >>> encoder = torch.nn.TransformerEncoder(layer, num_layers=2)
    >>> encoder(torch.ones(3, 10, 16)).shape
    torch.Size([3, 10, 16])
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _get_clones(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        hindrance = _hindrance(encoder_layer) if enable_nested_tensor else None
        if hindrance is not None:
            warnings.warn(
                "enable_nested_tensor is True, but self.use_nested_tensor is False because "
                f"{hindrance}",
                stacklevel=2,
            )
        self.use_nested_tensor = enable_nested_tensor and hindrance is None

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """The sequence, changed by all layers.

        Args:
            src: the sequence.
            mask: as :class:`TransformerEncoderLayer` takes it.
            src_key_padding_mask: likewise.
            is_causal: says that ``mask`` is the causal mask.
        """
        padding = additive_mask(src_key_padding_mask, "src_key_padding_mask", src, mask, "mask")
        mask = additive_mask(mask, "mask", src)
        output = src
        for layer in self.layers:
            output = layer(
                output,
                src_mask=mask,
                src_key_padding_mask=padding,
                # PyTorch finds out whether a mask is causal in order to be faster. The result is
                # the same, and finding out would mean running what has been recorded so far.
                is_causal=bool(is_causal),
            )
        if padding is not None and mask is None and src.ndim == 3 and self._is_inferring(src):
            output = _without_padding(output, padding)
        return output if self.norm is None else self.norm(output)

    def _is_inferring(self, src: Tensor) -> bool:
        """Whether PyTorch would take the way that leaves padding out."""
        first = self.layers[0]
        if not self.use_nested_tensor or first.training:
            return False
        leaves = (src, *first.parameters())
        return not (is_grad_enabled() and any(leaf.requires_grad for leaf in leaves))


def _hindrance(layer: Module) -> str | None:
    """Why PyTorch would not run padded batches of this layer as sequences of different lengths."""
    name = "encoder_layer"
    if not isinstance(layer, TransformerEncoderLayer):
        return f"{name} was not TransformerEncoderLayer"
    attention = layer.self_attn
    reasons = (
        (layer.norm_first, "norm_first was True"),
        (
            not attention.batch_first,
            "self_attn.batch_first was not True(use batch_first for better inference performance)",
        ),
        (not attention._qkv_same_embed_dim, "self_attn._qkv_same_embed_dim was not True"),
        (attention.in_proj_bias is None, "self_attn was passed bias=False"),
        (not layer.activation_relu_or_gelu, "activation_relu_or_gelu was not True"),
        (layer.norm1.eps != layer.norm2.eps, f"norm1.eps was not equal to {name}.norm2.eps"),
        (attention.num_heads % 2 == 1, "self_attn.num_heads is odd"),
    )
    return next((f"{name}.{reason}" for holds, reason in reasons if holds), None)


def _without_padding(x: Tensor, padding: Tensor) -> Tensor:
    """Zeros where the padding is, provided that it is at the end of each sequence.

    Whether it is, is part of the graph: nothing has to be looked at.
    """
    kept = padding.eq(0)
    places = fn.arange(kept.shape[1])
    inside = places < fn.sum(kept, dim=1, keepdim=True)
    shown = inside | fn.any(inside.ne(kept))
    result: Tensor = Where()(fn.unsqueeze(shown, -1), x, 0.0)
    return result


class TransformerDecoder(Module):
    """Layers through which a sequence goes one after the other, each attending to a second one.

    Args:
        decoder_layer: the layer, of which each layer of the stack begins as a copy.
        num_layers: how many.
        norm: a normalization at the end.

    Shapes: as for :class:`TransformerDecoderLayer`. Source: as for the module; PyTorch's page
    "TransformerDecoder".

    >>> import graphnet as torch
    >>> layer = torch.nn.TransformerDecoderLayer(d_model=16, nhead=4)
    >>> decoder = torch.nn.TransformerDecoder(layer, num_layers=2)
    >>> decoder(torch.ones(5, 3, 16), torch.ones(10, 3, 16)).shape
    torch.Size([5, 3, 16])
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = _get_clones(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The target, changed by all layers; see :class:`TransformerDecoderLayer`."""
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder for a source sequence and a decoder for a target that attends to the result.

    Args:
        d_model: the size of the sequences' vectors.
        nhead: how many heads attend; it divides ``d_model``.
        num_encoder_layers: the height of the encoder.
        num_decoder_layers: the height of the decoder.
        dim_feedforward: the size between the two linear layers of each layer.
        dropout: the probability of all dropout there is in it.
        activation: "relu", "gelu" or a function of a tensor.
        custom_encoder: another module in place of the encoder.
        custom_decoder: another module in place of the decoder.
        layer_norm_eps: the ``eps`` of the normalizations.
        batch_first: whether the batch is dimension 0 rather than 1.
        norm_first: whether the normalizations come first in each layer.
        bias: whether linear layers and normalizations have biases.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: source ``(S, N, E)`` and target ``(T, N, E)`` give ``(T, N, E)``. Raises RuntimeError
    for batches or sizes that differ. Source: as for the module; PyTorch's page "Transformer".

    >>> import graphnet as torch
    >>> transformer = torch.nn.Transformer(16, 4, 1, 1, dim_feedforward=32, batch_first=True)
    >>> mask = transformer.generate_square_subsequent_mask(5)
    >>> transformer(torch.ones(2, 10, 16), torch.ones(2, 5, 16), tgt_mask=mask).shape
    torch.Size([2, 5, 16])
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        custom_encoder: Any | None = None,
        custom_decoder: Any | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        options = (
            *(d_model, nhead, dim_feedforward, dropout, activation),
            *(layer_norm_eps, batch_first, norm_first, bias),
        )
        if custom_encoder is None:
            encoder_layer = TransformerEncoderLayer(*options, **made)
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, **made)
            custom_encoder = TransformerEncoder(encoder_layer, num_encoder_layers, norm)
        if custom_decoder is None:
            decoder_layer = TransformerDecoderLayer(*options, **made)
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, **made)
            custom_decoder = TransformerDecoder(decoder_layer, num_decoder_layers, norm)
        self.encoder = custom_encoder
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The target, changed by the decoder.

        The masks are those of :class:`TransformerEncoderLayer` and
        :class:`TransformerDecoderLayer`.
        """
        batch = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[batch] != tgt.shape[batch]:
            raise RefusedError(
                "the batch number of src and tgt must be equal, but their shapes are "
                f"{list(src.shape)} and {list(tgt.shape)}"
            )
        if not src.shape[-1] == tgt.shape[-1] == self.d_model:
            raise RefusedError(
                "the feature number of src and tgt must be equal to d_model, but it is "
                f"{src.shape[-1]} and {tgt.shape[-1]} rather than {self.d_model}"
            )
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        result: Tensor = self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )
        return result

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: Any = None, dtype: dtypes.dtype | None = None
    ) -> Tensor:
        """The causal mask of ``sz`` places: ``-inf`` right of the diagonal, else 0.

        >>> import graphnet as torch
        >>> torch.nn.Transformer.generate_square_subsequent_mask(2)
        tensor([[0., -inf],
                [0., 0.]])
        """
        return causal_mask(sz, sz, dtype, device)

    def _reset_parameters(self) -> None:
        """Draw all weights again, by Glorot's rule."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)
