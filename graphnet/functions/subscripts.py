"""``x[index]`` and ``x[index] = value`` with PyTorch's meaning of every kind of index.

Integers, slices, ``None`` and ``...`` make a view. What remains, index tensors and masks, reads a
copy of the elements it names, or stores into the view. Source: PyTorch's page "Tensor Views" and
numpy's "Indexing on ndarrays", which PyTorch follows save that here integers are no index tensors.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.errors import ArgumentError, DtypeError, OutOfRangeError, ShapeError, ValueRangeError
from graphnet.inplace import check_overlap
from graphnet.ops.compare import NotEqual, Where
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full
from graphnet.ops.index import (
    Index,
    IndexPut,
    MaskedFill,
    Nonzero,
    NonzeroCount,
    check_value_fits,
    indexed_shape,
)
from graphnet.ops.parts import Select, Slice
from graphnet.ops.shape import Expand, Reshape, Unsqueeze, View
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES
from graphnet.trace.handle import origin_of
from graphnet.trace.recorder import current_recorder


class _Found(NamedTuple):
    """A mask, and where it is true: a row of indices for each of its dimensions."""

    mask: Tensor
    rows: Tensor


Advanced = list[tuple[int, Tensor | _Found]]
"""Index tensors and masks, each with the dimension of the view at which it starts."""

_MASKS = frozenset({dtypes.bool, dtypes.uint8})
_INDICES = frozenset({dtypes.int64, dtypes.int32})
_PLAIN = frozenset({int, bool, slice, type(None), type(Ellipsis)})
_MAX_LIST = 32  # PyTorch, like old numpy, reads longer lists as index tensors


def getitem(self: Tensor, index: Any) -> Tensor:
    """``self[index]``: a view for integers, slices, None and ``...``, else a copy.

    A mask read needs to know how many elements are true, so it looks at the mask.

    Raises:
        OutOfRangeError: an index is out of bounds, or there are more than dimensions.

    >>> import graphnet as torch
    >>> x = torch.arange(6).reshape(2, 3)
    >>> x[1, ::2], x[:, [2, 0]]
    (tensor([3, 5]), tensor([[2, 0],
            [5, 3]]))
    """
    if type(index) is int:
        return _select(self, 0, index, 0)
    view, advanced = _basic(self, tuple(map(_found, _items(self, index))))
    if advanced:
        dims, indices = _index_tensors(advanced)
        result: Tensor = Index(dims)(view, *indices)
        return result
    return _alias(self) if view is self else view


def setitem(self: Tensor, index: Any, value: Any) -> None:
    """``self[index] = value``, where the value is a number or a tensor that broadcasts.

    Raises:
        ArgumentError: the value is neither.
        OutOfRangeError: an index is out of bounds, or there are more than dimensions.
        ShapeError: the value does not broadcast to the elements named.

    >>> import graphnet as torch
    >>> x = torch.zeros(3)
    >>> x[x == 0] = 2.0
    >>> x[0] = 1
    >>> x
    tensor([1., 2., 2.])
    """
    value = _checked_value(self, value)
    items = _items(self, index)
    alone = sum(isinstance(item, (Tensor, bool)) for item in items) == 1
    if not alone:
        items = tuple(map(_found, items))
    view, advanced = _basic(self, items)
    if view is self and not advanced:
        view = _alias(self)
    if view is not self and (origin := origin_of(self)) is not None:
        view._origin = origin
    began = current_recorder().memory.here()
    if not advanced:
        stored = _spread(view, value)
    elif alone and _is_mask(advanced[0][1]):
        stored = _stored_at_mask(view, *advanced[0], value)
    else:
        _check_same_dtype(view, value)
        dims, indices = _index_tensors(advanced)
        stored = IndexPut(dims)(view, value, *indices)
    if isinstance(value, Tensor):
        check_overlap(view, value)
    view._write(stored, began)


# ---------------------------------------------------------------------- what an index means


def _items(x: Tensor, index: Any) -> tuple[Any, ...]:
    """The items of an index in their normal form.

    Raises:
        OutOfRangeError: there are more than the tensor has dimensions.
    """
    items = index if isinstance(index, tuple) else _as_items(index)
    items = tuple(map(_normal, items))
    if sum(map(_consumed, items)) > x.ndim:
        raise OutOfRangeError(
            f"too many indices for tensor of dimension {x.ndim}",
            cure=f"its shape is {list(x.shape)}: give at most one index for each dimension",
        )
    return items


def _basic(x: Tensor, items: tuple[Any, ...]) -> tuple[Tensor, Advanced]:
    """The view that the basic part of an index makes, and the rest."""
    missing = x.ndim - sum(map(_consumed, items))
    view, advanced, dim = x, Advanced(), 0
    for place, item in enumerate(items):
        if type(item) is int:
            view = _select(view, dim, item, place)
        elif isinstance(item, slice):
            view = _slice(view, dim, item)
            dim += 1
        elif item is None:
            view = Unsqueeze(dim)(view)
            dim += 1
        elif item is Ellipsis:
            dim += missing
            missing = 0
        elif isinstance(item, bool):
            view = Unsqueeze(dim)(view)
            advanced.append((dim, Tensor._from_array(np.zeros(int(item), np.int64))))
            dim += 1
        else:
            if _is_mask(item):
                _check_mask(view, dim, item)
            advanced.append((dim, item))
            dim += _consumed(item)
    return view, advanced


def _as_items(index: Any) -> tuple[Any, ...]:
    """The items of an index that is no tuple; some lists count as tuples."""
    if isinstance(index, list) and len(index) < _MAX_LIST:
        for item in index:
            if item is None or item is Ellipsis or isinstance(item, (slice, Tensor, list, tuple)):
                return tuple(index)
            if isinstance(item, np.ndarray):
                return tuple(index)
    return (index,)


def _normal(item: Any) -> Any:
    """An item as an int, a bool, a slice, None, ``...``, or an index tensor or mask."""
    if item.__class__ in _PLAIN:
        return item
    if isinstance(item, int):
        return int(item)
    if isinstance(item, np.ndarray):
        item = _tensor_of(item)
    elif isinstance(item, (list, tuple, range)):
        item = _tensor_of(np.asarray(item) if len(item) else np.zeros(0, np.int64), listed=True)
    if isinstance(item, Tensor):
        if item.ndim == 0 and item.dtype in _MASKS:
            return bool(item)
        if item.ndim == 0 and not (item.dtype.is_floating_point or item.dtype.is_complex):
            return int(item.item()) if current_recorder().can_look_at(item) else item.long()
        if item.dtype not in _MASKS and item.dtype not in _INDICES:
            raise OutOfRangeError(
                "tensors used as indices must be long, int, byte or bool tensors",
                cure=f"cast the index, which is {item.dtype}, as with .long()",
            )
        return item
    if isinstance(item, (str, bytes)):
        raise ArgumentError(f"new(): invalid data type '{type(item).__name__}'")
    try:
        if isinstance(item, np.bool_):
            raise TypeError
        return operator.index(item)
    except TypeError:
        raise OutOfRangeError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {_type_name(item)})"
        ) from None


def _type_name(value: Any) -> str:
    """The type of a value as PyTorch names it in messages."""
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def _tensor_of(array: Any, *, listed: bool = False) -> Tensor:
    """An index tensor of an array, or of a list, whose floats PyTorch truncates."""
    if array.dtype.kind in "US":
        raise ArgumentError("new(): invalid data type 'str'")
    if array.dtype.kind in "iu" or (listed and array.dtype.kind == "f"):
        array = array.astype(np.int64)
    return Tensor._from_array(np.array(array, order="C"))


def _consumed(item: Any) -> int:
    """How many dimensions of the tensor an item stands for."""
    if item.__class__ is slice or item.__class__ is int:
        return 1
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    return _mask_of(item).ndim if _is_mask(item) else 1


def _select(x: Tensor, dim: int, index: int, place: int) -> Tensor:
    if not x.ndim:
        raise OutOfRangeError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
            "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
        )
    size = x.shape[dim]
    if not -size <= index < size:
        raise OutOfRangeError(
            f"index {index} is out of bounds for dimension {place} with size {size}",
            cure=f"indices go from {-size} to {size - 1}",
        )
    view: Tensor = Select(dim)(x, index % size)
    return view


def _slice(x: Tensor, dim: int, item: slice) -> Tensor:
    step = 1 if item.step is None else operator.index(item.step)
    if step <= 0:
        raise ValueRangeError(
            "slice step cannot be zero" if step == 0 else "step must be greater than zero",
            cure="use torch.flip(...) to reverse" if step < 0 else None,
        )
    size = x.shape[dim]
    start, stop, step = slice(_bound(item.start), _bound(item.stop), step).indices(size)
    length = len(range(start, stop, step))
    if length == size and step == 1:
        return x
    view: Tensor = Slice(dim, length, step)(x, start)
    return view


def _bound(value: Any) -> int | None:
    return None if value is None else operator.index(value)


def _alias(x: Tensor) -> Tensor:
    """Another tensor on the same memory."""
    view: Tensor = Slice(0, x.shape[0])(x, 0) if x.ndim else View(())(x)
    return view


# ---------------------------------------------------------------------- index tensors


def _is_mask(item: Any) -> bool:
    return isinstance(item, _Found) or (isinstance(item, Tensor) and item.dtype in _MASKS)


def _mask_of(item: Any) -> Tensor:
    mask: Tensor = item.mask if isinstance(item, _Found) else item
    return mask


def _found(item: Any) -> Any:
    """An item with its true elements found, if it is a mask, which looks at it.

    That comes before the view is made, so that the view is not made in vain by the look.
    """
    return _Found(item, positions(item)) if _is_mask(item) else item


def positions(mask: Tensor) -> Tensor:
    """Where a tensor is not zero: a row of indices for each dimension. Looks at the tensor."""
    found: Tensor = Nonzero(NonzeroCount()(mask).item())(mask)
    return found


def _check_mask(view: Tensor, dim: int, item: Any) -> None:
    """Raise OutOfRangeError unless a mask fits the dimensions from ``dim`` on."""
    sizes = _mask_of(item).shape
    for place, size in enumerate(sizes):
        if size != view.shape[dim + place]:
            raise OutOfRangeError(
                f"The shape of the mask {list(sizes)} at index {place} does not match the shape "
                f"of the indexed tensor {list(view.shape)} at index {dim + place}"
            )


def _index_tensors(advanced: Advanced) -> tuple[tuple[int, ...], tuple[Tensor, ...]]:
    """The dimensions indexed, and an integer tensor for each."""
    dims: list[int] = []
    indices: list[Tensor] = []
    for dim, index in advanced:
        if isinstance(index, _Found):
            dims.extend(range(dim, dim + index.mask.ndim))
            indices.extend(Select(0)(index.rows, row) for row in range(index.mask.ndim))
        else:
            dims.append(dim)
            indices.append(index)
    return tuple(dims), tuple(indices)


# ---------------------------------------------------------------------- values to be stored


def _checked_value(self: Tensor, value: Any) -> Any:
    """A value that may be stored: a tensor without leading sizes of 1, or a Python number."""
    if isinstance(value, Tensor):
        lead = 0
        while lead < value.ndim and value.shape[lead] == 1:
            lead += 1
        return Reshape(tuple(value.shape[lead:]))(value) if lead else value
    if isinstance(value, (np.integer, np.bool_, np.float64, np.complex128)):
        value = value.item()
    if not isinstance(value, (bool, int, float, complex)):
        raise ArgumentError(
            f"can't assign a {_type_name(value)} to a torch.{SCALAR_TYPE_NAMES[self.dtype]}Tensor",
            cure="make a tensor of it first, with torch.tensor(...)",
        )
    return check_number(self.dtype, value)


def check_number(dtype: dtypes.dtype, value: Any) -> Any:
    """A Python number as a tensor of ``dtype`` holds it; negative ones wrap in unsigned integers.

    Raises:
        DtypeError: it cannot: the number is complex, or beyond the range.
        ValueRangeError: an integer does not fit 64 bits.
    """
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise ValueRangeError(f"Overflow when unpacking long long: {value}")
    if dtype is dtypes.bool or dtype.is_complex:
        return value
    fits = not isinstance(value, complex)
    if fits and dtype.is_floating_point:  # half precision becomes infinite instead
        fits = (
            dtype.itemsize == 2 or not np.isfinite(value) or abs(value) <= dtypes.finfo(dtype).max
        )
    elif fits:
        limits = dtypes.iinfo(dtype)
        low = limits.min if dtype.is_signed else -limits.max
        fits = bool(np.isfinite(value)) and low <= value <= limits.max
        if fits and value < 0 and not dtype.is_signed:
            value = int(value) % (limits.max + 1)
    if not fits:
        raise DtypeError(
            f"value cannot be converted to type {dtype.name} without overflow: {value!r}"
        )
    return value


def _check_same_dtype(view: Tensor, value: Any) -> None:
    if isinstance(value, Tensor) and value.dtype is not view.dtype:
        raise DtypeError(
            "Index put requires the source and destination dtypes match, got "
            f"{SCALAR_TYPE_NAMES[view.dtype]} for the destination and "
            f"{SCALAR_TYPE_NAMES[value.dtype]} for the source.",
            cure=f"cast the value, as in `value.to({view.dtype})`",
        )


def _spread(view: Tensor, value: Any) -> Tensor:
    """A value in the dtype and the shape of the view it is written to."""
    shape = tuple(view.shape)
    if not isinstance(value, Tensor):
        filled: Tensor = apply(Full(shape, view.dtype), value)
        return filled
    if value.dtype is not view.dtype:
        value = Cast(view.dtype)(value)
    check_expands(tuple(value.shape), shape)
    spread: Tensor = value if tuple(value.shape) == shape else Expand(shape)(value)
    return spread


def check_expands(shape: Sequence[int], wanted: Sequence[int]) -> None:
    """Raise PyTorch's error unless ``shape`` expands to ``wanted``."""
    if len(shape) > len(wanted):
        raise ShapeError(
            f"expand: the number of sizes provided ({len(wanted)}) must be greater or equal to "
            f"the number of dimensions in the tensor ({len(shape)}): {list(shape)} cannot become "
            f"{list(wanted)}"
        )
    lead = len(wanted) - len(shape)
    for dim in reversed(range(len(shape))):
        size, target = shape[dim], wanted[lead + dim]
        if size not in (1, target):
            raise ShapeError(
                f"The expanded size of the tensor ({target}) must match the existing size "
                f"({size}) at non-singleton dimension {lead + dim}.  Target sizes: "
                f"{list(wanted)}.  Tensor sizes: {list(shape)}"
            )


