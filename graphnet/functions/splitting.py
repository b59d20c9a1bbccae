"""One tensor made into several: views of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, OutOfRangeError
from graphnet.functions.arguments import RefusedError, integer, integers
from graphnet.functions.methods import method
from graphnet.ops.parts import Part, Slice, Unbind
from graphnet.ops.shape import wrap_dim
from graphnet.trace.handle import Origin

__all__ = [
    "chunk",
    "dsplit",
    "hsplit",
    "split",
    "split_with_sizes",
    "tensor_split",
    "unbind",
    "unsafe_chunk",
    "unsafe_split",
    "unsafe_split_with_sizes",
    "vsplit",
]

Parts = tuple[Tensor, ...]


@method
def unbind(input: Tensor, dim: int = 0) -> Parts:
    """The slices at all indices of a dimension.

    >>> import graphnet as torch
    >>> torch.arange(4).reshape(2, 2).unbind(1)
    (tensor([0, 2]), tensor([1, 3]))
    """
    if not input.ndim:
        raise OutOfRangeError("Dimension specified as 0 but tensor has no dimensions")
    dim = wrap_dim(dim, input.ndim)
    return _together([Unbind(dim)(input, index) for index in range(input.shape[dim])])


_FEW: Final = 8
"""Up to so many parts, each is an operation of its own.

Then their gradients can be joined. More are like the steps of a loop, which are one operation at
changing places, or else a program that walks along them would never be seen to come back.
"""


def _parts(input: Tensor, dim: int, sizes: Iterable[int]) -> Parts:
    """Parts of these sizes, one after the other."""
    bounds = [0, *accumulate(sizes)]
    return _between(input, dim, list(pairwise(bounds)))


def _between(input: Tensor, dim: int, bounds: Sequence[tuple[int, int]]) -> Parts:
    """Parts from one place to another."""
    if len(bounds) <= _FEW:
        return _together([Part(dim, at, max(stop - at, 0))(input) for at, stop in bounds])
    return _together([Slice(dim, max(stop - at, 0))(input, at) for at, stop in bounds])


def _together(parts: list[Tensor]) -> Parts:
    """Views of one tensor, made at once: PyTorch does not let one of them be written to alone."""
    for part in parts:
        part._origin = Origin.MULTI_OUTPUT
    return tuple(parts)


def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> Parts:
    """Parts of one size (the last may be smaller), or of the sizes given.

    Raises:
        RefusedError: the sizes are negative or do not add up.

    >>> import graphnet as torch
    >>> torch.arange(5).split(2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    if not isinstance(split_size_or_sections, int):
        try:
            size = integer("split", "split_size", split_size_or_sections)
        except TypeError:
            return split_with_sizes(tensor, split_size_or_sections, dim)
    else:
        size = split_size_or_sections
    if not tensor.ndim:
        raise RefusedError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, tensor.ndim)
    length = tensor.shape[dim]
    if size < 0:
        raise RefusedError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and length:
        raise RefusedError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}"
        )
    if not length:
        return _parts(tensor, dim, [0])
    return _parts(tensor, dim, (min(size, length - at) for at in range(0, length, size)))


@method
def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> Parts:
    """Parts of the sizes given."""
    if not input.ndim:
        raise RefusedError("split expects at least a 1-dimensional tensor")
    sizes, dim = integers("split_with_sizes", "split_sizes", split_sizes), wrap_dim(dim, input.ndim)
    if any(size < 0 for size in sizes):
        raise RefusedError(
            "split_with_sizes expects split_sizes have only non-negative entries, but got "
            f"split_sizes={list(sizes)}"
        )
    if sum(sizes) != input.shape[dim]:
        raise RefusedError(
            f"split_with_sizes expects split_sizes to sum exactly to {input.shape[dim]} (input "
            f"tensor's size at dimension {dim}), but got split_sizes={list(sizes)}"
        )
    return _parts(input, dim, sizes)


@method
def chunk(input: Tensor, chunks: int, dim: int = 0) -> Parts:
    """At most ``chunks`` parts of one size; the last may be smaller.

    >>> import graphnet as torch
    >>> torch.arange(5).chunk(2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    if not input.ndim:
        raise RefusedError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RefusedError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrap_dim(dim, input.ndim)
    length = input.shape[dim]
    if not length:
        return _parts(input, dim, [0] * chunks)
    return split(input, -(-length // chunks), dim)


def _split(self: Tensor, split_size: int | Sequence[int], dim: int = 0) -> Parts:
    """:func:`split`, as the method names its arguments."""
    return split(self, split_size, dim)


unsafe_split, unsafe_split_with_sizes, unsafe_chunk = _split, split_with_sizes, chunk
for _name, _function in {
    "split": _split,
    "unsafe_split": _split,
    "unsafe_split_with_sizes": split_with_sizes,
    "unsafe_chunk": chunk,
}.items():
    setattr(Tensor, _name, _function)


@method
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> Parts:
    """Parts of nearly one size, as many as asked for, or parts that end at the indices given.

    >>> import graphnet as torch
    >>> torch.arange(5).tensor_split((1, 3))
    (tensor([0]), tensor([1, 2]), tensor([3, 4]))
    """
    if not input.ndim:
        raise RefusedError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    dim = wrap_dim(dim, input.ndim)
    length = input.shape[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise RefusedError(f"number of sections must be larger than 0, got {count}")
        small, larger = divmod(length, count)
        return _parts(input, dim, (small + (part < larger) for part in range(count)))
    ends = integers("tensor_split", "indices", indices_or_sections)
    bounds = [0, *(slice(None, end).indices(length)[1] for end in ends), length]
    return _between(input, dim, list(pairwise(bounds)))


def _split_along(name: str, input: Tensor, how: Any, dim: int, least: int) -> Parts:
    if input.ndim < least:
        raise RefusedError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
            f"with {input.ndim} dimensions!"
        )
    if isinstance(how, str):
        raise ArgumentError(
            f"{name}() received an invalid combination of arguments: indices or a number of "
            "sections are wanted, not str"
        )
    if isinstance(how, int) and (how <= 0 or input.shape[dim] % how):
        raise RefusedError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the "
            f"dimension {input.shape[dim]} is not divisible by the split_size {how}!"
        )
    return tensor_split(input, how, dim)


@method
def hsplit(input: Tensor, indices_or_sections: Any) -> Parts:
    """Parts of equal width: of dimension 1, or 0 of a vector."""
    return _split_along("hsplit", input, indices_or_sections, min(input.ndim - 1, 1), 1)


@method
def vsplit(input: Tensor, indices_or_sections: Any) -> Parts:
    """Parts of equal height: of dimension 0."""
    return _split_along("vsplit", input, indices_or_sections, 0, 2)


@method
def dsplit(input: Tensor, indices_or_sections: Any) -> Parts:
    """Parts of equal depth: of dimension 2."""
    return _split_along("dsplit", input, indices_or_sections, 2, 3)
