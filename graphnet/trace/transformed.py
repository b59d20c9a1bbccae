"""A nested program as one step of the trace around it, for one set of inputs or for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ops.convert import Clone
from graphnet.passes.vectorize import of_batch, vectorize
from graphnet.trace.recorder import Draws, Recorder
from graphnet.trace.state import Slot


class Transformed:
    """Makes the nodes of a program when it is recorded, given what stands for its inputs.

    Attributes:
        name: what the step is called.
        nodes: the program, operands before their users.
        inputs: those of its inputs that it needs, in order.
        places: which of all inputs these are.
        outputs: what it results in.
        batched: the inputs of a batch.
        size: how many members that has.
        different: whether random operations draw other numbers for each member.
    """

    def __init__(
        self,
        name: str,
        nodes: Sequence[Node],
        inputs: Sequence[Value],
        outputs: Sequence[Value],
        batched: frozenset[Value] = frozenset(),
        size: int = 0,
        different: bool = False,
    ) -> None:
        self.name, self.outputs = name, tuple(outputs)
        self.batched, self.size, self.different = batched, size, different
        self.nodes = _needed(nodes, self.outputs, frozenset(inputs))
        read = {operand for node in self.nodes for operand in node.operands} | set(outputs)
        self.places = [place for place, value in enumerate(inputs) if value in read]
        self.inputs = tuple(inputs[place] for place in self.places)

    def __call__(self, *operands: Value) -> tuple[Value, ...]:
        """Emit the nodes into the builder in charge."""
        mapping = dict(zip(self.inputs, operands, strict=True))
        batched = set(self.batched)
        vectorize(self.nodes, mapping, batched, self.size, different=self.different)
        taken = set(operands)
        results = []
        for output in self.outputs:
            result = mapping[output]
            if hasattr(output.type, "shape"):
                if self.batched:
                    result = of_batch(output, mapping, batched, self.size)
                if result in taken:
                    result = Clone()(result)
            taken.add(result)
            results.append(result)
        return tuple(results)

    def record(self, recorder: Recorder, operands: Sequence[Any]) -> list[Any]:
        """Record it, given all inputs: its results as tensors; of random states the slots."""
        recorder.await_others(operands)
        with recorder.lock:
            state = recorder.record(self, [operands[place] for place in self.places], self)
            return [
                recorder.new(slot, each) for slot, each in enumerate(state.layouts, state.first)
            ]


def _needed(
    nodes: Sequence[Node], outputs: Sequence[Value], inputs: frozenset[Value]
) -> list[Node]:
    """The nodes that the outputs depend on, inputs apart."""
    needed: set[Node] = set()
    stack = [value for value in outputs if value not in inputs]
    while stack:
        node = stack.pop().node
        if node not in needed:
            needed.add(node)
            stack.extend(operand for operand in node.operands if operand not in inputs)
    return [
        node
        for node in nodes
        if node in needed and not (node.op.is_(Trait.SOURCE) and node.op.name == "input")
    ]


def advance(recorder: Recorder, draws: Sequence[Draws], slots: Sequence[Slot]) -> None:
    """Say that random states are at these slots now."""
    for each, slot in zip(draws, slots, strict=True):
        each.segment, each.slot = recorder.segment, slot
