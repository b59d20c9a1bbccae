"""The operations the IR itself needs: inputs and constants."""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Number, TensorType, Type


@op("input", Trait.SOURCE, Trait.NOT_DIFFERENTIABLE)
class Input(Op):
    """A value given when the graph runs. Its type stands on its node."""

    def infer(self, *operands: Any) -> Type:
        """Inputs are typed by whoever declares them."""
        raise TypeError("an input's type is declared, not inferred")

    def kernel(self, *arrays: Any) -> Any:
        """Inputs are bound, not computed."""
        raise TypeError("an input is bound, not computed")


@op("constant", Trait.SOURCE, Trait.NOT_DIFFERENTIABLE)
class Constant(Op):
    """A number known when the graph is built.

    With ``dtype`` None it is a Python number, which adapts to the tensors it meets.
    """

    value: Number
    dtype: dtypes.dtype | None = None

    def infer(self, *operands: Any) -> Type:
        """A 0-dimensional tensor; weak unless a dtype is given."""
        if self.dtype is not None:
            return TensorType(self.dtype)
        return TensorType(weak_dtype(self.value), weak=True)

    def kernel(self, *arrays: Any) -> Any:
        """The number itself; numpy adapts Python numbers as the weak type wants."""
        return self.value if self.dtype is None else self.dtype.numpy.type(self.value)


def weak_dtype(value: Number) -> dtypes.dtype:
    """The dtype a Python number stands for."""
    match value:
        case bool():
            return dtypes.bool
        case int():
            return dtypes.int64
        case float():
            return dtypes.get_default_dtype()
        case complex():
            return dtypes.complex64
    raise TypeError(f"{value!r} is not a number")
