"""Vectorisation: the program that does for a batch of inputs what another does for one.

As differentiation, it emits ordinary nodes: each node that depends on the batch is replaced by what
does the same for all members (:mod:`graphnet.ops.batching`); all others stay as they are. A program
that was differentiated before has its gradient nodes vectorised like all others.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphnet.errors import AutogradError
from graphnet.ir.builder import Builder
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ops.batching import batch
from graphnet.ops.custom import Custom
from graphnet.ops.shape import filled


def vectorize(
    nodes: Iterable[Node],
    mapping: dict[Value, Value],
    batched: set[Value],
    size: int,
    *,
    different: bool = False,
) -> None:
    """Emit nodes that do for ``size`` members what ``nodes`` do for one.

    They are emitted into the builder in charge, with the location, the phase and the part in
    gradients of the nodes that they stand for.

    Args:
        nodes: the program, operands before their users.
        mapping: what stands for its inputs. What stands for all other values is added.
        batched: those of its values that differ between members, at first inputs; others are
            added. What stands for them has the batch as dimension 0.
        size: how many members there are.
        different: whether random operations draw other numbers for each member.
    """
    builder = Builder.current()
    enabled, phase = builder.grad_enabled, builder.phase
    try:
        for node in nodes:
            if node.op.is_(Trait.SOURCE):
                if node.result not in mapping:
                    mapping[node.result] = builder.add(
                        Node(node.op, (), (node.result.type,), location=node.location)
                    ).result
                continue
            builder.grad_enabled = enabled and any(each.requires_grad for each in node.results)
            builder.phase = node.phase
            with builder.at(node.location, node.label):
                made = _transformed(node, mapping, batched, size, different)
            mapping.update(zip(node.results, made, strict=True))
            _refuse_custom(node, made)
    finally:
        builder.grad_enabled, builder.phase = enabled, phase


def _transformed(
    node: Node, mapping: dict[Value, Value], batched: set[Value], size: int, different: bool
) -> tuple[Value, ...]:
    operands = [mapping[operand] for operand in node.operands]
    flags = [operand in batched for operand in node.operands]
    drawn = different and node.op.is_(Trait.RANDOM)
    if not any(flags) and not drawn:
        results = Builder.current().emit(node.op, *operands)
    else:
        results = batch(node.op, size, operands, flags)
        batched.update(value for value in node.results if hasattr(value.type, "shape"))
    return results if isinstance(results, tuple) else (results,)


def _refuse_custom(node: Node, made: tuple[Value, ...]) -> None:
    """A gradient that Python code makes is known where it was recorded, and nowhere else."""
    if isinstance(node.op, Custom) and any(value.requires_grad for value in made):
        raise AutogradError(
            f"the gradient of {node.op.function}, a custom autograd.Function, is taken outside of "
            "the function that torch.func transforms",
            cure="take it inside, as with torch.func.grad",
        )


def of_batch(value: Value, mapping: dict[Value, Value], batched: set[Value], size: int) -> Value:
    """What stands for a value, for all members: repeated if it does not differ between them."""
    (whole,) = filled(size, [mapping[value]], [value in batched])
    return whole
