"""Padding: surrounding a tensor by a number, or by elements of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.arguments import RefusedError, integers
from graphnet.functions.options import require_tensor
from graphnet.ops.pad import ConstantPad, EdgePad

_MODES = ("constant", "reflect", "replicate", "circular")


def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """Elements added before and after, or, with negative amounts, cut off.

    Args:
        input: any tensor; the modes other than "constant" take a batch of channels and pad the
            last 1 to 3 dimensions.
        pad: amounts before and after the last dimension, then the last but one, and so on.
        mode: "constant"; "reflect", back from the edge, which is not repeated; "replicate", the
            edge again and again; "circular", from the other end on.
        value: the constant, 0 unless given.

    Raises:
        RefusedError: (a RuntimeError) an odd number of amounts, or more than dimensions.
        ShapeError: a size would be negative, or there is too little to go back or round.

    >>> import graphnet as torch
    >>> torch.nn.functional.pad(torch.tensor([[1, 2]]), (1, 2), value=7)
    tensor([[7, 1, 2, 7, 7]])
    >>> torch.nn.functional.pad(torch.tensor([[1, 2, 3]]), (2, 0), mode="reflect")
    tensor([[3, 2, 1, 2, 3]])
    """
    x = require_tensor("pad", "input", input)
    pads = _by_dimension(x, integers("pad", "pad", pad))
    if mode == "constant":
        constant: Tensor = ConstantPad(pads)(x, _number(x, value))
        return constant
    if mode not in _MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value is not None and value != 0:
        raise ValueRangeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    count = len(pad) // 2
    if not 1 <= count <= 3 or x.ndim not in (count + 1, count + 2):
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now: "
            f"got pad={list(pad)} for input of shape {list(x.shape)}"
        )
    if mode == "circular" and min(pad) < 0:
        # What is cut off takes no part in going round.
        x = ConstantPad(tuple((min(a, 0), min(b, 0)) for a, b in pads))(x, 0)
        pads = tuple((max(a, 0), max(b, 0)) for a, b in pads)
    edge: Tensor = EdgePad(pads, mode)(x)
    return edge


def _by_dimension(x: Tensor, amounts: Sequence[int]) -> tuple[tuple[int, int], ...]:
    if len(amounts) % 2:
        raise RefusedError(f"pad: Padding length must be divisible by 2, but got {len(amounts)}")
    count = len(amounts) // 2
    if count > x.ndim:
        raise RefusedError(
            f"pad: Padding length should be less than or equal to two times the input dimension "
            f"but got padding length {len(amounts)} and input of dimension {x.ndim}"
        )
    pairs = [(amounts[2 * i], amounts[2 * i + 1]) for i in reversed(range(count))]
    return (*((0, 0) for _ in range(x.ndim - count)), *pairs)


def _number(x: Tensor, value: Any) -> Any:
    if value is None:
        return 0
    return value if x.is_floating_point() or x.is_complex() else int(value)
