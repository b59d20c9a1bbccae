"""Jacobians, Hessians and their products with vectors: ``torch.autograd.functional``.

Source: PyTorch's page ``torch.autograd.functional``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.autograd.engine import grad
from graphnet.errors import AutogradError
from graphnet.functions.factories import ones_like, zeros, zeros_like
from graphnet.functions.joining import stack
from graphnet.grad_mode import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Function = Callable[..., Any]
Tensors = tuple[Tensor, ...]


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The derivative of each output by each input.

    Args:
        func: takes tensors, and returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of tensors.
        create_graph: make it differentiable itself.
        strict: refuse outputs that do not depend on an input, instead of giving zeros.
        vectorize, strategy: how PyTorch may go about it.

    Returns:
        A tensor of the output's and the input's shapes; a tuple of them for several inputs, and a
        tuple over the outputs of that for several outputs.

    Raises:
        AutogradError: (a RuntimeError) an output is independent of an input, and ``strict``.

    >>> import graphnet as torch
    >>> torch.autograd.functional.jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    given = _leaves(inputs, create_graph)
    with enable_grad():
        result = func(*given)
    rows = [_rows(output, given, create_graph, strict) for output in _tuple(result)]
    by_input = [row if isinstance(inputs, tuple) else row[0] for row in rows]
    return tuple(by_input) if isinstance(result, tuple) else by_input[0]


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function of one value, by each pair of inputs.

    Raises:
        AutogradError: (a RuntimeError) the function returns more than one value.

    >>> import graphnet as torch
    >>> torch.autograd.functional.hessian(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """

    def gradient(*given: Tensor) -> Any:
        found = _gradients(_scalar(func(*given)), given, None, True, strict)
        return found if isinstance(inputs, tuple) else found[0]

    return jacobian(gradient, inputs, create_graph, strict)


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The outputs, and the product of a vector of their shape with the Jacobian.

    >>> import graphnet as torch
    >>> torch.autograd.functional.vjp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    given = _leaves(inputs, create_graph)
    with enable_grad():
        result = func(*given)
    outputs = _tuple(result)
    weights = tuple(map(ones_like, outputs)) if v is None else _tuple(v)
    found = _gradients(outputs, given, weights, create_graph, strict)
    return _like(result, _plain(outputs, create_graph)), _like(inputs, found)


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The outputs, and the product of the Jacobian with a vector of the inputs' shape.

    It differentiates a vector-Jacobian product by its vector.

    >>> import graphnet as torch
    >>> torch.autograd.functional.jvp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    given = _leaves(inputs, create_graph)
    with enable_grad():
        result = func(*given)
        outputs = _tuple(result)
        weights = tuple(zeros_like(output).requires_grad_() for output in outputs)
        products = _gradients(outputs, given, weights, True, strict)
    along = tuple(map(ones_like, given)) if v is None else _tuple(v)
    found = _gradients(products, weights, along, create_graph, False)
    return _like(result, _plain(outputs, create_graph)), _like(result, found)


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value, and the product of a vector of the inputs' shape with the Hessian.

    >>> import graphnet as torch
    >>> torch.autograd.functional.vhp(
    ...     lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]), torch.ones(2)
    ... )
    (tensor(9.), tensor([ 6., 12.]))
    """
    given = _leaves(inputs, create_graph)
    with enable_grad():
        value = _scalar(func(*given))
        first = _gradients(value, given, None, True, strict)
    along = tuple(map(ones_like, given)) if v is None else _tuple(v)
    found = _gradients(first, given, along, create_graph, strict)
    return _plain((value,), create_graph)[0], _like(inputs, found)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value, and the product of the Hessian, which is symmetric, with a vector."""
    return vhp(func, inputs, v, create_graph, strict)


def _leaves(inputs: Any, keep: bool) -> Tensors:
    """The inputs to differentiate by: with the history they have, or without one."""
    return tuple(
        x.view_as(x) if keep and x.requires_grad else x.detach().requires_grad_()
        for x in _tuple(inputs)
    )


def _rows(output: Tensor, given: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The derivatives of one output, element by element."""
    flat = output.reshape(-1)
    elements = [_gradients(each, given, None, create_graph, strict) for each in flat]
    shapes = [(*output.shape, *x.shape) for x in given]
    if not elements:
        return tuple(zeros(s, dtype=output.dtype) for s in shapes)
    columns = zip(*elements, strict=True)
    return tuple(stack(list(c)).reshape(s) for c, s in zip(columns, shapes, strict=True))


def _gradients(
    outputs: Any, inputs: Tensors, weights: Tensors | None, create_graph: bool, strict: bool
) -> Tensors:
    """The gradients by all inputs, zeros where there are none.

    Raises:
        AutogradError: there is none, and ``strict``.
    """
    pairs = [
        (output, None if weights is None else weights[number])
        for number, output in enumerate(_tuple(outputs))
        if output.requires_grad
    ]
    found: Sequence[Tensor | None] = [None] * len(inputs)
    if pairs:
        roots = [output for output, _ in pairs]
        given: Any = None if weights is None else [weight for _, weight in pairs]
        found = grad(
            roots, inputs, given, retain_graph=True, create_graph=create_graph, allow_unused=True
        )
    if strict and any(each is None for each in found):
        raise AutogradError(
            "an output of the user-provided function is independent of an input, which strict=True "
            "does not allow"
        )
    return tuple(
        zeros_like(x) if each is None else each for each, x in zip(found, inputs, strict=True)
    )


def _scalar(output: Any) -> Tensor:
    if not isinstance(output, Tensor) or output.numel() != 1:
        raise AutogradError(
            "The Tensor returned by the function given to hessian should contain a single element"
        )
    value: Tensor = output.reshape(())
    return value


def _tuple(values: Any) -> Any:
    return values if isinstance(values, tuple) else (values,)


def _like(model: Any, values: Sequence[Tensor]) -> Any:
    """Several values as a tuple where the model is one; else the only one."""
    return tuple(values) if isinstance(model, tuple) else values[0]


def _plain(values: Tensors, keep: bool) -> Tensors:
    return values if keep else tuple(value.detach() for value in values)
