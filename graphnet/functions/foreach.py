"""The same function for each tensor of a list: ``torch._foreach_add_`` and its like.

PyTorch's optimizers, and programs that have taken them for a model, update all parameters by these.
Here they are what they say: the function, once for each tensor. The steps become one graph anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ShapeError
from graphnet.linalg.norms import vector_norm

#: Functions of one tensor.
_UNARY = (
    "abs",
    "acos",
    "asin",
    "atan",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "floor",
    "frac",
    "lgamma",
    "log",
    "log10",
    "log1p",
    "log2",
    "neg",
    "reciprocal",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
)

#: Functions of a tensor and another, or a number; PyTorch's names, and the methods'.
_BINARY = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "div": "div",
    "pow": "pow",
    "lerp": "lerp",
    "clamp_max": "clamp_max",
    "clamp_min": "clamp_min",
    "maximum": "clamp_min",
    "minimum": "clamp_max",
}

#: Functions of a tensor, two more, and a factor.
_TERNARY = ("addcdiv", "addcmul")

Tensors = Sequence[Tensor]


def _lists(function: str, tensors: Any, others: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What each call is given: of lists the member, of all else the thing itself.

    Raises:
        ArgumentError: ``tensors`` is no list of tensors.
        ShapeError: a list is of another length.
    """
    if not isinstance(tensors, (list, tuple)) or not all(isinstance(x, Tensor) for x in tensors):
        raise ArgumentError(
            f"{function}(): argument 'self' (position 1) must be tuple of Tensors, not "
            f"{type(tensors).__name__}"
        )
    if not tensors:
        raise ShapeError("Tensor list must have at least one tensor.")
    columns: list[Sequence[Any]] = [tensors]
    for other in others:
        if not isinstance(other, (list, tuple)):
            columns.append([other] * len(tensors))
            continue
        if len(other) != len(tensors):
            raise ShapeError(
                f"{function}: Tensor lists must have the same number of tensors, got "
                f"{len(tensors)} and {len(other)}"
            )
        columns.append(other)
    return list(zip(*columns, strict=True))


def _mapped(name: str, apply: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """The function of lists that gives what ``apply`` gives for each tensor."""

    def each(self: Tensors, *others: Any, **options: Any) -> tuple[Any, ...]:
        rows = _lists(name, self, others)
        return tuple([apply(*row, **options) for row in rows])

    return _named(name, each, f"What :meth:`Tensor.{name[9:]}` gives, for each tensor of a list.")


def _written(name: str, apply: Callable[..., Any]) -> Callable[..., Tensors]:
    """The function of lists that writes what ``apply`` gives into each tensor."""

    def each(self: Tensors, *others: Any, **options: Any) -> Tensors:
        for row in _lists(name, self, others):
            apply(*row, **options)
        return self

    return _named(name, each, f"Call :meth:`Tensor.{name[9:]}` on each tensor of a list.")


def _named(name: str, function: Callable[..., Any], doc: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _method(name: str) -> Callable[..., Any]:
    """The method, looked up when it is called: some are attached later than this is made."""

    def call(x: Tensor, *others: Any, **options: Any) -> Any:
        return getattr(x, name)(*others, **options)

    return call


def _scaled(name: str) -> Callable[..., Any]:
    """A method of two tensors and a factor, which PyTorch gives by position here."""

    def call(x: Tensor, first: Tensor, second: Tensor, value: Any = 1) -> Any:
        return getattr(x, name)(first, second, value=value)

    return call


def _norm(x: Tensor, ord: float = 2, dtype: Any = None) -> Tensor:
    return vector_norm(x, ord, dtype=dtype)


def _functions() -> dict[str, Callable[..., Any]]:
    methods = {name: _method(name) for name in _UNARY}
    methods |= {name: _method(target) for name, target in _BINARY.items()}
    methods |= {name: _scaled(name) for name in _TERNARY}
    in_place = {name: _method(f"{name}_") for name in _UNARY}
    in_place |= {name: _method(f"{target}_") for name, target in _BINARY.items()}
    in_place |= {name: _scaled(f"{name}_") for name in _TERNARY}
    in_place |= {"zero": _method("zero_"), "copy": _method("copy_")}
    methods |= {"norm": _norm, "clone": _method("clone"), "max": _method("max")}
    made: dict[str, Callable[..., Any]] = {
        f"_foreach_{name}": _mapped(f"_foreach_{name}", f) for name, f in methods.items()
    }
    made |= {f"_foreach_{name}_": _written(f"_foreach_{name}_", f) for name, f in in_place.items()}
    return made


_FUNCTIONS = _functions()
globals().update(_FUNCTIONS)

__all__ = list(_FUNCTIONS)  # names, made of the tables above
