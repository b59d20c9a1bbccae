"""The chain rule, a node at a time: what autodiff and composite gradients have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphnet.ir.builder import Builder
from graphnet.ir.node import Node, Value
from graphnet.ir.types import TensorType
from graphnet.ops.complex import conjugate
from graphnet.ops.convert import Cast
from graphnet.ops.shape import sum_to

Primal = Callable[[Value], Value]


def _itself(value: Value) -> Value:
    return value


def pull_back(
    node: Node, arriving: Sequence[Value | None], read: Primal = _itself
) -> Sequence[Value | None]:
    """The gradients of a node's operands, given those of its results.

    ``read`` says what stands for a forward value inside the formula. A gradient by a complex number
    ``x + iy`` is ``dL/dx + i dL/dy``, as in PyTorch; a formula takes and gives its conjugate, which
    obeys the chain rule of real numbers. Source: PyTorch's note "Autograd mechanics".
    """
    operands = [read(operand) for operand in node.operands]
    results = tuple(read(result) for result in node.results)
    given = [None if g is None else conjugate(g) for g in arriving]
    if len(results) == 1:
        pulled = node.op.vjp(given[0], results[0], *operands)
    else:
        pulled = node.op.vjp(tuple(given), results, *operands)
    return [None if g is None else conjugate(g) for g in pulled]


def accumulate(gradients: dict[Value, Value], value: Value, gradient: Value) -> None:
    """Add a contribution, summed over what broadcasting repeated."""
    gradient = sum_to(gradient, value.shape)
    if gradient.type != TensorType(value.dtype, value.shape):
        gradient = Cast(value.dtype)(gradient)
    before = gradients.get(value)
    gradients[value] = gradient if before is None else before + gradient


def vjp_of(
    function: Callable[..., Sequence[Value]],
    cotangents: Sequence[Value | None],
    operands: Sequence[Value],
) -> list[Value | None]:
    """The gradient rule of an operation that other operations can express.

    Emits ``function(*operands)`` and differentiates what it emitted. An operand that is given twice
    gets all of its gradient the first time.
    """
    builder = Builder.current()
    start = len(builder.nodes)
    results = function(*operands)
    nodes = builder.nodes[start:]
    gradients: dict[Value, Value] = {}
    for result, cotangent in zip(results, cotangents, strict=True):
        if cotangent is not None:
            accumulate(gradients, result, cotangent)
    dependent = set(operands)
    for node in nodes:
        if not dependent.isdisjoint(node.operands):
            dependent.update(node.results)
    for node in reversed(nodes):
        arriving = [gradients.get(value) for value in node.results]
        if not any(arriving) or dependent.isdisjoint(node.operands):
            continue
        for operand, gradient in zip(node.operands, pull_back(node, arriving), strict=True):
            if gradient is not None and operand in dependent:
                accumulate(gradients, operand, gradient)
    return [gradients.pop(operand, None) for operand in operands]
