"""Differences of neighbours, slopes, and areas under curves given by points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError, distinct_dims, integers
from graphnet.functions.conversion import clone
from graphnet.functions.cumulative import cumsum
from graphnet.functions.joining import cat
from graphnet.functions.methods import method
from graphnet.functions.options import one_dim, require_tensor
from graphnet.functions.reduction import sum
from graphnet.ir.types import Number
from graphnet.ops.compare import LogicalXor
from graphnet.ops.convert import Cast
from graphnet.ops.parts import Slice
from graphnet.ops.shape import Reshape

__all__ = [
    "cumulative_trapezoid",
    "diff",
    "gradient",
    "trapezoid",
    "trapz",
]


def _neighbours(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """All elements but the last, and all but the first."""
    view = Slice(dim, max(x.shape[dim] - 1, 0))
    return view(x, 0), view(x, min(1, x.shape[dim]))


@method
def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
) -> Tensor:
    """Each element minus the one before it, along a dimension, ``n`` times over.

    Args:
        input: at least one-dimensional; of booleans the difference is whether they differ.
        n: how often.
        dim: the dimension.
        prepend, append: what the tensor is first continued by at its ends.

    >>> import graphnet as torch
    >>> torch.diff(torch.tensor([1, 4, 9]))
    tensor([3, 5])
    """
    x = require_tensor("diff", "input", input)
    if not x.dim():
        raise RefusedError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RefusedError(f"order must be non-negative but got {n}")
    axis = one_dim("diff", dim, x)
    if not n:
        return clone(x)
    parts = [part for part in (prepend, x, append) if part is not None]
    x = cat(parts, axis) if len(parts) > 1 else x
    for _ in range(n):
        before, after = _neighbours(x, axis)
        x = LogicalXor()(after, before) if x.dtype is dtypes.bool else after - before
    return x


# ---------------------------------------------------------------------- slopes


def gradient(
    input: Tensor,
    *,
    spacing: Any = 1,
    dim: Any = None,
    edge_order: int = 1,
) -> tuple[Tensor, ...]:
    """The slopes along dimensions, by central differences inside and one-sided ones at the ends.

    Args:
        input: values at points.
        spacing: the distance between points, one for each dimension, or tensors of coordinates.
        dim: the dimensions; None for all.
        edge_order: 1 or 2, of the differences at the ends.

    Returns:
        A tensor for each dimension.

    Source: B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids",
    1988, of which three neighbours take part.

    >>> import graphnet as torch
    >>> torch.gradient(torch.tensor([1.0, 4.0, 9.0, 16.0]))[0]
    tensor([3., 4., 6., 7.])
    """
    x = require_tensor("gradient", "input", input)
    if edge_order not in (1, 2):
        raise RefusedError("torch.gradient only supports edge_order=1 and edge_order=2.")
    named = range(x.dim()) if dim is None else integers("gradient", "dim", dim)
    dims = distinct_dims("gradient", named, x.dim())
    several = isinstance(spacing, (tuple, list))
    step = 1 if spacing is None else spacing
    steps: Sequence[Any] = spacing if several else [step] * len(dims)
    if len(steps) != len(dims):
        fit = (
            f"a list of length equal to 'self.dim() = {x.dim()}', since dim argument was not given,"
            f" but got a list of length {len(steps)}"
            if dim is None
            else "it's spacing and dim arguments to have the same length, but got a spacing "
            f"argument of length {len(steps)} and a dim argument of length {len(dims)}."
        )
        raise RefusedError(f"torch.gradient expected spacing to be unspecified, a scalar or {fit}")
    for axis in dims:
        if x.shape[axis] < edge_order + 1:
            raise RefusedError(
                "torch.gradient expected each dimension size to be at least edge_order+1"
            )
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        x = Cast(dtypes.get_default_dtype())(x)
    return tuple(_slope(x, axis, step, edge_order) for axis, step in zip(dims, steps, strict=True))


def _slope(x: Tensor, dim: int, step: Any, edge_order: int) -> Tensor:
    """Differences of neighbours by their distances, mixed so that parabolas have their slope."""
    count = x.shape[dim]
    before, after = _neighbours(x, dim)
    if isinstance(step, Tensor) and step.dim():
        places: Tensor = Reshape((count, *[1] * (x.dim() - 1 - dim)))(step)
        near, far = _neighbours(places, 0)
        distance = far - near
        slopes = (after - before) / distance
    else:
        distance, slopes = None, (after - before) / step
    if count == 2:
        return cat([slopes, slopes], dim)
    left, right = _neighbours(slopes, dim)
    share: Any = 0.5
    if distance is not None:
        on_left, on_right = _neighbours(distance, 0)
        share = on_left / (on_left + on_right)
    inside = left * (1 - share) + right * share
    first, last = Slice(dim, 1)(slopes, 0), Slice(dim, 1)(slopes, count - 2)
    if edge_order == 2:
        # A parabola's slope in the middle of an interval is the mean of those at its ends.
        first = first * 2 - Slice(dim, 1)(inside, 0)
        last = last * 2 - Slice(dim, 1)(inside, count - 3)
    return cat([first, inside, last], dim)


# ---------------------------------------------------------------------- areas


def _trapezoids(function: str, y: Tensor, x: Tensor | None, dx: Any, dim: int) -> Tensor:
    """The area between each point and the next."""
    heights = require_tensor(function, "y", y)
    axis = one_dim(function, dim, heights)
    if not heights.dim():
        raise RefusedError(f"{function}: expected y to have at least one dimension")
    before, after = _neighbours(heights, axis)
    width: Any = dx
    if x is not None:
        places = require_tensor(function, "x", x, 2)
        if places.dim() == 1:
            if places.shape[0] != heights.shape[axis]:
                raise RefusedError(
                    f"{function}: There must be one `x` value for each sample point: "
                    f"{places.shape[0]} and {heights.shape[axis]}"
                )
            places = Reshape((places.shape[0], *[1] * (heights.dim() - 1 - axis)))(places)
        width = diff(places, dim=axis - heights.dim())
    area: Tensor = (before + after) * width / 2
    return area


def trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: Number | None = None, dim: int = -1
) -> Tensor:
    """The area under straight lines between points.

    Args:
        y: heights.
        x: where they are, along ``dim``; None for ``dx`` apart.
        dx: the distance of neighbours, 1 unless given.
        dim: the dimension.

    >>> import graphnet as torch
    >>> torch.trapezoid(torch.tensor([1.0, 5.0, 10.0]))
    tensor(10.5000)
    """
    return sum(_trapezoids("trapezoid", y, x, 1 if dx is None else dx, dim), dim)


trapz = trapezoid


def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: Number | None = None, dim: int = -1
) -> Tensor:
    """The area under straight lines from the first point to each other one.

    >>> import graphnet as torch
    >>> torch.cumulative_trapezoid(torch.tensor([1.0, 5.0, 10.0]))
    tensor([ 3.0000, 10.5000])
    """
    return cumsum(_trapezoids("cumulative_trapezoid", y, x, 1 if dx is None else dx, dim), dim)
