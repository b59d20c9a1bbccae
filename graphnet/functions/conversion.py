"""Changing dtype and device, copying, and facts about tensors."""

from __future__ import annotations

import builtins
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.devices import NoDataError, check_device, device, is_meta
from graphnet.errors import ArgumentError, ScalarError, ValueRangeError
from graphnet.functions.methods import method
from graphnet.functions.options import as_dtype, require_tensor
from graphnet.functions.ordering import in_order_of
from graphnet.ops.convert import Cast, Clone
from graphnet.ops.elementwise import kind_of
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "clone",
    "is_complex",
    "is_floating_point",
    "is_nonzero",
    "is_tensor",
    "numel",
    "result_type",
]

_TYPE_NAMES = {f"torch.{name}Tensor": dtype for dtype, name in SCALAR_TYPE_NAMES.items()}


@method
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy in memory of its own, through which gradients flow.

    >>> import graphnet as torch
    >>> x = torch.zeros(2)
    >>> y = x.clone()
    >>> _ = y.fill_(1)
    >>> x
    tensor([0., 0.])
    """
    return in_order_of(input, Clone()(input), memory_format)


def _cast(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """The tensor itself if it has the dtype, else cast."""
    if x._layout.dtype is dtype:
        return x
    cast: Tensor = Cast(dtype)(x)
    return cast


@method
def to(
    self: Tensor,
    *args: Any,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    other: Tensor | None = None,
    non_blocking: builtins.bool = False,
    copy: builtins.bool = False,
    memory_format: Any = None,
) -> Tensor:
    """This tensor in another dtype; itself where nothing changes and no copy is asked for.

    Forms: ``to(dtype)``, ``to(device)``, ``to(device, dtype)``, ``to(other)``, followed by
    ``non_blocking`` and ``copy``; or the same as keywords.

    Raises:
        NotCompiledError: (an AssertionError) a device that PyTorch would be built for.
        DeviceError: (a RuntimeError) another device than the CPU.
        ArgumentError: (a TypeError) an argument is none of these.

    >>> import graphnet as torch
    >>> torch.tensor([1.7]).to(torch.int64)
    tensor([1])
    """
    wanted, where, copies = _to_arguments(args)
    wanted = as_dtype("to", dtype) or wanted
    where = device if device is not None else where
    source = other
    if source is not None:
        wanted = wanted or source.dtype
        where = source.device if where is None else where
    if where is not None and is_meta(where) != self.is_meta:
        return _moved(self if wanted is None else _cast(self, wanted))
    if copy or copies:
        return clone(self) if wanted in (None, self.dtype) else _cast(self, wanted)
    return self if wanted is None else _cast(self, wanted)


def parse_to(
    *args: Any,
    device: Any = None,
    dtype: dtypes.dtype | None = None,
    non_blocking: builtins.bool = False,
    copy: builtins.bool = False,
    memory_format: Any = None,
) -> tuple[device | None, dtypes.dtype | None, builtins.bool, Any]:
    """What arguments of :func:`to` ask for: device, dtype, ``non_blocking`` and memory format."""
    wanted, where, _ = _to_arguments(args)
    given = next((each for each in args if isinstance(each, Tensor)), None)
    where = device if device is not None else where if given is None else given.device
    blocking = next((each for each in args if isinstance(each, builtins.bool)), non_blocking)
    found = None if where is None else check_device(where)
    return found, dtype or wanted, blocking, memory_format


def _moved(x: Tensor) -> Tensor:
    """A tensor on the device ``meta``; from there nothing can be moved."""
    if x.is_meta:
        raise NoDataError
    from graphnet.meta import stand_in

    return stand_in(x)


def _to_arguments(args: tuple[Any, ...]) -> tuple[dtypes.dtype | None, Any, builtins.bool]:
    """Dtype, device and ``copy`` out of the positional arguments of ``to``."""
    wanted: dtypes.dtype | None = None
    where: Any = None
    flags: list[builtins.bool] = []
    for argument in args:
        if isinstance(argument, dtypes.dtype):
            wanted = argument
        elif isinstance(argument, Tensor):
            wanted, where = argument.dtype, argument.device
        elif isinstance(argument, (str, device)) or argument is None:
            where = argument
        elif isinstance(argument, builtins.bool):
            flags.append(argument)
        elif isinstance(argument, builtins.int):
            where = argument
        elif isinstance(argument, type):
            wanted = as_dtype("to", argument)
        else:
            raise ArgumentError(
                "to() received an invalid combination of arguments - got "
                f"({', '.join(type(a).__name__ for a in args)})",
                cure="give a dtype, a device, a device and a dtype, or a tensor",
            )
    return wanted, where, len(flags) > 1 and flags[1]


@method("type")
def _type(self: Tensor, dtype: Any = None, non_blocking: builtins.bool = False) -> Any:
    """The name of the tensor's type, or the tensor cast to a dtype or a type of that name."""
    if dtype is None:
        return f"torch.{SCALAR_TYPE_NAMES[self.dtype]}Tensor"
    if isinstance(dtype, str):
        if dtype not in _TYPE_NAMES:
            raise ValueRangeError(f"invalid type: '{dtype}'")
        return _cast(self, _TYPE_NAMES[dtype])
    # torch.FloatTensor and its like have the dtype that they stand for.
    return _cast(self, as_dtype("type", getattr(dtype, "dtype", dtype)) or self.dtype)


