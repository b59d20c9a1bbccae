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
    blocks,
    if_any,
    or_zeros,
    row_values,
    rows_of,
    steps_of,
    transposed,
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

    def kept(self, hidden: TensorType, size: int) -> tuple[TensorType, ...]:
        return hidden.with_shape((*hidden.shape[:-1], 3 * size)), hidden, hidden

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """All input products at once; each step adds its hidden product."""
        output, hidden, gates, candidates, hiddens = outs
        x, (first,), w_input, w_hidden, biases = self.split(arrays)
        size = hidden.shape[1]
        sigmoids, last = slice(0, 2 * size), slice(2 * size, None)
        # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2
        scale = np.ones(3 * size, x.dtype)
        scale[sigmoids] = 0.5
        all_gates, all_outputs = rows_of(gates), rows_of(output)
        all_candidates, all_hiddens = rows_of(candidates), rows_of(hiddens)
        np.matmul(rows_of(x), transposed(w_input, scale), out=all_gates)
        weight = transposed(w_hidden, scale)
        product = np.empty((len(first), 3 * size), x.dtype)
        difference = np.empty(hidden.shape, x.dtype)
        if biases:
            all_gates += biases[0] * scale
            bias = biases[1] * scale
        np.copyto(hidden, first)
        for start, stop in steps_of(x.shape, self.batch_sizes, self.reverse):
            count = stop - start
            h, gate, new = hidden[:count], all_gates[start:stop], difference[:count]
            r_z, n, candidate = gate[:, sigmoids], gate[:, last], all_candidates[start:stop]
            all_hiddens[start:stop] = h
            from_state = np.matmul(h, weight, out=product[:count])
            if biases:
                from_state += bias
            candidate[:] = from_state[:, last]
            r_z += from_state[:, sigmoids]
            np.tanh(r_z, r_z)
            r_z *= 0.5
            r_z += 0.5
            n += np.multiply(r_z[:, :size], candidate, new)
            np.tanh(n, n)
            h -= n
            h *= r_z[:, size:]
            h += n
            all_outputs[start:stop] = h

    def vjp(self, g: Any, out: Any, *operands: Value) -> Sequence[Value | None]:
        """Back through the steps, then products over all of them."""
        from_input, from_state, g_first = GruGrad(self.reverse, self.batch_sizes)(
            *or_zeros(g[:2], out[:2]), *out[2:], self.split(operands)[3], *if_any(g[2:], out[2:])
        )
        return self.gradients(operands, (from_input, from_state), out[4], (g_first,))

    @property
    def grad_name(self) -> str:
        """What PyTorch, where each step is an operation, ends with."""
        return "StackBackward0"


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
        return operands[2], operands[2], operands[1]

    def compute(self, outs: Sequence[Array], *arrays: Array) -> None:
        """Each gate's derivative times what arrives at it, in the slopes' own memory."""
        g_output, g_hidden, gates, candidates, hiddens, weight, *kept = arrays
        from_input, from_state, hidden = outs
        size = hidden.shape[1]
        r_z, last = slice(0, 2 * size), slice(2 * size, None)
        all_inputs, all_states, all_g = rows_of(from_input), rows_of(from_state), rows_of(g_output)
        all_gates, all_candidates, all_hiddens = map(rows_of, (gates, candidates, hiddens))
        all_kept = list(map(rows_of, kept))
        weight = np.ascontiguousarray(weight)
        change = np.empty_like(hidden)
        np.copyto(hidden, g_hidden)
        for start, stop in reversed(steps_of(gates.shape, self.batch_sizes, self.reverse)):
            count = stop - start
            dh, new, gate = hidden[:count], change[:count], all_gates[start:stop]
            at_input, at_state = all_inputs[start:stop], all_states[start:stop]
            arriving = [each[start:stop] for each in all_kept]
            r, z, n = (gate[:, k * size : (k + 1) * size] for k in range(3))
            dr, dz, dn = (at_input[:, k * size : (k + 1) * size] for k in range(3))
            dh += all_g[start:stop]
            # At the results of the activations.
            np.multiply(dh, z, new)
            np.subtract(dh, new, dn)
            np.subtract(all_hiddens[start:stop], n, dz)
            dz *= dh
            if arriving:
                dn += arriving[0][:, last]
                dz += arriving[0][:, size : 2 * size]
            # Before them.
            dn *= 1 - n * n
            np.multiply(dn, all_candidates[start:stop], dr)
            if arriving:
                dr += arriving[0][:, :size]
            derivative = np.multiply(gate[:, r_z], gate[:, r_z], at_state[:, r_z])
            np.subtract(gate[:, r_z], derivative, derivative)
            at_input[:, r_z] *= derivative
            at_state[:, r_z] = at_input[:, r_z]
            np.multiply(dn, r, at_state[:, last])
            if arriving:
                at_state[:, last] += arriving[1]
                new += arriving[2]
            np.matmul(at_state, weight, out=dh)
            dh += new

    def formula(self, *operands: Value) -> Sequence[Value]:
        """What is the same for all steps first; then step by step."""
        g_output, g_hidden, gates, candidates, hiddens, weight, *kept = operands
        r, z, n = blocks(row_values(gates), 3)
        candidate, all_g = row_values(candidates), row_values(g_output)
        difference = row_values(hiddens) - n
        in_r, in_z, in_n = r - r * r, z - z * z, 1 - n * n
        g_gates = blocks(row_values(kept[0]), 3) if kept else []
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

        slopes, states = self.unrolled(gates.shape, (g_hidden,), step)
        return [*(Reshape(gates.shape)(each) for each in slopes), *states]
