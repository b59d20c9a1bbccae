"""The package ``functorch``, whose functions PyTorch has as ``torch.func`` now."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.func import functional_call, stack_module_state
from graphnet.func import grad as grad
from graphnet.func import grad_and_value as grad_and_value
from graphnet.func import hessian as hessian
from graphnet.func import jacfwd as jacfwd
from graphnet.func import jacrev as jacrev
from graphnet.func import jvp as jvp
from graphnet.func import vjp as vjp
from graphnet.func import vmap as vmap
from graphnet.nn import Module

__all__ = [
    "combine_state_for_ensemble",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "make_functional",
    "make_functional_with_buffers",
    "vjp",
    "vmap",
]

Tensors = tuple[Tensor, ...]


def make_functional_with_buffers(
    model: Module, disable_autograd_tracking: bool = False
) -> tuple[Callable[..., Any], Tensors, Tensors]:
    """A module as a function of its parameters and buffers, and what these are.

    Args:
        model: the module, which is copied.
        disable_autograd_tracking: whether the parameters require no gradients.

    >>> import graphnet as torch
    >>> from graphnet.functorch import make_functional_with_buffers
    >>> layer, parameters, buffers = make_functional_with_buffers(torch.nn.Linear(2, 1))
    >>> layer(parameters, buffers, torch.ones(3, 2)).shape
    torch.Size([3, 1])
    """
    model = copy.deepcopy(model)
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    if disable_autograd_tracking:
        for parameter in parameters.values():
            parameter.requires_grad_(False)

    def call(parameters_: Sequence[Any], buffers_: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        state = dict(zip(parameters, parameters_, strict=True))
        state.update(zip(buffers, buffers_, strict=True))
        return functional_call(model, state, args, kwargs)

    return call, tuple(parameters.values()), tuple(buffers.values())


def make_functional(
    model: Module, disable_autograd_tracking: bool = False
) -> tuple[Callable[..., Any], Tensors]:
    """:func:`make_functional_with_buffers` of a module that has none.

    Raises:
        RuntimeError: it has some.
    """
    call, parameters, buffers = make_functional_with_buffers(model, disable_autograd_tracking)
    if buffers:
        raise RuntimeError(
            "make_functional(model): `model` has buffers. Please use "
            "make_functional_with_buffers(model) instead."
        )

    def without_buffers(parameters_: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        return call(parameters_, (), *args, **kwargs)

    return without_buffers, parameters


def combine_state_for_ensemble(
    models: Sequence[Module],
) -> tuple[Callable[..., Any], Tensors, Tensors]:
    """Modules of one architecture as a function for :func:`vmap`, with their stacked state."""
    call, _, _ = make_functional_with_buffers(models[0])
    parameters, buffers = stack_module_state(list(models))
    return call, tuple(parameters.values()), tuple(buffers.values())
