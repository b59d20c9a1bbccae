"""Reductions: sums, means, products, extremes, truth, over all dimensions or over some.

``dim`` is an integer, a sequence of them, or None for all dimensions; negative ones count from the
end. ``keepdim`` leaves the dimensions there with size 1. ``axis`` and ``keepdims`` are accepted for
them. Each function is a ``Tensor`` method, too.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, DtypeError, GraphnetError, OutOfRangeError
from graphnet.functions import return_types
from graphnet.functions.arguments import RefusedError
from graphnet.functions.methods import method
from graphnet.functions.mixing import maximum, minimum
from graphnet.functions.options import (
    as_dtype,
    numpy_names,
    one_dim,
    operand_as,
    reduced,
    reduced_dims,
    require_tensor,
)
from graphnet.ops.compare import IsNan, LogicalNot, NotEqual, Where
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.reduce import (
    AllTrue,
    Amax,
    Amin,
    AnyTrue,
    Argmax,
    Argmin,
    HashTensor,
    Max,
    Mean,
    Min,
    Prod,
    Sum,
)
from graphnet.ops.shape import Reshape
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "all",
    "amax",
    "amin",
    "aminmax",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "hash_tensor",
    "max",
    "mean",
    "min",
    "nanmean",
    "nansum",
    "prod",
    "sum",
]


class EmptyError(GraphnetError, RuntimeError):
    """A tensor without elements, where at least one is needed."""


@method
@numpy_names
def sum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The sum. Booleans and integers sum to int64 unless another dtype is given.

    >>> import graphnet as torch
    >>> x = torch.tensor([[1, 2], [3, 4]])
    >>> torch.sum(x)
    tensor(10)
    >>> torch.sum(x, dim=1, keepdim=True)
    tensor([[3],
            [7]])
    """
    x = operand_as("sum", input, dtype)
    return reduced(Sum(_dims("sum", dim, x), keepdim), x, dtype)


@method
@numpy_names
def nansum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The sum of the elements that are not NaN.

    >>> import graphnet as torch
    >>> torch.nansum(torch.tensor([1.0, float("nan"), 2.0]))
    tensor(3.)
    """
    x = require_tensor("nansum", "input", input)
    return sum(Where()(IsNan()(x), 0, x), dim, keepdim, dtype=dtype)


@method
@numpy_names
def mean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The arithmetic mean of floating-point numbers; NaN of none.

    Raises:
        DtypeError: (a RuntimeError) the elements are integers and no dtype is given.

    >>> import graphnet as torch
    >>> torch.mean(torch.tensor([[1.0, 2.0], [3.0, 6.0]]), dim=0)
    tensor([2., 4.])
    """
    wanted = as_dtype("mean", dtype)
    if wanted is not None and is_integral(wanted):
        raise DtypeError(
            "mean(): could not infer output dtype. Optional dtype must be either a floating point "
            f"or complex dtype. Got: {SCALAR_TYPE_NAMES[wanted]}"
        )
    x = operand_as("mean", input, dtype)
    return reduced(Mean(_dims("mean", dim, x), keepdim), x, dtype)


@method
@numpy_names
def nanmean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The mean of the elements that are not NaN.

    Raises:
        DtypeError: (a RuntimeError) the elements are integers and no dtype is given.

    >>> import graphnet as torch
    >>> torch.nanmean(torch.tensor([1.0, float("nan"), 2.0]))
    tensor(1.5000)
    """
    x = operand_as("nanmean", input, dtype)
    if is_integral(x.dtype):
        raise DtypeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{SCALAR_TYPE_NAMES[x.dtype]}",
            cure="cast first, as in `x.float()`",
        )
    count = sum(LogicalNot()(IsNan()(x)), dim, keepdim)
    average: Tensor = nansum(x, dim, keepdim) / count
    return average


@method
@numpy_names
def prod(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The product. Booleans and integers multiply to int64 unless another dtype is given.

    >>> import graphnet as torch
    >>> torch.prod(torch.tensor([2, 3, 4]))
    tensor(24)
    """
    if isinstance(dim, (tuple, list)):
        raise ArgumentError(
            "prod() received an invalid combination of arguments: it reduces over one dimension or "
            f"over all, not over {dim}",
            cure="reduce over one after the other",
        )
    x = operand_as("prod", input, dtype)
    return reduced(Prod(_dims("prod", dim, x), keepdim), x, dtype)


