"""Which forward values a later backward pass will need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphnet.ir.builder import Builder
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.passes.autodiff import differentiate


def is_saved(value: Value) -> bool:
    """Whether a value is kept as it is: not given anyway, and not a mere view of another."""
    return not (value.op.is_(Trait.SOURCE) or value.op.is_(Trait.VIEW))


def history(nodes: Sequence[Node], roots: Iterable[Value]) -> list[Node]:
    """The nodes a backward pass from ``roots`` walks through, in order."""
    reached: set[Node] = set()
    stack = [root.node for root in roots]
    while stack:
        node = stack.pop()
        if node not in reached:
            reached.add(node)
            stack.extend(value.node for value in node.operands if value.requires_grad)
    return [node for node in nodes if node in reached]


def touched(
    nodes: Sequence[Node], roots: Iterable[Value], rewritten: frozenset[Value] = frozenset()
) -> set[Value]:
    """Everything gradient formulas could read: what a first, uncompiled run keeps.

    Inputs are given anyway and not kept, unless they are ``rewritten`` by this very run.
    """
    values: set[Value] = set()
    for node in history(nodes, roots):
        values.update(node.operands)
        values.update(node.results)
    return _through_views(values, rewritten)


def residuals(
    nodes: Sequence[Node], roots: Sequence[Value], rewritten: frozenset[Value] = frozenset()
) -> set[Value]:
    """What a backward pass from ``roots`` really reads: found by making one and looking."""
    walked = history(nodes, roots)
    builder = Builder()
    forward = {value for node in nodes for value in node.results}
    with builder:
        cotangents = {root: builder.input(root.type, "cotangent") for root in roots}
        gradients = differentiate(walked, cotangents)
    stack = [gradient for value, gradient in gradients.items() if value.op.is_(Trait.SOURCE)]
    seen: set[Value] = set()
    read: set[Value] = set()
    while stack:
        value = stack.pop()
        if value in seen:
            continue
        seen.add(value)
        if value in forward:
            read.add(value)
        else:
            stack.extend(value.node.operands)
    return _through_views(read, rewritten)


def _through_views(values: Iterable[Value], rewritten: frozenset[Value]) -> set[Value]:
    """Replace views by what they view: a view costs nothing to take again."""
    found: set[Value] = set()
    stack = list(values)
    seen = set(stack)
    while stack:
        value = stack.pop()
        if is_saved(value) or value in rewritten:
            found.add(value)
        else:
            fresh = [operand for operand in value.node.operands if operand not in seen]
            seen.update(fresh)
            stack.extend(fresh)
    return found
