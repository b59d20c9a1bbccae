"""Random graphs over the registered operations."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from hypothesis import strategies as st

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.errors import GraphnetError
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Phase, Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import operations, singletons
from graphnet.ir.types import TensorType
from graphnet.source import Location

DTYPES = (dtypes.float32, dtypes.float64, dtypes.int64, dtypes.int32, dtypes.bool)
SHAPES = ((), (3,), (2, 3), (1, 3), (2, 1), (0, 3), (2, 2, 3))
NUMBERS = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 0.5, -2.0, 1e-5, float("inf"), float("-inf"), float("nan")]),
)
LABELS = st.sampled_from(
    ["", "", "x", "linear1.weight", "0.bias", "12", "a label; with signs", 'q"uote', "z", "été"]
)
LOCATIONS = st.sampled_from([None, Location("/src/train.py", 12), Location("<stdin>", 3, "f")])


def _arity(op: Op) -> int | None:
    """How many operands an operation without attributes takes, where that can be told."""
    parameters = inspect.signature(type(op).vjp).parameters.values()
    if all(p.kind is not inspect.Parameter.VAR_POSITIONAL for p in parameters):
        return len(parameters) - 3
    ufunc = getattr(type(op), "ufunc", None)
    return ufunc.nin if isinstance(ufunc, np.ufunc) else None


_SOURCES_AND_DRAWS = {Trait.SOURCE, Trait.RANDOM}
PLAIN = [
    (op, arity)
    for op in singletons.values()
    if not _SOURCES_AND_DRAWS & op.traits and (arity := _arity(op)) is not None
]


def _with_attributes(draw: Any, x: Value) -> Value | tuple[Value, ...]:
    """Apply an operation that has attributes to ``x``."""

    def make(name: str, *attributes: Any) -> Op:
        return operations[name](*attributes)

    dims = tuple(draw(st.sets(st.integers(0, x.ndim - 1)))) if x.ndim else ()
    dim = draw(st.integers(0, x.ndim - 1)) if x.ndim else 0
    choices = [
        lambda: make("sum", dims, draw(st.booleans()))(x),
        lambda: make("cast", draw(st.sampled_from(DTYPES)))(x),
        lambda: make("reshape", (x.numel,))(x),
        lambda: make("permute", tuple(draw(st.permutations(range(x.ndim)))))(x),
        lambda: make("expand", (2, *x.shape))(x),
        lambda: make("unsqueeze", dim)(x),
        lambda: make("full", x.shape, x.dtype)(draw(NUMBERS)),
        lambda: make("var", dims, True, draw(st.sampled_from([0, 1.5])))(x),
        lambda: make("cumsum", dim)(x),
    ]
    if x.ndim and x.shape[dim]:
        choices += [
            lambda: make("select", dim)(x, draw(st.integers(0, x.shape[dim] - 1))),
            lambda: make("slice", dim, 1)(x, 0),
            lambda: make("sort", dim, draw(st.booleans()))(x),
        ]
    return draw(st.sampled_from(choices))()


@st.composite
def graphs(draw: Any) -> Graph:
    """A well-formed graph without random operations."""
    builder = Builder()
    values: list[Value] = []
    with builder:
        for _ in range(draw(st.integers(1, 3))):
            type_ = TensorType(draw(st.sampled_from(DTYPES)), draw(st.sampled_from(SHAPES)))
            requires_grad = type_.dtype.is_floating_point and draw(st.booleans())
            values.append(builder.input(type_, draw(LABELS), requires_grad=requires_grad))
        inputs = tuple(values)
        for phase in Phase:
            builder.phase = phase
            for _ in range(draw(st.integers(0, 6))):
                builder.grad_enabled = draw(st.booleans())
                with builder.at(draw(LOCATIONS), draw(LABELS)):
                    values += _step(draw, values)
    if len(values) > 1 and draw(st.booleans()):
        _note_gradient(draw, values)
    outputs = draw(st.lists(st.sampled_from(values), max_size=3))
    updates = [
        (target, new)
        for target in inputs
        for new in values
        if new.type == target.type and new not in inputs and draw(st.booleans())
    ]
    return Graph(builder.nodes, inputs, outputs, updates, draw(st.sampled_from(["g", "a b"])))


def _step(draw: Any, values: list[Value]) -> tuple[Value, ...]:
    """The results of one more operation; none if it does not take what was drawn."""
    before = len(Builder.current().nodes)
    try:
        if draw(st.booleans()):
            op, arity = draw(st.sampled_from(PLAIN))
            made = op(*(_operand(draw, values, slot) for slot in range(arity)))
        else:
            made = _with_attributes(draw, draw(st.sampled_from(values)))
    except (GraphnetError, TypeError, ValueError, IndexError):
        del Builder.current().nodes[before:]
        return ()
    return made if isinstance(made, tuple) else (made,)


def _operand(draw: Any, values: list[Value], slot: int) -> Any:
    return draw(NUMBERS) if slot and draw(st.booleans()) else draw(st.sampled_from(values))


def _note_gradient(draw: Any, values: list[Value]) -> None:
    gradient, *targets = draw(
        st.lists(st.sampled_from(values), min_size=2, max_size=3, unique=True)
    )
    gradient.gradient_of = tuple(targets)


def arrays_for(graph: Graph) -> list[Any]:
    """An array for each input, always the same."""
    random = np.random.default_rng(0)
    return [
        (random.standard_normal(value.shape) * 2).astype(value.dtype.numpy)
        for value in graph.inputs
    ]
