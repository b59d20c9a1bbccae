"""Long short-term memory: the layer, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.join import Cat
from graphnet.ops.recurrent import (
    Array,
    RecurrentGrad,
    RecurrentLayer,
    Steps,
    factors_of,
    gate_values,
    if_any,
    or_zeros,
    row_values,
    rows_of,
    rows_of_gates,
    slopes_by_gate,
    slopes_type,
    steps_of,
)
from graphnet.ops.shape import Reshape, T


@lru_cache(maxsize=8)
def _sigmoid_by_tanh(dtype: Any) -> tuple[Array, Array]:
    """Factors and summands of the gates with which one ``tanh`` gives them all.

    ``sigmoid(x) = tanh(x / 2) / 2 + 1 / 2``: three of the gates need that, the third does not.
    """
    scale = np.array([0.5, 0.5, 1, 0.5], dtype).reshape(4, 1, 1)
    return scale, 1 - scale


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
    cell_grad_names = ("MulBackward0", "AddBackward0")

    def kept(self, hidden: TensorType, size: int) -> tuple[TensorType, ...]:
        lead = hidden.shape[:-1]
        cells = hidden.with_shape((*lead, size))
        return hidden.with_shape((4, *lead, size)), hidden, cells, cells

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """All input products at once; each step adds its hidden product, then one ``tanh``."""
        output, hidden, cell, gates, hiddens, cells, tanhs = outs
        x, (first, first_cell), w_input, w_hidden, biases, projection = self.split(arrays)
        scale, shift = _sigmoid_by_tanh(x.dtype)
        all_gates, all_outputs = rows_of_gates(gates), rows_of(output)
        all_hiddens, all_cells, all_tanhs = rows_of(hiddens), rows_of(cells), rows_of(tanhs)
        np.matmul(rows_of(x), factors_of(w_input, 4, scale), out=all_gates)
        if biases:
            all_gates += (biases[0] + biases[1]).reshape(4, 1, -1) * scale
        factors = factors_of(w_hidden, 4, scale)
        products, change = np.empty((4, *cell.shape), x.dtype), np.empty(cell.shape, x.dtype)
        np.copyto(hidden, first)
        np.copyto(cell, first_cell)
        for start, stop in steps_of(x.shape, self.batch_sizes, self.reverse):
            count = stop - start
            h, c, new, tanh = hidden[:count], cell[:count], change[:count], all_tanhs[start:stop]
            gate = all_gates[:, start:stop]
            i, f, g, o = gate
            all_hiddens[start:stop] = h
            all_cells[start:stop] = c
            gate += np.matmul(h, factors, out=products[:, :count])
            np.tanh(gate, gate)
            gate *= scale
            gate += shift
            c *= f
            c += np.multiply(i, g, new)
            np.tanh(c, tanh)
            if projection is None:
                np.multiply(o, tanh, h)
            else:
                np.matmul(np.multiply(o, tanh, new), projection.T, out=h)
            all_outputs[start:stop] = h

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Back through the steps, then products over all of them."""
        _, _, _, w_hidden, _, projection = self.split(operands)
        gates, hiddens, cells, tanhs = out[3:]
        projections = [] if projection is None else [projection]
        slopes, *rest = LstmGrad(self.reverse, self.batch_sizes)(
            *or_zeros(g[:3], out[:3]), gates, cells, tanhs, w_hidden, *projections,
            *if_any(g[3:], out[3:]),
        )  # fmt: skip
        found: list[Value | None] = []
        found += self.gradients(operands, (slopes, slopes), hiddens, rest[:2])
        if projection is not None:
            raw = gate_values(gates)[3] * row_values(tanhs)
            found.append(T()(row_values(rest[2])) @ raw)
        return found

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "MkldnnRnnLayerBackward0"


_SMALL: Final = 300_000
"""Multiplications up to which one product costs less than one for each gate and their sum."""

_CACHED: Final = 1 << 18
"""Bytes of the gates of the steps that are prepared at once: they stay in the cache."""


