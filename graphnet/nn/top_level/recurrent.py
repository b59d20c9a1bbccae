"""Recurrent layers and cells as functions of input, state and parameters.

:class:`torch.nn.LSTM <graphnet.nn.LSTM>` and its kin hold the parameters and check shapes; these
compute. A layer in one direction is one operation; the layers of a stack, and the two directions
of one, follow each other here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.nn import functional as F
from graphnet.ops.gru import Gru
from graphnet.ops.lstm import Lstm
from graphnet.ops.recurrent import BatchSizes, RecurrentLayer
from graphnet.ops.rnn import RnnRelu, RnnTanh

Layer = type[RecurrentLayer]


def lstm(input: Tensor, *arguments: Any, **keywords: Any) -> tuple[Tensor, Tensor, Tensor]:
    """A stack of LSTM layers: all hidden states, and the last hidden states and cells.

    Called as ``lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional,
    batch_first)`` for padded sequences, and as ``lstm(data, batch_sizes, hx, params, has_biases,
    num_layers, dropout, train, bidirectional)`` for packed ones. ``hx`` is the initial hidden
    states and cells, ``(layers * directions, batch, size)``; ``params`` the parameters of all
    layers in the order of :class:`torch.nn.LSTM <graphnet.nn.LSTM>`.

    >>> import graphnet as torch
    >>> layers = torch.nn.LSTM(2, 3)
    >>> state = torch.zeros(1, 5, 3), torch.zeros(1, 5, 3)
    >>> x = torch.ones(4, 5, 2)
    >>> parameters = [*layers.parameters()]
    >>> torch.lstm(x, state, parameters, True, 1, 0.0, False, False, False)[0].shape
    torch.Size([4, 5, 3])
    """
    output, states = _called(Lstm, input, arguments, keywords)
    return output, states[0], states[1]


def gru(input: Tensor, *arguments: Any, **keywords: Any) -> tuple[Tensor, Tensor]:
    """A stack of layers of gated recurrent units: all states, and the last ones.

    Called as :func:`lstm`, with one tensor of initial states.

    >>> import graphnet as torch
    >>> layers = torch.nn.GRU(2, 3)
    >>> x, state, parameters = torch.ones(4, 5, 2), torch.zeros(1, 5, 3), [*layers.parameters()]
    >>> torch.gru(x, state, parameters, True, 1, 0.0, False, False, False)[0].shape
    torch.Size([4, 5, 3])
    """
    output, states = _called(Gru, input, arguments, keywords)
    return output, states[0]


def rnn_tanh(input: Tensor, *arguments: Any, **keywords: Any) -> tuple[Tensor, Tensor]:
    """A stack of plain recurrent layers with ``tanh``: all states, and the last ones.

    Called as :func:`lstm`, with one tensor of initial states.

    >>> import graphnet as torch
    >>> layers = torch.nn.RNN(2, 3)
    >>> x, state, parameters = torch.ones(4, 5, 2), torch.zeros(1, 5, 3), [*layers.parameters()]
    >>> torch.rnn_tanh(x, state, parameters, True, 1, 0.0, False, False, False)[0].shape
    torch.Size([4, 5, 3])
    """
    output, states = _called(RnnTanh, input, arguments, keywords)
    return output, states[0]


def rnn_relu(input: Tensor, *arguments: Any, **keywords: Any) -> tuple[Tensor, Tensor]:
    """A stack of plain recurrent layers with ``relu``; see :func:`rnn_tanh`.

    >>> import graphnet as torch
    >>> layers = torch.nn.RNN(2, 3, nonlinearity="relu")
    >>> x, state, parameters = torch.ones(4, 5, 2), torch.zeros(1, 5, 3), [*layers.parameters()]
    >>> torch.rnn_relu(x, state, parameters, True, 1, 0.0, False, False, False)[0].shape
    torch.Size([4, 5, 3])
    """
    output, states = _called(RnnRelu, input, arguments, keywords)
    return output, states[0]


def _called(
    layer: Layer, input: Tensor, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[Tensor, list[Tensor]]:
    """Tell a call with a packed sequence, whose third argument is no flag, from one without."""
    packed = "batch_sizes" in keywords or (
        len(arguments) > 2 and not isinstance(arguments[2], bool)
    )
    return (_packed if packed else _padded)(layer, input, *arguments, **keywords)


def _padded(
    layer: Layer,
    input: Tensor,
    hx: Tensor | Sequence[Tensor],
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Tensor, list[Tensor]]:
    x = input.transpose(0, 1) if batch_first else input
    groups = _groups(params, num_layers, bidirectional)
    output, last = _stack(layer, x, _states(hx), groups, None, dropout, train, bidirectional)
    return output.transpose(0, 1) if batch_first else output, last


def _packed(
    layer: Layer,
    data: Tensor,
    batch_sizes: Tensor,
    hx: Tensor | Sequence[Tensor],
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> tuple[Tensor, list[Tensor]]:
    groups = _groups(params, num_layers, bidirectional)
    sizes = tuple(batch_sizes.tolist())
    return _stack(layer, data, _states(hx), groups, sizes, dropout, train, bidirectional)


def _states(hx: Tensor | Sequence[Tensor]) -> Sequence[Tensor]:
    return [hx] if isinstance(hx, Tensor) else hx


def _groups(
    params: Sequence[Tensor], num_layers: int, bidirectional: bool
) -> list[Sequence[Tensor]]:
    """The parameters of each layer and direction."""
    count = num_layers * (2 if bidirectional else 1)
    size = len(params) // count
    return [params[number * size : (number + 1) * size] for number in range(count)]


def _stack(
    layer: Layer,
    x: Tensor,
    states: Sequence[Tensor],
    groups: Sequence[Sequence[Tensor]],
    batch_sizes: BatchSizes,
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> tuple[Tensor, list[Tensor]]:
    """The layers one after the other, dropout between them."""
    if not x.shape[0]:
        raise ShapeError("Expected sequence length to be larger than 0 in RNN")
    directions = (False, True) if bidirectional else (False,)
    last: list[Sequence[Tensor]] = []
    for start in range(0, len(groups), len(directions)):
        outputs = []
        for number, reverse in enumerate(directions, start):
            initial = [state[number] for state in states]
            output, *rest = layer(reverse, batch_sizes)(x, *initial, *groups[number])
            outputs.append(output)
            last.append(rest[: len(states)])
        x = fn.cat(outputs, -1) if bidirectional else outputs[0]
        if dropout and train and start + len(directions) < len(groups):
            x = F.dropout(x, dropout)
    return x, [fn.stack(each) for each in zip(*last, strict=True)]


def _cell(
    layer: Layer, x: Tensor, states: Sequence[Tensor], parameters: Sequence[Tensor | None]
) -> list[Tensor]:
    """One step: the new states."""
    _check_cell(x, states, parameters)
    present = [each for each in parameters if each is not None]
    made = layer(False, (x.shape[0],))(x, *states, *present)
    return list(made[1 : 1 + len(states)])


def _check_cell(x: Tensor, states: Sequence[Tensor], parameters: Sequence[Tensor | None]) -> None:
    w_input, w_hidden = parameters[:2]
    assert w_input is not None  # only biases may be absent
    assert w_hidden is not None
    if x.shape[1] != w_input.shape[1]:
        raise ShapeError(
            f"input has inconsistent input_size: got {x.shape[1]} expected {w_input.shape[1]}"
        )
    for number, state in enumerate(states):
        if state.shape[0] != x.shape[0]:
            raise ShapeError(
                f"Input batch size {x.shape[0]} doesn't match hidden{number} batch size "
                f"{state.shape[0]}"
            )
        if state.shape[1] != w_hidden.shape[1]:
            raise ShapeError(
                f"hidden{number} has inconsistent hidden_size: got {state.shape[1]}, expected "
                f"{w_hidden.shape[1]}"
            )


def lstm_cell(
    input: Tensor,
    hx: Sequence[Tensor],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM: the new hidden state and cell.

    Raises:
        ShapeError: (a RuntimeError) the sizes do not fit.

    >>> import graphnet as torch
    >>> state = torch.zeros(1, 2), torch.ones(1, 2)
    >>> torch.lstm_cell(torch.ones(1, 3), state, torch.zeros(8, 3), torch.zeros(8, 2))
    (tensor([[0.2311, 0.2311]]), tensor([[0.5000, 0.5000]]))
    """
    hidden, cell = _cell(Lstm, input, hx, (w_ih, w_hh, b_ih, b_hh))
    return hidden, cell


