"""Surrounding a tensor: by a number, or by elements of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graphnet.errors import ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType

Array = npt.NDArray[Any]
Pads = tuple[tuple[int, int], ...]


def padded_shape(name: str, shape: Shape, pads: Pads) -> Shape:
    """The shape after adding ``pads``, one pair a dimension.

    Raises:
        ShapeError: a size would be negative.
    """
    result = tuple(n + a + b for n, (a, b) in zip(shape, pads, strict=True))
    if any(n < 0 for n in result):
        raise ShapeError(
            f"{name}: The input size {list(shape)}, plus padding {list(pads)}, resulted in a "
            "negative output size, which is invalid."
        )
    return result


@op("constant_pad", Trait.AXES, Trait.IMAGES)
class ConstantPad(Op):
    """Operand 0 surrounded by a number, operand 1; negative amounts cut off.

    ``pads`` has a pair (before, after) for each dimension. Source: PyTorch's page ``pad``.
    """

    pads: Pads

    def infer(self, x: TensorType, value: TensorType) -> TensorType:
        return x.with_shape(padded_shape(self.name, x.shape, self.pads))

    def kernel(self, x: Any, value: Any) -> Any:
        """Filled, then stored into."""
        out = np.empty(padded_shape(self.name, x.shape, self.pads), x.dtype)
        self._fill(out, x, value)
        return out

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel:
        """The same, in ``out``."""
        return self._fill

    def _fill(self, out: Array, x: Array, value: Any) -> None:
        target, source = [], []
        for n, (before, after) in zip(x.shape, self.pads, strict=True):
            target.append(slice(max(before, 0), max(n + before + after - max(after, 0), 0)))
            source.append(slice(max(-before, 0), max(n - max(-after, 0), 0)))
        out.fill(value)
        out[tuple(target)] = x[tuple(source)]

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """What was added is cut off, what was cut off is 0."""
        pads = tuple((-before, -after) for before, after in self.pads)
        return ConstantPad(pads)(g, 0), None

    @property
    def grad_name(self) -> str:
        """As PyTorch names it."""
        return "ConstantPadNdBackward0"


_SOURCES: Final = {
    "reflect": lambda positions, size: size - 1 - np.abs(size - 1 - np.abs(positions)),
    "replicate": lambda positions, size: np.clip(positions, 0, size - 1),
    "circular": lambda positions, size: positions % size,
}
"""Which element stands at each position, counted from the first element there was."""


@op("edge_pad", Trait.AXES, Trait.IMAGES)
class EdgePad(Op):
    """A tensor surrounded by elements of its own, as ``mode`` says.

    "reflect" goes back from the edge, which is not repeated; "replicate" repeats the edge;
    "circular" begins again at the other end.
    """

    pads: Pads
    mode: str

    def infer(self, x: TensorType) -> TensorType:
        """Larger by the amounts.

        Raises:
            ShapeError: there are not enough elements to go back or round.
        """
        slack = {"reflect": -1, "circular": 0}.get(self.mode)
        for dim, (n, pad) in enumerate(zip(x.shape, self.pads, strict=True)):
            if pad == (0, 0):
                continue
            if n == 0:
                raise ShapeError(
                    f"pad: Expected a non-empty dimension {dim} for {self.mode} padding, but got "
                    f"input of size {list(x.shape)}"
                )
            if slack is not None and max(pad) > n + slack:
                raise ShapeError(
                    f"pad: Padding size should be less than the corresponding input dimension, "
                    f"but got: padding {pad} at dimension {dim} of input {list(x.shape)}",
                    cure=f"{self.mode} padding can be {n + slack} there at most",
                )
        return x.with_shape(padded_shape("pad", x.shape, self.pads))

    def _sources(self, shape: Shape) -> list[tuple[int, Array]]:
        """For each dimension that is padded, which element stands at each position."""
        return [
            (dim, _SOURCES[self.mode](np.arange(-before, n + after), n))
            for dim, (n, (before, after)) in enumerate(zip(shape, self.pads, strict=True))
            if before or after
        ]

    def kernel(self, x: Any) -> Any:
        """``np.take`` along each dimension; a copy where none is padded."""
        sources = self._sources(x.shape)
        for dim, source in sources:
            x = np.take(x, source, axis=dim)
        return x if sources else np.array(x, order="C")

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Each element receives the sum over the places that show it."""
        return (EdgePadGrad(self.pads, self.mode)(g),)

    @property
    def grad_name(self) -> str:
        """As PyTorch names it, for two dimensions."""
        return {"reflect": "ReflectionPad2D", "replicate": "ReplicationPad2D"}.get(
            self.mode, "Copy"
        ) + "Backward0"


@op("edge_pad_grad", Trait.AXES)
class EdgePadGrad(Op):
    """The transpose of edge_pad: what surrounds is added to the elements it shows."""

    pads: Pads
    mode: str

    def infer(self, g: TensorType) -> TensorType:
        return g.with_shape(self._inner(g.shape))

    def _inner(self, shape: Shape) -> Shape:
        return tuple(n - a - b for n, (a, b) in zip(shape, self.pads, strict=True))

    def kernel(self, g: Any) -> Any:
        """The middle, then one addition for each position that was added."""
        inner = self._inner(g.shape)
        sources = EdgePad(self.pads, self.mode)._sources(inner)
        for dim, source in reversed(sources):
            g = np.moveaxis(g, dim, 0)
            out = np.zeros((inner[dim], *g.shape[1:]), g.dtype)
            if min(self.pads[dim]) >= 0:
                before, after = self.pads[dim]
                out += g[before : g.shape[0] - after]
                surplus = [*range(before), *range(g.shape[0] - after, g.shape[0])]
            else:
                surplus = list(range(g.shape[0]))
            for position in surplus:
                out[source[position]] += g[position]
            g = np.moveaxis(out, 0, dim)
        return np.ascontiguousarray(g) if sources else np.array(g, order="C")

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The transpose of the transpose."""
        return (EdgePad(self.pads, self.mode)(g),)