def _stored_at_mask(view: Tensor, dim: int, mask: Any, value: Any) -> Tensor:
    """The view with a value where a mask on dimensions from ``dim`` on holds.

    Nothing is looked at: a value that is the same for all true elements is chosen by the mask,
    and one that names an element for each says by its shape how many there are.
    """
    if mask.dtype is not dtypes.bool:
        mask = NotEqual()(mask, 0)
    span = mask.ndim
    dims = tuple(range(dim, dim + span))
    behind = view.ndim - dim - span
    wide = Reshape((*mask.shape, *(1,) * behind))(mask) if behind else mask
    if not isinstance(value, Tensor) or not value.ndim:
        filled: Tensor = MaskedFill()(view, wide, value)
        return filled
    _check_same_dtype(view, value)
    if value.ndim > behind and value.shape[-behind - 1] != 1:
        found = Nonzero(value.shape[-behind - 1])(mask)
        rows = [Select(0)(found, row) for row in range(span)]
        stored: Tensor = IndexPut(dims)(view, value, *rows)
        return stored
    check_value_fits(value.shape, indexed_shape(view.shape, dims, (1,)))
    sizes, front = tuple(value.shape), value.ndim - behind - 1
    if front >= 0:
        sizes = (*sizes[:front], *(1,) * span, *sizes[front + 1 :])
    chosen: Tensor = Where()(wide, Reshape(sizes)(value), view)
    return chosen


Tensor.__getitem__ = getitem  # type: ignore[method-assign]  # declared there, defined here
Tensor.__setitem__ = setitem  # type: ignore[method-assign]
