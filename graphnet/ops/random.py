"""Drawing random numbers.

The state of a generator is operand 0, and the state after the draw is the last result: draws are
chained by what they depend on, so nothing can merge, drop or reorder them. A kernel receives the
generator itself, draws from it, which changes it, and gives it back.

The values are PyTorch's. It fills memory in the order of addresses, so draws that fill a tensor in
place take that tensor's strides; None is row-major order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import GeneratorType, Shape, Stride, TensorType, Type

_TRAITS = frozenset({Trait.RANDOM, Trait.NOT_DIFFERENTIABLE})


class _Fill(Op):
    """A draw of independent numbers of a given shape, dtype and memory order.

    Its operands are the state and the distribution's parameters.
    """

    family_traits = _TRAITS | {Trait.AXES}
    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None

    def infer(self, state: GeneratorType, *parameters: TensorType) -> tuple[Type, ...]:
        """As given."""
        return TensorType(self.dtype, self.shape), GeneratorType()

    def kernel(self, state: Any, *parameters: Any) -> Any:
        """The engine's draw of that name."""
        draw = getattr(state, self.name)
        numbers = (_number(parameter) for parameter in parameters)
        return draw(self.shape, self.dtype.numpy, *numbers, strides=self.stride), state


def _number(parameter: Any) -> Any:
    """A Python number."""
    return parameter.item() if isinstance(parameter, (np.ndarray, np.generic)) else parameter


@op("uniform")
class Uniform(_Fill):
    """Uniform in ``[low, high)``: operands 1 and 2."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("normal")
class Normal(_Fill):
    """Normal with a mean and a standard deviation: operands 1 and 2."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("log_normal")
class LogNormal(_Fill):
    """The exponential of normal numbers with a mean and a standard deviation."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("exponential")
class Exponential(_Fill):
    """Exponential with a rate: operand 1."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("cauchy")
class Cauchy(_Fill):
    """Cauchy with a median and a width: operands 1 and 2."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("geometric")
class Geometric(_Fill):
    """The number of trials up to the first success, whose probability is operand 1."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("bernoulli")
class Bernoulli(_Fill):
    """1 with a probability, operand 1, else 0."""

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("random_integers")
class RandomIntegers(_Fill):
    """Uniform whole numbers in ``[low, high)``: operands 1 and 2.

    Without ``high`` they go up to the dtype's greatest, or the last of consecutive whole numbers
    in a floating-point dtype; without both they start at 0.
    """

    shape: Shape
    dtype: dtypes.dtype
    stride: Stride | None = None


@op("bernoulli_from")
class BernoulliFrom(Op):
    """1 with the probability in the same place of operand 1, else 0."""

    family_traits = _TRAITS | {Trait.LEADING}
    dtype: dtypes.dtype
    stride: Stride | None = None

    def infer(self, state: GeneratorType, probabilities: TensorType) -> tuple[Type, ...]:
        """The shape of the probabilities."""
        return TensorType(self.dtype, probabilities.shape), GeneratorType()

    def kernel(self, state: Any, probabilities: Any) -> Any:
        """The engine's draw, which refuses what is no probability."""
        drawn = state.bernoulli_from(probabilities, self.dtype.numpy, strides=self.stride)
        return drawn.astype(self.dtype.numpy, copy=False), state


@op("uniform_where")
class UniformWhere(Op):
    """Uniform in ``[low, high)``, operands 2 and 3, where operand 1 is true, and 1 elsewhere."""

    family_traits = _TRAITS
    dtype: dtypes.dtype

    def infer(
        self, state: GeneratorType, chosen: TensorType, low: TensorType, high: TensorType
    ) -> tuple[Type, ...]:
        """The shape of the choice."""
        return TensorType(self.dtype, chosen.shape), GeneratorType()

    def kernel(self, state: Any, chosen: Any, low: Any, high: Any) -> Any:
        """As many draws as are chosen."""
        bounds = _number(low), _number(high)
        return state.uniform_where(np.asarray(chosen), self.dtype.numpy, *bounds), state


@op("permutation")
class Permutation(Op):
    """The whole numbers from 0 to ``n - 1``, shuffled."""

    family_traits = _TRAITS
    n: int
    dtype: dtypes.dtype = dtypes.int64

    def infer(self, state: GeneratorType) -> tuple[Type, ...]:
        """A vector."""
        return TensorType(self.dtype, (self.n,)), GeneratorType()

    def kernel(self, state: Any) -> Any:
        """The engine's draw."""
        return state.permutation(self.n).astype(self.dtype.numpy, copy=False), state


@op("multinomial")
class Multinomial(Op):
    """Categories, drawn in proportion to each row of operand 1."""

    family_traits = _TRAITS
    num_samples: int
    replacement: bool = False

    def infer(self, state: GeneratorType, probabilities: TensorType) -> tuple[Type, ...]:
        """Indices, int64."""
        shape = (*probabilities.shape[:-1], self.num_samples)
        return TensorType(dtypes.int64, shape), GeneratorType()

    def kernel(self, state: Any, probabilities: Any) -> Any:
        """The engine's draw, which refuses what are no probabilities."""
        return state.multinomial(probabilities, self.num_samples, self.replacement), state
