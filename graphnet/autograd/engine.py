"""``torch.autograd.backward`` and ``torch.autograd.grad``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import AutogradError, ShapeError
from graphnet.grad_mode import set_grad_enabled
from graphnet.trace.hooks import backward_with_hooks
from graphnet.trace.recorder import current_recorder

Tensors = Tensor | Sequence[Tensor]


def run_backward(
    roots: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Differentiate ``roots`` and add what arrives at the leaves to their ``grad``."""
    _check(roots, gradients)
    chosen = None if inputs is None else _sequence(inputs)
    if chosen is not None and not chosen:
        raise AutogradError("`inputs` argument to `backward()` cannot be empty.")
    retain = create_graph if retain_graph is None else retain_graph
    pairs, found = backward_with_hooks(
        current_recorder(),
        roots,
        gradients,
        inputs=chosen,
        retain_graph=retain,
        create_graph=create_graph,
    )
    arrived: list[tuple[Any, Any]] = list(pairs)
    if chosen is not None:
        arrived = [(leaf, g) for leaf, g in zip(chosen, found, strict=True) if g is not None]
    for leaf, gradient in arrived:
        _accumulate(leaf, gradient, create_graph)
        for hook in list(leaf.__dict__.get("_accumulated_hooks", {}).values()):
            hook(leaf)


def _accumulate(leaf: Tensor, gradient: Tensor, create_graph: bool) -> None:
    before: Any = leaf._grad
    if before is None:
        leaf._grad = gradient
    elif create_graph:
        leaf._grad = before + gradient
    else:
        with set_grad_enabled(False):
            before.add_(gradient)


def backward(
    tensors: Tensors,
    grad_tensors: Tensors | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensors | None = None,
) -> None:
    """Differentiate ``tensors`` and add the gradients to the leaves' ``grad``.

    Source: PyTorch's page ``torch.autograd.backward``.

    >>> import graphnet as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> torch.autograd.backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    roots = _sequence(tensors)
    given = _cotangents(grad_tensors if grad_variables is None else grad_variables, roots)
    run_backward(roots, given, retain_graph=retain_graph, create_graph=create_graph, inputs=inputs)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Tensors | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of ``outputs`` with respect to ``inputs``, without touching any ``grad``.

    Source: PyTorch's page ``torch.autograd.grad``.

    Raises:
        AutogradError: an input is not used and ``allow_unused`` is not given.

    >>> import graphnet as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    >>> torch.autograd.grad(first, x)
    (tensor(18.),)
    """
    roots, wanted = _sequence(outputs), _sequence(inputs)
    given = _cotangents(grad_outputs, roots)
    _check(roots, given)
    for place, tensor in enumerate(wanted):
        if not tensor.requires_grad:
            raise AutogradError(
                f"One of the differentiated Tensors does not require grad: input {place}",
                cure="make it with requires_grad=True",
            )
    retain = create_graph if retain_graph is None else retain_graph
    _, gradients = backward_with_hooks(
        current_recorder(),
        roots,
        given,
        inputs=wanted,
        retain_graph=retain,
        create_graph=create_graph,
    )
    found: list[Any] = list(gradients)
    allowed = materialize_grads if allow_unused is None else allow_unused
    unused = next((place for place, gradient in enumerate(found) if gradient is None), None)
    if unused is not None and not allowed:
        raise AutogradError(
            f"The differentiated Tensor at index {unused} appears to not have been used in the "
            "graph. Set allow_unused=True if this is the desired behavior.",
            cure="leave it out of the inputs, or pass allow_unused=True to get None for it",
        )
    if materialize_grads:
        return tuple(
            (tensor.detach() * 0 if g is None else g)
            for g, tensor in zip(found, wanted, strict=True)
        )
    return tuple(found)


def _sequence(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _cotangents(given: Any, roots: list[Tensor]) -> list[Tensor | None]:
    if given is None:
        return [None] * len(roots)
    found = _sequence(given)
    if len(found) != len(roots):
        raise AutogradError(
            f"got {len(roots)} tensors and {len(found)} gradients", cure="give one for each"
        )
    return list(found)


def _check(roots: Sequence[Tensor], gradients: Sequence[Tensor | None]) -> None:
    for place, (root, gradient) in enumerate(zip(roots, gradients, strict=True)):
        if not root.requires_grad:
            raise AutogradError(
                f"element {place} of tensors does not require grad and does not have a grad_fn",
                cure="compute it from tensors with requires_grad=True, outside no_grad()",
            )
        if gradient is None:
            if root.numel() != 1:
                raise AutogradError(
                    "grad can be implicitly created only for scalar outputs, but the shape is "
                    f"{list(root.shape)}",
                    cure="reduce it to a scalar, as with .sum(), or pass gradient=",
                )
        elif gradient.shape != root.shape:
            raise ShapeError(
                f"Mismatch in shape: grad_output[{place}] has a shape of {gradient.shape} and "
                f"output[{place}] has a shape of {root.shape}.",
                cure="give a gradient of the output's own shape",
            )
