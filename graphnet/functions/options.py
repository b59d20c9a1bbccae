"""Arguments that many functions have in common: sizes, dims, dtype, device, operands."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from graphnet import dtypes
from graphnet._tensor import Tensor, apply
from graphnet.devices import is_meta
from graphnet.errors import (
    ArgumentError,
    AutogradError,
    GraphnetError,
    NotSupportedError,
    ShapeError,
)
from graphnet.functions.arguments import distinct_dims, integer, integers
from graphnet.functions.layouts import strided
from graphnet.ir.op import Op
from graphnet.ir.types import Shape
from graphnet.ops.convert import Cast
from graphnet.ops.create import Full
from graphnet.ops.shape import wrap_dim

Function = TypeVar("Function", bound=Callable[..., Any])

_PYTHON_TYPES: Final = {
    builtins.float: dtypes.float64,
    builtins.int: dtypes.int64,
    builtins.bool: dtypes.bool,
    builtins.complex: dtypes.complex128,
}


class RangeError(GraphnetError, RuntimeError):
    """Numbers that do not fit a dtype, or bounds and sizes that do not make a range."""


def as_dtype(function: str, dtype: Any) -> dtypes.dtype | None:
    """A ``dtype=`` argument; Python's ``float``, ``int``, ``bool`` and ``complex`` will do.

    Raises:
        ArgumentError: it is no dtype.
    """
    if dtype is None or isinstance(dtype, dtypes.dtype):
        return dtype
    try:
        return _PYTHON_TYPES[dtype]
    except (KeyError, TypeError):
        raise ArgumentError(
            f"{function}(): argument 'dtype' must be torch.dtype, not {type(dtype).__name__}",
            cure="write torch.float32 or another of torch's dtypes",
        ) from None


def as_shape(function: str, sizes: tuple[Any, ...], size: Any = None) -> Shape:
    """A shape from ``f(2, 3)``, ``f((2, 3))`` or ``f(size=(2, 3))``.

    Raises:
        ArgumentError: there is none, or something in it is no integer.
        ShapeError: a size is negative.
    """
    if size is not None:
        sizes = (size,)
    elif not sizes:
        raise ArgumentError(f'{function}() missing 1 required positional arguments: "size"')
    shape = integers(function, "size", sizes)
    if shape and min(shape) < 0:
        raise ShapeError(
            f"{function}: Trying to create tensor with negative dimension {min(shape)}: "
            f"{list(shape)}. Dimension size must be non-negative."
        )
    return shape


def as_number(function: str, argument: str, value: Any) -> Any:
    """A Python number out of a number or a tensor of one."""
    if isinstance(value, (bool, int, float, complex)):
        return value
    if isinstance(value, Tensor) or hasattr(value, "item"):
        return value.item()
    raise ArgumentError(
        f"{function}(): argument '{argument}' must be Number, not {type(value).__name__}"
    )


def created(op: Op, device: Any, *operands: Any) -> Tensor:
    """What an operation makes of numbers; on the device ``meta`` nothing is recorded."""
    if not is_meta(device):
        recorded: Tensor = apply(op, *operands)
        return recorded
    from graphnet.meta import infer

    made: Tensor = infer(op, operands)
    return made


def finish(made: Tensor, device: Any, requires_grad: bool, layout: Any = None) -> Tensor:
    """The new tensor, as a leaf that wants gradients or not, on the CPU or the device ``meta``.

    Raises:
        DeviceError: another device was asked for.
        NotSupportedError: (a NotImplementedError) it was to be sparse.
        AutogradError: gradients are wanted of a dtype that has none.
    """
    if is_meta(device) and not made.is_meta:
        from graphnet.meta import stand_in

        made = stand_in(made)
    if layout is not None and layout is not strided:
        raise NotSupportedError(
            f"layout={layout} is not supported: all tensors of graphnet are dense",
            cure="leave `layout` out",
        )
    if not requires_grad:
        return made
    if not (made.dtype.is_floating_point or made.dtype.is_complex):
        raise AutogradError(
            "Only Tensors of floating point and complex dtype can require gradients",
            cure=f"give it another dtype than {made.dtype}",
        )
    return made.requires_grad_()


def require_tensor(function: str, argument: str, value: Any, position: int = 1) -> Tensor:
    """A tensor.

    Raises:
        ArgumentError: it is something else.
    """
    if not isinstance(value, Tensor):
        raise ArgumentError(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, not "
            f"{type(value).__name__}"
        )
    return value


def number_tensor(value: Any) -> Tensor:
    """A Python number as a tensor without dimensions, of the dtype that the number has alone."""
    made: Tensor = apply(Full((), dtypes.number_dtype(type(value))), value)
    return made


def each(op: Op, input: Tensor) -> Tensor:
    """Apply an operation of one operand.

    Raises:
        ArgumentError: the operand is no tensor.
    """
    if not isinstance(input, Tensor):
        require_tensor(op.name, "input", input)
    result: Tensor = input._apply(op, input)
    return result


def with_tensor(op: Op, input: Tensor, other: Any) -> Tensor:
    """Apply an operation of a tensor and a tensor or number.

    Raises:
        ArgumentError: the first is no tensor, or the second neither tensor nor number.
    """
    if not isinstance(input, Tensor):
        raise ArgumentError(
            f"{op.name}() received an invalid combination of arguments - got "
            f"({type(input).__name__}, {type(other).__name__})",
            cure="the first argument must be a tensor",
        )
    result: Tensor = input._apply(op, input, other)
    return result


def both_tensors(op: Op, input: Tensor, other: Tensor, *, second: str = "other") -> Tensor:
    """Apply an operation of two tensors.

    Raises:
        ArgumentError: one is no tensor.
    """
    first = require_tensor(op.name, "input", input)
    result: Tensor = first._apply(op, first, require_tensor(op.name, second, other, 2))
    return result


def combine(op: Op, input: Any, other: Any) -> Tensor:
    """Apply an operation of two operands, of which one may be a number.

    Raises:
        ArgumentError: neither is a tensor, or one is neither tensor nor number.
    """
    first = input if isinstance(input, Tensor) else require_tensor(op.name, "other", other, 2)
    result: Tensor = first._apply(op, input, other)
    return result


def numpy_names(function: Function) -> Function:
    """Let a function take ``axis`` for ``dim`` and ``keepdims`` for ``keepdim``."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            rename_from_numpy(kwargs)
        return function(*args, **kwargs)

    _NUMPY_NAMED.add(call)
    return cast("Function", call)


