"""What the recurrent layers have in common: one layer, in one direction, is one operation.

A sequence is either padded, ``(time, batch, features)``, or packed: the rows ``(rows, features)``
of all time steps, one after the other, of which step ``t`` has ``batch_sizes[t]``. Longer sequences
come first, so a step has never more rows than the one before. Inside, both are rows in steps.

Forward, a layer keeps what its gradient needs as further results. Backward, one operation goes
through the steps in the opposite order and gives the gradient of what each step fed into its
activations, the *slopes*; the gradients of input, weights and biases are products with those, over
all steps at once, and ordinary nodes. The gates are kept as ``(gates, *sequence, size)``, so that a
step works on few long pieces of memory; the slopes have the layout of the weights' rows,
``(*sequence, gates * size)``.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from graphnet import dtypes
from graphnet.errors import DtypeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.chain_rule import vjp_of
from graphnet.ops.dtype_rules import require_float
from graphnet.ops.index import zeros
from graphnet.ops.join import Cat
from graphnet.ops.linear import Linear
from graphnet.ops.parts import Select, Slice
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Reshape, T

Array = npt.NDArray[Any]
Steps = tuple[tuple[int, int], ...]
BatchSizes = tuple[int, ...] | None


@lru_cache(maxsize=1024)
def steps_of(shape: Shape, batch_sizes: BatchSizes, reverse: bool) -> Steps:
    """First and last row (exclusive) of every time step, in the order they are computed.

    >>> steps_of((2, 3, 5), None, False)
    ((0, 3), (3, 6))
    >>> steps_of((4, 5), (3, 1), True)
    ((3, 4), (0, 3))
    """
    steps = []
    start = 0
    for size in (shape[1],) * shape[0] if batch_sizes is None else batch_sizes:
        steps.append((start, start + size))
        start += size
    return tuple(reversed(steps)) if reverse else tuple(steps)


def rows_of(array: Array) -> Array:
    """A sequence as a matrix of rows."""
    return array.reshape(math.prod(array.shape[:-1]), array.shape[-1])


def rows_of_gates(array: Array) -> Array:
    """``(gates, *sequence, size)`` as ``(gates, rows, size)``."""
    return array.reshape(len(array), math.prod(array.shape[1:-1]), array.shape[-1])


def slopes_by_gate(slopes: Array, size: int) -> Array:
    """Slopes ``(*sequence, gates * size)`` seen as ``(gates, rows, size)``."""
    rows = rows_of(slopes)
    return rows.reshape(len(rows), rows.shape[1] // size, size).transpose(1, 0, 2)


def slopes_type(gates: TensorType) -> TensorType:
    """The type of the slopes that belong to ``(gates, *sequence, size)``."""
    return gates.with_shape((*gates.shape[1:-1], gates.shape[0] * gates.shape[-1]))


def factors_of(weight: Array, gates: int, scale: Array | None = None) -> Array:
    """A weight as one matrix ``(in, size)`` for each gate, perhaps scaled.

    Products with several small matrices are faster than one with a wide one, and what belongs to a
    gate then lies together in memory.
    """
    split = weight.reshape(gates, len(weight) // gates, weight.shape[1]).transpose(0, 2, 1)
    return np.ascontiguousarray(split) if scale is None else np.multiply(split, scale, order="C")


def row_values(x: Value) -> Value:
    """A sequence as a matrix of rows."""
    shape = (math.prod(x.shape[:-1]), x.shape[-1])
    result: Value = Reshape(shape)(x) if x.shape != shape else x
    return result


def gate_values(x: Value) -> list[Value]:
    """``(gates, *sequence, size)`` as one matrix of rows for each gate."""
    return [row_values(Select(0)(x, number)) for number in range(x.shape[0])]


class Recurrence(Op):
    """Something computed step by step over a sequence.

    Args:
        reverse: whether the layer reads the sequence from its end.
        batch_sizes: how many rows each step of a packed sequence has; None for padded ones.
    """

    reverse: bool = False
    batch_sizes: BatchSizes = None

    @abstractmethod
    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """Fill the results."""

    def kernel(self, *arrays: Any) -> Any:
        """Compute in new memory; half precision in single."""
        dtype = arrays[0].dtype
        if dtype.itemsize <= 2:
            arrays = tuple(array.astype(np.float32) for array in arrays)
        types = self.infer(
            *(TensorType(dtypes.from_numpy(array.dtype), np.shape(array)) for array in arrays)
        )
        outs = [np.empty(kind.shape, kind.dtype.numpy) for kind in types]
        self.compute(outs, *arrays)
        return tuple(out.astype(dtype, copy=False) for out in outs)

    def into_all(
        self, operands: Sequence[TensorType], results: Sequence[TensorType]
    ) -> Kernel | None:
        """The same in given memory; not in half precision."""
        return None if results[0].dtype.itemsize <= 2 else self.compute

    @abstractmethod
    def infer(self, *operands: TensorType) -> tuple[TensorType, ...]: ...


class LayerOperands(NamedTuple):
    """What a layer works on: arrays, types or values."""

    x: Any
    states: list[Any]
    w_input: Any
    w_hidden: Any
    biases: list[Any]
    projection: Any


class RecurrentLayer(Recurrence):
    """A layer of a recurrent network in one direction, over all time steps.

    Operands are the input; the initial states; the weights ``(gates * size, features)`` and
    ``(gates * size, state)``; perhaps two biases ``(gates * size,)``; and perhaps a projection
    ``(state, size)``. Results are the hidden states of all steps, the last states, and what the
    gradient needs.
    """

    gates: ClassVar[int]
    states: ClassVar[int] = 1
    cell_grad_names: ClassVar[tuple[str, ...]]

    @property
    def grad_name(self) -> str:
        """What PyTorch, where each step is an operation, ends with."""
        return "StackBackward0"

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """One step makes no sequence: a cell ends with what makes its states."""
        if self.batch_sizes is None or len(self.batch_sizes) > 1:
            return self.grad_name
        return self.cell_grad_names[max(index - 1, 0)]

    def split(self, operands: Sequence[Any]) -> LayerOperands:
        """The operands by name."""
        x, *rest = operands
        states, (w_input, w_hidden, *more) = rest[: self.states], rest[self.states :]
        projection = more.pop() if len(more) % 2 else None
        return LayerOperands(x, states, w_input, w_hidden, more, projection)

    def infer(self, *operands: TensorType) -> tuple[TensorType, ...]:
        """The types of hidden states, last states, and of what is kept.

        Raises:
            UnsupportedDtypeError: the input is not floating point.
            DtypeError: element types differ.
            ShapeError: an operand does not fit.
        """
        x, states, w_input, w_hidden, biases, projection = self.split(operands)
        require_float(self.name, [x])
        for other in operands[1:]:
            if other.dtype is not x.dtype:
                raise DtypeError(
                    f"{self.name}: input and parameters must have the same dtype, but got "
                    f"{x.dtype} and {other.dtype}",
                    cure=f"cast one of them, as in `x.to({other.dtype})`",
                )
        rows, size = w_hidden.shape
        batch = x.shape[1] if self.batch_sizes is None else self.batch_sizes[0]
        sizes = [size, rows // self.gates][: self.states]
        expected = [
            ("weight of the input", w_input, (rows, x.shape[-1])),
            *(("initial state", each, (batch, n)) for each, n in zip(states, sizes, strict=True)),
            *(("bias", each, (rows,)) for each in biases),
        ]
        if projection is not None:
            expected.append(("projection", projection, (size, rows // self.gates)))
        for what, operand, shape in expected:
            if operand.shape != shape:
                raise ShapeError(
                    f"{self.name}: expected the {what} to have size {list(shape)}, got "
                    f"{list(operand.shape)}"
                )
        hidden = x.with_shape((*x.shape[:-1], size))
        return hidden, *states, *self.kept(hidden, rows // self.gates)

    @abstractmethod
    def kept(self, hidden: TensorType, size: int) -> tuple[TensorType, ...]:
        """The types of what is kept for the gradient; ``size`` is that of a gate."""

    def gradients(
        self,
        operands: Sequence[Value],
        slopes: tuple[Value, Value],
        before: Value,
        states: Sequence[Value],
    ) -> list[Value]:
        """The gradients of all operands but a projection: products over all steps at once.

        Args:
            operands: the layer's.
            slopes: the gradient of what came from the input, and of what came from the state.
            before: the hidden state each step started from.
            states: the gradients of the initial states.
        """
        x, _, w_input, _, biases, _ = self.split(operands)
        from_input, from_state = slopes
        g_x, g_w_input, *g_biases = Linear().vjp(from_input, from_input, x, w_input, *biases[:1])
        flat = row_values(from_state)
        if biases:
            g_biases.append(g_biases[0] if from_state is from_input else Sum((0,))(flat))
        return [g_x, *states, g_w_input, T()(flat) @ row_values(before), *g_biases]


class RecurrentGrad(Recurrence):
    """Goes back through the steps of a layer: the slopes, and the gradients of initial states."""

    @abstractmethod
    def formula(self, *operands: Value) -> Sequence[Value]:
        """The results, by other operations: what second derivatives are taken of."""

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Through the formula."""
        return vjp_of(self.formula, g, operands)

    def unrolled(
        self,
        shape: Shape,
        carried: Sequence[Value],
        step: Callable[..., tuple[Sequence[Value], Sequence[Value]]],
    ) -> tuple[list[Value], list[Value]]:
        """Apply ``step`` to each time step, the last one first.

        Args:
            shape: the sequence's.
            carried: gradients of the states, handed from step to step.
            step: called with a function that takes the step's rows of a sequence, and with the rows
                of what is carried; returns that for the step before, and rows of results.

        Returns:
            The sequences of all rows, and what is carried in the end.
        """
        steps = steps_of(shape, self.batch_sizes, self.reverse)
        pieces: dict[tuple[int, int], Sequence[Value]] = {}
        for start, stop in reversed(steps):
            count = stop - start

            def rows(x: Value, start: int = start, count: int = count) -> Value:
                part: Value = Slice(0, count)(x, start)
                return part

            moved, pieces[start, stop] = step(rows, *(Slice(0, count)(x, 0) for x in carried))
            carried = [_replaced(x, new) for x, new in zip(carried, moved, strict=True)]
        columns = zip(*(pieces[step] for step in sorted(steps)), strict=True)
        return [Cat(0)(*column) for column in columns], list(carried)


def _replaced(x: Value, first: Value) -> Value:
    """``x`` with other first rows."""
    left = x.shape[0] - first.shape[0]
    result: Value = Cat(0)(first, Slice(0, left)(x, first.shape[0])) if left else first
    return result


def or_zeros(g: Sequence[Value | None], like: Sequence[Value]) -> list[Value]:
    """Gradients, zeros where nothing arrived."""
    return [
        zeros(x.shape, x.dtype) if gradient is None else gradient
        for gradient, x in zip(g, like, strict=True)
    ]


def if_any(g: Sequence[Value | None], like: Sequence[Value]) -> list[Value]:
    """Gradients, zeros where nothing arrived; none at all if nothing arrived anywhere."""
    return or_zeros(g, like) if any(gradient is not None for gradient in g) else []
