"""The place in a graph of what a user's ``autograd.Function`` has computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.convert import Attach
from graphnet.ops.create import Full


@op("custom", Trait.LEADING)
class Custom(Op):
    """A value with the gradient history of other operands, through a function of the user's.

    A backward pass reaches these operands with zeros that depend on the gradient of the value; what
    the user's ``backward`` makes of that one stands in their place, as what a hook gives does.
    """

    function: str

    def infer(self, value: TensorType, *history: TensorType) -> TensorType:
        """The type of the value."""
        return TensorType(value.dtype, value.shape)

    def kernel(self, value: Any, *history: Any) -> Any:
        """Copy the value, in row-major order."""
        return np.array(value, order="C")

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """Copy."""
        return lambda out, value, *history: np.copyto(out, value)

    def vjp(self, g: Value, out: Value, value: Value, *history: Value) -> Sequence[Value | None]:
        """Zeros for the history, nothing for the value."""
        return (None, *(Attach()(Full(each.shape, each.dtype)(0), g) for each in history))

    @property
    def grad_name(self) -> str:
        """The function's name, as PyTorch names it."""
        return f"{self.function}Backward"


@op("kept", Trait.LEADING)
class Kept(Custom):
    """The same for an operation whose operands a program keeps itself for the backward pass."""

    @property
    def grad_name(self) -> str:
        """The operation's own."""
        return self.function