@method
def hash_tensor(input: Tensor, dim: Any = None, *, keepdim: bool = False, mode: int = 0) -> Tensor:
    """A number that depends on every bit: two results that are equal to the last one have the same.

    Elements become float64 or int64; their bits are joined by exclusive or, so their order does not
    count. Source: PyTorch's page ``torch.hash_tensor``.

    Args:
        mode: 0, the only one there is.

    Raises:
        EmptyError: (a RuntimeError) there are no elements, and no dimension is named.
        RefusedError: (a RuntimeError) there is no such mode.

    >>> import graphnet as torch
    >>> torch.hash_tensor(torch.tensor([1, 2, 5])).item()
    6
    """
    x = require_tensor("hash_tensor", "input", input)
    if mode != 0:
        raise RefusedError(f"Unknown hash_tensor mode: {mode}", cure="0 is the only one")
    _require_elements("hash_tensor", x, dim)
    hashed: Tensor = HashTensor(_dims("hash_tensor", dim, x), keepdim)(x)
    return hashed


@method
@numpy_names
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not zero.

    >>> import graphnet as torch
    >>> torch.count_nonzero(torch.tensor([0, 3, 0, 4]))
    tensor(2)
    """
    return sum(NotEqual()(require_tensor("count_nonzero", "input", input), 0), dim)


@method
@numpy_names
def amax(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The greatest element; the gradient is shared equally among equals.

    Raises:
        EmptyError: (a RuntimeError) there is no element.
        OutOfRangeError: (an IndexError) a dimension is empty, or there is none such.

    >>> import graphnet as torch
    >>> torch.amax(torch.tensor([[1, 5], [7, 2]]), dim=1)
    tensor([5, 7])
    """
    return _extreme("amax", Amax, input, dim, keepdim)


