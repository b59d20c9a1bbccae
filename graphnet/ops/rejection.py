"""Draws that have parameters of their own at each place: gamma, Poisson, binomial.

As for all random operations, the state of a generator is operand 0 and the last result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op
from graphnet.ir.types import GeneratorType, TensorType, Type
from graphnet.ops.dtype_rules import FloatOnlyElementwise
from graphnet.ops.elementwise import broadcast_shapes


class _PerElement(Op):
    """A draw of numbers with a parameter, or several, at each place."""

    family_traits = frozenset({Trait.RANDOM, Trait.NOT_DIFFERENTIABLE, Trait.LEADING})

    def infer(self, state: GeneratorType, *parameters: TensorType) -> tuple[Type, ...]:
        """The shape that the parameters broadcast to, and their dtype."""
        shape = broadcast_shapes(self.name, parameters)
        return TensorType(parameters[0].dtype, shape), GeneratorType()


@op("standard_gamma")
class StandardGamma(_PerElement):
    """Gamma numbers of rate 1; operand 1 is the concentration.

    Attributes:
        compute: the dtype in which they are drawn, if not the concentration's.
    """

    compute: dtypes.dtype | None = None

    def kernel(self, state: Any, concentration: Any) -> Any:
        """The smallest positive number stands for what is rounded to 0."""
        given = np.asarray(concentration)
        wide = given if self.compute is None else given.astype(self.compute.numpy)
        drawn = state.standard_gamma(wide)
        return np.maximum(drawn, np.finfo(wide.dtype).tiny).astype(given.dtype), state


@op("poisson")
class Poisson(_PerElement):
    """Numbers of events; operand 1 is the rate."""

    def kernel(self, state: Any, rate: Any) -> Any:
        """The engine's draw, which refuses negative rates."""
        return state.poisson(np.asarray(rate)), state


@op("binomial")
class Binomial(_PerElement):
    """Numbers of successes; operands are the number of trials and the probability."""

    def kernel(self, state: Any, count: Any, probability: Any) -> Any:
        """The engine's draw."""
        return state.binomial(np.asarray(count), np.asarray(probability)), state


@op("gamma_sample")
class GammaSample(FloatOnlyElementwise):
    """A gamma number, operand 1, as a function of its concentration, operand 0.

    Its derivative is that of the number at which the distribution function stays what it is.
    Source: Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients" (2018).
    """

    @staticmethod
    def ufunc(concentration: Any, sample: Any) -> Any:
        """The sample itself."""
        return np.array(np.broadcast_arrays(concentration, sample)[1])

    def vjp(self, g: Value, out: Value, *operands: Value) -> Sequence[Value | None]:
        """To the concentration."""
        return g * GammaSampleGrad()(*operands), None

    @property
    def grad_name(self) -> str:
        """What is recorded for PyTorch's draw of gamma numbers."""
        return "StandardGammaBackward0"


@op("gamma_sample_grad", Trait.NOT_DIFFERENTIABLE)
class GammaSampleGrad(FloatOnlyElementwise):
    """The derivative of a gamma number by its concentration."""

    @staticmethod
    def ufunc(concentration: Any, sample: Any) -> Any:
        """``-(dF/da) / (dF/dx)``; the numerator by a difference of the fourth order."""
        from scipy.special import gammainc, gammaincc, gammaln

        a, x = np.asarray(concentration, np.float64), np.asarray(sample, np.float64)
        h = 1e-3 * np.minimum(a, 1 + np.sqrt(a))
        # The smaller of the two tails keeps its digits.
        lower = x < a

        def tail(at: Any) -> Any:
            return np.where(lower, gammainc(at, x), -gammaincc(at, x))

        slope = (8 * (tail(a + h) - tail(a - h)) - (tail(a + 2 * h) - tail(a - 2 * h))) / (12 * h)
        density = np.exp((a - 1) * np.log(x) - x - gammaln(a))
        return (-slope / density).astype(np.result_type(concentration, sample))
