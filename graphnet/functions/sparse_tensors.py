"""Sparse tensors: coordinates, the values there, and zeros elsewhere.

What PyTorch computes with them is computed here as with any tensor: a sparse tensor is one, with
all its zeros in memory, that remembers where the others are. Results are sparse where PyTorch's
are for what programs build graphs with (transposes, sums, products, casts); all others are dense.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, NotSupportedError, OutOfRangeError, ShapeError
from graphnet.functions.creation import as_tensor
from graphnet.functions.factories import zeros
from graphnet.functions.indexing import index_put, unravel_index
from graphnet.functions.joining import cat, stack
from graphnet.functions.layouts import layout, sparse_coo
from graphnet.functions.linalg import mm
from graphnet.functions.masking import nonzero
from graphnet.functions.methods import method
from graphnet.functions.searching import unique
from graphnet.subclasses import _disabled_torch_function_impl

__all__ = ["sparse_coo_tensor", "spmm"]


def _kept(name: str) -> Callable[..., Any]:
    """A method that keeps zeros zero, and does with each value what it does with the tensor."""
    method = getattr(Tensor, name)

    def each(self: SparseTensor, *args: Any, **kwargs: Any) -> Any:
        return self._map(lambda part: method(part, *args, **kwargs))

    each.__name__ = each.__qualname__ = name
    each.__doc__ = f"As :meth:`Tensor.{name}`; the result is sparse."
    return each


class SparseTensor(Tensor):
    """A tensor that knows where it is not zero. Made by :func:`sparse_coo_tensor` and `to_sparse`.

    In memory it has all its zeros.
    """

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]  # a mark
    is_sparse = True
    layout = sparse_coo
    _coordinates: Tensor
    _entries: Tensor
    _coalesced: bool

    @classmethod
    def over(
        cls, whole: Tensor, coordinates: Tensor, entries: Tensor, coalesced: bool
    ) -> SparseTensor:
        """The sparse tensor with these values at these coordinates, which ``whole`` is."""
        made: SparseTensor = object.__new__(cls)
        made._become(whole)
        made._coordinates, made._entries, made._coalesced = coordinates, entries, coalesced
        return made

    @classmethod
    def at(cls, whole: Tensor, coordinates: Tensor) -> SparseTensor:
        """The sparse tensor that ``whole`` is, whose elements elsewhere are zero."""
        entries: Tensor = whole[tuple(coordinates)]
        return cls.over(whole, coordinates, entries, coalesced=True)

    def _map(self, function: Callable[[Tensor], Tensor]) -> SparseTensor:
        whole = function(self)
        if whole is self:
            return self
        return self.over(whole, self._coordinates, function(self._entries), self._coalesced)

    # ------------------------------------------------------------------ what it consists of

    def coalesce(self) -> SparseTensor:
        """The same tensor with each coordinate once, in order."""
        if self._coalesced:
            return self
        return self.at(self.to_dense(), _distinct(self._coordinates, self.shape))

    def is_coalesced(self) -> bool:
        """Whether each coordinate is there once, in order."""
        return self._coalesced

    def indices(self) -> Tensor:
        """The coordinates, a row for each dimension, of a coalesced tensor."""
        return self._coalesced_part("indices", self._coordinates)

    def values(self) -> Tensor:
        """The values at these coordinates, of a coalesced tensor."""
        return self._coalesced_part("values", self._entries)

    def _coalesced_part(self, name: str, part: Tensor) -> Tensor:
        if not self._coalesced:
            raise ShapeError(
                f"Cannot get {name} on an uncoalesced tensor, please call .coalesce() first"
            )
        return part

    def _indices(self) -> Tensor:
        return self._coordinates

    def _values(self) -> Tensor:
        return self._entries

    def _nnz(self) -> builtins.int:
        return self._entries.numel()

    def sparse_dim(self) -> builtins.int:
        """The number of dimensions that coordinates are given for: all."""
        return self.dim()

    def dense_dim(self) -> builtins.int:
        """The number of dimensions of the values: none."""
        return 0

    def to_dense(self, dtype: dtypes.dtype | None = None, **_: Any) -> Tensor:
        """The tensor with all its zeros."""
        whole = object.__new__(Tensor)
        whole._become(self)
        return to_dense(whole, dtype)

    def to_sparse(self, layout: Any = None, **_: Any) -> SparseTensor:
        """Itself."""
        _check_layout("to_sparse", layout)
        return self

    def numpy(self, *, force: bool = False) -> Any:
        """Refuses: numpy has no sparse arrays."""
        raise ArgumentError(
            "can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first."
        )

    # ------------------------------------------------------------------ what stays sparse

    clone, detach, to = _kept("clone"), _kept("detach"), _kept("to")
    float, double, half = _kept("float"), _kept("double"), _kept("half")
    long, int = _kept("long"), _kept("int")
    neg, abs, relu, sqrt, sin, tanh = map(_kept, ("neg", "abs", "relu", "sqrt", "sin", "tanh"))
    __neg__, __abs__ = _kept("__neg__"), _kept("__abs__")

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> SparseTensor:
        """The tensor with two dimensions exchanged."""
        rows = list(self._coordinates)
        rows[dim0], rows[dim1] = rows[dim1], rows[dim0]
        whole = self.to_dense().transpose(dim0, dim1)
        return self.over(whole, stack(rows), self._entries, coalesced=False)

    def t(self) -> SparseTensor:
        """The matrix with rows and columns exchanged."""
        self._require_matrix("t")
        return self.transpose(0, 1)

    @property
    def T(self) -> Tensor:  # noqa: N802  # PyTorch's name
        """The same."""
        return self.t()

    def _require_matrix(self, function: str) -> None:
        if self.dim() != 2:
            raise ShapeError(f"{function}: expected a sparse matrix, but got {self.dim()}D")

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Tensor) and other.dim():
            return self.at(super().__mul__(other), self.coalesce()._coordinates)
        return self._map(lambda part: Tensor.__mul__(part, other))

    __rmul__ = mul = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self._map(lambda part: Tensor.__truediv__(part, other))

    div = __truediv__

    def __add__(self, other: Any) -> Any:
        return self._joined(super().__add__(other), other)

    def __sub__(self, other: Any) -> Any:
        return self._joined(super().__sub__(other), other)

    def _joined(self, whole: Tensor, other: Any) -> Tensor:
        """A sum with another tensor: sparse, if the other is."""
        if not isinstance(other, SparseTensor):
            return whole
        both: Tensor = cat([self._coordinates, other._coordinates], 1)
        return self.at(whole, _distinct(both, self.shape))

    def __repr__(self) -> str:
        from graphnet import printing  # most tensors are never shown

        return printing.format_sparse(
            self._coordinates.numpy(),
            self._entries.detach().numpy(),
            size=tuple(self.shape),
            dtype=self.dtype,
            requires_grad=self.requires_grad,
            grad_fn=None if self.is_leaf else self.grad_fn.name(),
        )


def _distinct(coordinates: Tensor, shape: Sequence[int]) -> Tensor:
    """The coordinates once each, in row-major order."""
    place: Any = 0
    for row, size in zip(coordinates, shape, strict=True):
        place = place * size + row
    found: Tensor = stack(unravel_index(unique(place), tuple(shape)))
    return found


def sparse_coo_tensor(
    indices: Any,
    values: Any,
    size: Sequence[int] | None = None,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Tensor:
    """A sparse tensor with these values at these coordinates, and zeros elsewhere.

    Args:
        indices: a row for each dimension, a column for each value.
        values: the values; at coordinates that occur repeatedly their sum counts.
        size: the shape; just large enough if None.
        dtype, device, requires_grad: as of any tensor.
        check_invariants: coordinates are always checked.
        is_coalesced: whether each coordinate occurs once, in order.

    Raises:
        ShapeError: (a RuntimeError) the numbers of rows, columns and values do not fit.
        OutOfRangeError: (an IndexError) a coordinate lies outside.
        NotSupportedError: (a NotImplementedError) the values are no numbers but tensors.

    Source: PyTorch's page ``torch.sparse_coo_tensor``.

    >>> import graphnet as torch
    >>> a = torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3))
    >>> a
    tensor(indices=tensor([[0, 1, 1],
                           [2, 0, 2]]),
           values=tensor([3., 4., 5.]),
           size=(2, 3), nnz=3, layout=torch.sparse_coo)
    >>> a @ torch.ones(3, 1)
    tensor([[3.],
            [9.]])
    """
    coordinates: Tensor = as_tensor(indices, device=device).to(dtypes.int64)
    entries: Tensor = as_tensor(values, dtype=dtype, device=device)
    if coordinates.dim() != 2:
        raise ShapeError(
            f"indices must have 2 dimensions, a row for each of the tensor's, but they are "
            f"{list(coordinates.shape)}"
        )
    if entries.dim() != 1:
        raise NotSupportedError(
            f"sparse_coo_tensor: values of shape {list(entries.shape)} are not supported",
            cure="give one number for each column of the indices",
        )
    rows, count = coordinates.shape
    if count != entries.numel():
        raise ShapeError(
            f"indices and values must have same nnz, but got nnz from indices: {count}, nnz from "
            f"values: {entries.numel()}"
        )
    least = (coordinates.max(1).values + 1).tolist() if count else [0] * rows
    shape = tuple(least if size is None else size)
    if len(shape) != rows:
        raise ShapeError(
            f"number of dimensions must be sparse_dim ({rows}) + dense_dim (0), but got "
            f"{len(shape)}"
        )
    if count and (any(map(int.__lt__, shape, least)) or int(coordinates.min()) < 0):
        raise OutOfRangeError(
            f"sparse_coo_tensor: coordinates between {coordinates.min(1).values.tolist()} and "
            f"{[n - 1 for n in least]} do not lie in a tensor of size {list(shape)}"
        )
    if requires_grad:
        entries = entries.detach()
    whole = index_put(
        zeros(shape, dtype=entries.dtype), tuple(coordinates), entries, accumulate=True
    )
    made = SparseTensor.over(whole, coordinates, entries, bool(is_coalesced))
    return made.requires_grad_() if requires_grad else made


def _check_layout(function: str, wanted: Any) -> None:
    if wanted not in (None, sparse_coo):
        raise NotSupportedError(
            f"{function}: {wanted} is not supported", cure="use the layout torch.sparse_coo"
        )


@method
def to_sparse(self: Tensor, layout: layout | None = None, **_: Any) -> Tensor:
    """This tensor as a sparse one. Looks at the values.

    Raises:
        NotSupportedError: (a NotImplementedError) another layout than coordinates is asked for.

    >>> import graphnet as torch
    >>> torch.eye(2).to_sparse().indices()
    tensor([[0, 1],
            [0, 1]])
    """
    _check_layout("to_sparse", layout)
    return SparseTensor.at(self, nonzero(self).t().contiguous())


@method
def to_dense(self: Tensor, dtype: dtypes.dtype | None = None, **_: Any) -> Tensor:
    """This tensor, with all its zeros.

    >>> import graphnet as torch
    >>> torch.eye(2).to_sparse().to_dense()
    tensor([[1., 0.],
            [0., 1.]])
    """
    dense: Tensor = self if dtype is None else self.to(dtype)
    return dense


def spmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of a sparse and a dense matrix, as :func:`torch.mm`.

    >>> import graphnet as torch
    >>> torch.spmm(torch.eye(2).to_sparse(), torch.ones(2, 1))
    tensor([[1.],
            [1.]])
    """
    return mm(input, mat2)
