"""Tensors seen in another shape: views wherever PyTorch gives views."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from graphnet import dtypes
from graphnet.errors import ShapeError
from graphnet.functions.arguments import (
    RefusedError,
    distinct_dims,
    given_sizes,
    integers,
    tensors_of,
)
from graphnet.functions.methods import method
from graphnet.functions.subscripts import check_expands
from graphnet.ir.types import Shape, Size, TensorType, contiguous_strides
from graphnet.ops import elementwise
from graphnet.ops.convert import Clone
from graphnet.ops.create import Full
from graphnet.ops.dtype_rules import refuse
from graphnet.ops.join import Cat
from graphnet.ops.rearrange import Unfold
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import (
    Diagonal,
    Expand,
    Permute,
    Slice,
    Squeeze,
    T,
    Transpose,
    Unsqueeze,
    View,
    view_strides,
    wrap_dim,
)
from graphnet.ops.strided import AsStrided
from graphnet.runtime.storage import Layout
from graphnet.tensor import Tensor, apply

__all__ = [
    "adjoint",
    "as_strided",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "diagonal",
    "flatten",
    "movedim",
    "moveaxis",
    "permute",
    "ravel",
    "reshape",
    "resize_as_",
    "squeeze",
    "swapaxes",
    "swapdims",
    "t",
    "transpose",
    "unflatten",
    "unsqueeze",
]


# ---------------------------------------------------------------------- another shape


def inferred_shape(shape: Sequence[int], count: int) -> tuple[int, ...]:
    """The shape with its -1 replaced, for ``count`` elements.

    Raises:
        ShapeError: it is not for that many elements, or has a negative size.
    """
    unknown = None
    for place, size in enumerate(shape):
        if size == -1:
            if unknown is not None:
                raise ShapeError("only one dimension can be inferred")
            unknown = place
        elif size < 0:
            raise ShapeError(
                f"invalid shape dimension {size} at index {place} of shape {list(shape)}"
            )
    known = math.prod(size for size in shape if size != -1)
    if unknown is None:
        fits = known == count
    elif known:
        fits = count % known == 0
    else:
        fits = count == 0
        if fits:
            raise ShapeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the "
                "unspecified dimension size -1 can be any value and is ambiguous"
            )
    if not fits:
        raise ShapeError(
            f"shape '{list(shape)}' is invalid for input of size {count}",
            cure="the sizes must multiply to that number; -1 in place of one fits it",
        )
    return tuple(count // known if size == -1 else size for size in shape)


@method
def view(self: Tensor, *shape: Any, **size: Any) -> Tensor:
    """The same memory in another shape; one size may be -1, to be inferred.

    Raises:
        ShapeError: the number of elements differs, or the memory cannot be walked in that shape.

    >>> import graphnet as torch
    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    sizes = given_sizes("view", "size", shape, size)
    seen: Tensor = View(inferred_shape(sizes, self.numel()))(self)
    return seen


@method
def reshape(input: Tensor, *shape: Any, **named: Any) -> Tensor:
    """The same elements, in row-major order, in another shape: a view where that is possible.

    >>> import graphnet as torch
    >>> torch.arange(4).reshape(2, 2)
    tensor([[0, 1],
            [2, 3]])
    """
    sizes = inferred_shape(given_sizes("reshape", "shape", shape, named), input.numel())
    return shaped(input, sizes)


def shaped(x: Tensor, shape: Shape) -> Tensor:
    """A tensor in a shape with as many elements: a view where that is possible."""
    if view_strides(tuple(x.shape), tuple(x.stride()), shape) is None:
        x = Clone()(x)
    seen: Tensor = View(shape)(x)
    return seen


def lifted(x: Tensor) -> Tensor:
    """A tensor without dimensions as one of one element; others as they are."""
    return x if x.ndim else shaped(x, (1,))


@method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """A view in the shape of another tensor."""
    return view(self, tuple(other.shape))


@method
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of another tensor."""
    return reshape(self, tuple(other.shape))


@method
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions from ``start_dim`` to ``end_dim`` made into one.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3, 4).flatten(1).shape
    torch.Size([2, 12])
    """
    start, end = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
    if start > end:
        raise RefusedError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not input.ndim:
        return shaped(input, (1,))
    if start == end:
        return input
    sizes = tuple(input.shape)
    return shaped(input, (*sizes[:start], math.prod(sizes[start : end + 1]), *sizes[end + 1 :]))


@method
def ravel(input: Tensor) -> Tensor:
    """The elements as a vector: a view where that is possible."""
    return flatten(contiguous(input))


