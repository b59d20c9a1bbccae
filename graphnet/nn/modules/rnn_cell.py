"""Recurrent layers that take one step at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.nn import init, top_level
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter


class NonlinearityError(GraphnetError, RuntimeError):
    """A nonlinearity that does not exist."""


class RNNCellBase(Module):
    """What recurrent cells have in common: parameters and checks.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of the state.
        bias: whether the cell has biases.
        num_chunks: how many gates there are.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.
    """

    __constants__: ClassVar[list[str]] = ["input_size", "hidden_size", "bias"]

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(fn.empty(rows, input_size, **made))
        self.weight_hh = Parameter(fn.empty(rows, hidden_size, **made))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(fn.empty(rows, **made)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values between ``±1 / sqrt(hidden_size)``."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        return text if self.bias else f"{text}, bias={self.bias}"

    @property
    def _weights(self) -> tuple[Parameter, Parameter, Parameter | None, Parameter | None]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _prepared(
        self, input: Tensor, states: Sequence[Tensor] | None, count: int
    ) -> tuple[Tensor, list[Tensor]]:
        """Input and states as batches; states of zeros unless given.

        Raises:
            ValueRangeError: (a ValueError) one of them has not 1 or 2 dimensions.
        """
        names = ["hidden"] if count == 1 else [f"hx[{number}]" for number in range(count)]
        for name, x in zip(["input", *names], [input, *(states or ())], strict=False):
            if x.dim() not in (1, 2):
                raise ValueRangeError(
                    f"{type(self).__name__}: Expected {name} to be 1D or 2D, got {x.dim()}D instead"
                )
        single = input.dim() == 1
        x = input.unsqueeze(0) if single else input
        if states is None:
            shape = x.shape[0], self.hidden_size
            return x, [fn.zeros(shape, dtype=x.dtype, device=x.device) for _ in range(count)]
        return x, [state.unsqueeze(0) if single else state for state in states]


class LSTMCell(RNNCellBase):
    """One step of long short-term memory.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of hidden state and cell.
        bias: whether the cell has biases.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: input ``(batch, input_size)``, state and cell, zeros when left out, ``(batch,
    hidden_size)``; all without ``batch`` for one sample. Results are the new state and cell.

    Attributes:
        weight_ih: ``(4 * hidden_size, input_size)``, from the uniform distribution between
            ``±1 / sqrt(hidden_size)``.
        weight_hh: ``(4 * hidden_size, hidden_size)``.
        bias_ih: ``(4 * hidden_size,)``, or None.
        bias_hh: ``(4 * hidden_size,)``, or None.

    Source: PyTorch's page "LSTMCell".

    >>> import graphnet as torch
    >>> state, cell = torch.nn.LSTMCell(10, 20)(torch.randn(3, 10))
    >>> state.shape, cell.shape
    (torch.Size([3, 20]), torch.Size([3, 20]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        x, states = self._prepared(input, hx, 2)
        hidden, cell = top_level.lstm_cell(x, states, *self._weights)
        return (hidden.squeeze(0), cell.squeeze(0)) if input.dim() == 1 else (hidden, cell)


class GRUCell(RNNCellBase):
    """One step of gated recurrent units.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of the state.
        bias: whether the cell has biases.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: input ``(batch, input_size)``, state, zeros when left out, ``(batch, hidden_size)``;
    both without ``batch`` for one sample. The result is the new state.

    Attributes:
        weight_ih: ``(3 * hidden_size, input_size)``, from the uniform distribution between
            ``±1 / sqrt(hidden_size)``.
        weight_hh: ``(3 * hidden_size, hidden_size)``.
        bias_ih: ``(3 * hidden_size,)``, or None.
        bias_hh: ``(3 * hidden_size,)``, or None.

    Source: PyTorch's page "GRUCell".

    >>> import graphnet as torch
    >>> torch.nn.GRUCell(10, 20)(torch.randn(3, 10)).shape
    torch.Size([3, 20])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (state,) = self._prepared(input, None if hx is None else [hx], 1)
        new = top_level.gru_cell(x, state, *self._weights)
        return new.squeeze(0) if input.dim() == 1 else new


class RNNCell(RNNCellBase):
    """One step of a plain recurrent layer, ``tanh(W x + U h + b)``.

    Args:
        input_size: the number of features of the input.
        hidden_size: the number of features of the state.
        bias: whether the cell has biases.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: as :class:`GRUCell`'s.

    Attributes:
        weight_ih: ``(hidden_size, input_size)``, from the uniform distribution between
            ``±1 / sqrt(hidden_size)``.
        weight_hh: ``(hidden_size, hidden_size)``.
        bias_ih: ``(hidden_size,)``, or None.
        bias_hh: ``(hidden_size,)``, or None.

    Raises NonlinearityError, a RuntimeError, when it is called with another ``nonlinearity``.
    Source: PyTorch's page "RNNCell".

    >>> import graphnet as torch
    >>> torch.nn.RNNCell(10, 20, nonlinearity="relu")
    RNNCell(10, 20, nonlinearity=relu)
    """

    __constants__: ClassVar[list[str]] = ["input_size", "hidden_size", "bias", "nonlinearity"]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (state,) = self._prepared(input, None if hx is None else [hx], 1)
        functions = {"tanh": top_level.rnn_tanh_cell, "relu": top_level.rnn_relu_cell}
        if self.nonlinearity not in functions:
            raise NonlinearityError(f"Unknown nonlinearity: {self.nonlinearity}")
        new = functions[self.nonlinearity](x, state, *self._weights)
        return new.squeeze(0) if input.dim() == 1 else new

    def extra_repr(self) -> str:
        shown = super().extra_repr()
        plain = self.nonlinearity == "tanh"
        return shown if plain else f"{shown}, nonlinearity={self.nonlinearity}"
