"""What backward passes keep: ``torch.autograd.graph``, as far as there is something to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet.errors import NotSupportedError
from graphnet.trace.introspect import GradFunction

__all__ = ["Node", "save_on_cpu", "saved_tensors_hooks"]

#: A node of the backward graph.
Node = GradFunction


class save_on_cpu:  # noqa: N801  # PyTorch's name
    """What a backward pass needs is kept on the CPU: where it is anyway.

    >>> import graphnet as torch
    >>> from graphnet.autograd.graph import save_on_cpu
    >>> x = torch.ones(2, requires_grad=True)
    >>> with save_on_cpu(pin_memory=True):
    ...     (x * x).sum().backward()
    >>> x.grad
    tensor([2., 2.])
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        self.pin_memory, self.device_type = pin_memory, device_type

    def __enter__(self) -> None:
        """Nothing is to be done."""

    def __exit__(self, *_: object) -> None:
        """Nor here."""


class saved_tensors_hooks:  # noqa: N801  # PyTorch's name
    """Refuses: a plan finds out by itself what a backward pass needs, and hands it to nobody.

    Raises:
        NotSupportedError: (a NotImplementedError) always.
    """

    def __init__(self, pack_hook: Callable[..., Any], unpack_hook: Callable[..., Any]) -> None:
        raise NotSupportedError(
            "saved_tensors_hooks: graphnet has no tensors that are saved one by one: the graph "
            "of a step knows what its backward pass needs",
            cure="to save memory, use torch.utils.checkpoint",
        )
