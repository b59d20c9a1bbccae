"""Recurrent layers: how they are recorded, and that they agree with themselves."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet import nn
from graphnet.nn.utils.rnn import (
    PackedSequence,
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
)

pytestmark = pytest.mark.filterwarnings("ignore:traces diverge")

KINDS = [nn.RNN, nn.GRU, nn.LSTM]
kinds = pytest.mark.parametrize("kind", KINDS)


def hidden(state: Any) -> torch.Tensor:
    found: torch.Tensor = state[0] if isinstance(state, tuple) else state
    return found


@kinds
def test_a_layer_in_one_direction_is_one_operation(kind: type[nn.RNNBase]) -> None:
    layers = kind(3, 4, num_layers=2, bidirectional=True)
    program = torch.capture(lambda x: layers(x)[0], torch.randn(5, 2, 3))
    names = [node.op.name for node in program.graph.nodes]
    assert sum(name in ("rnn_tanh", "gru", "lstm") for name in names) == 4
    assert "matmul" not in names
    assert "tanh" not in names


def test_the_gradient_of_a_layer_is_one_operation_and_products() -> None:
    layer = nn.LSTM(3, 4)

    def step(x: torch.Tensor) -> torch.Tensor:
        loss = layer(x)[0].sum()
        loss.backward()
        return loss

    names = [node.op.name for node in torch.capture(step, torch.randn(5, 2, 3)).optimized.nodes]
    assert names.count("lstm_grad") == 1
    # Of both weights; nobody wants the gradient of the input.
    assert names.count("matmul") == 2


@kinds
def test_steps_by_hand_give_the_whole(kind: type[nn.RNNBase]) -> None:
    layer, x = kind(3, 4), torch.randn(5, 2, 3)
    cell = {nn.RNN: nn.RNNCell, nn.GRU: nn.GRUCell, nn.LSTM: nn.LSTMCell}[kind](3, 4)
    cell.load_state_dict({key[:-3]: value for key, value in layer.state_dict().items()})
    whole, last = layer(x)
    state, states = None, []
    for part in x:
        state = cell(part, state)
        states.append(hidden(state))
    np.testing.assert_allclose(whole.detach(), torch.stack(states).detach(), atol=1e-6)
    np.testing.assert_allclose(hidden(last)[0].detach(), states[-1].detach(), atol=1e-6)


@kinds
def test_a_state_carries_on(kind: type[nn.RNNBase]) -> None:
    layer, x = kind(3, 4, num_layers=2), torch.randn(6, 2, 3)
    whole, last = layer(x)
    first, state = layer(x[:2])
    second, end = layer(x[2:], state)
    np.testing.assert_allclose(whole.detach(), torch.cat([first, second]).detach(), atol=1e-6)
    np.testing.assert_allclose(hidden(last).detach(), hidden(end).detach(), atol=1e-6)


@kinds
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_packed_sequence_is_each_sequence_alone(
    kind: type[nn.RNNBase], bidirectional: bool
) -> None:
    layer = kind(3, 4, num_layers=2, bidirectional=bidirectional)
    sequences = [torch.randn(length, 3) for length in (2, 5, 1, 5)]
    packed, last = layer(pack_sequence(sequences, enforce_sorted=False))
    assert isinstance(packed, PackedSequence)
    padded, lengths = pad_packed_sequence(packed, batch_first=True)
    assert lengths.tolist() == [2, 5, 1, 5]
    for number, sequence in enumerate(sequences):
        alone, state = layer(sequence)
        row = padded[number, : len(sequence)]
        np.testing.assert_allclose(row.detach(), alone.detach(), atol=1e-6)
        mine = hidden(last)[:, number]
        np.testing.assert_allclose(mine.detach(), hidden(state).detach(), atol=1e-6)
        assert not padded[number, len(sequence) :].any()


@kinds
def test_padding_gets_no_gradient(kind: type[nn.RNNBase]) -> None:
    x = torch.randn(2, 4, 3, requires_grad=True)
    packed = pack_padded_sequence(x, [4, 2], batch_first=True)
    kind(3, 4)(packed)[0].data.sum().backward()
    assert not x.grad[1, 2:].any()
    assert x.grad[1, :2].all()


@kinds
def test_the_same_state_twice_gets_the_gradient_of_both(kind: type[nn.RNNBase]) -> None:
    layer, x = kind(3, 4).double(), torch.randn(2, 1, 3, dtype=torch.float64)
    state = torch.randn(1, 1, 4, dtype=torch.float64, requires_grad=True)

    def slope(create_graph: bool) -> torch.Tensor:
        given = (state, state) if kind is nn.LSTM else state
        (found,) = torch.autograd.grad(layer(x, given)[0].sum(), state, create_graph=create_graph)
        return found

    (second,) = torch.autograd.grad((slope(True) ** 2).sum(), state)
    base, step = state.detach().clone(), 1e-6
    for place in range(4):
        ends = []
        for sign in (1, -1):
            with torch.no_grad():
                state.copy_(base)
                state[0, 0, place] += sign * step
            ends.append((slope(False) ** 2).sum().item())
        expected = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(second[0, 0, place].item(), expected, rtol=1e-5, atol=1e-7)


@kinds
def test_a_replayed_step_is_the_interpreted_one(kind: type[nn.RNNBase]) -> None:
    """The plan writes into memory that it uses again; the interpreter does not."""
    layer = kind(3, 4, num_layers=2, bidirectional=True)
    x = torch.randn(5, 2, 3)
    seen = []
    for _ in range(4):
        layer.zero_grad()
        output, _ = layer(x)
        (output**2).sum().backward()
        seen.append([output.detach().numpy(), *(p.grad.numpy().copy() for p in layer.parameters())])
    for later in seen[1:]:
        for before, after in zip(seen[0], later, strict=True):
            np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-6)


@kinds
def test_copies_and_pickles(kind: type[nn.RNNBase]) -> None:
    layer, x = kind(3, 4, bidirectional=True), torch.randn(5, 2, 3)
    expected = layer(x)[0].detach().numpy()
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x)[0].detach(), expected)
        assert other.all_weights[1][0] is other.weight_ih_l0_reverse


def test_flattening_does_nothing() -> None:
    layer = nn.LSTM(3, 4)
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    layer.flatten_parameters()
    assert all(torch.equal(value, before[key]) for key, value in layer.state_dict().items())


def test_a_projection_makes_the_state_smaller() -> None:
    output, (state, cell) = nn.LSTM(3, 5, proj_size=2, bidirectional=True)(torch.randn(4, 1, 3))
    assert output.shape == (4, 1, 4)
    assert (state.shape, cell.shape) == ((2, 1, 2), (2, 1, 5))


def test_a_length_beyond_the_padding_is_refused() -> None:
    with pytest.raises(RuntimeError, match="a length of 4 is more than the 3 steps"):
        pack_padded_sequence(torch.zeros(3, 1), [4])


def test_gradients_of_other_dtypes_are_refused() -> None:
    state = torch.zeros(1, 2, 4, dtype=torch.float64)
    with pytest.raises(RuntimeError, match="must have the same dtype"):
        nn.GRU(3, 4)(torch.zeros(5, 2, 3), state)