_NUMPY_NAMED: Final[set[Callable[..., Any]]] = set()


def takes_numpy_names(function: Callable[..., Any]) -> bool:
    """Whether :func:`numpy_names` made it."""
    return function in _NUMPY_NAMED


def rename_from_numpy(kwargs: dict[str, Any]) -> None:
    """Give arguments that have numpy's names PyTorch's."""
    if "axis" in kwargs:
        kwargs["dim"] = kwargs.pop("axis")
    if "keepdims" in kwargs:
        kwargs["keepdim"] = kwargs.pop("keepdims")


def reduced_dims(function: str, dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions a reduction goes over, counted from the front: all, where none are named.

    Raises:
        ArgumentError: a dimension is no integer.
        OutOfRangeError: there is no such dimension.
        RefusedError: (a RuntimeError) one is named twice.
    """
    if dim is None:
        return tuple(range(ndim))
    if dim.__class__ is int:
        found: tuple[int, ...] = (wrap_dim(dim, ndim),)
    else:
        found = distinct_dims(function, integers(function, "dim", dim), ndim)
    # A tensor without dimensions lets itself be reduced over dimension 0.
    return found if ndim else ()


def operand_as(function: str, input: Any, dtype: Any) -> Tensor:
    """The operand in the dtype that was asked for."""
    x = require_tensor(function, "input", input)
    wanted = as_dtype(function, dtype)
    return x if wanted is None or wanted is x.dtype else Cast(wanted)(x)


def reduced(op: Op, x: Tensor, dtype: Any = None) -> Tensor:
    """The reduction, in the dtype that was asked for: integers come widened."""
    result: Tensor = x._apply(op, x)
    if dtype is not None and result.dtype is not as_dtype(op.name, dtype):
        result = Cast(as_dtype(op.name, dtype) or result.dtype)(result)
    return result


def one_dim(function: str, dim: Any, x: Tensor) -> int:
    """A dimension counted from the front."""
    return wrap_dim(integer(function, "dim", dim), x.dim())
