"""What is called with a tensor's gradient, and gradients that are kept: methods of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

from graphnet._tensor import Tensor
from graphnet.errors import AutogradError
from graphnet.functions.methods import method
from graphnet.inplace import check_replacement
from graphnet.trace.hooks import AfterHook, HookGroup


@method
def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> HookGroup:
    """Call ``hook`` with this tensor's gradient in every backward pass.

    What it returns, unless None, goes on in the gradient's place. ``remove()`` of what this
    returns ends it. Source: PyTorch's page ``torch.Tensor.register_hook``.

    Raises:
        AutogradError: the tensor does not require grad.

    >>> import graphnet as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> _ = x.register_hook(lambda grad: grad * 10)
    >>> (x * x).backward()
    >>> x.grad
    tensor(60.)
    """
    if not self.requires_grad:
        raise AutogradError("cannot register a hook on a tensor that doesn't require gradient")

    def call(gradients: list[Any]) -> list[Any]:
        (gradient,) = gradients
        replaced = hook(gradient)
        if replaced is None:
            return [gradient]
        check_replacement(hook, gradient, replaced)
        return [replaced]

    group = HookGroup([self], call)
    if self.retains_grad:
        _keep_gradient(self)
    return group


@method
def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], None]) -> AfterHook:
    """Call ``hook`` with this leaf after a backward pass has added to its gradient.

    Raises:
        AutogradError: the tensor is no leaf.
    """
    if not self.is_leaf:
        raise AutogradError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return AfterHook(self, hook)


@method
def retain_grad(self: Tensor) -> None:
    """Keep the gradient of an intermediate tensor, and add up those of several passes.

    Without this, ``grad`` has what the graph of the present step knows.

    Raises:
        AutogradError: the tensor does not require grad.

    >>> import graphnet as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> y.retain_grad()
    >>> (2 * y).backward()
    >>> y.grad
    tensor(2.)
    """
    if not self.requires_grad:
        raise AutogradError("can't retain_grad on Tensor that has requires_grad=False")
    if not (self.is_leaf or self.retains_grad):
        _keep_gradient(self)


def _keep_gradient(tensor: Tensor) -> None:
    """Take the gradient as it is after all other hooks on a tensor."""
    tensor_of = ref(tensor)

    def keep(gradients: list[Any]) -> list[Any]:
        (gradient,) = gradients
        present = tensor_of()
        if present is not None and gradient is not None:
            before = present._grad
            present._grad = gradient if before is None else before + gradient
        return gradients

    if tensor.retains_grad:
        vars(tensor)["_keeper"].remove()
    vars(tensor)["_keeper"] = HookGroup([tensor], keep)