@method
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """This tensor in another one's dtype."""
    return _cast(self, require_tensor("type_as", "other", other).dtype)


@method
def float(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in float32."""
    return _cast(self, dtypes.float32)


@method
def double(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in float64."""
    return _cast(self, dtypes.float64)


@method
def half(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in float16."""
    return _cast(self, dtypes.float16)


@method
def bfloat16(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in bfloat16."""
    return _cast(self, dtypes.bfloat16)


@method
def cfloat(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in complex64."""
    return _cast(self, dtypes.complex64)


@method
def cdouble(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in complex128."""
    return _cast(self, dtypes.complex128)


@method
def long(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in int64."""
    return _cast(self, dtypes.int64)


@method
def int(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in int32."""
    return _cast(self, dtypes.int32)


@method
def short(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in int16."""
    return _cast(self, dtypes.int16)


@method
def char(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in int8."""
    return _cast(self, dtypes.int8)


@method
def byte(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in uint8."""
    return _cast(self, dtypes.uint8)


@method
def bool(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor in bool: True where it is not zero."""
    return _cast(self, dtypes.bool)


@method
def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor, which is on the CPU.

    Raises:
        NoDataError: (a NotImplementedError) it is on the device ``meta``.
    """
    return _moved(self) if self.is_meta else self


@method
def cuda(self: Tensor, device: Any = None, non_blocking: Any = False) -> Tensor:
    """Raises NotCompiledError, an AssertionError: there is no such device."""
    check_device("cuda")
    return self


@method
def pin_memory(self: Tensor) -> Tensor:
    """This tensor: memory is never pinned on the CPU."""
    return self


def is_tensor(obj: Any) -> builtins.bool:
    """Whether it is a tensor.

    >>> import graphnet as torch
    >>> torch.is_tensor(torch.zeros(1)), torch.is_tensor([1])
    (True, False)
    """
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> builtins.bool:
    """Whether the element type is floating point."""
    return require_tensor("is_floating_point", "input", input).dtype.is_floating_point


def is_complex(input: Tensor) -> builtins.bool:
    """Whether the element type is complex."""
    return require_tensor("is_complex", "input", input).dtype.is_complex


@method
def is_nonzero(input: Tensor) -> builtins.bool:
    """Whether the only element is not zero.

    Raises:
        ScalarError: (a RuntimeError) there is not exactly one.
    """
    if input.numel() != 1:
        raise ScalarError(
            "Boolean value of Tensor with "
            f"{'more than one value' if input.numel() else 'no values'} is ambiguous"
        )
    return input.item() != 0  # type: ignore[no-any-return]  # a comparison of numbers


def numel(input: Tensor) -> builtins.int:
    """The number of elements."""
    return require_tensor("numel", "input", input).numel()


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """The dtype of arithmetic between two tensors or numbers.

    >>> import graphnet as torch
    >>> torch.result_type(torch.tensor([1, 2]), 1.0)
    torch.float32
    """
    return dtypes.result_type_of(_operand(tensor1), _operand(tensor2))


def _operand(value: Any) -> tuple[dtypes.dtype, dtypes.Kind]:
    if isinstance(value, Tensor):
        return value.dtype, kind_of(value._layout.type)
    return dtypes.number_dtype(type(value)), dtypes.Kind.SCALAR
