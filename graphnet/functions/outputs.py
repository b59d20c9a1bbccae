"""The argument ``out``: results that are written into tensors which are there already.

Functions that draw take it themselves. The others of ``torch`` that are not elementwise, and those
of ``torch.linalg``, ``torch.special`` and ``torch.fft``, take it in these namespaces only, from
:func:`take_out`; methods of tensors do not, nor the functions among themselves.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from graphnet import dtypes, grad_mode
from graphnet._tensor import Tensor
from graphnet.errors import AliasError, ArgumentError, AutogradError, DtypeError
from graphnet.functions.factories import empty
from graphnet.functions.options import RangeError, rename_from_numpy, takes_numpy_names
from graphnet.ir.types import Shape
from graphnet.ops.dtype_rules import SCALAR_TYPE_NAMES

_TAKES_OUT = """
addbmm addmm addmv addr all amax amin aminmax any arange argmax argmin baddbmm bmm bucketize cat
cholesky cholesky_inverse cholesky_solve column_stack complex concat concatenate cross cummax
cummin cumprod cumsum diag diff dot dstack empty eye full gather geqrf ger histc hstack
index_add index_copy index_reduce index_select inner inverse isin kron kthvalue linspace
logcumsumexp logspace logsumexp lu_solve lu_unpack masked_select matrix_power max mean median
min mm mode msort mv nanmean nanmedian nanquantile nansum nonzero norm ones ormqr outer polar
prod qr quantile range renorm row_stack scatter scatter_add scatter_reduce searchsorted sort
stack std sum svd take take_along_dim tensordot topk triangular_solve tril triu var vdot vstack
zeros
"""

#: The functions of ``torch`` that take it. Elementwise ones are not among them: looking for it
#: would make each call of theirs a twelfth slower.
TAKES_OUT: Final = frozenset(_TAKES_OUT.split())

#: The families whose results are cast to the dtype of ``out``, as those of in-place writes are; the
#: results of the others must be of that dtype.
_CASTING: Final = frozenset(("graphnet.functions.joining", "graphnet.special"))


def sized(function: str, out: Any, shape: Shape, dtype: dtypes.dtype | None = None) -> Tensor:
    """The tensor given as ``out``, with this shape: resized, which gives it memory of its own.

    Raises:
        ArgumentError: it is no tensor.
        RangeError: (a RuntimeError) it has another dtype than the one asked for.
    """
    if not isinstance(out, Tensor):
        raise ArgumentError(
            f"{function}(): argument 'out' must be Tensor, not {type(out).__name__}"
        )
    if dtype is not None and dtype is not out.dtype:
        raise RangeError(f"dtype {dtype} does not match dtype of out parameter ({out.dtype})")
    if tuple(out.shape) == shape:
        return out
    if out.numel():
        warnings.warn(
            f"An output with one or more elements was resized since it had shape "
            f"{list(out.shape)}, which does not match the required output shape {list(shape)}. "
            "This behavior is deprecated, and in a future PyTorch release outputs will not be "
            "resized unless they have zero elements. You can explicitly reuse an out tensor t by "
            "resizing it, inplace, to zero elements with t.resize_(0).",
            stacklevel=3,
        )
    out.data = empty(shape, dtype=out.dtype)
    return out


def written(function: str, out: Any, value: Tensor) -> Tensor:
    """A result in the tensor given as ``out``, or itself if there is none."""
    if out is None:
        return value
    return sized(function, out, tuple(value.shape))._write(value)


def take_out(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Let the functions of these names in a module's namespace take ``out``."""
    functions = {name: namespace[name] for name in names}
    made = {function: taking_out(function) for function in functions.values()}
    namespace.update({name: made[function] for name, function in functions.items()})


def taking_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with a keyword ``out``: a tensor, or one for each of its results.

    A function with a ``dtype`` computes in that of ``out`` unless told otherwise. A tensor of
    another shape is resized.

    Raises:
        AutogradError: a gradient is wanted of an argument or of ``out``.
        DtypeError: the result cannot be stored in the dtype of ``out``.
        AliasError: ``out`` shares memory with an argument of a function that goes over it in
            another order.

    >>> import graphnet as torch
    >>> batch = torch.zeros(2, 2)
    >>> _ = torch.stack([torch.ones(2), torch.zeros(2)], out=batch)
    >>> batch
    tensor([[1., 1.],
            [0., 0.]])
    """
    renames = takes_numpy_names(function)
    if renames:  # one wrapper does for both
        function = inspect.unwrap(function)

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if renames and kwargs:
            rename_from_numpy(kwargs)
        if out is None:
            return function(*args, **kwargs)
        if isinstance(out, Tensor) and "dtype" in inspect.signature(function).parameters:
            kwargs["dtype"] = _common_dtype(out, kwargs.get("dtype"))
        return _written(function, function(*args, **kwargs), out, (args, kwargs))

    return call


def _common_dtype(out: Tensor, dtype: Any) -> Any:
    if isinstance(dtype, dtypes.dtype) and dtype is not out.dtype:
        raise DtypeError(
            f"dtype {SCALAR_TYPE_NAMES[dtype]} does not match dtype of out parameter "
            f"({SCALAR_TYPE_NAMES[out.dtype]})"
        )
    return out.dtype


def _written(function: Callable[..., Any], result: Any, out: Any, given: Any) -> Any:
    """``out``, with the result written into it."""
    if not isinstance(result, tuple):
        _write(function, result, out, given)
        return out
    if not isinstance(out, (tuple, list)) or len(out) != len(result):
        raise ArgumentError(
            f"{function.__name__}(): argument 'out' must be tuple of {len(result)} Tensors, not "
            f"{type(out).__name__}"
        )
    for value, target in zip(result, out, strict=True):
        _write(function, value, target, given)
    return type(result)(*out) if hasattr(result, "_fields") else tuple(out)


def _write(function: Callable[..., Any], value: Tensor, out: Any, given: Any) -> None:
    name, family = function.__name__, function.__module__
    if not isinstance(out, Tensor):
        raise ArgumentError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if grad_mode.enabled() and (value.requires_grad or out.requires_grad):
        raise AutogradError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad.",
            cure="call it without `out`, or under `with torch.no_grad():`",
        )
    if value.dtype is not out.dtype and family not in _CASTING:
        raise DtypeError(
            f"{name}(): Expected out tensor to have dtype {value.dtype.name}, but got "
            f"{out.dtype.name} instead"
        )
    in_step = family == "graphnet.special"
    if any(_disturbs(out, each, in_step) for each in _tensors(given)):
        raise AliasError(
            "unsupported operation: some elements of the input tensor and the written-to tensor "
            "refer to a single memory location. Please clone() the tensor before performing the "
            "operation."
        )
    out._check_writable()
    written(name, out, value)


def _tensors(given: Any) -> Iterator[Tensor]:
    """The tensors among the arguments, and in lists among them."""
    args, kwargs = given
    for each in (*args, *kwargs.values()):
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, (tuple, list)):
            yield from (item for item in each if isinstance(item, Tensor))


def _disturbs(out: Tensor, operand: Tensor, in_step: bool) -> bool:
    """Whether writing ``out`` element by element would change an operand still to be read."""
    if out._storage is not operand._storage or not operand.numel():
        return False
    ours, theirs = out.storage_offset(), operand.storage_offset()
    if ours == theirs and out.shape == operand.shape and out.stride() == operand.stride():
        return not in_step
    both_dense = out.is_contiguous() and operand.is_contiguous()
    return both_dense and ours < theirs + operand.numel() and theirs < ours + out.numel()
