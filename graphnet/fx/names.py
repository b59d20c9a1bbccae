"""How PyTorch names what graphs of calls refer to: functions, classes and types.

A graph printed here is the graph that PyTorch prints, so functions have the names they have there.
PyTorch writes some of its functions in Python; those hand on their arguments by name, and what is
recorded of a call are all of them. Of the others, which are written in C++, it records the call.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, GenericAlias
from typing import Any, Final, NamedTuple

from graphnet._tensor import Tensor

#: Functions of ``torch`` that are written in Python, and where.
_IN_PYTHON: Final = {
    **dict.fromkeys(
        (
            "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_shapes",
            "broadcast_tensors", "cartesian_prod", "cdist", "chain_matmul", "einsum", "lu",
            "meshgrid", "norm", "split", "stft", "tensordot", "unique", "unique_consecutive",
            "unravel_index",
        ),
        "torch.functional",
    ),
    "pca_lowrank": "torch._lowrank",
    "svd_lowrank": "torch._lowrank",
}  # fmt: skip

#: Functions of ``torch.nn.functional`` that are written in C++, and where.
_NATIVE: Final = {
    **dict.fromkeys(
        (
            "avg_pool2d", "avg_pool3d", "elu_", "gelu", "hardtanh_", "leaky_relu_", "linear",
            "logsigmoid", "one_hot", "scaled_dot_product_attention", "softplus", "softshrink",
        ),
        "torch._C._nn",
    ),
    **dict.fromkeys(
        (
            "adaptive_avg_pool1d", "avg_pool1d", "bilinear", "celu_", "channel_shuffle", "conv1d",
            "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d",
            "conv_transpose3d", "cosine_similarity", "hardshrink", "native_channel_shuffle",
            "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "prelu", "relu_",
            "rrelu_", "selu_", "threshold_",
        ),
        "torch",
    ),
}  # fmt: skip
_RENAMED: Final = {"logsigmoid": "log_sigmoid"}

#: Functions of ``torch.nn.functional`` that only call the method of their name.
_METHODS: Final = ("sigmoid", "tanh")

#: Functions that PyTorch's tracer does not see: they look at their arguments themselves.
TRANSPARENT: Final = frozenset(
    ("is_tensor", "is_storage", "typename", "upsample", "upsample_nearest", "upsample_bilinear")
)

#: What PyTorch calls operators of tensors where the right operand is a proxy.
_OPERATORS: Final = {
    "__truediv__": "div",
    "__mod__": "remainder",
    **{f"__{name}__": name for name in ("add", "sub", "mul", "pow", "matmul")},
    **{f"__{name}__": name for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{f"__i{name}__": f"{name}_" for name in ("add", "sub", "mul")},
    "__itruediv__": "div_",
    **{
        name: name
        for name in (
            "__floordiv__", "__lshift__", "__rshift__", "__and__", "__or__", "__xor__",
            "__getitem__",
        )
    },
}  # fmt: skip

#: What modes are told of other operators; of those that are not here, the operator itself.
_OF_MODES: Final = {
    "__radd__": "add", "__rmul__": "mul", "__neg__": "neg", "__abs__": "abs",
    "__rsub__": "__rsub__", "__rtruediv__": "__rtruediv__", "__rpow__": "__rpow__",
    "__rmatmul__": "__rmatmul__", "__rfloordiv__": "__rfloordiv__", "__rmod__": "__rmod__",
    "__imod__": "remainder_", "__invert__": "__invert__", "__setitem__": "__setitem__",
    "__eq__": "__eq__",
}  # fmt: skip

_SHORT: Final = {
    "bfloat16": "bf16", "float64": "f64", "float32": "f32", "float16": "f16", "complex32": "c32",
    "complex64": "c64", "complex128": "c128", "int8": "i8", "int16": "i16", "int32": "i32",
    "int64": "i64", "bool": "b8", "uint8": "u8", "uint16": "u16", "uint32": "u32", "uint64": "u64",
}  # fmt: skip

_OURS: Final = re.compile(r"^graphnet(?=\.|$)")

#: Where functions of tensors are defined. Others in the namespaces are about something else.
_OF_TENSORS: Final = re.compile(
    r"graphnet\.(_tensor|special|linalg|fft|nn\.functional|nn\.top_level|functions"
    r"(?!\.(arguments|options|outputs)))(\.|$)"
)


class Known(NamedTuple):
    """What is known of a function of ``torch``.

    Attributes:
        module: the module that PyTorch says it is of.
        name: its name there.
        signature: if PyTorch hands on its arguments by name, what they are.
    """

    module: str
    name: str
    signature: inspect.Signature | None = None

    @property
    def qualified(self) -> str:
        """The full name."""
        return f"{self.module}.{self.name}"


def _namespaces() -> Iterator[tuple[str, str, Any]]:
    """The prefix of the names of functions, the module, and the namespace in which they are."""
    root = sys.modules["graphnet"]
    yield "", "torch", root
    yield "", "torch.nn.functional", root.nn.functional
    for family in ("special", "linalg", "fft"):
        yield f"{family}_", f"torch._C._{family}", getattr(root, family)


@functools.cache
def known_functions() -> dict[Callable[..., Any], Known]:
    """Every public function of ``torch``, with its name there."""
    found: dict[Callable[..., Any], Known] = {}
    for prefix, module, namespace in _namespaces():
        for name, function in vars(namespace).items():
            if name in _METHODS and module == "torch.nn.functional":
                continue
            if name.startswith("_") or not isinstance(function, FunctionType):
                continue
            if _OF_TENSORS.match(function.__module__):
                found.setdefault(function, _known(prefix + name, module, function))
    return found


def _known(name: str, module: str, function: Callable[..., Any]) -> Known:
    in_python = module == "torch.nn.functional" and name not in _NATIVE
    if module == "torch" and name in _IN_PYTHON:
        module, in_python = _IN_PYTHON[name], True
    elif module == "torch.nn.functional":
        module = _NATIVE.get(name, module)
    signature = inspect.signature(function) if in_python else None
    return Known(module, _RENAMED.get(name, name), signature)


def native_function(family: str, name: str) -> Callable[..., Any]:
    """What generated code calls ``torch._C._nn.linear``, say.

    Raises:
        AttributeError: there is no such function.
    """
    for function, known in known_functions().items():
        if known.name == name and known.module == f"torch._C.{family}":
            return function
    raise AttributeError(f"torch._C.{family} has no attribute {name!r}")


@functools.cache
def tensor_methods() -> dict[Callable[..., Any], str]:
    """The methods of tensors that are no functions of ``torch`` as well, with their names."""
    functional = sys.modules["graphnet"].nn.functional
    methods: dict[Any, str] = {getattr(functional, name): name for name in _METHODS}
    methods.update({getattr(Tensor, name): shown for name, shown in _OPERATORS.items()})
    for name, method in vars(Tensor).items():
        if isinstance(method, FunctionType) and not name.startswith("_"):
            methods.setdefault(method, name)
    return {method: name for method, name in methods.items() if method not in known_functions()}


@functools.cache
def operators() -> dict[Callable[..., Any], tuple[str, Callable[..., Any]]]:
    """The operators of tensors: their names, and the methods that modes are told of, as ``add``."""
    found: dict[Callable[..., Any], tuple[str, Callable[..., Any]]] = {}
    for name, method in {**_OPERATORS, **_OF_MODES}.items():
        operator, shown = getattr(Tensor, name), getattr(Tensor, method)
        if operator is not shown or name == method:
            found[operator] = name, shown
    return found


def module_of(thing: Any) -> str | None:
    """The name of the module that something is of, as in PyTorch."""
    module = getattr(thing, "__module__", None)
    named = _OURS.sub("torch", str(module)).replace("torch._ops", "torch.ops")
    return None if module is None else named


def is_from_torch(thing: Any) -> bool:
    """Whether generated code finds something below ``torch``."""
    module = str(getattr(thing, "__module__", ""))
    return _OURS.match(module) is not None or module.startswith("torch._ops")


def short_name(function: Callable[..., Any]) -> str:
    """A function's name without its module."""
    known = known_functions().get(function) if isinstance(function, FunctionType) else None
    return known.name if known else str(function.__name__)


