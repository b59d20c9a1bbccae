"""Long short-term memory: the layer, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.join import Cat
from graphnet.ops.recurrent import (
    Array,
    RecurrentGrad,
    RecurrentLayer,
    blocks,
    if_any,
    or_zeros,
    row_values,
    rows_of,
    steps_of,
    transposed,
)
from graphnet.ops.shape import Reshape, T


@lru_cache(maxsize=64)
def _sigmoid_by_tanh(size: int, dtype: Any) -> tuple[Array, Array]:
    """Factor and summand with which one ``tanh`` gives all gates.

    ``sigmoid(x) = tanh(x / 2) / 2 + 1 / 2``: three of the gates need that, the third does not.
    """
    half = np.full((4, size), 0.5, dtype)
    half[2] = 1
    return half.reshape(-1), (1 - half).reshape(-1)


@op("lstm")
class Lstm(RecurrentLayer):
    """One layer of an LSTM in one direction.

    ``i, f, g, o`` are the gates, in this order in the weights, all sigmoids but ``g``, a tanh;
    ``c = f * c + i * g`` the cell, ``h = o * tanh(c)`` the hidden state. An operand more at the
    end, ``(projection, hidden)``, projects ``h`` to a smaller state.

    Kept are the gates, the hidden state and the cell that each step started from, and the tanh of
    the cell after it. Source: Hochreiter and Schmidhuber 1997, "Long short-term memory"; PyTorch's
    page ``LSTM``.
    """

    gates = 4
    states = 2

    def kept(self, hidden: TensorType, size: int) -> tuple[TensorType, ...]:
        lead = hidden.shape[:-1]
        cells = hidden.with_shape((*lead, size))
        return hidden.with_shape((*lead, 4 * size)), hidden, cells, cells

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """All input products at once; each step adds its hidden product, then one ``tanh``."""
        output, hidden, cell, gates, hiddens, cells, tanhs = outs
        x, (first, first_cell), w_input, w_hidden, more = self.split(arrays)
        size = cell.shape[1]
        scale, shift = _sigmoid_by_tanh(size, x.dtype)
        all_gates, all_outputs = rows_of(gates), rows_of(output)
        all_hiddens, all_cells, all_tanhs = rows_of(hiddens), rows_of(cells), rows_of(tanhs)
        np.matmul(rows_of(x), transposed(w_input, scale), out=all_gates)
        weight = transposed(w_hidden, scale)
        bias = (more[0] + more[1]) * scale if len(more) > 1 else None
        projection = more[-1].T if len(more) % 2 else None
        product, change = np.empty((len(first), 4 * size), x.dtype), np.empty(cell.shape, x.dtype)
        np.copyto(hidden, first)
        np.copyto(cell, first_cell)
        for start, stop in steps_of(x.shape, self.batch_sizes, self.reverse):
            count = stop - start
            h, c, gate, new = hidden[:count], cell[:count], all_gates[start:stop], change[:count]
            tanh = all_tanhs[start:stop]
            all_hiddens[start:stop] = h
            all_cells[start:stop] = c
            gate += np.matmul(h, weight, out=product[:count])
            if bias is not None:
                gate += bias
            np.tanh(gate, gate)
            gate *= scale
            gate += shift
            c *= gate[:, size : 2 * size]
            c += np.multiply(gate[:, :size], gate[:, 2 * size : 3 * size], new)
            np.tanh(c, tanh)
            if projection is None:
                np.multiply(gate[:, 3 * size :], tanh, h)
            else:
                np.matmul(np.multiply(gate[:, 3 * size :], tanh, new), projection, out=h)
            all_outputs[start:stop] = h

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Back through the steps, then products over all of them."""
        _, _, _, w_hidden, more = self.split(operands)
        gates, hiddens, cells, tanhs = out[3:]
        projection = more[-1:] if len(more) % 2 else []
        slopes, *rest = LstmGrad(self.reverse, self.batch_sizes)(
            *or_zeros(g[:3], out[:3]), gates, cells, tanhs, w_hidden, *projection,
            *if_any(g[3:], out[3:]),
        )  # fmt: skip
        found: list[Value | None] = []
        found += self.gradients(operands, (slopes, slopes), hiddens, rest[:2])
        if projection:
            raw = blocks(row_values(gates), 4)[3] * row_values(tanhs)
            found.append(T()(row_values(rest[2])) @ raw)
        return found

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "MkldnnRnnLayerBackward0"


