"""Reverse-mode differentiation: emits the gradient as ordinary nodes of the same graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from graphnet.ir.builder import Builder
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import RESULT, Trait
from graphnet.ops.chain_rule import Primal, accumulate, pull_back
from graphnet.ops.convert import Identity
from graphnet.ops.create import Full

Visit = Callable[[Node, Sequence[Value]], None]


def seed(root: Value) -> Value:
    """dz/de = 1 for ``z = Identity(e)``: where a backward pass from ``root`` starts.

    The dummy ``z`` gives the derivative of the result with respect to itself a place in the graph.
    """
    builder = Builder.current()
    outer = builder.phase
    builder.phase = Phase.BACKWARD
    with builder.at(root.node.location, "z"):
        z: Value = Identity()(root)
    with builder.at(root.node.location):
        one: Value = Full(z.shape, z.dtype)(1)
    one.gradient_of = (root,)
    builder.phase = outer
    return one


def differentiate(
    nodes: Iterable[Node],
    cotangents: Mapping[Value, Value],
    *,
    primal: Primal | None = None,
    visit: Visit | None = None,
) -> dict[Value, Value]:
    """Gradients of ``sum(root * cotangent)`` with respect to every value on the way.

    Nodes are emitted into the builder in charge, in its backward phase, each at the location of
    the forward node whose derivative it is. Contributions to one value are added up. Each value
    that is a gradient notes in ``gradient_of`` whose it is.

    Args:
        nodes: the forward nodes, operands before their users.
        cotangents: the gradient arriving at each root.
        primal: what stands for a forward value inside gradient formulas; the value itself unless
            given. Where the forward pass ran earlier this is an input that holds what was saved.
        visit: called with each node differentiated, and the forward values its gradient reads.

    Returns:
        The gradient of each value that requires one and that a root depends on.
    """
    builder = Builder.current()
    outer = builder.phase
    builder.phase = Phase.BACKWARD
    first = len(builder.nodes)
    gradients: dict[Value, Value] = {}
    for root, cotangent in cotangents.items():
        accumulate(gradients, root, cotangent)
    read = primal or (lambda value: value)
    for node in reversed(list(nodes)):
        if any(value.requires_grad for value in node.operands):
            _differentiate_node(node, gradients, read, visit)
    builder.phase = outer
    emitted = set(builder.nodes[first:])
    for value, gradient in gradients.items():
        if gradient.node in emitted:
            gradient.gradient_of += (value,)
    return gradients


def _differentiate_node(
    node: Node, gradients: dict[Value, Value], read: Primal, visit: Visit | None
) -> None:
    """Hand what arrived at a node's results on to its operands."""
    arriving = [gradients.get(value) for value in node.results]
    if not any(arriving):
        return
    builder = Builder.current()
    start = len(builder.nodes)
    with builder.at(node.location, f"{node.op.name} backward"):
        pulled = pull_back(node, arriving, read)
        if visit is not None:
            visit(node, _reads(node, pulled, builder.nodes[start:], read))
        for operand, gradient in zip(node.operands, pulled, strict=True):
            if gradient is not None and operand.requires_grad:
                accumulate(gradients, operand, gradient)


def _reads(
    node: Node, pulled: Sequence[Value | None], emitted: Sequence[Node], read: Primal
) -> list[Value]:
    """Those of a node's operands and results that the gradients wanted of it are computed from."""
    if node.op.is_(Trait.VIEW):
        return []  # where a view starts is no value that is saved
    if node.op.saves is not None:
        kept = {
            place
            for number, places in node.op.saves.items()
            if node.operands[number].requires_grad
            for place in places
        }
        return [node.result if place == RESULT else node.operands[place] for place in kept]
    made = set(emitted)
    used: set[Value] = set()
    stack = [
        gradient
        for operand, gradient in zip(node.operands, pulled, strict=True)
        if gradient is not None and operand.requires_grad
    ]
    while stack:
        value = stack.pop()
        if value not in used:
            used.add(value)
            if value.node in made:
                stack.extend(value.node.operands)
    return [value for value in (*node.operands, *node.results) if read(value) in used]
