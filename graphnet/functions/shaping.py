"""Tensors seen in another shape: views wherever PyTorch gives views."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import (
    RefusedError,
    distinct_dims,
    given_sizes,
    integer,
    integers,
)
from graphnet.functions.methods import method
from graphnet.functions.reinterpretation import reinterpreted
from graphnet.grad_mode import set_grad_enabled
from graphnet.inplace import check_changeable
from graphnet.ir.types import Shape
from graphnet.ops.complex import Conj
from graphnet.ops.convert import Clone
from graphnet.ops.parts import Diagonal
from graphnet.ops.shape import (
    Permute,
    Squeeze,
    T,
    Transpose,
    Unsqueeze,
    View,
    view_strides,
    wrap_dim,
)

__all__ = [
    "adjoint",
    "diagonal",
    "flatten",
    "movedim",
    "moveaxis",
    "permute",
    "ravel",
    "reshape",
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
    """The same memory in another shape, or read as another dtype.

    One size may be -1, to be inferred. With a dtype the last dimension grows or shrinks by the
    ratio of the sizes of elements; no gradient flows through such a view.

    Raises:
        ShapeError: the number of elements differs, or the memory cannot be walked in that shape.
        RefusedError: (a RuntimeError) the memory cannot be read as elements of that dtype.

    >>> import graphnet as torch
    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    >>> torch.tensor([1.0, -2.0]).view(torch.int32)
    tensor([ 1065353216, -1073741824], dtype=torch.int32)
    """
    if "dtype" in size or (shape and shape[0].__class__ is dtypes.dtype):
        return reinterpreted(self, *shape, **size)
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
    if self.is_contiguous() and self._layout.order is None:
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
        form, named = 0, tuple(range(input.ndim))
    else:
        form = 1 if isinstance(dim, int) else 2
        named = distinct_dims("squeeze", integers("squeeze", "dim", dim), input.ndim)
    taken = tuple(d for d in sorted(named) if d < input.ndim and input.shape[d] == 1)
    squeezed: Tensor = Squeeze(taken, form)(input)
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
    return Conj()(x) if x.dtype.is_complex else x


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
    offset = integer("diagonal", "offset", offset)
    seen: Tensor = Diagonal(offset, first, second)(input)
    return seen


# ---------------------------------------------------------------------- views in place


def in_place(function: Callable[..., Tensor], name: str) -> None:
    """Attach the form of a view function that makes the tensor itself that view.

    Written without gradients, a leaf that requires them stays one, and a history goes on.
    """

    @functools.wraps(function)
    def become(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_changeable(self)
        if self.requires_grad and self.is_leaf:
            self.data = function(self.detach(), *args, **kwargs)
            return self
        base, grad = self._base, self._grad
        with set_grad_enabled(True):
            self._become(function(self, *args, **kwargs))
        self._base, self._grad = base, grad
        return self

    become.__name__ = become.__qualname__ = name
    become.__doc__ = f"In-place form of :func:`{function.__name__}`; the memory stays."
    setattr(Tensor, name, become)


for _function in (squeeze, unsqueeze, transpose, t):
    in_place(_function, f"{_function.__name__}_")
for _name in ("swapaxes_", "swapdims_"):
    in_place(transpose, _name)
for _name, _property in (("H", hermitian), ("mH", adjoint)):
    setattr(Tensor, _name, property(_property))