def qualified_name(function: Callable[..., Any]) -> str:
    """A function's name with its module.

    >>> import graphnet as torch
    >>> from graphnet.fx.names import qualified_name
    >>> qualified_name(torch.add), qualified_name(torch.nn.functional.linear), qualified_name(len)
    ('torch.add', 'torch._C._nn.linear', 'len')
    """
    name = getattr(function, "__name__", None) or type(function).__name__
    if getattr(builtins, name, None) is function:
        return str(name)
    if isinstance(function, FunctionType):
        if function in known_functions():
            return known_functions()[function].qualified
        if function in tensor_methods():
            return f"torch.Tensor.{name}"
        if name == "<lambda>":
            name = _name_of_lambda(function)
    module = module_of(function)
    if module is None:
        raise RuntimeError(f"cannot find module for {function}")
    return f"{module}.{name}"


def _name_of_lambda(function: FunctionType) -> str:
    try:
        return inspect.getsource(function).split("=")[0].strip()
    except (OSError, TypeError) as error:
        raise RuntimeError("Unable to represent lambda") from error


def type_repr(kind: Any) -> str:
    """A type as annotations show it."""
    if isinstance(kind, type) and not isinstance(kind, GenericAlias):
        if kind.__module__ == "builtins":
            return kind.__qualname__
        return f"{module_of(kind)}.{kind.__qualname__}"
    if kind is ...:
        return "..."
    if isinstance(kind, FunctionType):
        return kind.__name__
    return repr(kind).replace("graphnet.", "torch.")


def described_shape(shape: Iterable[Any]) -> str:
    """A shape in brackets."""
    return f"[{', '.join(map(str, shape))}]"


def described_tensor(value: Any, *, stride: bool = False, where: bool = False) -> str:
    """A tensor, or what is known of one, in few characters: ``f32[2, 3]``."""
    strides = described_shape(value.stride()) if stride else ""
    short = _SHORT.get(str(value.dtype).removeprefix("torch."), str(value.dtype))
    return f"{short}{described_shape(value.shape)}{strides}{value.device if where else ''}"
