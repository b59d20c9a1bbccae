"""What backward passes keep: ``torch.autograd.graph``, as far as there is something to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet._tensor import Tensor
from graphnet.autograd.saved_tensors import keeping
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
    """Let the program keep what backward passes will need of what is computed within this block.

    Args:
        pack_hook: given a tensor that the formula of a gradient reads, returns what to keep of it.
        unpack_hook: given that, returns the tensor that the formula is to read.

    Each operation of the block is recorded with a history of its own then, which is slower. Source:
    PyTorch's tutorial "Hooks for autograd saved tensors".

    >>> import graphnet as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
    ...     y = x.exp()
    >>> y.sum().backward()
    >>> x.grad
    tensor([2.7183, 7.3891])
    """

    def __init__(
        self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]
    ) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        self._block = keeping(self.pack_hook, self.unpack_hook)
        self._block.__enter__()

    def __exit__(self, *_: object) -> None:
        self._block.__exit__(None, None, None)
