"""Random programs: graphs of everyday operations, with gradients, outputs and updates.

A strategy draws a :class:`Program`; its ``arrays(seed)`` are operands to run it on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from graphnet import dtypes
from graphnet import ops as ops
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.ir.types import GeneratorType, Shape, TensorType
from graphnet.ops.activation import Relu
from graphnet.ops.arithmetic import Maximum
from graphnet.ops.compare import Where
from graphnet.ops.convert import Cast, Clone, Detach, Identity
from graphnet.ops.create import Full
from graphnet.ops.index import IndexPut, MaskedFill
from graphnet.ops.join import Cat
from graphnet.ops.math import Abs, Sin, Tanh
from graphnet.ops.norm import LayerNorm
from graphnet.ops.parts import Select, Slice
from graphnet.ops.random import Uniform
from graphnet.ops.reduce import Amax, Flip, Mean, Sum
from graphnet.ops.shape import Expand, Permute, Reshape, Squeeze, T, Transpose, Unsqueeze
from graphnet.ops.smooth_activation import Sigmoid
from graphnet.ops.softmax import Softmax
from graphnet.ops.sort import Sort
from graphnet.ops.strided import AsStridedScatter
from graphnet.passes.autodiff import differentiate
from graphnet.runtime.generator import Engine
from graphnet.runtime.interpreter import interpret

SHAPES: tuple[Shape, ...] = ((), (3,), (2, 3), (3, 2), (1, 3), (2, 1), (3, 3), (2, 2, 3), (0, 3))

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Program:
    """A graph, and which of its inputs lie in one memory.

    Attributes:
        graph: the program.
        memory: for each input the number of its memory; equal numbers mean the same array.
    """

    graph: Graph
    memory: tuple[int, ...]

    def arrays(self, seed: int) -> list[Any]:
        """Values for the inputs."""
        random = np.random.default_rng(seed)
        made: dict[int, Any] = {}
        for value, group in zip(self.graph.inputs, self.memory, strict=True):
            if isinstance(value.type, GeneratorType):
                made[group] = Engine(seed)
            elif value.type.weak:
                made[group] = float(random.integers(-3, 4)) / 2
            else:
                numbers = random.normal(size=value.shape)
                made.setdefault(group, numbers.astype(value.dtype.numpy))
        return [made[group] for group in self.memory]


@st.composite
def programs(
    draw: Draw,
    *,
    gradients: bool = True,
    updates: bool = False,
    steps: int = 12,
    same_shape: bool = False,
    smooth: bool = False,
) -> Program:
    """Programs of up to ``steps`` operations and their gradients.

    Args:
        gradients: differentiate by the inputs.
        updates: some inputs are overwritten; some share memory.
        steps: how many operations are drawn at most.
        same_shape: most values have one shape, so that much can be fused.
        smooth: everything is in double precision and has derivatives everywhere.
    """
    choices = SMOOTH_STEPS if smooth else STEPS
    dtypes_of_inputs = (dtypes.float64,) if smooth else REALS
    builder = Builder()
    with builder:
        inputs = _inputs(draw, builder, (3, 2) if same_shape else None, dtypes_of_inputs)
        values = [value for value in inputs if isinstance(value.type, TensorType)]
        state = next(value for value in inputs if isinstance(value.type, GeneratorType))
        for _ in range(draw(st.integers(min(4, steps), steps))):
            step = draw(st.sampled_from(choices))
            made = step(draw, values) if step is not _random else _random(draw, [state])
            if step is _random:
                state, made = made[-1], made[:-1]
            values += made
        if gradients:
            values += _gradients(draw, builder, values, inputs)
    outputs = draw(st.lists(st.sampled_from(values), min_size=1, max_size=5))
    memory = list(range(len(inputs)))
    pairs: list[tuple[Value, Value]] = []
    if updates:
        memory = _shared(draw, inputs)
        pairs = _updates(draw, inputs, memory, values)
    graph = Graph(builder.nodes, inputs, outputs, pairs, "random")
    return Program(graph, tuple(memory))


# ---------------------------------------------------------------------- interface


def _inputs(
    draw: Draw, builder: Builder, shape: Shape | None, reals: Sequence[dtypes.dtype]
) -> list[Value]:
    """Tensors, a Python number that changes from run to run, and a generator."""
    shapes = st.sampled_from(SHAPES) if shape is None else st.just(shape)
    kinds = draw(st.lists(st.tuples(shapes, st.sampled_from(reals)), min_size=1, max_size=4))
    inputs = [
        builder.input(TensorType(dtype, shape), f"x{number}", requires_grad=True)
        for number, (shape, dtype) in enumerate(kinds)
    ]
    inputs.append(builder.input(TensorType(dtypes.float32, (), weak=True), "rate"))
    inputs.append(builder.input(GeneratorType(), "generator"))
    return inputs


REALS = (dtypes.float64, dtypes.float64, dtypes.float32)


def _gradients(
    draw: Draw, builder: Builder, values: Sequence[Value], inputs: Sequence[Value]
) -> list[Value]:
    roots = [value for value in values if value.requires_grad]
    if not roots:
        return []
    root = draw(st.sampled_from(roots))
    one = Full(root.shape, root.dtype)(1)
    found = differentiate(list(builder.nodes), {root: one})
    return [found[value] for value in inputs if value in found]


def _shared(draw: Draw, inputs: Sequence[Value]) -> list[int]:
    """Some tensors of one type share memory."""
    memory = list(range(len(inputs)))
    for position, value in enumerate(inputs):
        for other in range(position):
            same = inputs[other].type == value.type and not getattr(value.type, "weak", True)
            if same and draw(st.integers(0, 3)) == 0:
                memory[position] = memory[other]
    return memory


def _updates(
    draw: Draw, inputs: Sequence[Value], memory: Sequence[int], values: Sequence[Value]
) -> list[tuple[Value, Value]]:
    """New values for some inputs, at most one for each memory."""
    pairs: dict[int, tuple[Value, Value]] = {}
    for value, group in zip(inputs, memory, strict=True):
        if getattr(value.type, "weak", True):
            continue
        fitting = [new for new in values if new.type == value.type]
        if group not in pairs and draw(st.integers(0, 2)):
            pairs[group] = value, draw(st.sampled_from(fitting))
    return list(pairs.values())


# ---------------------------------------------------------------------- steps


def _tensor(draw: Draw, values: Sequence[Value], wanted: Callable[[Value], bool]) -> Value | None:
    """One of the tensors so far, a late one rather than an early one."""
    reals = [v for v in values if v.dtype.is_floating_point and not v.type.weak]
    fitting = [value for value in reals if wanted(value)]
    return fitting[-1 - draw(st.integers(0, len(fitting) - 1))] if fitting else None


def _any(value: Value) -> bool:
    return True


def _unary(draw: Draw, values: Sequence[Value]) -> list[Value]:
    x = _tensor(draw, values, _any)
    return [draw(st.sampled_from(SMOOTH_UNARY + UNARY))(x)]


def _smooth_unary(draw: Draw, values: Sequence[Value]) -> list[Value]:
    x = _tensor(draw, values, _any)
    return [draw(st.sampled_from(SMOOTH_UNARY))(x)]


SMOOTH_UNARY: tuple[Callable[[Any], Any], ...] = (
    Tanh(),
    Sin(),
    Sigmoid(),
    Clone(),
    Identity(),
    lambda x: -x,
    lambda x: 0 - -x,
    lambda x: x * 1,
    lambda x: x + 0,
    lambda x: x / 1,
    lambda x: x - 0,
    lambda x: x**1,
    lambda x: Tanh()(x) ** 2,
    lambda x: x * 0.5,
    lambda x: 2 - x,
    lambda x: Cast(x.dtype)(x),
    lambda x: x * Full((), x.dtype)(0.5),
    lambda x: x + Full(x.shape, x.dtype)(1),
)

UNARY: tuple[Callable[[Any], Any], ...] = (
    Abs(),
    Relu(),
    Detach(),
    Cast(dtypes.float32),
    Cast(dtypes.float64),
)


def _binary(draw: Draw, values: Sequence[Value]) -> list[Value]:
    x = _tensor(draw, values, _any)
    assert x is not None
    y = _tensor(draw, values, lambda v: _broadcast(x.shape, v.shape))
    return [draw(st.sampled_from(SMOOTH_BINARY + BINARY))(x, y)]


def _smooth_binary(draw: Draw, values: Sequence[Value]) -> list[Value]:
    x = _tensor(draw, values, _any)
    assert x is not None
    y = _tensor(draw, values, lambda v: _broadcast(x.shape, v.shape))
    return [draw(st.sampled_from(SMOOTH_BINARY))(x, y)]


SMOOTH_BINARY: tuple[Callable[[Any, Any], Any], ...] = (
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: Tanh()(x) * y,
    lambda x, y: x + (-y),
    lambda x, y: x - (-y),
    lambda x, y: x / (y * y + 1),
)

BINARY: tuple[Callable[[Any, Any], Any], ...] = (
    Maximum(),
    lambda x, y: Where()(x > y, x, y),
    lambda x, y: Where()(x > 0, x * 0.5, y),
)


def _broadcast(first: Shape, second: Shape) -> bool:
    pairs = zip(reversed(first), reversed(second), strict=False)
    return all(a == b or 1 in (a, b) for a, b in pairs)


def _again(draw: Draw, values: Sequence[Value]) -> list[Value]:
    """The same operation on the same operands a second time."""
    x = _tensor(draw, values, lambda value: bool(value.node.operands))
    if x is None or isinstance(x.node.op, Uniform):
        return []
    return [made] if isinstance(made := x.op(*x.node.operands), Value) else list(made)


def _view(draw: Draw, values: Sequence[Value]) -> list[Value]:
    x = _tensor(draw, values, _any)
    assert x is not None
    op = draw(st.sampled_from(_views(x.shape)))
    return [op(x)]


def _views(shape: Shape) -> list[Callable[[Any], Any]]:
    ndim, size = len(shape), math.prod(shape)
    found: list[Callable[[Any], Any]] = [
        Reshape((size,)),
        Reshape((1, size)),
        Reshape(shape),
        Unsqueeze(0),
        Unsqueeze(ndim),
        T(),
        Expand((2, *shape)),
        Expand(shape),
        Permute(tuple(reversed(range(ndim)))),
        lambda x: T()(T()(x)),
        lambda x: Reshape(shape)(Reshape((size,))(x)),
    ]
    if ndim >= 2:
        found.append(Transpose(0, ndim - 1))
    for dim, n in enumerate(shape):
        if n == 1:
            found.append(Squeeze((dim,)))
        if n >= 1:
            found.append(lambda x, dim=dim, n=n: Select(dim)(x, n - 1))  # type: ignore[misc]
            found.append(lambda x, dim=dim, n=n: Slice(dim, n - 1)(x, 1))  # type: ignore[misc]
    return found


def _whole(draw: Draw, values: Sequence[Value]) -> list[Value]:
    """Operations that look at more than one element."""
    x = _tensor(draw, values, lambda value: value.ndim >= 1 and 0 not in value.shape)
    if x is None:
        return []
    dim = draw(st.integers(0, x.ndim - 1))
    op = draw(
        st.sampled_from(
            [
                Sum((dim,)),
                Sum((dim,), True),
                Sum(tuple(range(x.ndim))),
                Sum(()),
                Mean((dim,)),
                Amax((dim,)),
                Softmax(dim),
                Sort(dim),
                Flip((dim,)),
                lambda x: Cat(dim)(x, x),
                lambda x: LayerNorm(1)(x, 1e-3),
            ]
        )
    )
    made = op(x)
    return list(made) if isinstance(made, tuple) else [made]


def _product(draw: Draw, values: Sequence[Value]) -> list[Value]:
    """A layer: ``x @ weight.T``, with or without a bias."""
    weight = _tensor(draw, values, lambda value: value.ndim == 2)
    if weight is None:
        return []
    width, kind = weight.shape[1], weight.dtype
    x = _tensor(draw, values, lambda v: v.shape[-1:] == (width,) and v.dtype is kind)
    if x is None:
        return []
    transposed = draw(st.sampled_from([T(), Transpose(0, 1), Permute((1, 0))]))
    made = Tanh()(x) @ transposed(weight)
    bias = _tensor(draw, values, lambda v: _broadcast(made.shape, v.shape) and v.dtype is kind)
    if bias is not None and draw(st.booleans()):
        made = made + bias if draw(st.booleans()) else bias + made
    return [made]


def _store(draw: Draw, values: Sequence[Value]) -> list[Value]:
    """Operations that may write into their first operand's memory."""
    x = _tensor(draw, values, lambda value: value.numel > 0)
    if x is None:
        return []
    y = _tensor(draw, values, lambda value: value.shape == () and value.dtype is x.dtype)
    stored: Any = 0.5 if y is None else y
    choices: list[Callable[[], Value]] = [
        lambda: MaskedFill()(x, x > 0, 0.25),
        lambda: AsStridedScatter((1,))(x, Reshape((x.numel,))(x * 2), 0),
    ]
    if x.ndim and y is not None:
        place = Cast(dtypes.int64)(Full((1,), dtypes.int64)(x.shape[0] - 1))
        choices.append(lambda: IndexPut((0,))(x, stored, place))
    return [draw(st.sampled_from(choices))()]


