"""Linear maps of each spatial dimension by a small matrix: interpolation and adaptive averages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graphnet.errors import ShapeError
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.dtype_rules import require_number

Array = npt.NDArray[Any]


class Line(NamedTuple):
    """How one dimension is resampled.

    Attributes:
        mode: "area", "nearest", "nearest-exact", "linear" or "cubic".
        before, after: the sizes.
        scale: source elements for each result element, where the caller gave a factor.
        align_corners: whether the first and last elements of both lie on each other.
        antialias: whether the filter widens where the result is smaller.
    """

    mode: str
    before: int
    after: int
    scale: float | None = None
    align_corners: bool = False
    antialias: bool = False

    @property
    def step(self) -> float:
        """How far apart result elements are, in source elements."""
        if self.align_corners:
            return (self.before - 1) / (self.after - 1) if self.after > 1 else 0.0
        return self.before / self.after if self.scale is None else self.scale


def _area(line: Line) -> Array:
    """Averages over parts from ``floor(i * n / m)`` to ``ceil((i + 1) * n / m)``."""
    matrix = np.zeros((line.after, line.before))
    for i in range(line.after):
        start, stop = i * line.before // line.after, -((i + 1) * line.before // -line.after)
        matrix[i, start:stop] = 1 / (stop - start)
    return matrix


def _nearest(line: Line) -> Array:
    """The source element below; in single precision, as PyTorch computes it."""
    step = np.float32(line.step)
    source = np.floor(np.arange(line.after, dtype=np.float32) * step)
    return _picked(source, line)


def _nearest_exact(line: Line) -> Array:
    """The source element whose centre is nearest."""
    step = np.float32(line.step)
    source = np.floor((np.arange(line.after, dtype=np.float32) + np.float32(0.5)) * step)
    return _picked(source, line)


def _picked(source: Array, line: Line) -> Array:
    matrix = np.zeros((line.after, line.before))
    picked = np.minimum(source.astype(np.intp), line.before - 1)
    matrix[np.arange(line.after), picked] = 1
    return matrix


def _centres(line: Line) -> Array:
    """The result elements' places among the source elements."""
    if line.align_corners:
        return np.arange(line.after) * line.step
    return (np.arange(line.after) + 0.5) * line.step - 0.5


def _filtered(line: Line, reach: int, weight: Callable[[Array, float], Array]) -> Array:
    """Weights that depend on the distance; beyond the edge the outermost element is repeated."""
    if line.antialias:
        return _widened(line, reach, weight)
    centres = _centres(line)
    if reach == 1:
        centres = np.maximum(centres, 0)
    first = np.floor(centres).astype(np.intp)
    matrix = np.zeros((line.after, line.before))
    rows = np.arange(line.after)
    for offset in range(1 - reach, 1 + reach):
        columns = np.clip(first + offset, 0, line.before - 1)
        np.add.at(matrix, (rows, columns), weight(np.abs(centres - (first + offset)), -0.75))
    return matrix


def _widened(line: Line, reach: int, weight: Callable[[Array, float], Array]) -> Array:
    """Weights scaled so that neighbouring results' filters meet; they sum to 1 at the edges too."""
    width = max(line.step, 1.0)
    centres = (np.arange(line.after) + 0.5) * line.step
    distance = np.abs(np.arange(line.before) + 0.5 - centres[:, None])
    matrix = np.where(distance < reach * width, weight(distance / width, -0.5), 0)
    total: Array = matrix / matrix.sum(axis=1, keepdims=True)
    return total


def _triangle(distance: Array, _: float) -> Array:
    weight: Array = np.maximum(1 - distance, 0)
    return weight


def _cubic(distance: Array, a: float) -> Array:
    """Keys 1981, "Cubic convolution interpolation for digital image processing"."""
    inner = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    outer = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return np.where(distance <= 1, inner, np.where(distance < 2, outer, 0))


_MATRICES: Final[dict[str, Callable[[Line], Array]]] = {
    "area": _area,
    "nearest": _nearest,
    "nearest-exact": _nearest_exact,
    "linear": lambda line: _filtered(line, 1, _triangle),
    "cubic": lambda line: _filtered(line, 2, _cubic),
}


@lru_cache(maxsize=256)
def _matrix(line: Line, dtype: np.dtype[Any], transposed: bool) -> Array:
    matrix = _MATRICES[line.mode](line)
    return np.ascontiguousarray(matrix.T if transposed else matrix, dtype)


@lru_cache(maxsize=256)
def _taps(line: Line, dtype: np.dtype[Any], transposed: bool) -> list[tuple[Array, Array]]:
    """The matrix as (columns, their entries) for each row: as many as the fullest row needs."""
    matrix = _matrix(line, dtype, transposed)
    count = int(np.count_nonzero(matrix, axis=1).max())
    # A stable sort keeps the columns in order; rows with fewer entries get some that are 0.
    columns = np.argsort(matrix == 0, axis=1, kind="stable")[:, :count]
    entries = np.take_along_axis(matrix, columns, axis=1)
    return [(columns[:, n].copy(), entries[:, n].copy()) for n in range(count)]


