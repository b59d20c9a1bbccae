"""Layers that join dimensions into one, and split one again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.nn.modules.configured import Configured


@dataclass(eq=False, repr=False)
class Flatten(Configured):
    """Joins the dimensions from ``start_dim`` to ``end_dim``, both included, into one.

    By default that is all but the first, which counts the samples of a batch. Source: PyTorch's
    page "Flatten".

    >>> import graphnet as torch
    >>> torch.nn.Flatten()(torch.ones(32, 1, 5, 5)).shape
    torch.Size([32, 25])
    """

    start_dim: int = 1
    end_dim: int = -1

    def forward(self, input: Tensor) -> Tensor:
        return fn.flatten(input, self.start_dim, self.end_dim)


@dataclass(eq=False, repr=False)
class Unflatten(Configured):
    """Splits dimension ``dim`` into dimensions of the sizes ``unflattened_size``.

    One size may be -1 and is worked out. Raises TypeError when the sizes are no tuple or list of
    ints. Source: PyTorch's page "Unflatten".

    >>> import graphnet as torch
    >>> torch.nn.Unflatten(1, (2, 5))(torch.ones(3, 10)).shape
    torch.Size([3, 2, 5])
    """

    dim: int
    unflattened_size: Sequence[int]

    def __post_init__(self) -> None:
        sizes = self.unflattened_size
        if not isinstance(sizes, tuple | list):
            raise ArgumentError(
                f"unflattened_size must be a tuple of ints, but found type {type(sizes).__name__}"
            )
        for position, size in enumerate(sizes):
            if not isinstance(size, int):
                raise ArgumentError(
                    "unflattened_size must be tuple of ints, but found element of type "
                    f"{type(size).__name__} at pos {position}"
                )

    def forward(self, input: Tensor) -> Tensor:
        return fn.unflatten(input, self.dim, self.unflattened_size)