@method
@numpy_names
def amin(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The smallest element; the gradient is shared equally among equals.

    Raises:
        EmptyError: (a RuntimeError) there is no element.
        OutOfRangeError: (an IndexError) a dimension is empty, or there is none such.
    """
    return _extreme("amin", Amin, input, dim, keepdim)


@method
def aminmax(
    input: Tensor, *, dim: int | None = None, keepdim: bool = False
) -> return_types.aminmax:
    """The smallest and the greatest element, of all or along one dimension.

    Raises:
        EmptyError: (a RuntimeError) there is no element.

    >>> import graphnet as torch
    >>> torch.aminmax(torch.tensor([3, 1, 2]))
    torch.return_types.aminmax(
    min=tensor(1),
    max=tensor(3))
    """
    if require_tensor("aminmax", "input", input).numel() == 0 and dim is None:
        raise EmptyError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            f"identity: the shape is {list(input.shape)}"
        )
    return return_types.aminmax(
        _extreme("aminmax", Amin, input, dim, keepdim),
        _extreme("aminmax", Amax, input, dim, keepdim),
    )


@method
@numpy_names
def max(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Tensor | None = None
) -> Any:
    """The greatest element, or along a dimension with its index, or the greater of two tensors.

    Forms: ``max(input)``; ``max(input, dim, keepdim=False)``, which gives (values, indices);
    ``max(input, other)``, which is :func:`graphnet.maximum`.

    Of equal elements along a dimension the first is chosen, and it alone has the gradient.

    Raises:
        EmptyError: (a RuntimeError) there is no element.
        OutOfRangeError: (an IndexError) the dimension is empty, or there is none such.

    >>> import graphnet as torch
    >>> torch.max(torch.tensor([1, 7, 3]))
    tensor(7)
    >>> torch.max(torch.tensor([[1, 7], [5, 2]]), dim=1).indices
    tensor([1, 0])
    """
    second = dim if isinstance(dim, Tensor) else other
    if second is not None:
        return maximum(_first_of("max", input, second), second)
    if dim is None:
        return _extreme("max", Amax, input, None, keepdim)
    x = require_tensor("max", "input", input)
    return return_types.max(*Max(one_dim("max", dim, x), keepdim)(x))


@method
@numpy_names
def min(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Tensor | None = None
) -> Any:
    """The smallest element, or along a dimension with its index, or the smaller of two tensors.

    Forms and errors are those of :func:`max`.

    >>> import graphnet as torch
    >>> torch.min(torch.tensor([[1, 7], [5, 2]]), dim=1).values
    tensor([1, 2])
    """
    second = dim if isinstance(dim, Tensor) else other
    if second is not None:
        return minimum(_first_of("min", input, second), second)
    if dim is None:
        return _extreme("min", Amin, input, None, keepdim)
    x = require_tensor("min", "input", input)
    return return_types.min(*Min(one_dim("min", dim, x), keepdim)(x))


@method
@numpy_names
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the greatest element along a dimension, or in the flattened tensor.

    Of equal elements the first is chosen.

    Raises:
        OutOfRangeError: (an IndexError) there is no element, or no such dimension.

    >>> import graphnet as torch
    >>> torch.argmax(torch.tensor([[1, 7], [5, 2]]), dim=1)
    tensor([1, 0])
    """
    return _argument("argmax", Argmax, input, dim, keepdim)


@method
@numpy_names
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the smallest element along a dimension, or in the flattened tensor.

    Of equal elements the first is chosen.

    Raises:
        OutOfRangeError: (an IndexError) there is no element, or no such dimension.
    """
    return _argument("argmin", Argmin, input, dim, keepdim)


@method
@numpy_names
def all(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all elements are true, which is: not zero. Boolean; uint8 stays uint8.

    >>> import graphnet as torch
    >>> torch.all(torch.tensor([[True, False], [True, True]]), dim=1)
    tensor([False,  True])
    """
    x = require_tensor("all", "input", input)
    return reduced(AllTrue(reduced_dims("all", dim, x.dim()), keepdim), x)


@method
@numpy_names
def any(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether any element is true, which is: not zero. Boolean; uint8 stays uint8.

    >>> import graphnet as torch
    >>> torch.any(torch.tensor([0, 0, 3]))
    tensor(True)
    """
    x = require_tensor("any", "input", input)
    return reduced(AnyTrue(reduced_dims("any", dim, x.dim()), keepdim), x)


def _first_of(function: str, input: Any, other: Any) -> Tensor:
    if isinstance(input, Tensor):
        return input
    raise ArgumentError(
        f"{function}() received an invalid combination of arguments - got "
        f"({type(input).__name__}, {type(other).__name__})",
        cure="the first argument must be a tensor",
    )


def _dims(function: str, dim: Any, x: Tensor) -> tuple[int, ...]:
    """The dimensions; an empty sequence stands for all, as in PyTorch."""
    empty = isinstance(dim, (tuple, list)) and not dim
    return reduced_dims(function, None if empty else dim, x.dim())


def _require_elements(function: str, x: Tensor, dim: Any) -> None:
    """Raise EmptyError where all dimensions are reduced over, and one of them is empty."""
    if x.numel() == 0 and (dim is None or dim == ()):
        raise EmptyError(
            f"{function}(): Expected reduction dim to be specified for input.numel() == 0. Specify "
            f"the reduction dim with the 'dim' argument. The shape is {list(x.shape)}."
        )


def _extreme(
    function: str, op: type[Amax] | type[Amin], input: Any, dim: Any, keepdim: bool
) -> Tensor:
    x = require_tensor(function, "input", input)
    _require_elements(function, x, dim)
    return reduced(op(_dims(function, dim, x), keepdim), x)


def _argument(
    function: str, op: type[Argmax] | type[Argmin], input: Any, dim: Any, keepdim: bool
) -> Tensor:
    x = require_tensor(function, "input", input)
    if dim is not None:
        return reduced(op(one_dim(function, dim, x), keepdim), x)
    if x.numel() == 0:
        raise OutOfRangeError(
            f"{function}(): Expected reduction dim to be specified for input.numel() == 0. The "
            f"shape is {list(x.shape)}."
        )
    found = reduced(op(0), Reshape((x.numel(),))(x))
    return Reshape((1,) * x.dim())(found) if keepdim else found
