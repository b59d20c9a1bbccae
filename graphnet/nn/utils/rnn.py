"""Sequences of different lengths: padded to one length, or packed without padding.

>>> import graphnet as torch
>>> from graphnet.nn.utils.rnn import pack_sequence, pad_packed_sequence
>>> packed = pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4])])
>>> packed.data, packed.batch_sizes
(tensor([1, 4, 2, 3]), tensor([2, 1, 1]))
>>> pad_packed_sequence(packed, batch_first=True)
(tensor([[1, 2, 3],
        [4, 0, 0]]), tensor([3, 1]))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Self

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.nn import functional as F

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class SequenceError(GraphnetError, RuntimeError):
    """Lengths or sequences that cannot be packed or padded."""


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """Sequences of different lengths without padding: what recurrent layers take and give.

    Made by :func:`pack_padded_sequence` and :func:`pack_sequence`. Source: PyTorch's page
    "PackedSequence".

    Attributes:
        data: the rows of all sequences, those of the first step, then those of the second, and so
            on; the longest sequence comes first in each step.
        batch_sizes: how many sequences reach each step.
        sorted_indices: for each sequence, by length, where it stood before; None if they came
            sorted.
        unsorted_indices: for each sequence, as they came, where it stands now; or None.

    Raises AssertionError, as PyTorch does, unless there are batch sizes.

    >>> import graphnet as torch
    >>> torch.nn.utils.rnn.PackedSequence(torch.tensor([1.0, 4.0, 2.0]), torch.tensor([2, 1]))
    PackedSequence(data=tensor([1., 4., 2.]), batch_sizes=tensor([2, 1]), sorted_indices=None, \
unsorted_indices=None)
    """

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        """Complete the indices; ``data`` may also be the pair of data and batch sizes."""
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    @property
    def is_cuda(self) -> bool:
        """Whether the data is on a GPU: it never is."""
        return False

    def is_pinned(self) -> bool:
        """Whether the data is in page-locked memory: it never is."""
        return False

    def pin_memory(self) -> Self:
        """The same sequence: there is no device to copy to."""
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The data in another dtype, as :meth:`torch.Tensor.to <graphnet.Tensor.to>` takes it."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        return type(self)(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def cpu(self, *args: Any, **kwargs: Any) -> Self:
        """The same sequence, which is on the CPU."""
        return self.to(*args, device="cpu", **kwargs)

    def cuda(self, *args: Any, **kwargs: Any) -> Self:
        """Refused as :meth:`torch.Tensor.cuda <graphnet.Tensor.cuda>` refuses it."""
        self.data.cuda(*args, **kwargs)
        return self

    def double(self) -> Self:
        """The data as float64."""
        return self.to(dtype=dtypes.float64)

    def float(self) -> Self:
        """The data as float32."""
        return self.to(dtype=dtypes.float32)

    def half(self) -> Self:
        """The data as float16."""
        return self.to(dtype=dtypes.float16)

    def long(self) -> Self:
        """The data as int64."""
        return self.to(dtype=dtypes.int64)

    def int(self) -> Self:
        """The data as int32."""
        return self.to(dtype=dtypes.int32)

    def short(self) -> Self:
        """The data as int16."""
        return self.to(dtype=dtypes.int16)

    def char(self) -> Self:
        """The data as int8."""
        return self.to(dtype=dtypes.int8)

    def byte(self) -> Self:
        """The data as uint8."""
        return self.to(dtype=dtypes.uint8)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes another; None for None.

    >>> import graphnet as torch
    >>> torch.nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    places = fn.arange(permutation.numel())
    inverse: Tensor = fn.zeros_like(permutation).scatter(
        0, permutation, places.to(permutation.dtype)
    )
    return inverse


def pack_padded_sequence(
    input: Tensor,
    lengths: Tensor | Sequence[int],
    batch_first: bool = False,
    enforce_sorted: bool = True,
) -> PackedSequence:
    """Take the padding out of a batch of sequences.

    The lengths become a part of the graph: batches whose lengths differ are different programs.

    Args:
        input: ``(time, batch, *)``, or ``(batch, time, *)`` with ``batch_first``.
        lengths: of each sequence.
        batch_first: whether the batch comes first in ``input``.
        enforce_sorted: whether to insist that longer sequences come first; otherwise they are
            sorted.

    Raises:
        SequenceError: (a RuntimeError) the lengths are not positive, not sorted or not as many as
            the sequences, or there is nothing to pack.

    Source: PyTorch's page "torch.nn.utils.rnn.pack_padded_sequence".

    >>> import graphnet as torch
    >>> padded = torch.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
    >>> packed = torch.nn.utils.rnn.pack_padded_sequence(
    ...     padded, [2, 1, 3], batch_first=True, enforce_sorted=False
    ... )
    >>> packed.data, packed.sorted_indices
    (tensor([4, 1, 3, 5, 2, 6]), tensor([2, 0, 1]))
    """
    sizes = _lengths(lengths)
    order: Tensor | None = None
    batch_dim = 0 if batch_first else 1
    if not enforce_sorted:
        ranks = sorted(range(len(sizes)), key=lambda number: -sizes[number])
        order = fn.tensor(ranks, dtype=dtypes.int64)
        input = input.index_select(batch_dim, order)
        sizes = [sizes[number] for number in ranks]
    x = input.transpose(0, 1) if batch_first else input
    _check_lengths(x, sizes)
    counts = [sum(size > step for size in sizes) for step in range(sizes[0])]
    blocks, start = [], 0
    for count, group in groupby(counts):
        stop = start + len(list(group))
        blocks.append(x[start:stop, :count].reshape(-1, *x.shape[2:]))
        start = stop
    return PackedSequence(fn.cat(blocks), fn.tensor(counts, dtype=dtypes.int64), order)


def _lengths(lengths: Tensor | Sequence[int]) -> list[int]:
    if isinstance(lengths, Tensor):
        lengths = lengths.to(dtypes.int64).tolist()
    found: list[Any] = list(lengths)
    if any(not isinstance(each, int) for each in found):
        found = fn.tensor(found, dtype=dtypes.int64).tolist()
        if found and isinstance(found[0], list):
            raise SequenceError(
                "'lengths' argument should be a 1D CPU int64 tensor, but got 2D cpu Long tensor"
            )
    return found


def _check_lengths(x: Tensor, lengths: list[int]) -> None:
    if not x.numel():
        raise SequenceError("Cannot pack empty tensors.")
    if len(lengths) != x.shape[1]:
        raise SequenceError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} "
            f"(batch_size={x.shape[1]})"
        )
    if lengths != sorted(lengths, reverse=True):
        raise SequenceError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You "
            "can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
    if lengths[-1] <= 0:
        raise SequenceError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            "that is <= 0"
        )
    if lengths[0] > x.shape[0]:
        raise SequenceError(
            f"pack_padded_sequence: a length of {lengths[0]} is more than the {x.shape[0]} steps "
            "of the padded sequences"
        )


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Undo :func:`pack_padded_sequence`: the padded sequences and their lengths.

    Args:
        sequence: what to pad.
        batch_first: whether the result's first dimension is the batch.
        padding_value: what stands behind the end of a sequence.
        total_length: to pad to, instead of the longest sequence's.

    Raises:
        ValueRangeError: (a ValueError) ``total_length`` is too small.

    Source: PyTorch's page "torch.nn.utils.rnn.pad_packed_sequence".
    """
    counts: list[int] = sequence.batch_sizes.tolist()
    if total_length is not None and total_length < len(counts):
        raise ValueRangeError(
            "Expected total_length to be at least the length of the longest sequence in input, "
            f"but got total_length={total_length} and max sequence length being {len(counts)}"
        )
    data = sequence.data
    rest = (0, 0) * (data.ndim - 1)
    blocks, start = [], 0
    for count, group in groupby(counts):
        steps = len(list(group))
        stop = start + steps * count
        block = data[start:stop].reshape(steps, count, *data.shape[1:])
        missing = counts[0] - count
        blocks.append(F.pad(block, (*rest, 0, missing), value=padding_value) if missing else block)
        start = stop
    padded = fn.cat(blocks)
    if total_length is not None and total_length > len(counts):
        missing = total_length - len(counts)
        padded = F.pad(padded, (*rest, 0, 0, 0, missing), value=padding_value)
    lengths = fn.tensor(
        [sum(count > number for count in counts) for number in range(counts[0])],
        dtype=dtypes.int64,
    )
    padded = padded.transpose(0, 1) if batch_first else padded
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(0 if batch_first else 1, sequence.unsorted_indices)
        lengths = lengths.index_select(0, sequence.unsorted_indices)
    return padded, lengths


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Put sequences of different lengths into one tensor, padded to the longest.

    Args:
        sequences: each ``(time, *)``.
        batch_first: whether the result is ``(batch, time, *)`` instead of ``(time, batch, *)``.
        padding_value: what the rest is filled with.
        padding_side: on which side, ``"right"`` or ``"left"``.

    Raises:
        SequenceError: (a RuntimeError) there are no sequences, or no such side.

    Source: PyTorch's page "torch.nn.utils.rnn.pad_sequence".

    >>> import graphnet as torch
    >>> torch.nn.utils.rnn.pad_sequence([torch.ones(2), torch.ones(3)], batch_first=True)
    tensor([[1., 1., 0.],
            [1., 1., 1.]])
    """
    if not isinstance(sequences, Iterable):
        raise SequenceError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    several = sequences.unbind(0) if isinstance(sequences, Tensor) else tuple(sequences)
    if not several:
        raise SequenceError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise SequenceError(
            f"Expected padding_side to be one of left or right, but got {padding_side}."
        )
    longest = max(each.shape[0] for each in several)
    padded = []
    for each in several:
        missing = longest - each.shape[0]
        sides = (missing, 0) if padding_side == "left" else (0, missing)
        rest = (0, 0) * (each.ndim - 1)
        padded.append(F.pad(each, (*rest, *sides), value=padding_value) if missing else each)
    return fn.stack(padded, 0 if batch_first else 1)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """Undo :func:`pad_sequence`: the sequences, without the padding on their right.

    >>> import graphnet as torch
    >>> padded = torch.tensor([[1, 2, 3], [4, 0, 0]])
    >>> torch.nn.utils.rnn.unpad_sequence(padded, torch.tensor([3, 1]), batch_first=True)
    [tensor([1, 2, 3]), tensor([4])]
    """
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[:length] for row, length in zip(rows.unbind(0), lengths.tolist(), strict=True)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences of different lengths; see :func:`pack_padded_sequence`.

    >>> import graphnet as torch
    >>> sequences = [torch.tensor([1, 2]), torch.tensor([3, 4, 5])]
    >>> torch.nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False).data
    tensor([3, 1, 4, 2, 5])
    """
    lengths = [each.shape[0] for each in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """Undo :func:`pack_sequence`: the sequences.

    >>> import graphnet as torch
    >>> sequences = [torch.tensor([1, 2]), torch.tensor([3, 4, 5])]
    >>> packed = torch.nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False)
    >>> torch.nn.utils.rnn.unpack_sequence(packed)
    [tensor([1, 2]), tensor([3, 4, 5])]
    """
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
