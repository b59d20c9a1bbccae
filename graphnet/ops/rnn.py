"""The plain recurrent layer of Elman, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.math import Sign
from graphnet.ops.recurrent import (
    Array,
    RecurrentGrad,
    RecurrentLayer,
    if_any,
    or_zeros,
    row_values,
    rows_of,
    steps_of,
)
from graphnet.ops.shape import Reshape


class _Rnn(RecurrentLayer):
    """``h = activation(x @ w_input.T + h @ w_hidden.T + biases)``.

    Kept is the state that each step started from.
    """

    gates = 1
    gradient: ClassVar[type[_RnnGrad]]

    @staticmethod
    def activate(x: Array) -> None:
        """The activation, in place."""
        raise NotImplementedError

    def kept(self, hidden: TensorType, size: int) -> tuple[TensorType, ...]:
        return (hidden,)

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """All input products at once; each step adds its hidden product."""
        output, hidden, hiddens = outs
        x, (first,), w_input, w_hidden, biases, _ = self.split(arrays)
        all_outputs, all_hiddens = rows_of(output), rows_of(hiddens)
        np.matmul(rows_of(x), np.ascontiguousarray(w_input.T), out=all_outputs)
        if biases:
            all_outputs += biases[0] + biases[1]
        weight, product = np.ascontiguousarray(w_hidden.T), np.empty(hidden.shape, x.dtype)
        np.copyto(hidden, first)
        for start, stop in steps_of(x.shape, self.batch_sizes, self.reverse):
            h, out = hidden[: stop - start], all_outputs[start:stop]
            all_hiddens[start:stop] = h
            out += np.matmul(h, weight, out=product[: stop - start])
            self.activate(out)
            h[:] = out

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Back through the steps, then products over all of them."""
        slopes, g_first = self.gradient(self.reverse, self.batch_sizes)(
            *or_zeros(g[:2], out[:2]),
            out[0],
            self.split(operands).w_hidden,
            *if_any(g[2:], out[2:]),
        )
        return self.gradients(operands, (slopes, slopes), out[2], (g_first,))


class _RnnGrad(RecurrentGrad):
    """Back through the steps of a plain recurrent layer.

    Operands: the gradients of all states and of the last one; all states; the hidden weight; and,
    when it is differentiated again, the gradients of the states that the layer kept. Results: the
    slopes, and the gradient of the initial state.
    """

    @staticmethod
    def derivative(state: Any) -> Any:
        """The activation's derivative, by its result: of arrays and of values."""
        raise NotImplementedError

    def infer(self, *operands: TensorType) -> tuple[TensorType, ...]:
        return operands[2], operands[1]

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """The derivative times what arrives, in the slopes' own memory."""
        g_output, g_hidden, output, weight, *kept = arrays
        slopes, hidden = outs
        all_slopes, all_g, all_outputs = map(rows_of, (slopes, g_output, output))
        weight = np.ascontiguousarray(weight)
        np.copyto(hidden, g_hidden)
        for start, stop in reversed(steps_of(output.shape, self.batch_sizes, self.reverse)):
            dh, slope = hidden[: stop - start], all_slopes[start:stop]
            dh += all_g[start:stop]
            np.multiply(self.derivative(all_outputs[start:stop]), dh, slope)
            np.matmul(slope, weight, out=dh)
            if kept:
                dh += rows_of(kept[0])[start:stop]

    def formula(self, *operands: Value) -> Sequence[Value]:
        """Step by step."""
        g_output, g_hidden, output, weight, *kept = operands
        all_g, derivatives = row_values(g_output), self.derivative(row_values(output))
        before = [row_values(each) for each in kept]

        def step(
            rows: Callable[[Value], Value], dh: Value
        ) -> tuple[Sequence[Value], Sequence[Value]]:
            slope = (dh + rows(all_g)) * rows(derivatives)
            return (sum((rows(each) for each in before), slope @ weight),), (slope,)

        (slopes,), states = self.unrolled(output.shape, (g_hidden,), step)
        return [Reshape(output.shape)(slopes), *states]


@op("rnn_tanh_grad")
class RnnTanhGrad(_RnnGrad):
    """Back through the steps of a plain recurrent layer whose activation is ``tanh``."""

    @staticmethod
    def derivative(state: Any) -> Any:
        """Of ``tanh``."""
        return 1 - state * state


@op("rnn_relu_grad")
class RnnReluGrad(_RnnGrad):
    """Back through the steps of a plain recurrent layer whose activation is ``relu``."""

    @staticmethod
    def derivative(state: Any) -> Any:
        """Of ``relu``: 1 where it is positive."""
        return np.sign(state) if isinstance(state, np.ndarray) else Sign()(state)


@op("rnn_tanh")
class RnnTanh(_Rnn):
    """One plain recurrent layer in one direction: ``h = tanh(W x + U h + b)``.

    Source: Elman 1990, "Finding structure in time"; PyTorch's page ``RNN``.
    """

    cell_grad_names = ("TanhBackward0",)
    gradient = RnnTanhGrad

    @staticmethod
    def activate(x: Array) -> None:
        """``tanh``."""
        np.tanh(x, x)


@op("rnn_relu")
class RnnRelu(_Rnn):
    """One plain recurrent layer in one direction: ``h = relu(W x + U h + b)``.

    Source: Le et al. 2015, "A simple way to initialize recurrent networks of rectified linear
    units"; PyTorch's page ``RNN``.
    """

    cell_grad_names = ("ReluBackward0",)
    gradient = RnnReluGrad

    @staticmethod
    def activate(x: Array) -> None:
        """``relu``."""
        np.maximum(x, np.zeros_like(x), out=x)
