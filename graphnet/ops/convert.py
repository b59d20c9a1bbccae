"""Changing the element type, copying, and the identities that steer differentiation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.dtypes import dtype as DType
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, Stride, TensorType
from graphnet.ops.shape import ViewOp


@op("cast", Trait.ELEMENTWISE, Trait.STORED)
class Cast(Op):
    """The same numbers in another element type."""

    dtype: DType

    def infer(self, x: TensorType) -> TensorType:
        """The shape stays."""
        self.dtype.require_tensors()
        return TensorType(self.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """``astype``; out-of-range values wrap or saturate as C casts do."""
        x = np.asarray(x)
        if x.dtype.kind == "c" and self.drops_imaginary_part:
            x = x.real
        return self._within(x).astype(self.dtype.numpy)

    def _within(self, x: Any) -> Any:
        """What the type has room for: the one without infinity holds its largest number instead."""
        if self.dtype is not dtypes.float8_e4m3fn or x.dtype.kind not in "fV":
            return x
        return np.clip(x.astype(np.float32), -448, 448)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """Cast while copying."""
        if operands[0].dtype.is_complex and self.drops_imaginary_part:
            return lambda out, x: np.copyto(out, x.real, casting="unsafe")
        if self.dtype is dtypes.float8_e4m3fn:
            return lambda out, x: np.copyto(out, self._within(x), casting="unsafe")
        return lambda out, x: np.copyto(out, x, casting="unsafe")

    @property
    def drops_imaginary_part(self) -> bool:
        """Whether real parts are all that is kept: a boolean asks whether either part is not 0."""
        return not self.dtype.is_complex and self.dtype is not dtypes.bool

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value | None]:
        """The gradient is cast back."""
        return (Cast(x.dtype)(g),)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "ToCopyBackward0"


class _Identity(Op):
    """An operation whose result equals its operand."""

    def infer(self, x: TensorType) -> TensorType:
        """The same type."""
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """Nothing to compute."""
        return np.asarray(x)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value | None]:
        """The gradient passes unchanged."""
        return (g,)


@op("identity", Trait.VIEW, Trait.LEADING, Trait.STORED)
class Identity(_Identity):
    """``z = Identity(e)``: where the backward pass starts, with dz/de = 1."""


@op("clone", Trait.LEADING, Trait.STORED)
class Clone(_Identity):
    """A copy in memory of its own."""

    def kernel(self, x: Any) -> Any:
        """Copy, in row-major order."""
        return np.array(x, order="C")

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """Copy."""
        return np.copyto


@op("detach", Trait.NOT_DIFFERENTIABLE, Trait.LEADING)
class Detach(ViewOp):
    """The same memory without a gradient history."""

    def infer(self, x: TensorType) -> TensorType:
        """The same type."""
        return TensorType(x.dtype, x.shape)

    def kernel(self, x: Any) -> Any:
        """Nothing to compute."""
        return x

    def strides(self, shape: Shape, strides: Stride, *scalars: int) -> tuple[Stride, int]:
        """The same view."""
        return strides, 0


@op("attach", Trait.VIEW, Trait.LEADING, Trait.STORED)
class Attach(Op):
    """The value of operand 0 with the gradient history of operand 1.

    It stands where memory was changed behind autograd's back (under ``no_grad``, through ``.data``
    or a detached alias): the tensor's value is new and its place in the history is not.
    """

    def infer(self, value: TensorType, history: TensorType) -> TensorType:
        """The type of the value."""
        return value

    def kernel(self, value: Any, history: Any) -> Any:
        """The value."""
        return value

    def vjp(self, g: Value, out: Value, value: Value, history: Value) -> Sequence[Value | None]:
        """The gradient goes to the history."""
        return None, g
