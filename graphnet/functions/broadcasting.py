"""Tensors repeated without copying, to the shape that others have; and dimensions put in front."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import (
    given_sizes,
    integers,
    tensors_of,
)
from graphnet.functions.methods import method
from graphnet.functions.shaping import shaped, unsqueeze
from graphnet.functions.subscripts import check_expands
from graphnet.ir.types import Size, TensorType
from graphnet.ops import elementwise
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import (
    Expand,
)

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
]


@method
def expand(self: Tensor, *sizes: Any, **named: Any) -> Tensor:
    """Dimensions of size 1 repeated without copying; -1 leaves a size as it is.

    Raises:
        ShapeError: a size other than 1 would have to change.

    >>> import graphnet as torch
    >>> torch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    named.pop("implicit", None)
    wanted = list(given_sizes("expand", "size", sizes, named))
    lead = len(wanted) - self.ndim
    for dim, size in enumerate(wanted):
        if size == -1 and dim >= lead >= 0:
            wanted[dim] = self.shape[dim - lead]
        elif size == -1 and lead >= 0:
            raise ShapeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
                f"dimension {dim}"
            )
    check_expands(self.shape, wanted)
    if any(size < 0 for size in wanted):
        raise ShapeError(f"expand: sizes must not be negative: {wanted}")
    return expanded(self, tuple(wanted))


def expanded(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A tensor expanded to a shape that it fits."""
    wide: Tensor = Expand(shape)(x)
    return wide


@method
def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """Expanded to the shape of another tensor."""
    return expand(self, tuple(other.shape))


@method
def broadcast_to(input: Tensor, *size: Any, **named: Any) -> Tensor:
    """Expanded to a shape, as :func:`expand`."""
    return expand(input, given_sizes("broadcast_to", "size", size, named))


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that tensors of these shapes broadcast to.

    >>> import graphnet as torch
    >>> torch.broadcast_shapes((3, 1), (4,))
    torch.Size([3, 4])
    """
    types = [
        TensorType(dtypes.float32, integers("broadcast_shapes", "shapes", shape))
        for shape in shapes
    ]
    return Size(elementwise.broadcast_shapes("broadcast_shapes", types))


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """All tensors expanded to the shape that they broadcast to.

    >>> import graphnet as torch
    >>> x, y = torch.broadcast_tensors(torch.zeros(3, 1), torch.zeros(2))
    >>> x.shape, y.shape
    (torch.Size([3, 2]), torch.Size([3, 2]))
    """
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    tensors_of("broadcast_tensors", tensors)
    shape = elementwise.broadcast_shapes("broadcast_tensors", [x._layout.type for x in tensors])
    return tuple(expanded(x, shape) for x in tensors)


@method
def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """Summed over what broadcasting from ``size`` would have repeated."""
    wanted = integers("sum_to_size", "size", size)
    lead = self.ndim - len(wanted)
    if lead < 0 or any(
        target not in (1, own) for target, own in zip(wanted, self.shape[lead:], strict=True)
    ):
        raise ShapeError(
            f"size {{{list(wanted)}}} is not expandable to size {{{list(self.shape)}}}."
        )
    dims = tuple(
        dim
        for dim, own in enumerate(self.shape)
        if dim < lead or (wanted[dim - lead] == 1 and own != 1)
    )
    return shaped(Sum(dims, True)(self), wanted) if dims or not wanted else self


def _at_least(name: str, tensors: tuple[Any, ...], one: Any) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return one(tensors[0])
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    return tuple(one(x) for x in tensors_of(name, tensors))


def atleast_1d(*tensors: Any) -> Any:
    """Tensors without dimensions as vectors; others as they are.

    Takes one tensor and returns it, or takes several, or a list, and returns a tuple.
    """
    return _at_least("atleast_1d", tensors, lambda x: x if x.ndim else shaped(x, (1,)))


def atleast_2d(*tensors: Any) -> Any:
    """Tensors of fewer dimensions as matrices: a vector becomes a row."""

    def one(x: Tensor) -> Tensor:
        return x if x.ndim > 1 else shaped(x, (1, x.numel()))

    return _at_least("atleast_2d", tensors, one)


def atleast_3d(*tensors: Any) -> Any:
    """Tensors of fewer dimensions with three: a matrix becomes ``(rows, columns, 1)``."""

    def one(x: Tensor) -> Tensor:
        if x.ndim > 2:
            return x
        return unsqueeze(x, -1) if x.ndim == 2 else shaped(x, (1, x.numel(), 1))

    return _at_least("atleast_3d", tensors, one)
