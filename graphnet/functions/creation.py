"""Tensors out of data: numbers, nested sequences, numpy arrays and other tensors."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Sequence
from functools import reduce
from itertools import chain
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.dtypes import promote_types
from graphnet.errors import ArgumentError, DtypeError, ValueRangeError
from graphnet.functions.methods import method
from graphnet.functions.options import as_dtype, as_shape, finish
from graphnet.functions.storages import UntypedStorage
from graphnet.ir.types import Size
from graphnet.ops.convert import Cast, Clone
from graphnet.ops.create import Full

__all__ = [
    "as_tensor",
    "asarray",
    "from_numpy",
    "scalar_tensor",
    "tensor",
]

_NUMBERS = (bool, int, float, complex)
_SIZES = (int, np.integer, Size)


def tensor(
    data: Any,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A new leaf tensor with a copy of ``data``.

    Args:
        data: a number, a nested sequence of numbers, a numpy array, or a tensor.
        dtype: of the elements; None infers it. Python floats have the default dtype, Python
            integers are int64; numpy arrays and numbers keep theirs.
        device: the CPU.
        requires_grad: whether gradients are wanted.
        pin_memory: has no meaning on the CPU.

    Raises:
        ValueRangeError: (a ValueError) sequences are of unequal length, or an integer exceeds
            64 bits.
        DtypeError: (a RuntimeError) no dtype can be inferred, or a number does not fit ``dtype``.
        ArgumentError: (a TypeError) ``data`` holds strings or mixes numbers and sequences.

    Source: PyTorch's page ``torch.tensor``.

    >>> import graphnet as torch
    >>> torch.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    >>> torch.tensor([1, 2.5]).dtype
    torch.float32
    """
    wanted = as_dtype("tensor", dtype)
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach()"
            ".clone() or sourceTensor.detach().clone().requires_grad_(True), rather than "
            "torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        return finish(_copied(data.detach(), wanted), device, requires_grad)
    return finish(Tensor._from_array(_array(data, wanted)), device, requires_grad)


def as_tensor(data: Any, dtype: dtypes.dtype | None = None, device: Any = None) -> Tensor:
    """``data`` as a tensor, sharing memory or history where it can.

    A tensor of the wanted dtype is returned as it is, and converted with its history otherwise. A
    numpy array of the wanted dtype shares its memory. Everything else is copied.

    >>> import numpy as np
    >>> import graphnet as torch
    >>> array = np.zeros(2)
    >>> shared = torch.as_tensor(array)
    >>> array[0] = 5
    >>> shared
    tensor([5., 0.], dtype=torch.float64)
    """
    wanted = as_dtype("as_tensor", dtype)
    if isinstance(data, Tensor):
        made = data if wanted in (None, data.dtype) else Cast(wanted)(data)
    elif isinstance(data, np.ndarray) and wanted in (None, dtypes.from_numpy(data.dtype)):
        made = from_numpy(data)
    else:
        made = Tensor._from_array(_array(data, wanted))
    return finish(made, device, False)


