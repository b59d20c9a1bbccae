"""Convolution in any number of spatial dimensions, its two gradients, and unfold and fold.

The three convolution operations are the three ways to contract one trilinear form, so that the
gradients of each are the other two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.errors import DtypeError, ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Kernel, Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import TensorType
from graphnet.ops.batching import apart, side_by_side
from graphnet.ops.convolve import convolve, input_gradient, weight_gradient, widened
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Reshape, filled
from graphnet.ops.windows import Ints, Padding, Windows, padded_with

Array = npt.NDArray[Any]


class _Convolving(Op):
    """What the three contractions have in common."""

    stride: Ints
    padding: Padding
    dilation: Ints
    groups: int

    def windows(self, kernel: Ints) -> Windows:
        """The geometry for a kernel of this size."""
        return Windows(kernel, self.stride, self.padding, self.dilation)

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """Members with weights of their own are groups; else they are more rows."""
        x, weight, *bias = filled(size, operands, batched)
        if not any(batched[1:]) and self._shares_weight:
            rows = Reshape((size * x.shape[1], *x.shape[2:]))(x)
            out = self(rows, *operands[1:])
            return Reshape((size, x.shape[1], *out.shape[1:]))(out)
        groups = self.but(groups=self.groups * size)
        others = [Reshape((b.shape[0] * b.shape[1],))(b) for b in bias]
        out = groups(side_by_side(x), self._stacked(weight), *others)
        return self._apart(size, out)

    #: Whether operand 1 is a weight, which all members may share.
    _shares_weight = True

    def _stacked(self, weight: Value) -> Value:
        """The weights of all members one after the other."""
        stacked: Value = Reshape((weight.shape[0] * weight.shape[1], *weight.shape[2:]))(weight)
        return stacked

    def _apart(self, size: int, out: Value) -> Value:
        """The channels of all members, apart again."""
        return apart(size, out)


def check_windows(name: str, x: TensorType, windows: Windows) -> None:
    """Raise ShapeError unless at least one window fits into ``x``."""
    spatial = x.shape[x.ndim - len(windows.kernel) :]
    if 0 in windows.stride or min(windows.stride) < 0:
        raise ShapeError(f"{name}: non-positive stride is not supported, got {windows.stride}")
    if min(windows.kernel, default=1) < 1 or min(windows.dilation, default=1) < 1:
        raise ShapeError(
            f"{name}: kernel size and dilation should be greater than zero, but got "
            f"{windows.kernel} and {windows.dilation}"
        )
    if any(n < r for n, r in zip(windows.padded(spatial), windows.reach(), strict=True)):
        padded = " x ".join(map(str, windows.padded(spatial)))
        reach = " x ".join(map(str, windows.reach()))
        raise ShapeError(
            f"{name}: Calculated padded input size per channel: ({padded}). Kernel size: ({reach})."
            " Kernel size can't be greater than actual input size",
            cure="pad the input, or use a smaller kernel or dilation",
        )


@op("convolution", Trait.IMAGES)
class Convolution(_Convolving):
    """Cross-correlation of ``(N, C, *spatial)`` with ``(M, C / groups, *kernel)``.

    A third operand is the bias, ``(M,)``. The number of spatial dimensions is that of the
    attributes. Source: PyTorch's page ``Conv2d``.
    """

    stride: Ints
    padding: Padding
    dilation: Ints
    groups: int = 1

    def infer(self, *operands: TensorType) -> TensorType:
        """The batch, a channel for each filter, and the places where the kernel fits.

        Raises:
            ShapeError: sizes do not fit together.
            DtypeError: element types differ.
        """
        x, weight, *rest = operands
        self._check_dtypes(operands)
        if min(self.stride) < 1:
            raise ShapeError(
                f"convolution: non-positive stride is not supported, got {self.stride}"
            )
        self._check_channels(x, weight)
        if rest and rest[0].shape != weight.shape[:1]:
            raise ShapeError(
                f"convolution: Given weight of size {list(weight.shape)}, expected bias to be "
                f"1-dimensional with {weight.shape[0]} elements, but got bias of size "
                f"{list(rest[0].shape)} instead"
            )
        windows = self.windows(weight.shape[2:])
        check_windows(self.name, x, windows)
        return TensorType(x.dtype, (x.shape[0], weight.shape[0], *windows.places(x.shape[2:])))

    def edges(self, operands: Sequence[Any]) -> Sequence[Any]:
        """There is a place for the bias where there is none."""
        return (*operands, None)[:3]

    def _check_dtypes(self, operands: Sequence[TensorType]) -> None:
        x = operands[0]
        for name, other in zip(("weight", "bias"), operands[1:], strict=False):
            if other.dtype is not x.dtype:
                raise DtypeError(
                    f"convolution: Input type ({x.dtype}) and {name} type ({other.dtype}) should "
                    "be the same",
                    cure=f"cast one of them, as in `x.to({other.dtype})`",
                )

    def _check_channels(self, x: TensorType, weight: TensorType) -> None:
        ndim = len(self.stride) + 2
        if x.ndim != ndim or weight.ndim != ndim:
            raise ShapeError(
                f"convolution: Expected {ndim}D input and weight in {ndim - 2} spatial dimensions, "
                f"but got input of size {list(x.shape)} and weight of size {list(weight.shape)}"
            )
        channels, filters = weight.shape[1] * self.groups, weight.shape[0]
        if self.groups < 1:
            raise ShapeError("convolution: non-positive groups is not supported")
        if filters < self.groups or filters % self.groups:
            wanted = "at least" if filters < self.groups else "divisible by"
            raise ShapeError(
                f"convolution: Given groups={self.groups}, expected weight to be {wanted} "
                f"{self.groups} at dimension 0, but got weight of size {list(weight.shape)} instead"
            )
        if x.shape[1] != channels:
            raise ShapeError(
                f"Given groups={self.groups}, weight of size {list(weight.shape)}, "
                f"expected input{list(x.shape)} to have {channels} channels, but got {x.shape[1]} "
                "channels instead",
                cure="convolution: channels are dimension 1 of the input, behind the batch",
            )

    def kernel(self, *arrays: Any) -> Any:
        """Matrix products over unfolded images."""
        x, weight, *bias = map(widened, arrays)
        windows = self.windows(weight.shape[2:])
        places = windows.places(x.shape[2:])
        out = np.empty((x.shape[0], weight.shape[0], *places), x.dtype)
        convolve(out, x, weight, bias[0] if bias else None, windows, self.groups)
        return out.astype(arrays[0].dtype, copy=False)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, into ``out``; not in half precision."""
        if result.dtype.itemsize <= 2:
            return None
        windows, groups = self.windows(operands[1].shape[2:]), self.groups

        def run(out: Array, x: Array, weight: Array, bias: Array | None = None) -> None:
            convolve(out, x, weight, bias, windows, groups)

        return run

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The other two contractions, and the sum over batch and places."""
        x, weight, *bias = operands
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        gradients = [
            ConvolutionInputGrad(*geometry, x.shape[2:])(g, weight),
            ConvolutionWeightGrad(*geometry, weight.shape[2:])(x, g),
        ]
        if bias:
            # The batch first: what is left then is summed along memory.
            gradients.append(Sum(tuple(range(1, g.ndim - 1)))(Sum((0,))(g)))
        return gradients


@op("convolution_input_grad", Trait.IMAGES)
class ConvolutionInputGrad(_Convolving):
    """From the result's gradient and the weight to the input's gradient, of sizes ``spatial``.

    It is also the transposed convolution. Operands: ``(N, M, *places)`` and
    ``(M, C / groups, *kernel)``.
    """

    stride: Ints
    padding: Padding
    dilation: Ints
    groups: int
    spatial: Ints

    def infer(self, g: TensorType, weight: TensorType) -> TensorType:
        return TensorType(g.dtype, (g.shape[0], weight.shape[1] * self.groups, *self.spatial))

    def kernel(self, *arrays: Any) -> Any:
        """Matrix products, folded back into images."""
        g, weight = map(widened, arrays)
        out = np.empty((g.shape[0], weight.shape[1] * self.groups, *self.spatial), g.dtype)
        input_gradient(out, g, weight, self.windows(weight.shape[2:]), self.groups)
        return out.astype(arrays[0].dtype, copy=False)

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The same, into ``out``; not in half precision."""
        if result.dtype.itemsize <= 2:
            return None
        windows, groups = self.windows(operands[1].shape[2:]), self.groups
        return lambda out, g, weight: input_gradient(out, g, weight, windows, groups)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The other two contractions."""
        before, weight = operands
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        return (
            Convolution(*geometry)(g, weight),
            ConvolutionWeightGrad(*geometry, weight.shape[2:])(g, before),
        )

    @property
    def grad_name(self) -> str:
        """PyTorch has one name for both directions."""
        return "ConvolutionBackward0"


@op("convolution_weight_grad")
class ConvolutionWeightGrad(_Convolving):
    """From the input and the result's gradient to the gradient of a weight of size ``window``."""

    stride: Ints
    padding: Padding
    dilation: Ints
    groups: int
    window: Ints

    def infer(self, x: TensorType, g: TensorType) -> TensorType:
        return TensorType(x.dtype, (g.shape[1], x.shape[1] // self.groups, *self.window))

    def kernel(self, *arrays: Any) -> Any:
        """Matrix products over unfolded images, summed."""
        x, g = map(widened, arrays)
        found = weight_gradient(x, g, self.windows(self.window), self.groups)
        return found.astype(arrays[0].dtype, copy=False)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The other two contractions."""
        x, before = operands
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        return (
            ConvolutionInputGrad(*geometry, x.shape[2:])(before, g),
            Convolution(*geometry)(x, g),
        )

    _shares_weight = False

    def _stacked(self, weight: Value) -> Value:
        """Operand 1 is a gradient here, whose channels stand side by side."""
        return side_by_side(weight)

    def _apart(self, size: int, out: Value) -> Value:
        """The weights of all members, apart again."""
        apart: Value = Reshape((size, out.shape[0] // size, *out.shape[1:]))(out)
        return apart


class _Sliding(Op):
    """What unfold and fold have in common."""

    family_traits = frozenset({Trait.ROWS})
    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints

    @property
    def windows(self) -> Windows:
        """The geometry."""
        return Windows(self.window, self.stride, self.padding, self.dilation)


@op("im2col")
class Im2Col(_Sliding):
    """Each window as a column: ``(N, C, *spatial)`` to ``(N, C * window size, places)``.

    Source: PyTorch's page ``Unfold``.
    """

    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints

    def infer(self, x: TensorType) -> TensorType:
        """All windows that fit.

        Raises:
            ShapeError: none does.
        """
        check_windows(self.name, x, self.windows)
        rows = x.shape[1] * math.prod(self.window)
        length = math.prod(self.windows.places(x.shape[2:]))
        return TensorType(x.dtype, (x.shape[0], rows, length))

    def kernel(self, x: Any) -> Any:
        """A strided view, copied."""
        rows = x.shape[1] * math.prod(self.window)
        length = math.prod(self.windows.places(x.shape[2:]))
        columns = self.windows.view(padded_with(x, self.windows, 0))
        return np.array(columns, order="C").reshape(x.shape[0], rows, length)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Fold back."""
        return (Col2Im(self.window, self.stride, self.padding, self.dilation, x.shape[2:])(g),)


@op("col2im")
class Col2Im(_Sliding):
    """Columns added up where the windows of an image of sizes ``spatial`` lie.

    ``(N, C * window size, places)`` to ``(N, C, *spatial)``. Source: PyTorch's page ``Fold``.
    """

    window: Ints
    stride: Ints
    padding: Padding
    dilation: Ints
    spatial: Ints

    def infer(self, x: TensorType) -> TensorType:
        """The columns must be those of such an image.

        Raises:
            ShapeError: they are not.
        """
        size = math.prod(self.window)
        if x.ndim != 3 or x.shape[1] % size:
            raise ShapeError(
                "fold: Expected size of input's dimension 1 to be divisible by the product of "
                f"kernel_size, but got input of size {list(x.shape)} and kernel_size {self.window}"
            )
        whole = TensorType(x.dtype, (x.shape[0], x.shape[1] // size, *self.spatial))
        check_windows(self.name, whole, self.windows)
        length = math.prod(self.windows.places(self.spatial))
        if x.shape[2] != length:
            raise ShapeError(
                f"fold: Given output_size={self.spatial}, kernel_size={self.window}, "
                f"dilation={self.dilation}, padding={self.padding}, stride={self.stride}, expected "
                f"size of input's dimension 2 to match the calculated number of sliding blocks "
                f"{length}, but got input.size(2)={x.shape[2]}."
            )
        return whole

    def kernel(self, x: Any) -> Any:
        """Each position of the window in one addition."""
        windows = self.windows
        places = windows.places(self.spatial)
        size = math.prod(self.window)
        channels = x.shape[1] // size
        columns = x.reshape(x.shape[0], channels, size, *places)
        padded = np.zeros((x.shape[0], channels, *windows.padded(self.spatial)), x.dtype)
        for position, index in enumerate(windows.positions(places)):
            padded[index] += columns[:, :, position]
        return np.ascontiguousarray(padded[windows.interior(self.spatial)])

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """Unfold again."""
        return (Im2Col(self.window, self.stride, self.padding, self.dilation)(g),)