@op("lstm_grad")
class LstmGrad(RecurrentGrad):
    """Back through the steps of an LSTM.

    Operands: the gradients of all hidden states, of the last one and of the last cell; the gates,
    the cells and the tanhs that the layer kept; the hidden weight; perhaps the projection; and,
    when it is differentiated again, the gradients of all four that the layer kept.

    Results: the slopes, the gradients of the initial hidden state and cell, and with a projection
    that of what came out of it, for each step.
    """

    def infer(self, *operands: TensorType) -> tuple[TensorType, ...]:
        output, hidden, cell, gates = operands[:4]
        slopes = gates, hidden, cell
        return (*slopes, output) if self._is_projected(operands) else slopes

    @staticmethod
    def _is_projected(operands: Sequence[Any]) -> bool:
        return len(operands) in (8, 12)

    def split(self, operands: Sequence[Any]) -> tuple[Sequence[Any], Any, Sequence[Any]]:
        """The seven always there, the projection or None, and gradients of what is kept."""
        if self._is_projected(operands):
            return operands[:7], operands[7], operands[8:]
        return operands[:7], None, operands[7:]

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """In the slopes' own memory: the gates' derivatives times what arrives at each."""
        (g_output, g_hidden, g_cell, gates, cells, tanhs, weight), projection, kept = self.split(
            arrays
        )
        slopes, hidden, cell = outs[:3]
        size = cell.shape[1]
        all_slopes, all_gates, all_g = rows_of(slopes), rows_of(gates), rows_of(g_output)
        all_cells, all_tanhs, all_kept = rows_of(cells), rows_of(tanhs), list(map(rows_of, kept))
        weight = np.ascontiguousarray(weight)
        change, extra = np.empty_like(cell), np.empty((len(cell), 4 * size), cell.dtype)
        through = np.empty_like(cell)
        np.copyto(hidden, g_hidden)
        np.copyto(cell, g_cell)
        for start, stop in reversed(steps_of(gates.shape, self.batch_sizes, self.reverse)):
            count = stop - start
            dh, dc, new = hidden[:count], cell[:count], change[:count]
            gate, tanh, slope = all_gates[start:stop], all_tanhs[start:stop], all_slopes[start:stop]
            arriving = [each[start:stop] for each in all_kept]
            i, f, g, o = (gate[:, k * size : (k + 1) * size] for k in range(4))
            dh += all_g[start:stop]
            dout = dh
            if projection is not None:
                rows_of(outs[3])[start:stop] = dh
                dout = np.matmul(dh, projection, out=through[:count])
            # What the tanh of the cell lets through.
            np.multiply(tanh, tanh, new)
            np.subtract(1, new, new)
            if arriving:
                dc += new * arriving[3]
            new *= o
            new *= dout
            dc += new
            # The derivatives of the activations, by their results.
            np.multiply(gate, gate, slope)
            slope_g = slope[:, 2 * size : 3 * size]
            np.subtract(1, slope_g, slope_g)
            for block in (slice(0, 2 * size), slice(3 * size, None)):
                np.subtract(gate[:, block], slope[:, block], slope[:, block])
            if arriving:
                np.multiply(slope, arriving[0], extra[:count])
            slope[:, :size] *= g
            slope[:, size : 2 * size] *= all_cells[start:stop]
            slope_g *= i
            slope[:, 3 * size :] *= tanh
            parts = slope.reshape(count, 4, size)
            parts[:, :3] *= dc[:, None]
            parts[:, 3] *= dout
            dc *= f
            if arriving:
                slope += extra[:count]
                dc += arriving[2]
            np.matmul(slope, weight, out=dh)
            if arriving:
                dh += arriving[1]

    def formula(self, *operands: Value) -> Sequence[Value]:
        """What is the same for all steps first; then step by step."""
        given, projection, kept = self.split(operands)
        g_output, g_hidden, g_cell, gates, cells, tanhs, weight = given
        i, f, g, o = blocks(row_values(gates), 4)
        tanh = row_values(tanhs)
        derivatives = Cat(1)(i - i * i, f - f * f, 1 - g * g, o - o * o)
        factors = derivatives * Cat(1)(g, row_values(cells), i, tanh)
        through = 1 - tanh * tanh
        arriving = [row_values(each) for each in kept]
        offset = derivatives * arriving[0] if kept else None
        all_g = row_values(g_output)

        def step(
            rows: Callable[[Value], Value], dh: Value, dc: Value
        ) -> tuple[Sequence[Value], Sequence[Value]]:
            dh = dh + rows(all_g)
            dout = dh if projection is None else dh @ projection
            at_tanh = dout * rows(o)
            if kept:
                at_tanh = at_tanh + rows(arriving[3])
            dc = dc + at_tanh * rows(through)
            slope = rows(factors) * Cat(1)(dc, dc, dc, dout)
            if offset is not None:
                slope = slope + rows(offset)
            before, cell_before = slope @ weight, dc * rows(f)
            if kept:
                before, cell_before = before + rows(arriving[1]), cell_before + rows(arriving[2])
            return (before, cell_before), (slope, dh)

        (slopes, outputs), states = self.unrolled(gates.shape, (g_hidden, g_cell), step)
        results = [Reshape(gates.shape)(slopes), *states]
        if projection is not None:
            results.append(Reshape(g_output.shape)(outputs))
        return results
