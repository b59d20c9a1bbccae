"""Stacks of recurrent layers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ShapeError, ValueRangeError
from graphnet.nn import init, top_level
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter
from graphnet.nn.utils.rnn import PackedSequence

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
_TYPES: dict[str, type] = {
    "bias": bool, "batch_first": bool, "bidirectional": bool, "input_size": int,
    "hidden_size": int, "num_layers": int, "proj_size": int,
}  # fmt: skip


class RNNBase(Module):
    """What stacks of recurrent layers have in common: parameters, states and checks.

    Args:
        mode: ``"LSTM"``, ``"GRU"``, ``"RNN_TANH"`` or ``"RNN_RELU"``.
        input_size: the number of features of the input.
        hidden_size: the number of features of the state.
        num_layers: how many layers, each reading the states of the one before.
        bias: whether the layers have biases.
        batch_first: whether input and output are ``(batch, time, features)``.
        dropout: the probability of a dropout behind each layer but the last.
        bidirectional: whether each layer also reads the sequence from its end.
        proj_size: if positive, the size to which an LSTM's state is projected.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Raises:
        ArgumentError: (a TypeError) a size is not an integer.
        ValueRangeError: (a ValueError) a size, the dropout or the mode is impossible.
    """

    __constants__: ClassVar[list[str]] = [
        "mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout",
        "bidirectional", "proj_size",
    ]  # fmt: skip

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        _check_arguments(self, dropout)
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse") if bidirectional else ("",):
                shapes = self._shapes(layer)
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    setattr(self, name, Parameter(fn.empty(*shape, **made)))
                self._all_weights.append(names)
        self.reset_parameters()

    def _shapes(self, layer: int) -> dict[str, tuple[int, ...]]:
        """The parameters of one direction of a layer."""
        rows = _GATES[self.mode] * self.hidden_size
        state = self.proj_size or self.hidden_size
        directions = 2 if self.bidirectional else 1
        features = self.input_size if layer == 0 else state * directions
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, features),
            "weight_hh": (rows, state),
        }
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        return shapes

    def reset_parameters(self) -> None:
        """Draw new values between ``±1 / sqrt(hidden_size)``."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Do nothing: the parameters need not lie in one piece of memory."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each direction of each layer."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [weight for weights in self.all_weights for weight in weights]

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {
            "proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0,
            "bidirectional": False,
        }  # fmt: skip
        for name, default in defaults.items():
            if getattr(self, name) != default:
                parts.append(f"{name}={getattr(self, name)}")
        return ", ".join(parts)

    # ------------------------------------------------------------------ running

    def _run(
        self,
        function: Callable[..., tuple[Tensor, ...]],
        input: Tensor | PackedSequence,
        states: Sequence[Tensor] | None,
        sizes: Sequence[int],
    ) -> tuple[Any, list[Tensor]]:
        """The layers on any of the three forms of a sequence: padded, of one sample, or packed.

        Args:
            function: of ``torch.*``, which computes.
            input: the sequence.
            states: the initial ones, or None for zeros.
            sizes: how many features each of them has.
        """
        options = self._flat_weights, self.bias, self.num_layers, self.dropout, self.training
        if isinstance(input, PackedSequence):
            data, batch_sizes, order, back = input
            self._check_input(data, 2)
            initial = self._initial(data, states, sizes, int(batch_sizes[0]), order)
            output, *last = function(data, batch_sizes, initial, *options, self.bidirectional)
            packed = PackedSequence(output, batch_sizes, order, back)
            return packed, last if back is None else [x.index_select(1, back) for x in last]
        if input.dim() not in (2, 3):
            raise ValueRangeError(self._wrong_dimensions(input))
        single = input.dim() == 2
        batch_dim = 0 if self.batch_first else 1
        if states is not None:
            self._check_dimensions(single, states)
        if single and states is not None:
            states = [state.unsqueeze(1) for state in states]
        x: Tensor = input.unsqueeze(batch_dim) if single else input
        self._check_input(x, 3)
        initial = self._initial(x, states, sizes, x.shape[batch_dim], None)
        output, *last = function(x, initial, *options, self.bidirectional, self.batch_first)
        if single:
            return output.squeeze(batch_dim), [state.squeeze(1) for state in last]
        return output, last

    def _wrong_dimensions(self, input: Tensor) -> str:
        return f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.dim()}D instead"

    def _initial(
        self,
        input: Tensor,
        states: Sequence[Tensor] | None,
        sizes: Sequence[int],
        batch: int,
        order: Tensor | None,
    ) -> Any:
        """The initial states: one tensor, or two."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        wanted = [(count, batch, size) for size in sizes]
        if states is None:
            states = [fn.zeros(shape, dtype=input.dtype, device=input.device) for shape in wanted]
        else:
            if order is not None:
                states = [state.index_select(1, order) for state in states]
            self._check_states(states, wanted)
        return states if len(states) > 1 else states[0]

    def _check_input(self, input: Tensor, dimensions: int) -> None:
        weight = self._flat_weights[0].dtype
        if input.dtype is not weight:
            raise ValueRangeError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight}). Convert "
                f"input: input.to({weight}), or convert model: model.to({input.dtype})"
            )
        if input.dim() != dimensions:
            raise ShapeError(f"input must have {dimensions} dimensions, got {input.dim()}")
        if input.shape[-1] != self.input_size:
            raise ShapeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got "
                f"{input.shape[-1]}"
            )

    def _check_dimensions(self, single: bool, states: Sequence[Tensor]) -> None:
        found = [state.dim() for state in states]
        wanted = 2 if single else 3
        if all(dimensions == wanted for dimensions in found):
            return
        kind = "unbatched 2-D" if single else "batched 3-D"
        if len(states) == 1:
            raise ShapeError(
                f"For {kind} input, hx should also be {wanted}-D but got {found[0]}-D tensor"
            )
        raise ShapeError(
            f"For {kind} input, hx and cx should also be {wanted}-D but got ({found[0]}-D, "
            f"{found[1]}-D) tensors"
        )

    def _check_states(
        self, states: Sequence[Tensor], wanted: Sequence[tuple[int, int, int]]
    ) -> None:
        for number, (state, shape) in enumerate(zip(states, wanted, strict=True)):
            if tuple(state.shape) != shape:
                name = "hidden" if len(wanted) == 1 else f"hidden[{number}]"
                raise ShapeError(f"Expected {name} size {shape}, got {list(state.shape)}")


def _check_arguments(module: RNNBase, dropout: Any) -> None:
    if isinstance(dropout, bool) or not 0 <= module.dropout <= 1:
        raise ValueRangeError(
            "dropout should be a number in range [0, 1] representing the probability of an element "
            "being zeroed"
        )
    if module.dropout > 0 and module.num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and num_layers=1",
            stacklevel=4,
        )
    for name, kind in _TYPES.items():
        value = getattr(module, name)
        if not isinstance(value, kind):
            raise ArgumentError(
                f"{name} should be of type {kind.__name__}, got: {type(value).__name__}"
            )
    for name in ("input_size", "hidden_size", "num_layers"):
        if getattr(module, name) <= 0:
            raise ValueRangeError(f"{name} must be greater than zero")
    if module.proj_size < 0:
        raise ValueRangeError(
            "proj_size should be a positive integer or zero to disable projections"
        )
    if module.proj_size >= module.hidden_size:
        raise ValueRangeError("proj_size has to be smaller than hidden_size")
    if module.mode not in _GATES:
        raise ValueRangeError(f"Unrecognized RNN mode: {module.mode}")


class LSTM(RNNBase):
    """Layers of long short-term memory.

    Called with the arguments of :class:`RNNBase` after ``mode``.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of hidden state and cell.
        num_layers: how many layers, each reading the states of the one before.
        bias: whether the layers have biases.
        batch_first: whether input and output are ``(batch, time, features)``.
        dropout: the probability of a dropout behind each layer but the last.
        bidirectional: whether each layer also reads the sequence from its end.
        proj_size: if positive, the size to which the hidden state is projected.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: input ``(time, batch, input_size)``, or ``(time, input_size)``, or a
    :class:`~graphnet.nn.utils.rnn.PackedSequence`; the initial hidden states and cells, zeros when
    left out, ``(layers * directions, batch, size)``, without ``batch`` for one sample. Results are
    ``output, (h_n, c_n)``: all hidden states of the last layer, ``(time, batch, directions *
    size)``, and the last hidden states and cells of all layers.

    Attributes:
        weight_ih_l0: ``(4 * hidden_size, input_size)``; those of gates ``i, f, g, o`` in turn.
        weight_hh_l0: ``(4 * hidden_size, proj_size or hidden_size)``.
        bias_ih_l0: ``(4 * hidden_size,)``.
        bias_hh_l0: ``(4 * hidden_size,)``.
        weight_hr_l0: ``(proj_size, hidden_size)``, if there is a projection.

    Further layers are ``l1`` and so on; the other direction ends in ``_reverse``. All are drawn
    from the uniform distribution between ``±1 / sqrt(hidden_size)``. Source: Hochreiter and
    Schmidhuber 1997, "Long short-term memory"; PyTorch's page "LSTM".

    >>> import graphnet as torch
    >>> layers = torch.nn.LSTM(10, 20, num_layers=2)
    >>> output, (h_n, c_n) = layers(torch.randn(5, 3, 10))
    >>> output.shape, h_n.shape, c_n.shape
    (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def forward(
        self, input: Tensor | PackedSequence, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        states = None if hx is None else (hx[0], hx[1])
        sizes = self.proj_size or self.hidden_size, self.hidden_size
        output, (hidden, cell) = self._run(top_level.lstm, input, states, sizes)
        return output, (hidden, cell)


class _OneState(RNNBase):
    """Layers whose state is a single tensor."""

    _functions: ClassVar[dict[str, Callable[..., tuple[Tensor, ...]]]] = {
        "GRU": top_level.gru,
        "RNN_TANH": top_level.rnn_tanh,
        "RNN_RELU": top_level.rnn_relu,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueRangeError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__(*args, **kwargs)

    def forward(
        self, input: Tensor | PackedSequence, hx: Tensor | None = None
    ) -> tuple[Any, Tensor]:
        states = None if hx is None else (hx,)
        function = self._functions[self.mode]
        output, (hidden,) = self._run(function, input, states, (self.hidden_size,))
        return output, hidden


class GRU(_OneState):
    """Layers of gated recurrent units.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of the state.
        num_layers: how many layers, each reading the states of the one before.
        bias: whether the layers have biases.
        batch_first: whether input and output are ``(batch, time, features)``.
        dropout: the probability of a dropout behind each layer but the last.
        bidirectional: whether each layer also reads the sequence from its end.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: as :class:`LSTM`'s, with one initial state; the results are ``output, h_n``.

    Attributes:
        weight_ih_l0: ``(3 * hidden_size, input_size)``; those of gates ``r, z, n`` in turn.
        weight_hh_l0: ``(3 * hidden_size, hidden_size)``.
        bias_ih_l0: ``(3 * hidden_size,)``.
        bias_hh_l0: ``(3 * hidden_size,)``.

    Named and drawn as :class:`LSTM`'s. Source: Cho et al. 2014, "Learning phrase representations
    using RNN encoder-decoder"; PyTorch's page "GRU".

    >>> import graphnet as torch
    >>> output, h_n = torch.nn.GRU(10, 20, bidirectional=True)(torch.randn(5, 3, 10))
    >>> output.shape, h_n.shape
    (torch.Size([5, 3, 40]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("GRU", *args, **kwargs)


class RNN(_OneState):
    """Plain recurrent layers, ``h = tanh(W x + U h + b)``.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of the state.
        num_layers: how many layers, each reading the states of the one before.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        bias: whether the layers have biases.
        batch_first: whether input and output are ``(batch, time, features)``.
        dropout: the probability of a dropout behind each layer but the last.
        bidirectional: whether each layer also reads the sequence from its end.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: as :class:`LSTM`'s, with one initial state; the results are ``output, h_n``.

    Attributes:
        weight_ih_l0: ``(hidden_size, input_size)``.
        weight_hh_l0: ``(hidden_size, hidden_size)``.
        bias_ih_l0: ``(hidden_size,)``.
        bias_hh_l0: ``(hidden_size,)``.

    Named and drawn as :class:`LSTM`'s. Source: Elman 1990, "Finding structure in time"; PyTorch's
    page "RNN".

    >>> import graphnet as torch
    >>> output, h_n = torch.nn.RNN(10, 20, batch_first=True)(torch.randn(3, 5, 10))
    >>> output.shape, h_n.shape
    (torch.Size([3, 5, 20]), torch.Size([1, 3, 20]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) > 3:
            self.nonlinearity = args[3]
            args = (*args[:3], *args[4:])
        else:
            self.nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if self.nonlinearity not in ("tanh", "relu"):
            raise ValueRangeError(
                f"Unknown nonlinearity {self.nonlinearity!r}. Select from 'tanh' or 'relu'."
            )
        super().__init__(f"RNN_{self.nonlinearity.upper()}", *args, **kwargs)

    def _wrong_dimensions(self, input: Tensor) -> str:
        return f"RNN: Expected input to be 2D or 3D, got {input.dim()}D tensor instead"