@method
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension made into several; one of the sizes may be -1.

    >>> import graphnet as torch
    >>> torch.zeros(2, 12).unflatten(1, (3, -1)).shape
    torch.Size([2, 3, 4])
    """
    dim, wanted = wrap_dim(dim, input.ndim), integers("unflatten", "sizes", sizes)
    if not wanted:
        raise RefusedError("unflatten: sizes must be non-empty")
    size = input.shape[dim]
    try:
        wanted = inferred_shape(wanted, size)
    except ShapeError as error:
        raise ShapeError(
            f"unflatten: Provided sizes {list(wanted)} don't multiply up to the size of dim "
            f"{dim} ({size}) in the input tensor: {error.problem}"
        ) from None
    return view(input, (*input.shape[:dim], *wanted, *input.shape[dim + 1 :]))


@method
def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself where its elements lie in row-major order, else a copy where they do."""
    if self.is_contiguous():
        return self
    copied: Tensor = Clone()(self)
    return copied


# ---------------------------------------------------------------------- sizes of 1


@method
def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Dimensions of size 1 taken out: all, or of those named the ones that have it.

    >>> import graphnet as torch
    >>> torch.zeros(1, 2, 1).squeeze(0).shape
    torch.Size([2, 1])
    """
    if dim is None:
        named: tuple[int, ...] = tuple(range(input.ndim))
    else:
        named = distinct_dims("squeeze", integers("squeeze", "dim", dim), input.ndim)
    taken = tuple(d for d in sorted(named) if d < input.ndim and input.shape[d] == 1)
    squeezed: Tensor = Squeeze(taken)(input)
    return squeezed


@method
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A dimension of size 1 put in at ``dim``.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3).unsqueeze(-1).shape
    torch.Size([2, 3, 1])
    """
    grown: Tensor = Unsqueeze(wrap_dim(dim, input.ndim + 1))(input)
    return grown


# ---------------------------------------------------------------------- another order


@method("swapaxes", "swapdims")
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions exchanged.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3).transpose(0, 1).shape
    torch.Size([3, 2])
    """
    dims = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    if not input.ndim:
        return shaped(input, ())
    exchanged: Tensor = Transpose(*dims)(input)
    return exchanged


swapaxes = swapdims = transpose


@method
def permute(input: Tensor, *dims: Any, **named: Any) -> Tensor:
    """Dimensions reordered: dimension ``i`` of the result is ``dims[i]`` of the tensor.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    order = given_sizes("permute", "dims", dims, named)
    if len(order) != input.ndim:
        raise ShapeError(
            "permute: number of dimensions in the tensor input does not match the length of the "
            f"desired ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to "
            f"len(dims) = {len(order)}"
        )
    wrapped = tuple(wrap_dim(dim, input.ndim) for dim in order)
    if len(set(wrapped)) < len(wrapped):
        raise RefusedError(f"permute(): duplicate dims are not allowed: {list(order)}.")
    permuted: Tensor = Permute(wrapped)(input)
    return permuted


@method
def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector stays.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3).t().shape
    torch.Size([3, 2])
    """
    if input.ndim > 2:
        raise ShapeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D",
            cure="use x.transpose(-2, -1), or x.mT",
        )
    turned: Tensor = T()(input)
    return turned


def hermitian(self: Tensor) -> Tensor:
    """``x.H``: the conjugate transpose of a matrix."""
    if self.ndim not in (0, 2):
        raise ShapeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.",
            cure="for batches of matrices, consider using tensor.mH" if self.ndim > 2 else None,
        )
    return _conjugated(self.T)


@method
def adjoint(input: Tensor) -> Tensor:
    """``x.mH``: the last two dimensions exchanged, and complex numbers conjugated."""
    return _conjugated(input.mT)


def _conjugated(x: Tensor) -> Tensor:
    if x.dtype.is_complex:
        raise refuse("conj", x.dtype, "use x.mT, or x.T, for the transpose without conjugation")
    return x


@method("moveaxis")
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to other places; the others keep their order.

    >>> import graphnet as torch
    >>> torch.zeros(2, 3, 4).movedim(0, -1).shape
    torch.Size([3, 4, 2])
    """
    before = integers("movedim", "source", source)
    after = integers("movedim", "destination", destination)
    if len(before) != len(after):
        raise RefusedError(
            "movedim: Invalid source or destination dims: source "
            f"({list(before)} dims) should contain the same number of dims as destination "
            f"({list(after)} dims)"
        )
    from_ = tuple(wrap_dim(dim, input.ndim) for dim in before)
    to = tuple(wrap_dim(dim, input.ndim) for dim in after)
    for name, dims, given in (("source", from_, before), ("destination", to, after)):
        if len(set(dims)) < len(dims):
            raise RefusedError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if not input.ndim:
        return shaped(input, ())
    rest = iter(dim for dim in range(input.ndim) if dim not in from_)
    placed = dict(zip(to, from_, strict=True))
    order = tuple(placed[dim] if dim in placed else next(rest) for dim in range(input.ndim))
    moved: Tensor = Permute(order)(input)
    return moved


