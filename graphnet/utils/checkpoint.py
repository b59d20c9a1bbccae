"""Checkpointing: ``torch.utils.checkpoint``. Functions are called, and that is all.

PyTorch forgets what a function computes on the way and computes it again in the backward pass. Here
a pass keeps only what it reads, and the values are the same either way, those of random operations
as well. The memory is not spared.

Source: PyTorch's page ``torch.utils.checkpoint``; Chen et al., "Training Deep Nets with Sublinear
Memory Cost" (2016).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from graphnet._tensor import Tensor
from graphnet.devices import check_device
from graphnet.errors import AutogradError, ValueRangeError
from graphnet.grad_mode import no_grad
from graphnet.nn import Sequential

__all__ = [
    "checkpoint",
    "checkpoint_sequential",
    "detach_variable",
    "get_device_states",
    "noop_context_fn",
    "set_device_states",
]


def noop_context_fn() -> tuple[Any, Any]:
    """Two contexts that do nothing."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Any = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """What the function returns for these arguments.

    >>> import graphnet as torch
    >>> from graphnet.utils.checkpoint import checkpoint
    >>> x = torch.ones(2, requires_grad=True)
    >>> checkpoint(torch.exp, x, use_reentrant=False).sum().backward()
    >>> x.grad
    tensor([2.7183, 2.7183])
    """
    kwargs.pop("preserve_rng_state", None)
    if use_reentrant is not False and kwargs:
        raise ValueRangeError(f"Unexpected keyword arguments: {','.join(kwargs)}")
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly.",
            stacklevel=2,
        )
    if use_reentrant is False:
        return function(*args, **kwargs)
    return _reentrant(function, args)


def _reentrant(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What a function returns: without history if none of its arguments has one, as in PyTorch."""
    if any(isinstance(each, Tensor) and each.requires_grad for each in args):
        return function(*args)
    warnings.warn(
        "None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3
    )
    with no_grad():
        return function(*args)


def checkpoint_sequential(
    functions: Iterable[Callable[..., Any]],
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    **kwargs: Any,
) -> Any:
    """What the functions or modules make of the input, one after the other."""
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be "
            "passed explicitly.",
            stacklevel=2,
        )
    if isinstance(functions, Sequential):
        functions = functions.children()  # a module that occurs twice is called once, as in PyTorch
    for function in functions:
        input = function(input)
    return input


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tensors of a tuple without history, wanting gradients where they did."""
    if not isinstance(inputs, tuple):
        raise AutogradError(
            f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs)}"
        )
    return tuple(
        x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs
    )


def get_device_states(*args: Any) -> tuple[list[int], list[Tensor]]:
    """The random states of the GPUs that hold the arguments: there are none."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: Any = None) -> None:
    """Set the random states of GPUs.

    Raises:
        DeviceError: there is no such GPU.
    """
    for device in devices:
        check_device(f"cuda:{device}" if isinstance(device, int) else device)
