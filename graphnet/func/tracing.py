"""What the transforms have in common: a function called in a nested trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError
from graphnet.ir.node import Value
from graphnet.runtime.storage import Layout
from graphnet.trace.nested import NestedRecorder
from graphnet.trace.recorder import current_recorder
from graphnet.trace.transformed import Transformed, advance
from graphnet.utils._pytree import TreeSpec, tree_flatten


class TransformUsageError(GraphnetError, RuntimeError):
    """A function, or arguments, that a transform cannot take."""


class TransformValueError(GraphnetError, ValueError):
    """Arguments that do not fit together."""


Check = Callable[[Any], None]


def stand_in(inner: NestedRecorder, tensor: Tensor, shape: tuple[int, ...], grad: bool) -> Any:
    """A tensor of the program that stands for an argument."""
    layout = Layout.of(tensor.dtype, shape, requires_grad=grad, is_leaf=not grad)
    return inner.stand_in(tensor, layout)


def differentiable(inner: NestedRecorder, primals: Sequence[Tensor]) -> tuple[list[Any], list[Any]]:
    """Stand-ins for what a function is differentiated by, and aliases to give to it.

    The function may write to its aliases; the gradient is by what they were at first.
    """
    originals = [stand_in(inner, x, tuple(x.shape), _has_gradients(x)) for x in primals]
    return originals, [inner.alias(x) for x in originals]


def _has_gradients(x: Tensor) -> bool:
    return x.dtype.is_floating_point or x.dtype.is_complex


def flat_tensors(tree: Any, complain: Check) -> tuple[list[Tensor], TreeSpec]:
    """The leaves of what a function returned, all tensors, and their structure."""
    leaves, spec = tree_flatten(tree)
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            complain(leaf)
    return leaves, spec


class Tracing:
    """A program that was recorded, about to become steps of the trace around.

    Made inside of the nested recording, when the function has returned.
    """

    def __init__(self, inner: NestedRecorder, results: Sequence[Tensor]) -> None:
        self.inner = inner
        self.wanted = [inner.value(inner.slot_of(result)) for result in results]
        trace = inner.trace()
        self.state = inner.segment.state
        self.nodes = list(trace.nodes)
        self.inputs = [node.result for node in self.nodes if node.op.name == "input"]
        self.bindings = list(inner.segment.bindings)
        drawn = inner.end()
        self.draws = list(drawn)
        self.tokens = [trace.values[slot] for slot in drawn.values()]

    def once(
        self,
        name: str,
        extra: Sequence[Value] = (),
        *,
        batched: frozenset[Value] = frozenset(),
        size: int = 0,
        different: bool = False,
    ) -> list[Tensor]:
        """Record all of it as one step; its results, and those of ``extra`` values."""
        outputs = (*self.wanted, *extra, *self.tokens)
        key = (name, outputs, batched, size, different)
        program = self.state.runs.get(key)
        if program is None:
            program = Transformed(name, self.nodes, self.inputs, outputs, batched, size, different)
            self.state.note_run(key, program)
        recorder = current_recorder()
        found = program.record(recorder, self.bindings)
        count = len(outputs) - len(self.tokens)
        advance(recorder, self.draws, found[count:])
        return found[:count]


class Staged:
    """A program whose second part waits for inputs of its own.

    Args:
        tracing: the whole program.
        split: how many of its nodes belong to the first part.
        late: the inputs of the second part.
        first: how many of the results are those of the first part.
    """

    def __init__(self, tracing: Tracing, split: int, late: Sequence[Value], first: int) -> None:
        before, after = tracing.nodes[:split], tracing.nodes[split:]
        waiting = set(late)
        self.early = [v for v in tracing.inputs if v not in waiting]
        given = dict(zip(tracing.inputs, tracing.bindings, strict=True))
        later = tracing.wanted[first:]
        made = {value for node in before for value in node.results}
        read = list(dict.fromkeys(v for node in after for v in node.operands if v in made))
        read += [v for v in later if v in made and v not in read]
        kept = [v for v in read if v not in given and v.node.op.name != "constant"]
        tracing.wanted = tracing.wanted[:first]
        found = tracing.once("vjp", kept)
        self.results, residuals = found[:first], found[first:]
        constants = [node for node in before if node.op.name == "constant"]
        self._operands = [*residuals, *(given[v] for v in self.early)]
        key = ("second part", tuple(later), tuple(kept))
        program = tracing.state.runs.get(key)
        if program is None:
            inputs = (*kept, *self.early, *late)
            program = Transformed("vjp", [*constants, *after], inputs, later)
            tracing.state.note_run(key, program)
        self._program: Transformed = program

    def second(self, given: Sequence[Tensor]) -> list[Tensor]:
        """The results of the second part for its inputs."""
        return self._program.record(current_recorder(), [*self._operands, *given])