def _together(steps: Steps, nbytes: int) -> Iterator[Steps]:
    """Runs of steps, of which one gate takes so many bytes in all."""
    length = max(1, _CACHED * len(steps) // max(4 * nbytes, 1))
    for begin in range(0, len(steps), length):
        yield steps[begin : begin + length]


def _derivatives(
    slopes: Array, gate: Array, cells: Array, tanhs: Array, g_gates: Array | None
) -> tuple[Array, Array | None]:
    """What does not depend on the steps after, for several steps.

    Args:
        slopes: filled with what the gradients that arrive are multiplied by, at each gate.
        gate, cells, tanhs: what the layer kept.
        g_gates: the gradients that arrive at the gates themselves.

    Returns:
        What the hidden state lets through to the cell, and what arrives at the gates themselves.
    """
    i, _, g, o = gate
    np.multiply(gate, gate, slopes)
    np.subtract(gate[:2], slopes[:2], slopes[:2])
    np.subtract(1, slopes[2], slopes[2])
    np.subtract(o, slopes[3], slopes[3])
    extra = None if g_gates is None else slopes * g_gates
    for slope, factor in zip(slopes, (g, cells, i, tanhs), strict=True):
        slope *= factor
    through = tanhs * tanhs
    np.subtract(1, through, through)
    through *= o
    return through, extra


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
        found = slopes_type(gates), hidden, cell
        return (*found, output) if self._is_projected(operands) else found

    @staticmethod
    def _is_projected(operands: Sequence[Any]) -> bool:
        return len(operands) in (8, 12)

    def split(self, operands: Sequence[Any]) -> tuple[Sequence[Any], Any, Sequence[Any]]:
        """The seven always there, the projection or None, and gradients of what is kept."""
        if self._is_projected(operands):
            return operands[:7], operands[7], operands[8:]
        return operands[:7], None, operands[7:]

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """At each gate, what arrives there times its derivative."""
        (g_output, g_hidden, g_cell, gates, cells, tanhs, weight), projection, kept = self.split(
            arrays
        )
        slopes, hidden, cell = outs[:3]
        size = cell.shape[1]
        all_gates, all_tanhs, all_g = rows_of_gates(gates), rows_of(tanhs), rows_of(g_output)
        all_slopes, rows = slopes_by_gate(slopes, size), rows_of(slopes)
        g_gates = rows_of_gates(kept[0]) if kept else None
        g_hiddens, g_cells, g_tanhs = map(rows_of, kept[1:]) if kept else (None,) * 3
        is_small = len(cell) * weight.size <= _SMALL
        factors = np.ascontiguousarray(weight).reshape(4, size, -1)
        products = np.empty((4, *hidden.shape), cell.dtype)
        change, dout_of = np.empty((2, *cell.shape), cell.dtype)
        np.copyto(hidden, g_hidden)
        np.copyto(cell, g_cell)
        steps = tuple(reversed(steps_of(gates.shape[1:], self.batch_sizes, self.reverse)))
        for some in _together(steps, gates[0].size * gates.itemsize):
            first, last = min(start for start, _ in some), max(stop for _, stop in some)
            through, extra = _derivatives(
                all_slopes[:, first:last],
                all_gates[:, first:last],
                rows_of(cells)[first:last],
                all_tanhs[first:last],
                None if g_gates is None else g_gates[:, first:last],
            )
            for start, stop in some:
                count, here = stop - start, slice(start - first, stop - first)
                dh, dc, new = hidden[:count], cell[:count], change[:count]
                dh += all_g[start:stop]
                dout = dh
                if projection is not None:
                    rows_of(outs[3])[start:stop] = dh
                    dout = np.matmul(dh, projection, out=dout_of[:count])
                if g_tanhs is not None:
                    dc += (1 - all_tanhs[start:stop] ** 2) * g_tanhs[start:stop]
                dc += np.multiply(through[here], dout, new)
                slope = all_slopes[:, start:stop]
                slope[:3] *= dc
                slope[3] *= dout
                dc *= all_gates[1, start:stop]
                if extra is not None:
                    slope += extra[:, here]
                if g_cells is not None:
                    dc += g_cells[start:stop]
                if is_small:
                    np.matmul(rows[start:stop], weight, out=dh)
                else:
                    np.matmul(slope, factors, out=products[:, :count])
                    np.add.reduce(products[:, :count], axis=0, out=dh)
                if g_hiddens is not None:
                    dh += g_hiddens[start:stop]

    def formula(self, *operands: Value) -> Sequence[Value]:
        """What is the same for all steps first; then step by step."""
        given, projection, kept = self.split(operands)
        g_output, g_hidden, g_cell, gates, cells, tanhs, weight = given
        i, f, g, o = gate_values(gates)
        tanh = row_values(tanhs)
        derivatives = Cat(1)(i - i * i, f - f * f, 1 - g * g, o - o * o)
        factors = derivatives * Cat(1)(g, row_values(cells), i, tanh)
        through = 1 - tanh * tanh
        arriving = [row_values(each) for each in kept[1:]]
        offset = derivatives * Cat(1)(*gate_values(kept[0])) if kept else None
        all_g = row_values(g_output)

        def step(
            rows: Callable[[Value], Value], dh: Value, dc: Value
        ) -> tuple[Sequence[Value], Sequence[Value]]:
            dh = dh + rows(all_g)
            dout = dh if projection is None else dh @ projection
            at_tanh = dout * rows(o)
            if kept:
                at_tanh = at_tanh + rows(arriving[2])
            dc = dc + at_tanh * rows(through)
            slope = rows(factors) * Cat(1)(dc, dc, dc, dout)
            if offset is not None:
                slope = slope + rows(offset)
            before, cell_before = slope @ weight, dc * rows(f)
            if kept:
                before, cell_before = before + rows(arriving[0]), cell_before + rows(arriving[1])
            return (before, cell_before), (slope, dh)

        (slopes, outputs), states = self.unrolled(gates.shape[1:], (g_hidden, g_cell), step)
        results = [Reshape((*gates.shape[1:-1], slopes.shape[1]))(slopes), *states]
        if projection is not None:
            results.append(Reshape(g_output.shape)(outputs))
        return results