LineFields = tuple[str, int, int, float | None, bool, bool]
"""A :class:`Line` as an attribute of an operation: a plain tuple, which prints and reads back."""


_ROWS: Final = 24
_LAST: Final = 72
"""Terms of a product that take as long as one element looked up: of a row, or by itself."""


def _picked_up(x: Array, d: int, taps: Sequence[tuple[Array, Array]]) -> Array:
    """The sum of what is at the columns along ``d``, times the entries."""
    total: Array | None = None
    for columns, entries in taps:
        part = x.take(columns, axis=d)
        if not np.all(entries == 1):
            part *= entries.reshape(-1, *(1,) * (x.ndim - d - 1))
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None  # each row of a matrix has an entry
    return total


def _apply(x: Array, lines: Sequence[LineFields], transposed: bool) -> Array:
    """Multiply each of the last dimensions by its line's matrix, of which most entries may be 0."""
    whole = x.dtype.kind in "iub"
    wide = np.dtype(np.float64 if whole else np.float32 if x.dtype.itemsize <= 2 else x.dtype)
    result = x.astype(wide, copy=False)
    for d, line in enumerate(lines, x.ndim - len(lines)):
        matrix = _matrix(Line(*line), wide, transposed)
        taps = _taps(Line(*line), wide, transposed)
        if matrix.shape[1] > len(taps) * (_LAST if d == x.ndim - 1 else _ROWS):
            result = _picked_up(result, d, taps)
            continue
        shape = (*result.shape[:d], matrix.shape[0], *result.shape[d + 1 :])
        if d == x.ndim - 1:
            result = np.matmul(result, matrix.T)
        else:
            lead = int(np.prod(result.shape[:d]))
            rest = int(np.prod(result.shape[d + 1 :]))
            flat = result.reshape(lead, result.shape[d], rest)
            result = np.matmul(matrix, flat).reshape(shape)
    return (np.rint(result) if whole else result).astype(x.dtype, copy=False)


class _Resampling(Op):
    """Lines for the last dimensions of the operand."""

    lines: tuple[LineFields, ...]

    def _resized(self, shape: Shape, sizes: Sequence[int]) -> Shape:
        return (*shape[: len(shape) - len(sizes)], *sizes)


@op("resample", Trait.LEADING, Trait.IMAGES)
class Resample(_Resampling):
    """Interpolation or adaptive averages. Source: PyTorch's page ``interpolate``."""

    lines: tuple[LineFields, ...]

    def infer(self, x: TensorType) -> TensorType:
        """The lines' sizes.

        Raises:
            UnsupportedDtypeError: the operand is boolean.
            ShapeError: a spatial size is 0.
        """
        require_number(self.name, [x])
        if 0 in x.shape[x.ndim - len(self.lines) :]:
            raise ShapeError(
                f"{self.name}: Input and output sizes should be greater than 0, but got input of "
                f"shape {list(x.shape)}"
            )
        return x.with_shape(self._resized(x.shape, [Line(*line).after for line in self.lines]))

    def kernel(self, x: Any) -> Any:
        """A matrix product for each dimension."""
        return _apply(x, self.lines, transposed=False)

    def vjp(self, g: Value, out: Value, x: Value) -> Sequence[Value]:
        """The transposed matrices."""
        return (ResampleGrad(self.lines)(g),)

    @property
    def grad_name(self) -> str:
        """PyTorch has a function for each mode and number of dimensions."""
        line, count = Line(*self.lines[0]), len(self.lines)
        if line.mode == "area":
            return f"AdaptiveAvgPool{count}DBackward0" if count > 1 else "SqueezeBackward1"
        kinds = {
            "nearest": "Nearest",
            "nearest-exact": "NearestExact",
            "linear": ("Linear", "Bilinear", "Trilinear")[count - 1],
            "cubic": "Bicubic",
        }
        return f"Upsample{kinds[line.mode]}{count}D{'Aa' * line.antialias}Backward0"


@op("resample_grad", Trait.LEADING)
class ResampleGrad(_Resampling):
    """The transpose of resample."""

    lines: tuple[LineFields, ...]

    def infer(self, g: TensorType) -> TensorType:
        return g.with_shape(self._resized(g.shape, [Line(*line).before for line in self.lines]))

    def kernel(self, g: Any) -> Any:
        """A matrix product for each dimension."""
        return _apply(g, self.lines, transposed=True)

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value]:
        """The transpose of the transpose."""
        return (Resample(self.lines)(g),)
