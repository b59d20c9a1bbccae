"""What a sample is: an operation, and operands on which it can be tried."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.op import Op
from graphnet.ir.registry import op_class
from graphnet.ir.types import GeneratorType, TensorType, Type
from graphnet.runtime.generator import Engine

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Real:
    """Numbers between ``low`` and ``high``, no two of them near each other.

    They take the dtype a test asks for, and the operation is differentiated by them.
    """

    shape: Shape = ()
    low: float = -2.0
    high: float = 2.0

    def values(self, dtype: dtypes.dtype, random: np.random.Generator) -> Any:
        """One number in each of as many equal parts of the range, shuffled.

        Integers are 1 or 2, within the domain of every operation that takes them.
        """
        if not (dtype.is_floating_point or dtype.is_complex):
            low = 0 if dtype is dtypes.bool else 1
            return random.integers(low, low + 2, self.shape).astype(dtype.numpy)
        count = math.prod(self.shape)
        places = (random.permutation(count) + random.uniform(0.2, 0.8, count)) / max(count, 1)
        return (self.low + (self.high - self.low) * places).reshape(self.shape).astype(dtype.numpy)


@dataclass(frozen=True)
class Fixed:
    """Given numbers: indices, masks, targets. Those with ``tied`` take the dtype of the others."""

    array: Any
    tied: bool = False

    @property
    def shape(self) -> Shape:
        """The shape of the array."""
        return np.shape(self.array)

    def values(self, dtype: dtypes.dtype, random: np.random.Generator) -> Any:
        """The numbers; Python's integers as int64."""
        array = np.asarray(self.array)
        return array.astype(dtype.numpy) if self.tied else array


@dataclass(frozen=True)
class State:
    """A random generator."""

    def values(self, dtype: dtypes.dtype, random: np.random.Generator) -> Any:
        """One freshly seeded."""
        return Engine(int(random.integers(1 << 30)))


Number = bool | int | float
Operand = Real | Fixed | State | Number


@dataclass(frozen=True)
class Sample:
    """An operation applied to operands.

    Attributes:
        op: the operation with its attributes.
        operands: what it is applied to; numbers stay Python numbers.
        tag: what sets this sample apart from others of the operation.
        apply: a function of IR values that applies the operation where its operands must be made
            fit first (symmetric, say).
        results: which results are differentiated, where not all of them may be.
        second: whether its gradient may be differentiated again.
    """

    op: Op
    operands: tuple[Operand, ...]
    tag: str = "plain"
    apply: Callable[..., Any] | None = None
    results: tuple[int, ...] | None = None
    second: bool = True

    @property
    def name(self) -> str:
        """For people, and to select tests by."""
        return f"{self.op.name}-{self.tag}"

    @property
    def shapes(self) -> list[Shape]:
        """The shapes of the operands that are arrays."""
        return [operand.shape for operand in self.operands if isinstance(operand, (Real, Fixed))]

    def __call__(self, *operands: Any) -> tuple[Any, ...]:
        """Emit the operation into the builder in charge; all its results."""
        apply = self.apply or (lambda *values: Builder.current().emit(self.op, *values))
        made = apply(*operands)
        return made if isinstance(made, tuple) else (made,)

    def arrays(self, dtype: dtypes.dtype = dtypes.float64) -> list[Any]:
        """Values for the operands, the same at every call."""
        random = np.random.default_rng(7)
        return [
            operand if isinstance(operand, Number) else operand.values(dtype, random)
            for operand in self.operands
        ]


def type_of(value: Any) -> Type:
    """The type of an array, a numpy scalar or a generator."""
    if isinstance(value, Engine):
        return GeneratorType()
    return TensorType(dtypes.from_numpy(np.asarray(value).dtype), np.shape(value))


def sample(name: str, *operands: Operand, tag: str = "plain", **options: Any) -> Sample:
    """A sample of the operation of that name.

    Options are the operation's attributes, and ``apply``, ``results`` and ``second``.
    """
    own = {key: options.pop(key) for key in ("apply", "results", "second") if key in options}
    return Sample(op_class(name)(**options), operands, tag, **own)
