"""``graphnet.capture``: a whole program, backward pass and updates included, as one graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet import grad_mode
from graphnet.config import config
from graphnet.errors import ArgumentError, ShapeError
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ops.convert import Attach
from graphnet.runtime.interpreter import evaluate
from graphnet.runtime.storage import Storage
from graphnet.trace.handle import Handle
from graphnet.trace.introspect import value_of
from graphnet.trace.look import settle
from graphnet.trace.recorder import Draws, Recorder, current_recorder, recording
from graphnet.trace.segment import Segment
from graphnet.trace.state import Slot, Trace

if TYPE_CHECKING:
    from graphnet.runtime.plan import Plan


class CapturingRecorder(Recorder):
    """Records without ever starting a new segment; looking computes and goes on recording."""

    snapshots = True
    tells_tensors_apart = True  # a program is run with other tensors in the place of some

    def __init__(self, labels: Mapping[int, str]) -> None:
        super().__init__()
        self.labels = labels
        self.sources: dict[int, Any] = {}
        self._known: dict[Value, Any] = {}

    def run(self, reason: str) -> None:
        """Settle everything recorded so far; the trace goes on."""
        segment, trace = self.segment, self.trace()
        inputs = [node.result for node in trace.nodes if node.op.name == "input"]
        self._known.update(zip(inputs, segment.bindings, strict=True))
        pending = [s for s in (*segment.storages(), *segment.mutated) if s.pending]
        wanted = [trace.values[storage.slot] for storage in pending]
        draws = [v for node in trace.nodes if node.op.is_(Trait.RANDOM) for v in node.results]
        evaluate(trace.nodes, self._known, [*wanted, *draws])
        for storage, value in zip(pending, wanted, strict=True):
            array = np.array(self._known[value], storage.type.dtype.numpy, order="C")
            if storage.array is None:
                storage.array = array
            else:
                np.copyto(storage.array, array)
            storage.pending = False

    def finish_step(self) -> None:
        """A captured program may have several steps."""

    def _enter_written_leaf(self, handle: Handle) -> Slot:
        """Inside one graph, a written leaf has its new value and its old place in the history."""
        segment = self.segment
        original = next((s for s, v in segment.variables.items() if v is handle), None)
        current = self.memory.base(handle._storage)
        if original is None:
            return self.slot_of(current)
        leaf = self.handle._of(handle._storage, handle._layout)
        leaf._segment, leaf._slot = segment, original
        with grad_mode.set_grad_enabled(True):
            joined = self.apply(Attach(), (current, leaf))
        handle._segment, handle._slot = segment, joined._slot
        handle._seen = handle._storage.version
        return handle._slot

    def _label(self, handle: Handle) -> str:
        return self.labels.get(id(handle), "")

    def _binding(self, handle: Handle) -> Any:
        """A snapshot: the memory itself changes while the recording goes on."""
        self.sources[len(self.segment.bindings)] = handle
        return handle._memory().copy()

    def _enter_generator(self, draws: Draws) -> Slot:
        if draws.segment is not self.segment:
            self.sources[len(self.segment.bindings)] = draws
        return super()._enter_generator(draws)

    def release(self) -> None:
        """End the recording: settle all and let go of the memory."""
        self.run("capture ends")
        segment = self.segment
        for storage in (*segment.storages(), *segment.memory):
            storage.segment = None
        segment.finished = True


class Program:
    """A captured program.

    Attributes:
        graph: as recorded and differentiated.
        optimized: after the passes of the optimisation level.
        plan: the numpy code that runs it.
    """

    def __init__(
        self,
        graph: Graph,
        sources: list[Any],
        arguments: list[Handle],
        rebuild: Callable[[list[Any]], Any],
        kept: list[Storage],
        gradients: list[tuple[Handle, Handle]],
    ) -> None:
        self.graph = graph
        self._sources = sources
        self._arguments = {id(argument): n for n, argument in enumerate(arguments)}
        self._layouts = [argument._layout for argument in arguments]
        self._rebuild = rebuild
        self._kept = kept
        self._gradients = gradients

    @cached_property
    def optimized(self) -> Graph:
        """The graph after the passes."""
        from graphnet.passes.pipeline import optimize

        return optimize(self.graph, config.optimization_level, verify=config.verify_passes)

    @cached_property
    def plan(self) -> Plan:
        """The compiled program."""
        from graphnet.runtime.plan import compile_plan

        owners: dict[int, int] = {}
        groups = []
        for position, source in enumerate(self._sources):
            owner = id(source._storage) if isinstance(source, Handle) else id(source)
            groups.append(owners.setdefault(owner, position))
        return compile_plan(self.optimized, groups)

    def run(self, *args: Any) -> Any:
        """Run the program on other arguments, with the same effects; returns what it returned.

        Tensors among ``args`` take the place of those the program was captured with and must have
        their shapes and dtypes. Parameters and optimizer state are read from, and written to,
        where they are; so are gradients, and whatever else the program made that is still there.
        """
        tensors: list[Handle] = []
        _flatten(args, tensors)
        if len(tensors) != len(self._layouts):
            raise ArgumentError(
                f"the program was captured with {len(self._layouts)} tensors among its arguments, "
                f"but got {len(tensors)}"
            )
        for place, (tensor, layout) in enumerate(zip(tensors, self._layouts, strict=True)):
            if tensor._layout.type != layout.type:
                raise ShapeError(
                    f"tensor {place} among the arguments is {tensor._layout.type}, but the program "
                    f"was captured with {layout.type}",
                    cure="capture the program again for other shapes",
                )
        bound = [self._bound(source, tensors) for source in self._sources]
        results = self.plan([_binding(thing) for thing in bound])
        position = {value: n for n, value in enumerate(self.graph.inputs)}
        for target, _ in self.graph.updates:  # written where they are by the plan
            bound[position[target]]._storage.version += 1
        count = len(self.graph.outputs) - len(self._kept)
        for storage, array in zip(self._kept, results[count:], strict=False):
            np.copyto(storage.array, array)
            storage.version += 1
        for leaf, gradient in self._gradients:
            leaf._grad = gradient
        make = Recorder.handle._from_array  # type: ignore[attr-defined]  # the facade's class
        return self._rebuild([make(array) for array in results[:count]])

    def _bound(self, source: Any, tensors: list[Handle]) -> Any:
        """What stands for an input in a run on ``tensors``."""
        place = self._arguments.get(id(source))
        return source if place is None else tensors[place]

    def __str__(self) -> str:
        return str(self.graph)

    def __repr__(self) -> str:
        return f"<Program: {self.graph!r}>"


def _binding(thing: Any) -> Any:
    """The array, generator or number that a plan is given."""
    if isinstance(thing, Handle):
        settle(thing._storage)
        return thing._memory()
    return thing.engine if isinstance(thing, Draws) else thing


def capture(fn: Callable[..., Any], *args: Any) -> Program:
    """Run ``fn(*args)`` once and return the whole program it recorded.

    The backward pass and optimizer updates are part of it. Values that ``fn`` looks at are
    computed on the way; what it decides by them is decided in the program once and for all.

    >>> import graphnet as torch
    >>> w = torch.tensor(3.0, requires_grad=True)
    >>> def step(x):
    ...     loss = (w * x) ** 2
    ...     loss.backward()
    ...     return loss
    >>> program = torch.capture(step, torch.tensor(2.0))
    >>> program.run(torch.tensor(1.0))
    tensor(9.)
    """
    arguments: list[Handle] = []
    _flatten(args, arguments)
    for handle in arguments:
        settle(handle._storage)
    recorder = CapturingRecorder(_labels(fn, args))
    with recording(recorder):
        returned = fn(*args)
        outputs: list[Handle] = []
        rebuild = _flatten(returned, outputs)
        slots = [recorder.slot_of(handle) for handle in outputs]
        trace, segment = recorder.trace(), recorder.segment
        returned_storages = {handle._storage for handle in outputs}
        kept = [each for each in segment.storages() if each not in returned_storages]
        leaves = dict.fromkeys(segment.variables.values())
        gradients = [(leaf, leaf._grad) for leaf in leaves if leaf._grad is not None]
        graph = Graph(
            trace.nodes,
            [node.result for node in trace.nodes if node.op.name == "input"],
            [trace.values[slot] for slot in (*slots, *(storage.slot for storage in kept))],
            [
                (trace.values[before], trace.values[storage.slot])
                for storage, before in segment.mutated.items()
            ],
            name=getattr(fn, "__name__", "program").strip("<>"),
        )
        recorder.release()
        sources = [recorder.sources.get(n, bound) for n, bound in enumerate(segment.bindings)]
    return Program(graph, sources, arguments, rebuild, kept, gradients)


def _labels(fn: Callable[..., Any], args: tuple[Any, ...]) -> dict[int, str]:
    """Names for the tensors that ``fn`` is given, and for the parameters of modules it can see."""
    function = inspect.unwrap(fn)
    labels: dict[int, str] = {}
    try:
        given = inspect.signature(function).bind(*args).arguments
        seen = inspect.getclosurevars(function)
    except (TypeError, ValueError):  # a callable without a signature, or no Python function
        return labels
    around = {**seen.globals, **seen.nonlocals, "self": getattr(fn, "__self__", None)}
    for thing in around.values():
        named_parameters = getattr(thing, "named_parameters", None)
        if named_parameters is not None and not isinstance(thing, type):
            labels.update((id(parameter), name) for name, parameter in named_parameters())
    for name, thing in {**around, **given}.items():
        if isinstance(thing, Handle):
            labels.setdefault(id(thing), name)
    return labels


def graph_of(handle: Handle) -> Graph:
    """The graph around a tensor: what was recorded with it, its backward pass included."""
    recorder = current_recorder()
    segment: Segment | None = handle._segment
    if segment is None or (segment is recorder.segment and segment.finished):
        recorder.slot_of(handle)
        segment = handle._segment
    value = value_of(handle)
    trace = Trace.to(segment.state) if segment is not None else recorder.trace()
    nodes = trace.nodes if value.node in trace.nodes else [value.node]
    inputs = [node.result for node in nodes if node.op.name == "input"]
    outputs = [value]
    for state in segment.gradients if segment is not None else ():
        if state.stage is not None:
            slots = [slot for _, slot in state.stage.complete]
            outputs += [trace.values[slot] for slot in slots if trace.values[slot] not in outputs]
    return Graph(nodes, inputs, outputs, name="graph")


def _flatten(thing: Any, into: list[Handle]) -> Callable[[list[Any]], Any]:
    """Collect the tensors in nested structures; returns how to put others in their places."""
    if isinstance(thing, Handle):
        place = len(into)
        into.append(thing)
        return lambda found: found[place]
    if isinstance(thing, dict):
        parts = {key: _flatten(value, into) for key, value in thing.items()}
        return lambda found: {key: part(found) for key, part in parts.items()}
    if isinstance(thing, (list, tuple)):
        items = [_flatten(item, into) for item in thing]
        kind = type(thing)
        if hasattr(thing, "_fields"):
            return lambda found: kind(*(item(found) for item in items))
        return lambda found: kind(item(found) for item in items)
    return lambda found: thing