def _number(draw: Draw, values: Sequence[Value]) -> list[Value]:
    """What is computed from Python numbers alone, applied to a tensor."""
    x = _tensor(draw, values, _any)
    rate = next(value for value in values if value.type.weak)
    builder = Builder.current()
    known = builder.constant(draw(st.sampled_from([0.5, 2.0, -1.0]))) * 3 - 1
    return [x * draw(st.sampled_from([known, rate, rate * 0.5, Tanh()(rate) + known]))]


def _random(draw: Draw, values: Sequence[Value]) -> list[Value]:
    shape = draw(st.sampled_from(SHAPES))
    drawn, state = Uniform(shape, dtypes.float64)(values[-1], 0.0, 1.0)
    return [drawn, state]


STEPS: tuple[Callable[[Draw, Sequence[Value]], list[Value]], ...] = (
    *(_unary, _unary, _binary, _binary, _binary, _again, _view, _view),
    *(_whole, _product, _store, _number, _random),
)

SMOOTH_STEPS: tuple[Callable[[Draw, Sequence[Value]], list[Value]], ...] = (
    *(_smooth_unary, _smooth_binary, _smooth_binary, _again, _view, _product, _number),
)


def interpret_twice(program: Program, other: Graph, seed: int = 0) -> tuple[list[Any], list[Any]]:
    """The results of a program's graph and of another one with the same interface."""
    first, second = program.arrays(seed), program.arrays(seed)
    return interpret(program.graph, first), interpret(other, second)
