"""What a value of the graph is: the static facts about it, known before anything is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphnet.dtypes import dtype as DType
from graphnet.dtypes import from_short

Shape = tuple[int, ...]
Number = bool | int | float | complex
Stride = tuple[int, ...]


class Size(tuple[int, ...]):
    """A shape as PyTorch shows it.

    >>> Size((2, 3))
    torch.Size([2, 3])
    >>> Size((2, 3)).numel()
    6
    """

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements a tensor of this shape has."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __getitem__(self, index: Any) -> Any:
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, tuple(other)))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Size, (tuple(self),))


@dataclass(frozen=True, slots=True)
class TensorType:
    """Element type and shape of a tensor value.

    ``weak`` marks a Python number: it never promotes a tensor beyond the tensor's own kind.

    >>> from graphnet import dtypes
    >>> print(TensorType(dtypes.float32, (2, 3)))
    f32[2, 3]
    """

    dtype: DType
    shape: Shape = ()
    weak: bool = False

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def numel(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The size of the elements in bytes."""
        return self.numel * self.dtype.itemsize

    def with_shape(self, shape: Shape) -> TensorType:
        """The same element type in another shape."""
        return TensorType(self.dtype, shape)

    def with_dtype(self, dtype: DType) -> TensorType:
        """The same shape with another element type."""
        return TensorType(dtype, self.shape)

    def __str__(self) -> str:
        mark = "~" if self.weak else ""
        return f"{mark}{self.dtype.short}[{', '.join(map(str, self.shape))}]"

    @classmethod
    def parse(cls, text: str) -> TensorType:
        """Read back what ``str`` wrote.

        >>> TensorType.parse("i64[4]").shape
        (4,)
        """
        weak = text.startswith("~")
        name, _, dims = text.removeprefix("~").rstrip("]").partition("[")
        shape = tuple(int(dim) for dim in dims.split(",") if dim.strip())
        return cls(from_short(name), shape, weak)


@dataclass(frozen=True, slots=True)
class GeneratorType:
    """The state of a random generator, threaded through the operations that draw from it."""

    def __str__(self) -> str:
        return "generator"


Type = TensorType | GeneratorType


@lru_cache(maxsize=65_536)
def interned(type_: Any) -> Any:
    """The one object that stands for all equal types: a long trace has few, many times over.

    >>> interned(GeneratorType()) is interned(GeneratorType())
    True
    """
    return type_


def contiguous_strides(shape: Shape) -> Stride:
    """Strides, in elements, of a dense row-major tensor.

    >>> contiguous_strides((2, 3, 4))
    (12, 4, 1)
    """
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))
