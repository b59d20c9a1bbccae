"""Operators of the user's own, by name: ``torch.library``.

An operator is a Python function that is called as it is; with a formula for its gradient it is an
``autograd.Function``. What PyTorch wants to know of it for its compiler is taken and not needed.

Source: PyTorch's page ``torch.library``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphnet.library.custom import CustomOpDef, operator, operator_named
from graphnet.library.fragments import Library, define, impl

__all__ = [
    "CustomOpDef",
    "Library",
    "custom_op",
    "define",
    "impl",
    "impl_abstract",
    "register_autograd",
    "register_fake",
    "register_kernel",
    "register_vmap",
]

_Name = str | CustomOpDef


def custom_op(
    name: str,
    fn: Callable[..., Any] | None = None,
    /,
    *,
    mutates_args: str | Iterable[str] = (),
    device_types: Any = None,
    schema: str | None = None,
    tags: Any = None,
) -> Any:
    """Make an operator of a function; without one, a decorator that does.

    Args:
        name: namespace and name, as ``"mylib::double"``.
        fn: what it computes, without regard to gradients.
        mutates_args: the names of the arguments that it writes to.
        device_types, schema, tags: have no meaning here.

    Raises:
        ValueRangeError: (a ValueError) the name has no namespace.

    >>> import graphnet as torch
    >>> @torch.library.custom_op("example::double", mutates_args=())
    ... def double(x: torch.Tensor) -> torch.Tensor:
    ...     return x * 2
    >>> double.register_autograd(lambda ctx, grad: grad * 2)
    >>> x = torch.ones(2, requires_grad=True)
    >>> double(x).sum().backward()
    >>> x.grad
    tensor([2., 2.])
    """

    def make(function: Callable[..., Any]) -> CustomOpDef:
        return operator(name, function)

    return make if fn is None else make(fn)


def register_autograd(
    op: _Name,
    backward: Callable[..., Any],
    /,
    *,
    setup_context: Callable[..., Any] | None = None,
    lib: Any = None,
) -> None:
    """Give an operator the formula of its gradient: see :meth:`CustomOpDef.register_autograd`."""
    operator_named(op).register_autograd(backward, setup_context=setup_context)


def register_kernel(
    op: _Name,
    device_types: Any,
    func: Callable[..., Any] | None = None,
    /,
    *,
    lib: Any = None,
) -> Any:
    """Give an operator another function for a device; that for the CPU is used from now on."""
    return operator_named(op).register_kernel(device_types, func)


def register_fake(
    op: _Name,
    func: Callable[..., Any] | None = None,
    /,
    *,
    lib: Any = None,
    _stacklevel: int = 1,
    allow_override: bool = False,
) -> Any:
    """Say what shapes an operator gives, for compilers: recording the function finds them out."""
    return operator_named(op).register_fake(func)


impl_abstract = register_fake


def register_vmap(op: _Name, func: Callable[..., Any] | None = None, /, *, lib: Any = None) -> Any:
    """Say how an operator is done for a batch: recording the function finds that out, too."""
    return operator_named(op).register_vmap(func)
