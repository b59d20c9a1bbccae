"""Several tensors made into one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.errors import ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.elementwise import promoted
from graphnet.ops.parts import Select, Slice


class _Joining(Op):
    """Any number of operands, promoted to one dtype."""

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None]:
        dtype = promoted(operands)
        return [dtype for _ in operands]


@op("cat", Trait.AXES, Trait.STORED, Trait.ALL_IMAGES)
class Cat(_Joining):
    """Tensors one after the other along ``dim``; the other sizes agree. Source: ``torch.cat``."""

    dim: int

    def infer(self, *operands: TensorType) -> TensorType:
        """The sizes of ``dim`` add up.

        Raises:
            ShapeError: other sizes, or the numbers of dimensions, differ.
        """
        first = operands[0]
        for number, operand in enumerate(operands):
            if operand.ndim != first.ndim:
                raise ShapeError(
                    "cat: Tensors must have same number of dimensions: got "
                    f"{first.ndim} and {operand.ndim}: shapes {list(first.shape)} and "
                    f"{list(operand.shape)}"
                )
            for dim, (wanted, size) in enumerate(zip(first.shape, operand.shape, strict=True)):
                if dim != self.dim and size != wanted:
                    raise ShapeError(
                        f"Sizes of tensors must match except in dimension {self.dim}. Expected "
                        f"size {wanted} but got size {size} for tensor number {number} in the "
                        "list.",
                        cure=f"cat of shapes {list(first.shape)} and {list(operand.shape)}: "
                        "only the sizes of the dimension they are joined along may differ",
                    )
        total = sum(operand.shape[self.dim] for operand in operands)
        return first.with_shape((*first.shape[: self.dim], total, *first.shape[self.dim + 1 :]))

    def kernel(self, *arrays: Any) -> Any:
        return np.concatenate(arrays, axis=self.dim)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        dim = self.dim
        return lambda out, *arrays: np.concatenate(arrays, axis=dim, out=out)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """Each operand's gradient is its slice."""
        slices: list[Value] = []
        start = 0
        for operand in operands:
            length = operand.shape[self.dim]
            slices.append(Slice(self.dim, length)(g, start))
            start += length
        return slices


@op("stack", Trait.AXES, Trait.STORED)
class Stack(_Joining):
    """Tensors of one shape along a new dimension ``dim``. Source: ``torch.stack``."""

    adds_dim = True
    dim: int

    def infer(self, *operands: TensorType) -> TensorType:
        """One dimension more.

        Raises:
            ShapeError: shapes differ.
        """
        first = operands[0]
        for number, operand in enumerate(operands):
            if operand.shape != first.shape:
                raise ShapeError(
                    "stack expects each tensor to be equal size, but got "
                    f"{list(first.shape)} at entry 0 and {list(operand.shape)} at entry {number}",
                    cure="join tensors of different sizes with cat, or pad them first",
                )
        shape = (*first.shape[: self.dim], len(operands), *first.shape[self.dim :])
        return TensorType(first.dtype, shape)

    def kernel(self, *arrays: Any) -> Any:
        return np.stack(arrays, axis=self.dim)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        dim = self.dim
        return lambda out, *arrays: np.stack(arrays, axis=dim, out=out)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """Each operand's gradient is the slice at its place."""
        return [Select(self.dim)(g, number) for number in range(len(operands))]
