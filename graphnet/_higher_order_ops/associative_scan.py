"""Running results of an operation that may be grouped as one likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet.functions.joining import stack
from graphnet.utils._pytree import tree_flatten, tree_map

__all__ = ["associative_scan"]


def associative_scan(
    combine_fn: Callable[[Any, Any], Any],
    xs: Any,
    dim: int,
    reverse: bool = False,
    combine_mode: str = "pointwise",
) -> Any:
    """What an operation makes of the slices up to each of them.

    >>> import graphnet as torch
    >>> from graphnet._higher_order_ops import associative_scan
    >>> associative_scan(lambda a, b: a * b, torch.tensor([1, 2, 3, 4]), 0)
    tensor([ 1,  2,  6, 24])
    """
    count = tree_flatten(xs)[0][0].shape[dim]
    slices = [tree_map(lambda x, at=place: x.select(dim, at), xs) for place in range(count)]
    if reverse:
        slices.reverse()
    results = slices[:1]
    for each in slices[1:]:
        results.append(combine_fn(results[-1], each))
    if reverse:
        results.reverse()
    return tree_map(lambda *each: stack(each, dim), results[0], *results[1:])
