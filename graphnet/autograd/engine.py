"""``torch.autograd.backward`` and ``torch.autograd.grad``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.autograd.anomaly_mode import check_gradients, set_detect_anomaly
from graphnet.errors import ArgumentError, AutogradError, ShapeError, ValueRangeError
from graphnet.functions.methods import method
from graphnet.grad_mode import set_grad_enabled
from graphnet.trace.backward import backward as record_backward
from graphnet.trace.backward import backward_again
from graphnet.trace.hooks import AfterHook
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
    for tensor in chosen or ():
        tensor.retain_grad()  # which is nothing to leaves, and takes the gradients of others
    retain = create_graph if retain_graph is None else retain_graph
    pairs, found = record_backward(
        current_recorder(),
        roots,
        gradients,
        inputs=chosen,
        retain_graph=retain,
        create_graph=create_graph,
    )
    if chosen is not None:
        # Each once, though it may be given twice.
        once = {id(leaf): (leaf, g) for leaf, g in zip(chosen, found, strict=True)}
        pairs = [(leaf, g) for leaf, g in once.values() if g is not None and leaf.is_leaf]
    _deliver(pairs, create_graph)


def _deliver(pairs: Iterable[tuple[Any, Any]], create_graph: bool) -> None:
    """Add gradients to what the leaves have."""
    if set_detect_anomaly.enabled:
        check_gradients(pairs)
    for leaf, gradient in pairs:
        if leaf._grad is None:
            leaf._grad = gradient
        else:
            _accumulate(leaf, gradient, create_graph)
        if AfterHook.used:
            AfterHook.call_all(leaf)


def _accumulate(leaf: Any, gradient: Any, create_graph: bool) -> None:
    """Add to the gradient that is there, in place unless it is to be differentiated."""
    if create_graph:
        leaf._grad = leaf._grad + gradient
    else:
        with set_grad_enabled(False):
            leaf._grad.add_(gradient)


def _backward_of(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Differentiate this tensor and add the gradients to the leaves' ``grad``.

    Source: PyTorch's page ``torch.Tensor.backward``.

    Raises:
        AutogradError: it has no history, or more than one element and no ``gradient``.

    >>> import graphnet as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """
    if gradient is None and inputs is None and not create_graph:
        # What was done before takes no preparation.
        pairs = backward_again(current_recorder(), self, bool(retain_graph))
        if pairs is not None:
            _deliver(pairs, create_graph=False)
            return
    run_backward(
        (self,),
        (gradient,),
        retain_graph=retain_graph,
        create_graph=create_graph,
        inputs=inputs,
    )


_backward_of.__name__ = _backward_of.__qualname__ = "backward"
method(_backward_of)


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
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
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
    if materialize_grads and allow_unused is False:
        raise ValueRangeError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    roots, wanted = _sequence(outputs), _sequence(inputs)
    given = _cotangents(grad_outputs, roots)
    if is_grads_batched:
        return _batched(
            roots, wanted, given, retain_graph, create_graph, allow_unused, materialize_grads
        )
    _check(roots, given)
    for place, tensor in enumerate(wanted):
        if not tensor.requires_grad:
            raise AutogradError(
                "One of the differentiated Tensors does not require grad",
                cure=f"make input {place} with requires_grad=True",
            )
    retain = create_graph if retain_graph is None else retain_graph
    _, gradients = record_backward(
        current_recorder(),
        roots,
        given,
        inputs=wanted,
        retain_graph=retain,
        create_graph=create_graph,
    )
    if set_detect_anomaly.enabled:
        check_gradients(zip(wanted, gradients, strict=True))
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


def _batched(
    roots: list[Tensor],
    wanted: list[Tensor],
    given: Sequence[Tensor | None],
    retain_graph: bool | None,
    create_graph: bool,
    allow_unused: bool | None,
    materialize_grads: bool,
) -> tuple[Tensor | None, ...]:
    """The gradients for each of a batch of gradients of the outputs, in a first dimension."""
    from graphnet.functions.joining import stack

    count = next(len(gradient) for gradient in given if gradient is not None)
    retain = create_graph if retain_graph is None else retain_graph
    rows = [
        grad(
            roots,
            wanted,
            [None if gradient is None else gradient[row] for gradient in given],
            retain_graph=retain or row < count - 1,
            create_graph=create_graph,
            allow_unused=allow_unused,
            materialize_grads=materialize_grads,
        )
        for row in range(count)
    ]
    found: list[Tensor | None] = []
    for column in zip(*rows, strict=True):
        gradients: list[Tensor] = [gradient for gradient in column if gradient is not None]
        found.append(stack(gradients) if gradients else None)
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
                    "grad can be implicitly created only for scalar outputs",
                    cure=f"the shape is {list(root.shape)}: reduce it to a scalar, as with .sum(), "
                    "or pass gradient=",
                )
        elif not isinstance(gradient, Tensor):
            raise ArgumentError(
                f"gradients can be either Tensors or None, but got {type(gradient).__name__}"
            )
        elif gradient.shape != root.shape:
            raise ShapeError(
                f"Mismatch in shape: grad_output[{place}] has a shape of {gradient.shape} and "
                f"output[{place}] has a shape of {root.shape}.",
                cure="give a gradient of the output's own shape",
            )