def gru_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    """One step of gated recurrent units: the new state.

    Raises:
        ShapeError: (a RuntimeError) the sizes do not fit.

    >>> import graphnet as torch
    >>> torch.gru_cell(torch.ones(1, 3), torch.ones(1, 2), torch.zeros(6, 3), torch.zeros(6, 2))
    tensor([[0.5000, 0.5000]])
    """
    return _cell(Gru, input, [hx], (w_ih, w_hh, b_ih, b_hh))[0]


def rnn_tanh_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    """One step of a plain recurrent layer with ``tanh``: the new state.

    Raises:
        ShapeError: (a RuntimeError) the sizes do not fit.

    >>> import graphnet as torch
    >>> torch.rnn_tanh_cell(torch.ones(1, 3), torch.ones(1, 2), torch.ones(2, 3), torch.zeros(2, 2))
    tensor([[0.9951, 0.9951]])
    """
    return _cell(RnnTanh, input, [hx], (w_ih, w_hh, b_ih, b_hh))[0]


def rnn_relu_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    """One step of a plain recurrent layer with ``relu``: the new state.

    Raises:
        ShapeError: (a RuntimeError) the sizes do not fit.

    >>> import graphnet as torch
    >>> torch.rnn_relu_cell(torch.ones(1, 3), torch.ones(1, 2), torch.ones(2, 3), torch.zeros(2, 2))
    tensor([[3., 3.]])
    """
    return _cell(RnnRelu, input, [hx], (w_ih, w_hh, b_ih, b_hh))[0]
