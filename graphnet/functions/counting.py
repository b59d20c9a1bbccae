"""How many elements fall where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.functions import return_types
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.factories import ones, zeros
from graphnet.functions.methods import method
from graphnet.functions.options import require_tensor
from graphnet.functions.scattering import scatter_add
from graphnet.functions.searching import searchsorted
from graphnet.ops.bounds import ClampMax
from graphnet.ops.compare import Where
from graphnet.ops.parts import Select, Slice
from graphnet.ops.reduce import Amax, Amin, Sum
from graphnet.ops.search import Bincount, Histc, Histogram, HistogramEdges
from graphnet.ops.shape import Reshape

__all__ = [
    "bincount",
    "histc",
    "histogram",
    "histogramdd",
]


@method
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each non-negative integer occurs in a vector, or the sum of its weights.

    Looks at the greatest element for the size of the result.

    >>> import graphnet as torch
    >>> torch.tensor([1, 3, 1]).bincount()
    tensor([0, 2, 0, 1])
    """
    minlength = integer("bincount", "minlength", minlength)
    if minlength < 0:
        raise RefusedError(f"minlength should be >= 0, not {minlength}")
    if input.ndim != 1:
        raise RefusedError(
            "bincount only supports 1-d non-negative integral inputs, got shape "
            f"{list(input.shape)}."
        )
    if weights is not None and weights.shape != input.shape:
        raise RefusedError(
            "weights should be 1-d and have the same length as input, got shapes "
            f"{list(weights.shape)} and {list(input.shape)}"
        )
    length = minlength
    if input.numel():
        least, greatest = Amin((0,))(input), Amax((0,))(input)
        if least.item() < 0:
            raise RefusedError(
                "bincount only supports 1-d non-negative integral inputs, but the least element "
                f"is {least.item()}."
            )
        length = max(minlength, greatest.item() + 1)
    operands = (input,) if weights is None else (input, weights)
    counted: Tensor = Bincount(length)(*operands)
    return counted


@method
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into each of equal parts of the range from ``min`` to ``max``.

    Elements outside are not counted. Where both are equal, the tensor's own range is taken.

    >>> import graphnet as torch
    >>> torch.tensor([1.0, 2.0, 1.0]).histc(4, 0, 3)
    tensor([0., 2., 1., 0.])
    """
    if bins <= 0:
        raise RefusedError(f"torch.histc(): bins must be > 0, but got {bins}")
    if min > max:
        raise RefusedError(f"torch.histc: max must be larger than min, got {min} and {max}")
    counted: Tensor = Histc(bins)(input, float(min), float(max))
    return counted


@method
def histogram(
    input: Tensor,
    bins: int | Tensor,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> return_types.histogram:
    """How many elements fall into each part of a range, and where the parts end.

    Args:
        bins: the number of equal parts, or their ends in ascending order.
        range: from where to where; the tensor's own range unless given.
        weight: what each element counts.
        density: divide by the total and by each part's width.

    >>> import graphnet as torch
    >>> torch.tensor([1.0, 2.0, 1.0]).histogram(2, range=(0.0, 4.0)).hist
    tensor([2., 1.])
    """
    if weight is not None and (weight.shape != input.shape or weight.dtype is not input.dtype):
        raise RefusedError(
            "torch.histogram(): if weight tensor is provided it should have the same shape and "
            f"dtype as the input tensor, but got {list(weight.shape)} {weight.dtype} and "
            f"{list(input.shape)} {input.dtype}"
        )
    if isinstance(bins, Tensor):
        if bins.ndim != 1 or bins.dtype is not input.dtype:
            raise RefusedError(
                "torch.histogram(): bins tensor should have one dimension and the dtype of the "
                f"input tensor, but got {list(bins.shape)} {bins.dtype} and {input.dtype}"
            )
        edges = bins
    else:
        low, high = (0.0, 0.0) if range is None else map(float, range)
        if bins <= 0:
            raise RefusedError(
                f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0"
            )
        if low > high:
            raise RefusedError(
                f"torch.histogram(): min should not exceed max, but got min {low} max {high}"
            )
        edges = HistogramEdges(bins)(input, low, high)
    weights = () if weight is None else (weight,)
    counts: Tensor = Histogram()(input, edges, *weights)
    if density:
        ends = Slice(0, edges.shape[0] - 1)
        counts = counts / (Sum((0,))(counts) * (ends(edges, 1) - ends(edges, 0)))
    return return_types.histogram(counts, edges)


def histogramdd(
    input: Tensor,
    bins: int | Sequence[int] | Sequence[Tensor],
    range: Sequence[float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> return_types.histogramdd:
    """How many points fall into each box of a grid, and where the boxes end.

    Args:
        input: points, whose coordinates are the last dimension.
        bins: the number of equal parts of each dimension, one for all or one each, or their ends.
        range: the least and the greatest coordinate, one pair after another; by default the
            tensor's own.
        weight: what each point counts.
        density: divide by the total and by the volume of each box.

    >>> import graphnet as torch
    >>> points = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]])
    >>> torch.histogramdd(points, [2, 2], range=(0.0, 2.0, 0.0, 2.0)).hist
    tensor([[0., 1.],
            [1., 1.]])
    """
    x = require_tensor("histogramdd", "input", input)
    if x.dim() < 2:
        raise RefusedError("torch.histogramdd(): input tensor should have at least 2 dimensions")
    count = x.shape[-1]
    parts: list[Any] = [bins] * count if isinstance(bins, int) else list(bins)
    if len(parts) != count:
        raise RefusedError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input: "
            f"{len(parts)} and {count}"
        )
    points: Tensor = Reshape((x.numel() // max(count, 1), count))(x)
    bounds = list(range or [0.0] * (2 * count))
    edges, place, inside = [], 0, None
    for d, part in enumerate(parts):
        coordinate: Tensor = Select(1)(points, d)
        low, high = bounds[2 * d : 2 * d + 2]
        ends = part if isinstance(part, Tensor) else HistogramEdges(part)(coordinate, low, high)
        edges.append(ends)
        here = (coordinate >= ends[0]) & (coordinate <= ends[-1])
        inside = here if inside is None else inside & here
        # The last part includes its end.
        box = ClampMax()(searchsorted(ends, coordinate, right=True) - 1, ends.shape[0] - 2)
        place = place * (ends.shape[0] - 1) + box
    shape = tuple(ends.shape[0] - 1 for ends in edges)
    counted = ones(points.shape[0], dtype=x.dtype) if weight is None else weight.reshape(-1)
    base = zeros(math.prod(shape), dtype=x.dtype)
    hist = scatter_add(base, 0, Where()(inside, place, 0), Where()(inside, counted, 0))
    boxes: Tensor = Reshape(shape)(hist)
    if density:
        for d, ends in enumerate(edges):
            width = ends[1:] - ends[:-1]
            boxes = boxes / Reshape((-1 + ends.shape[0], *[1] * (count - 1 - d)))(width)
        boxes = boxes / Sum((0,))(hist)
    return return_types.histogramdd(boxes, tuple(edges))
