"""Gated recurrent units: the layer, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from graphnet.ops.shape import Reshape


@op("gru")
class Gru(RecurrentLayer):
    """One layer of gated recurrent units in one direction.

    ``r, z, n`` are the gates, in this order in the weights: ``r`` and ``z`` sigmoids of what comes
    from input and state, ``n = tanh(from_input + r * from_state)``. The new state is
    ``(1 - z) * n + z * h``.

    Kept are the gates, ``n``'s part from the state, and the state each step started from. Source:
    Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder"; PyTorch's page
    ``GRU``.
    """

    gates = 3
    cell_grad_names = ("AddBackward0",)

    def kept(self, hidden: TensorType, size: int) -> tuple[TensorType, ...]:
        return hidden.with_shape((3, *hidden.shape)), hidden, hidden

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """All input products at once; each step adds its hidden product."""
        output, hidden, gates, candidates, hiddens = outs
        x, (first,), w_input, w_hidden, biases, _ = self.split(arrays)
        # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2
        scale = np.array([0.5, 0.5, 1], x.dtype).reshape(3, 1, 1)
        all_gates, all_outputs = rows_of_gates(gates), rows_of(output)
        all_candidates, all_hiddens = rows_of(candidates), rows_of(hiddens)
        np.matmul(rows_of(x), factors_of(w_input, 3, scale), out=all_gates)
        factors = factors_of(w_hidden, 3, scale)
        product, change = np.empty((3, *hidden.shape), x.dtype), np.empty(hidden.shape, x.dtype)
        bias, bias_hidden = np.zeros((2, *product.shape), x.dtype)
        if biases:
            bias += biases[0].reshape(3, 1, -1) * scale
            bias_hidden += biases[1].reshape(3, 1, -1) * scale
            bias[:2] += bias_hidden[:2]
        np.copyto(hidden, first)
        for start, stop in steps_of(x.shape, self.batch_sizes, self.reverse):
            count = stop - start
            h, new, candidate = hidden[:count], change[:count], all_candidates[start:stop]
            gate = all_gates[:, start:stop]
            sigmoids, n = gate[:2], gate[2]
            all_hiddens[start:stop] = h
            from_state = np.matmul(h, factors, out=product[:, :count])
            np.add(from_state[2], bias_hidden[2, :count], candidate)
            sigmoids += from_state[:2]
            if biases:
                gate += bias[:, :count]
            np.tanh(sigmoids, sigmoids)
            sigmoids *= scale[:2]
            sigmoids += scale[:2]
            n += np.multiply(gate[0], candidate, new)
            np.tanh(n, n)
            np.subtract(h, n, new)
            new *= gate[1]
            np.add(new, n, h)
            all_outputs[start:stop] = h

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Back through the steps, then products over all of them."""
        from_input, from_state, g_first = GruGrad(self.reverse, self.batch_sizes)(
            *or_zeros(g[:2], out[:2]),
            *out[2:],
            self.split(operands).w_hidden,
            *if_any(g[2:], out[2:]),
        )
        return self.gradients(operands, (from_input, from_state), out[4], (g_first,))


@op("gru_grad")
class GruGrad(RecurrentGrad):
    """Back through the steps of gated recurrent units.

    Operands: the gradients of all states and of the last one; the gates, candidates and states that
    the layer kept; the hidden weight; and, when it is differentiated again, the gradients of all
    three that the layer kept.

    Results: the slopes of what came from the input and of what came from the state, and the
    gradient of the initial state.
    """

    def infer(self, *operands: TensorType) -> tuple[TensorType, ...]:
        _, hidden, gates = operands[:3]
        return slopes_type(gates), slopes_type(gates), hidden

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """At each gate, what arrives there times its derivative."""
        g_output, g_hidden, gates, candidates, hiddens, weight, *kept = arrays
        from_input, from_state, hidden = outs
        size = hidden.shape[1]
        all_inputs, all_states = slopes_by_gate(from_input, size), slopes_by_gate(from_state, size)
        all_gates, all_g = rows_of_gates(gates), rows_of(g_output)
        all_candidates, all_hiddens = rows_of(candidates), rows_of(hiddens)
        g_gates = rows_of_gates(kept[0]) if kept else None
        g_candidates, g_hiddens = map(rows_of, kept[1:]) if kept else (None, None)
        factors = np.ascontiguousarray(weight).reshape(3, size, -1)
        local, derivatives, products = np.empty((3, 3, *hidden.shape), hidden.dtype)
        change = np.empty_like(hidden)
        np.copyto(hidden, g_hidden)
        for start, stop in reversed(steps_of(gates.shape[1:], self.batch_sizes, self.reverse)):
            count = stop - start
            dh, new, gate = hidden[:count], change[:count], all_gates[:, start:stop]
            slope, derivative = local[:, :count], derivatives[:, :count]
            r, z, n = gate
            dh += all_g[start:stop]
            # What arrives at the results of the activations.
            np.multiply(dh, z, new)
            np.subtract(dh, new, slope[2])
            np.subtract(all_hiddens[start:stop], n, slope[1])
            slope[1] *= dh
            if g_gates is not None:
                slope[1:] += g_gates[1:, start:stop]
            # Times their derivatives, by their results.
            np.multiply(gate, gate, derivative)
            np.subtract(gate[:2], derivative[:2], derivative[:2])
            np.subtract(1, derivative[2], derivative[2])
            slope[2] *= derivative[2]
            np.multiply(slope[2], all_candidates[start:stop], slope[0])
            if g_gates is not None:
                slope[0] += g_gates[0, start:stop]
            slope[:2] *= derivative[:2]
            all_inputs[:, start:stop] = slope
            slope[2] *= r
            if g_candidates is not None:
                slope[2] += g_candidates[start:stop]
            all_states[:, start:stop] = slope
            np.add.reduce(np.matmul(slope, factors, out=products[:, :count]), axis=0, out=dh)
            dh += new
            if g_hiddens is not None:
                dh += g_hiddens[start:stop]

    def formula(self, *operands: Value) -> Sequence[Value]:
        """What is the same for all steps first; then step by step."""
        g_output, g_hidden, gates, candidates, hiddens, weight, *kept = operands
        r, z, n = gate_values(gates)
        candidate, all_g = row_values(candidates), row_values(g_output)
        difference = row_values(hiddens) - n
        in_r, in_z, in_n = r - r * r, z - z * z, 1 - n * n
        g_gates = gate_values(kept[0]) if kept else []
        g_candidate, g_before = map(row_values, kept[1:]) if kept else (None, None)

        def step(
            rows: Callable[[Value], Value], dh: Value
        ) -> tuple[Sequence[Value], Sequence[Value]]:
            dh = dh + rows(all_g)
            at_z, at_n = dh * rows(difference), dh * (1 - rows(z))
            if kept:
                at_z, at_n = at_z + rows(g_gates[1]), at_n + rows(g_gates[2])
            dn = at_n * rows(in_n)
            at_r, d_candidate, before = dn * rows(candidate), dn * rows(r), dh * rows(z)
            if g_candidate is not None and g_before is not None:
                at_r = at_r + rows(g_gates[0])
                d_candidate, before = d_candidate + rows(g_candidate), before + rows(g_before)
            dr, dz = at_r * rows(in_r), at_z * rows(in_z)
            at_state = Cat(1)(dr, dz, d_candidate)
            return (before + at_state @ weight,), (Cat(1)(dr, dz, dn), at_state)

        slopes, states = self.unrolled(gates.shape[1:], (g_hidden,), step)
        shape = (*gates.shape[1:-1], weight.shape[0])
        return [*(Reshape(shape)(each) for each in slopes), *states]