def asarray(
    obj: Any,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """``obj`` as a tensor.

    Args:
        obj: what :func:`tensor` takes, or a storage, whose bytes are meant.
        dtype: of the elements; None keeps or infers it.
        device: the CPU.
        copy: True always copies, None copies where it must, False raises where it must.
        requires_grad: whether gradients are wanted; if not, a tensor loses its history.

    Raises:
        ValueRangeError: (a ValueError) ``copy`` is False and a copy is needed.

    >>> import graphnet as torch
    >>> torch.asarray([1.5, 2.0])
    tensor([1.5000, 2.0000])
    """
    wanted = as_dtype("asarray", dtype)
    if isinstance(obj, UntypedStorage):
        obj = obj.as_tensor()
    if isinstance(obj, (Tensor, np.ndarray)):
        same = wanted is None or wanted is _dtype_of(obj)
        if copy is False and not same:
            raise ValueRangeError(
                f"can't alias tensor with dtype '{_dtype_of(obj)}' into dtype '{wanted}'",
                cure="let it be copied, with copy=None",
            )
        made = as_tensor(obj, wanted)
        if copy and same:
            made = Clone()(made)
        elif made is obj and made.requires_grad == requires_grad:
            return made
        return finish(made.detach(), device, requires_grad)
    if copy is False and not isinstance(obj, np.ndarray):
        raise ValueRangeError(
            f"can't alias {type(obj).__name__} into a tensor", cure="let it be copied"
        )
    return finish(Tensor._from_array(_array(obj, wanted)), device, requires_grad)


def _dtype_of(data: Tensor | np.ndarray[Any, Any]) -> dtypes.dtype:
    return data.dtype if isinstance(data, Tensor) else dtypes.from_numpy(data.dtype)


def from_numpy(ndarray: Any) -> Tensor:
    """A tensor on a numpy array's memory: each sees what is written to the other.

    Raises:
        ArgumentError: (a TypeError) it is no array, or of an element type without counterpart.
        ValueRangeError: (a ValueError) a stride is negative.

    >>> import numpy as np
    >>> import graphnet as torch
    >>> torch.from_numpy(np.arange(3.0))
    tensor([0., 1., 2.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise ArgumentError(
            f"expected np.ndarray (got {type(ndarray).__name__})", cure="use torch.as_tensor"
        )
    dtypes.from_numpy(ndarray.dtype)
    _check_strides(ndarray)
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable "
            "tensors. Writing to this tensor fails. You may want to copy the array first.",
            UserWarning,
            stacklevel=2,
        )
    return Tensor._from_array(ndarray, shared=True)


def _check_strides(array: np.ndarray[Any, Any]) -> None:
    if array.strides and min(array.strides) < 0:
        raise ValueRangeError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported.",
            cure="make a copy of your array with array.copy()",
        )


def scalar_tensor(
    s: Any,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A 0-dimensional tensor of one number, of the default dtype unless another is given.

    >>> import graphnet as torch
    >>> torch.scalar_tensor(3)
    tensor(3.)
    """
    wanted = as_dtype("scalar_tensor", dtype) or dtypes.get_default_dtype()
    return finish(apply(Full((), wanted), s), device, requires_grad, layout)


@method
def new_tensor(
    self: Tensor,
    data: Any,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """A new leaf tensor with a copy of ``data``, of this tensor's dtype unless another is given."""
    wanted = as_dtype("new_tensor", dtype) or self.dtype
    if isinstance(data, Tensor):
        return finish(_copied(data.detach(), wanted), device, requires_grad, layout)
    return finish(Tensor._from_array(_array(data, wanted)), device, requires_grad, layout)


def legacy_tensor(*args: Any, dtype: dtypes.dtype | None = None) -> Tensor:
    """What ``torch.Tensor(...)`` makes: of sizes, or of data; in the default dtype unless given.

    >>> legacy_tensor([1, 2])
    tensor([1., 2.])
    >>> legacy_tensor(2, 3).shape
    torch.Size([2, 3])
    """
    wanted = dtype or dtypes.get_default_dtype()
    if len(args) == 1 and (isinstance(args[0], bool) or not isinstance(args[0], _SIZES)):
        (data,) = args
        if isinstance(data, Tensor):
            if dtype not in (None, data.dtype):
                raise ArgumentError(
                    f"new(): expected a tensor of {dtype} (got one of {data.dtype})",
                    cure=f"cast it, as in .to({dtype})",
                )
            return data.detach()
        if not isinstance(data, np.ndarray) and not _is_sequence(data):
            raise ArgumentError(f"new(): data must be a sequence (got {type(data).__name__})")
        return Tensor._from_array(_array(data, wanted))
    shape = as_shape("new", args) if args else (0,)
    made: Tensor = apply(Full(shape, wanted), 0)
    return made


def _copied(source: Tensor, dtype: dtypes.dtype | None) -> Tensor:
    made: Tensor = Clone()(source) if dtype in (None, source.dtype) else Cast(dtype)(source)
    return made


# ------------------------------------------------------------------ reading nested sequences


def _array(data: Any, dtype: dtypes.dtype | None) -> np.ndarray[Any, Any]:
    """A new C-contiguous array of ``data``, in ``dtype`` or the one PyTorch infers."""
    if not isinstance(data, (np.ndarray, np.generic)) and hasattr(data, "__array__"):
        data = np.asarray(data)
    if isinstance(data, np.ndarray):
        found = dtypes.from_numpy(data.dtype)
        _check_strides(data)
        with np.errstate(all="ignore"):
            return np.array(data, (dtype or found).numpy, order="C")
    shape, leaves = _flattened(data)
    kinds = set(map(type, leaves))
    if builtins.any(issubclass(kind, (Tensor, np.ndarray)) for kind in kinds):
        return _array_of_arrays(shape, leaves, dtype)
    inferred = _common_dtype(kinds, leaves)
    return _converted(leaves, inferred, dtype or inferred).reshape(shape)


def _is_sequence(data: Any, depth: int = 0) -> bool:
    if isinstance(data, str) and depth:
        raise ValueRangeError(f"too many dimensions 'str': {data!r} is no number")
    if isinstance(data, (str, bytes)):
        raise ArgumentError(f"new(): invalid data type '{type(data).__name__}'")
    return isinstance(data, Sequence)


def _flattened(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of a nested sequence and its innermost elements, in order."""
    shape: list[int] = []
    level = [data]
    while level and _is_sequence(level[0], len(shape)):
        length = len(level[0])
        for row in level:
            if not isinstance(row, Sequence):
                raise ArgumentError(
                    f"tensor(): not a sequence: a {type(row).__name__} stands beside a sequence of "
                    f"length {length} at dim {len(shape)}"
                )
            if len(row) != length:
                raise ValueRangeError(
                    f"expected sequence of length {length} at dim {len(shape)} (got {len(row)})",
                    cure="all rows of a tensor have the same length",
                )
        shape.append(length)
        level = list(chain.from_iterable(level))
    return tuple(shape), level


def _common_dtype(kinds: set[type], leaves: list[Any]) -> dtypes.dtype:
    """The dtype in which numbers of these types meet.

    Raises:
        ArgumentError: one is a sequence or a string.
        DtypeError: one is no number.
    """
    found = []
    for kind in kinds:
        if issubclass(kind, np.generic):
            found.append(dtypes.from_numpy(np.dtype(kind)))
        elif issubclass(kind, _NUMBERS):
            found.append(dtypes.number_dtype(kind))
        elif issubclass(kind, (Sequence, str, bytes)):
            raise ArgumentError(
                f"tensor(): a '{kind.__name__}' stands among numbers and cannot be interpreted as "
                "one"
            )
        else:
            raise DtypeError(f"Could not infer dtype of {kind.__name__}")
    return reduce(promote_types, found) if found else dtypes.get_default_dtype()


def _converted(
    leaves: list[Any], inferred: dtypes.dtype, dtype: dtypes.dtype
) -> np.ndarray[Any, Any]:
    """A vector of the numbers in ``dtype``.

    Raises:
        ArgumentError: complex numbers are to become real ones.
        ValueRangeError: an integer exceeds 64 bits.
        DtypeError: a number does not fit an integer dtype.
    """
    if inferred.is_complex and not dtype.is_complex:
        raise ArgumentError("must be real number, not complex", cure="take the real part first")
    if dtype.is_floating_point or dtype.is_complex or dtype is dtypes.bool:
        with np.errstate(over="ignore"):
            return np.array(leaves, dtype.numpy)
    numbers = np.array(leaves) if leaves else np.empty(0)
    if numbers.dtype == object or (numbers.dtype == np.uint64 and dtype is not dtypes.uint64):
        raise ValueRangeError(
            "Overflow when unpacking long long", cure="use a floating-point dtype"
        )
    limits = dtypes.iinfo(dtype)
    # PyTorch lets a negative number into an unsigned dtype, where it counts from the end.
    lowest = limits.min if dtype.is_signed else -limits.max
    fits = (numbers >= lowest) & (numbers <= limits.max)
    if not fits.all():
        raise DtypeError(
            f"value cannot be converted to type {dtype.name} without overflow: {numbers[~fits][0]}"
        )
    return numbers.astype(dtype.numpy)


def _array_of_arrays(
    shape: tuple[int, ...], leaves: list[Any], dtype: dtypes.dtype | None
) -> np.ndarray[Any, Any]:
    """An array out of arrays, tensors of one element, and numbers."""
    arrays = []
    for leaf in leaves:
        if isinstance(leaf, Tensor):
            if leaf.numel() != 1:
                raise ArgumentError(
                    "only tensors of a single element can be converted to numbers, but one has "
                    f"shape {list(leaf.shape)}",
                    cure="use torch.stack to stack tensors",
                )
            arrays.append(leaf.detach().numpy().reshape(()))
        else:
            arrays.append(np.asarray(leaf) if isinstance(leaf, np.ndarray) else _array(leaf, None))
    inner = arrays[0].shape
    for array in arrays:
        if array.shape != inner:
            raise ValueRangeError(
                f"expected arrays of shape {inner} at dim {len(shape)} (got {array.shape})"
            )
    meet = reduce(promote_types, (dtypes.from_numpy(array.dtype) for array in arrays))
    return np.array(arrays).astype((dtype or meet).numpy).reshape(*shape, *inner)