moveaxis = movedim


# ---------------------------------------------------------------------- broadcasting


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
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """Expanded to a shape, as :func:`expand`."""
    return expand(input, size)


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


# ---------------------------------------------------------------------- memory walked otherwise


@method
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two dimensions, as a view with it as the last dimension.

    >>> import graphnet as torch
    >>> torch.arange(9).reshape(3, 3).diagonal(1)
    tensor([1, 5])
    """
    first, second = wrap_dim(dim1, input.ndim), wrap_dim(dim2, input.ndim)
    if first == second:
        raise RefusedError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    seen: Tensor = Diagonal(offset, first, second)(input)
    return seen


@method
def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of ``size`` elements of a dimension, ``step`` apart, as a view with a new last one.

    >>> import graphnet as torch
    >>> torch.arange(4).unfold(0, 2, 1)
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    dim = wrap_dim(dimension, self.ndim)
    length = self.shape[dim] if self.ndim else 1
    if size < 0:
        raise RefusedError(f"size is {size} but must be >= 0")
    if size > length:
        raise RefusedError(
            f"maximum size for tensor at dimension {dim} is {length} but size is {size}"
        )
    if step <= 0:
        raise RefusedError(f"step is {step} but must be > 0")
    if not self.ndim:
        self = shaped(self, (1,))
        first: Tensor = Slice(0, size)(self, 0)
        return first
    windows: Tensor = Unfold(dim, size, step)(self)
    return windows


@method
def as_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """A view of the tensor's memory with these sizes and strides, counted in elements.

    Raises:
        RefusedError: it would reach beyond the memory.

    >>> import graphnet as torch
    >>> torch.arange(5).as_strided((3, 2), (1, 1))
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    shape = integers("as_strided", "size", size)
    strides = integers("as_strided", "stride", stride)
    offset = input.storage_offset() if storage_offset is None else storage_offset
    if len(shape) != len(strides):
        raise ShapeError(
            f"mismatch in length of strides and shape: {list(strides)} and {list(shape)}"
        )
    if any(step < 0 for step in strides):
        raise RefusedError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(strides)}"
        )
    reach = offset + 1 + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    available = input._storage.type.numel
    if 0 not in shape and (reach > available or offset < 0):
        raise RefusedError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {offset}, "
            f"and itemsize {input.itemsize} requiring a storage size of {reach * input.itemsize} "
            f"are out of bounds for storage of size {available * input.itemsize}"
        )
    seen: Tensor = AsStrided(shape, strides)(*_memory(input, offset, reach))
    return seen


@method
def resize_(self: Tensor, *sizes: Any, **named: Any) -> Tensor:
    """Give the tensor another shape, in place; memory is added where it is too small.

    What new memory holds is arbitrary.

    Raises:
        RefusedError: the tensor requires grad.
    """
    shape = given_sizes("resize_", "size", sizes, named)
    if self.requires_grad:
        raise RefusedError("cannot resize variables that require grad")
    count = math.prod(shape)
    if self.storage_offset() + count <= self._storage.type.numel:
        resized = as_strided(self, shape, contiguous_strides(shape))
    else:
        missing = apply(Full((count - self.numel(),), self.dtype), 0)
        resized = shaped(Cat(0)(shaped(self, (self.numel(),)), missing), shape)
    self._become(resized)
    return self


@method
def resize_as_(self: Tensor, the_template: Tensor) -> Tensor:
    """Give the tensor the shape of another one, in place."""
    return resize_(self, tuple(the_template.shape))


def _memory(x: Tensor, offset: int, reach: int) -> tuple[Tensor, int]:
    """A contiguous tensor on ``x``'s memory from ``offset`` to ``reach``, and the offset in it."""
    start = x.storage_offset()
    if x.is_contiguous() and start <= offset and reach <= start + x.numel():
        return x, offset - start
    whole: Tensor = Tensor._of(x._storage, Layout.of(x.dtype, x._storage.type.shape))
    return whole, offset


def _in_place(function: Callable[..., Tensor], name: str) -> None:
    """Attach the form of a view function that makes the tensor itself that view."""

    @functools.wraps(function)
    def become(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        self._check_writable()
        self._become(function(self, *args, **kwargs))
        return self

    become.__name__ = become.__qualname__ = name
    become.__doc__ = f"In-place form of :func:`{function.__name__}`; the memory stays."
    setattr(Tensor, name, become)


for _function in (squeeze, unsqueeze, transpose, t, as_strided):
    _in_place(_function, f"{_function.__name__}_")
for _name in ("swapaxes_", "swapdims_"):
    _in_place(transpose, _name)
for _name, _property in (("H", hermitian), ("mH", adjoint)):
    setattr(Tensor, _name, property(_property))
