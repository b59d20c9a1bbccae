"""The argument ``out``: results that are written into tensors which are there already.

Functions that draw take it themselves. The others of ``torch``, and those of ``torch.linalg``,
``torch.special`` and ``torch.fft``, take it in these namespaces only, from :func:`take_out`;
methods of tensors do not, nor the functions among themselves.
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
from graphnet.inplace import check_overlap
from graphnet.ir.types import Shape
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

#: The results are of the dtype they are without ``out``, which must have it, too.
_OF_THEIR_DTYPE: Final = """
abs absolute addbmm addmm addmv addr all amax amin aminmax any arange argmax argmin baddbmm
bitwise_not bmm bucketize ceil cholesky cholesky_inverse cholesky_solve complex conj_physical cross
cummax cummin cumprod cumsum diag diff dot empty eye fix float_power floor frac frexp full gather
geqrf ger heaviside histc histogram index_add index_copy index_reduce index_select inner inverse
isin isneginf isposinf kron kthvalue linspace log_softmax logcumsumexp logspace logsumexp lu_solve
lu_unpack masked_select matmul matrix_power max mean median min mm mode msort mv nan_to_num nanmean
nanmedian nanquantile nansum narrow_copy neg negative nonzero norm ones ormqr outer polar prod qr
quantile range renorm round scatter scatter_add scatter_reduce searchsorted sgn sign signbit softmax
sort std sum svd take take_along_dim tensordot topk triangular_solve tril triu trunc var vdot where
zeros
"""

#: The results are cast to the dtype of ``out``, as those of in-place writes are.
_CAST: Final = """
acos acosh add addcdiv addcmul angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh
atan atan2 atanh bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor cat clamp
clamp_max clamp_min clip column_stack concat concatenate copysign cos cosh deg2rad digamma div
divide dstack eq erf erfc erfinv exp exp2 expm1 floor_divide fmax fmin fmod gcd ge greater
greater_equal gt hstack hypot i0 igamma igammac lcm ldexp le lerp less less_equal lgamma log log10
log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor logit lt maximum
minimum mul multiply mvlgamma ne nextafter not_equal polygamma pow rad2deg reciprocal remainder
row_stack rsqrt sigmoid sin sinc sinh sqrt square stack sub subtract tan tanh true_divide vstack
xlogy
"""

#: The functions of ``torch`` that take it.
TAKES_OUT: Final = frozenset(_OF_THEIR_DTYPE.split() + _CAST.split())

_CASTING: Final = frozenset(_CAST.split())

#: Functions that go over ``out`` and their arguments in step, and so may write over an argument.
_OVER_ARGUMENTS: Final = """
abs absolute bitwise_not ceil conj_physical cumprod cumsum fix float_power floor frac frexp
heaviside isneginf isposinf log_softmax nan_to_num neg negative round sgn sign signbit softmax trunc
where
"""
_JOINING: Final = "cat column_stack concat concatenate dstack hstack row_stack stack vstack"
_IN_STEP: Final = _CASTING.union(_OVER_ARGUMENTS.split()).difference(_JOINING.split())


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

    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if renames and kwargs:
            rename_from_numpy(kwargs)
        if out is None:
            return function(*args, **kwargs)
        if isinstance(out, Tensor) and "dtype" in inspect.signature(function).parameters:
            kwargs["dtype"] = _common_dtype(out, kwargs.get("dtype"))
        return _written(function, function(*args, **kwargs), out, (args, kwargs))

    fast = None if renames else _FAST.get(_parameters(function))
    return functools.wraps(function)(call if fast is None else fast(function, call))


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _of_one(function: Callable[..., Any], with_out: Callable[..., Any]) -> Callable[..., Any]:
    def call(input: Any, *, out: Any = None) -> Any:
        return function(input) if out is None else with_out(input, out=out)

    return call


def _of_two(function: Callable[..., Any], with_out: Callable[..., Any]) -> Callable[..., Any]:
    def call(input: Any, other: Any, *, out: Any = None) -> Any:
        return function(input, other) if out is None else with_out(input, other, out=out)

    return call


#: Wrappers for functions of few parameters, which need not pack and unpack them: half as slow.
_FAST: Final = {("input",): _of_one, ("input", "other"): _of_two}


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
    name, special = function.__name__, function.__module__ == "graphnet.special"
    if not isinstance(out, Tensor):
        raise ArgumentError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if grad_mode.enabled() and (value.requires_grad or out.requires_grad):
        raise AutogradError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad.",
            cure="call it without `out`, or under `with torch.no_grad():`",
        )
    if value.dtype is not out.dtype and not (special or name in _CASTING):
        raise DtypeError(
            f"{name}(): Expected out tensor to have dtype {value.dtype.name}, but got "
            f"{out.dtype.name} instead"
        )
    for each in _tensors(given):
        if special or name in _IN_STEP:
            check_overlap(out, each)
        elif _disturbs(out, each):
            raise AliasError(
                "unsupported operation: some elements of the input tensor and the written-to "
                "tensor refer to a single memory location. Please clone() the tensor before "
                "performing the operation."
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


def _disturbs(out: Tensor, operand: Tensor) -> bool:
    """Whether writing ``out`` element by element would change an operand still to be read."""
    if out._storage is not operand._storage or not operand.numel():
        return False
    ours, theirs = out.storage_offset(), operand.storage_offset()
    if ours == theirs and out.shape == operand.shape and out.stride() == operand.stride():
        return True
    both_dense = out.is_contiguous() and operand.is_contiguous()
    return both_dense and ours < theirs + operand.numel() and theirs < ours + out.numel()
