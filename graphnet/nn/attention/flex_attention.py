"""Attention with scores changed by a function: ``torch.nn.attention.flex_attention``.

The function of a score and its four indices is vectorised over all of them (:func:`graphnet.vmap`).
PyTorch skips blocks in which nothing is left; here a mask says what is left out, and that is all.

Source: PyTorch's page ``torch.nn.attention.flex_attention``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.devices import check_device
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.func.vectorized import vmap
from graphnet.functions.linalg import matmul
from graphnet.functions.mixing import where
from graphnet.functions.ranges import arange
from graphnet.nn.functional import pad

__all__ = [
    "AuxOutput",
    "AuxRequest",
    "BlockMask",
    "and_masks",
    "create_block_mask",
    "create_mask",
    "flex_attention",
    "noop_mask",
    "or_masks",
]

#: How many rows and columns of a mask make a block.
_DEFAULT_SPARSE_BLOCK_SIZE: Final = 128

ScoreMod = Callable[..., Tensor]
MaskMod = Callable[..., Tensor]


class AuxRequest(NamedTuple):
    """What else is wanted."""

    lse: bool = False
    max_scores: bool = False


class AuxOutput(NamedTuple):
    """What else was computed: logarithms of sums of exponentials, and greatest scores."""

    lse: Tensor | None = None
    max_scores: Tensor | None = None


def noop_mask(batch: Tensor, head: Tensor, token_q: Tensor, token_kv: Tensor) -> Tensor:
    """Leaves everything in."""
    return batch.new_ones(size=(), dtype=dtypes.bool)  # type: ignore[no-any-return]  # a tensor


def or_masks(*mask_mods: MaskMod) -> MaskMod:
    """What any of the functions leaves in."""
    return _joined(mask_mods, lambda one, other: one | other)


def and_masks(*mask_mods: MaskMod) -> MaskMod:
    """What all of the functions leave in."""
    return _joined(mask_mods, lambda one, other: one & other)


def _joined(masks: tuple[MaskMod, ...], join: Callable[[Any, Any], Any]) -> MaskMod:
    if not all(callable(mask) for mask in masks):
        raise ValueRangeError(f"All inputs should be callable mask_mods: {masks}")

    def mask(b: Tensor, h: Tensor, q_idx: Tensor, kv_idx: Tensor) -> Any:
        found: Any = masks[0](b, h, q_idx, kv_idx)
        for each in masks[1:]:
            found = join(found, each(b, h, q_idx, kv_idx))
        return found

    return mask


def _over_indices(function: Callable[..., Tensor], scored: bool) -> Callable[..., Tensor]:
    """A function of (a score and) four numbers as one of all scores and four ranges."""
    lead: tuple[Any, ...] = (0,) if scored else ()
    for dims in ((None, None, None, 0), (None, None, 0, None), (None, 0, None, None)):
        function = vmap(function, in_dims=(*lead, *dims))
    return vmap(function, in_dims=(*lead, 0, None, None, None))


def _ranges(sizes: Any) -> list[Tensor]:
    return [arange(size) for size in sizes]


def create_mask(
    mod_fn: Callable[..., Tensor],
    B: int | None,  # PyTorch's name
    H: int | None,  # PyTorch's name
    Q_LEN: int,  # PyTorch's name
    KV_LEN: int,  # PyTorch's name
    device: Any = None,
) -> Tensor:
    """What a function of (batch, head, query, key) leaves in, as booleans of shape (B, H, Q, KV).

    >>> from graphnet.nn.attention.flex_attention import create_mask
    >>> create_mask(lambda b, h, q, k: q >= k, None, None, 2, 2)[0, 0]
    tensor([[ True, False],
            [ True,  True]])
    """
    if device is not None:
        check_device(device)
    return _over_indices(mod_fn, scored=False)(*_ranges((B or 1, H or 1, Q_LEN, KV_LEN)))


class BlockMask:
    """Which pairs of queries and keys are left in, by a function, and in blocks.

    Attributes:
        mask_mod: the function.
        seq_lengths: of queries and keys.
        BLOCK_SIZE: the sizes of a block.
    """

    def __init__(
        self,
        mask_mod: MaskMod,
        mask: Tensor,
        BLOCK_SIZE: tuple[int, int],  # PyTorch's name
    ) -> None:
        self.mask_mod, self._mask = mask_mod, mask
        self.seq_lengths = (int(mask.shape[-2]), int(mask.shape[-1]))
        self.BLOCK_SIZE = BLOCK_SIZE

    @property
    def shape(self) -> tuple[int, ...]:
        """Batches, heads, queries and keys."""
        return tuple(self._mask.shape)

    def to(self, device: Any) -> BlockMask:
        """The same, on the CPU."""
        check_device(device)
        return self

    def to_dense(self) -> Tensor:
        """1 for each block in which something is left, else 0; int32."""
        return self._blocks().any(-1).to(dtypes.int32)  # type: ignore[no-any-return]  # a tensor

    def _blocks(self) -> Tensor:
        """The booleans of each block along a last dimension."""
        rows, columns = self.BLOCK_SIZE
        batch, heads, queries, keys = self.shape
        more = (0, -keys % columns, 0, -queries % rows)
        whole = pad(self._mask.to(dtypes.uint8), more).to(dtypes.bool)
        split = whole.reshape(
            batch, heads, whole.shape[2] // rows, rows, whole.shape[3] // columns, columns
        )
        blocks: Tensor = split.transpose(3, 4).flatten(-2)
        return blocks

    def sparsity(self) -> float:
        """The share of pairs, in percent, whose blocks are empty."""
        _, _, queries, keys = self.shape
        rows, columns = self.BLOCK_SIZE
        total = math.prod(self.shape)
        kept = int(self.to_dense().sum()) * rows * columns
        return 100 * (1 - kept / total) if queries * keys else 0.0

    def __repr__(self) -> str:
        return f"BlockMask(shape={self.shape}, block_size={self.BLOCK_SIZE})"


def create_block_mask(
    mask_mod: MaskMod,
    B: int | None,  # PyTorch's name
    H: int | None,  # PyTorch's name
    Q_LEN: int,  # PyTorch's name
    KV_LEN: int,  # PyTorch's name
    device: Any = None,
    BLOCK_SIZE: int | tuple[int, int] = _DEFAULT_SPARSE_BLOCK_SIZE,  # PyTorch's name
    _compile: bool = False,
    separate_full_blocks: bool = True,
    compute_dq_write_order: bool = False,
    dq_kv_order: bool = True,
) -> BlockMask:
    """The mask of a function, for :func:`flex_attention`."""
    size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else tuple(BLOCK_SIZE)
    mask = create_mask(mask_mod, B, H, Q_LEN, KV_LEN, device)
    return BlockMask(mask_mod, mask, (size[0], size[1]))


def flex_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    score_mod: ScoreMod | None = None,
    block_mask: BlockMask | None = None,
    scale: float | None = None,
    enable_gqa: bool = False,
    return_lse: bool = False,
    kernel_options: Any = None,
    *,
    return_aux: AuxRequest | None = None,
) -> Any:
    """Attention, with ``score_mod(score, batch, head, query, key)`` in the place of each score.

    Shapes: query (B, H, L, E), key (B, H, S, E), value (B, H, S, Ev) give (B, H, L, Ev).

    Args:
        query, key, value: what is attended with, to and from.
        score_mod: makes other scores; the indices are tensors of no dimension.
        block_mask: what is left in.
        scale: of the products; ``1 / sqrt(E)`` unless given.
        enable_gqa: whether several heads of queries may share one of keys.
        return_lse: whether the logarithms of the sums are returned, too.
        kernel_options: of PyTorch's kernels.
        return_aux: what else is returned.

    Raises:
        ShapeError: the heads do not fit, or the mask is for fewer queries or keys.

    >>> import graphnet as torch
    >>> from graphnet.nn.attention.flex_attention import flex_attention
    >>> x = torch.ones(1, 1, 2, 4)
    >>> flex_attention(x, x, x, lambda score, b, h, q, k: score - (q - k).abs()).shape
    torch.Size([1, 1, 2, 4])
    """
    groups = query.shape[1] // key.shape[1]
    if query.shape[1] != key.shape[1] and not enable_gqa:
        raise ShapeError(
            "Expect query and key/value to have the same number of heads but got "
            f"Hq={query.shape[1]} and Hkv={key.shape[1]}. Try setting enable_gqa=True for GQA."
        )
    if groups > 1:
        key, value = (x.repeat_interleave(groups, dim=1) for x in (key, value))
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = matmul(query, key.mT) * factor
    if score_mod is not None:
        scores = _over_indices(score_mod, scored=True)(scores, *_ranges(scores.shape))
    if block_mask is not None:
        scores = where(_fitting(block_mask, scores), scores, -math.inf)
    lse = scores.logsumexp(-1)
    empty = (scores == -math.inf).all(-1, keepdim=True)
    weights = where(empty, 0.0, scores.softmax(-1))
    result = matmul(weights.to(value.dtype), value)
    if return_aux is not None:
        highest = scores.amax(-1) if return_aux.max_scores else None
        return result, AuxOutput(lse if return_aux.lse else None, highest)
    return (result, lse) if return_lse else result


def _fitting(block_mask: BlockMask, scores: Tensor) -> Tensor:
    queries, keys = scores.shape[-2:]
    if queries > block_mask.seq_lengths[0] or keys > block_mask.seq_lengths[1]:
        raise ShapeError(
            f"block_mask was created for block_mask.shape={block_mask.shape} but got "
            f"q_len={queries} and kv_len={keys}. As the block mask was created for a smaller "
            "length than you're using it for, you likely need to create a new block mask."
        )
    mask: Tensor = block_mask._mask[..., :queries, :keys]
    return mask
