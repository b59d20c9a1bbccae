"""Branches and loops that look at what they decide by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet.functions.joining import stack
from graphnet.utils._pytree import tree_flatten, tree_map

__all__ = ["cond", "scan", "while_loop"]


def cond(
    pred: Any,
    true_fn: Callable[..., Any],
    false_fn: Callable[..., Any],
    operands: Any = (),
) -> Any:
    """What one of two functions makes of the operands.

    >>> import graphnet as torch
    >>> torch.cond(torch.tensor(True), torch.sin, torch.cos, (torch.zeros(1),))
    tensor([0.])
    """
    return true_fn(*operands) if pred else false_fn(*operands)


def while_loop(
    cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: Any
) -> Any:
    """What a function makes of values, applied again as long as a condition holds.

    >>> import graphnet as torch
    >>> torch.while_loop(lambda i: i < 3, lambda i: (i + 1,), (torch.tensor(0),))
    (tensor(3),)
    """
    carried = tuple(carried_inputs)
    while cond_fn(*carried):
        made = body_fn(*carried)
        carried = made if isinstance(made, tuple) else tuple(made)
    return carried


def scan(
    combine_fn: Callable[..., Any], init: Any, xs: Any, *, dim: int = 0, reverse: bool = False
) -> tuple[Any, Any]:
    """A value carried along slices: what it is at the end, and what each slice gives, stacked.

    ``combine_fn(carry, slice)`` gives the next value and what to keep of it.
    """
    count = tree_flatten(xs)[0][0].shape[dim]
    kept = []
    carry = init
    for place in reversed(range(count)) if reverse else range(count):
        carry, found = combine_fn(carry, tree_map(lambda x, at=place: x.select(dim, at), xs))
        kept.append(found)
    if reverse:
        kept.reverse()
    return carry, tree_map(lambda *each: stack(each, dim), kept[0], *kept[1:])
