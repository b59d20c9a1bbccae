"""Random numbers: every draw of PyTorch's CPU generator, from the same seed the same values.

:class:`Engine` is the mt19937 machine of :mod:`graphnet.runtime.mt19937` together with the
distributions of ATen's CPU kernels (``at::CPUGeneratorImpl``, DistributionsHelper,
TransformationHelper and DistributionTemplates of PyTorch 2.13). It knows arrays, not tensors.

How the values compare with those of PyTorch 2.13 on x86 with AVX2, where its kernels use fused
multiply-add (elsewhere PyTorch's own last bits differ):

====================================  ==========================================================
bit-equal                             ``uniform``, ``random_integers``, ``permutation``,
                                      ``bernoulli``, ``bernoulli_from``, ``int64``, ``normal`` in
                                      float32, float16 and bfloat16, the state after every draw
bit-equal with the same C library     ``normal``, ``exponential`` and ``cauchy`` in float64
equal but where float64 results one   ``exponential``, ``cauchy`` and ``log_normal`` in float32 and
ulp apart straddle a rounding         below, ``geometric``, and so ``multinomial`` (none differed
                                      in tens of millions of values);
                                      ``standard_gamma``, ``poisson``, ``binomial``
equal to an ulp                       ``log_normal`` in float64
====================================  ==========================================================

In ``multinomial`` without replacement, equal ratios (such as those of categories of probability
zero, which come last) keep their order; PyTorch leaves it to a partial sort.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from graphnet.dtypes.rounding import (
    Doubles,
    Singles,
    c_library,
    c_log1p,
    cast,
    fused_multiply_add,
    working_dtype,
)
from graphnet.runtime import rejection
from graphnet.runtime.box_muller import GROUP, normal_groups
from graphnet.runtime.discrete import (
    check_full_range,
    check_multinomial,
    cumulative_search,
    integer_bounds,
    permutation_of_swaps,
    unbounded_length,
    winners,
)
from graphnet.runtime.memory_order import (
    BLOCK,
    Array,
    Shape,
    Strides,
    filled,
    is_contiguous,
    placed,
)
from graphnet.runtime.mt19937 import MersenneTwister

DType: TypeAlias = npt.DTypeLike

_MASK_24, _MASK_53 = np.uint32(2**24 - 1), np.uint64(2**53 - 1)
_INT64_MIN = -(2**63)
#: Ranges from here on take 64-bit words, to keep the bias of the remainder small.
_WIDE_RANGE = 2**28
_WIDE_PERMUTATION = (2**32 - 1) // 20


class Engine(MersenneTwister):
    """PyTorch's CPU random number generator.

    Every draw takes the ``shape`` and numpy ``dtype`` of its result, and the ``strides`` (in
    elements, as ``Tensor.stride()``) of the memory it is meant for when that is not C-contiguous:
    PyTorch fills memory in the order of its addresses, so ``x.t().uniform_()`` and
    ``x.uniform_()`` put the same numbers into the same places.

    >>> from graphnet.runtime.generator import Engine
    >>> engine = Engine(0)
    >>> print(engine.uniform((4,), "float32"))
    [0.4962566  0.7682218  0.08847743 0.13203049]
    >>> print(engine.permutation(8))
    [3 0 1 6 5 4 7 2]
    >>> engine.int64()
    7090591000091277092
    """

    def copy(self) -> Engine:
        """An engine in the same state, which goes its own way from here."""
        other = Engine()
        other.set_state(self.get_state())
        return other

    def int64(self) -> int:
        """The value of ``torch.empty((), dtype=torch.int64).random_().item()``.

        Data loaders draw their seeds so: 64 bits modulo 2**63.
        """
        return int(self.long_words(1)[0]) % 2**63

    def uniform(
        self,
        shape: Shape,
        dtype: DType,
        low: float = 0,
        high: float = 1,
        *,
        strides: Strides = None,
    ) -> Array:
        """``Tensor.uniform_(low, high)`` and ``torch.rand``: uniform numbers in [low, high).

        float64 takes the low 53 bits of two words, other types the low 24 bits of one, as a
        fraction u; the value is ``u * (high - low) + low``, fused, and ``low`` where that rounds
        to ``high``. Complex types draw the real and imaginary parts in turn.
        """
        dtype = np.dtype(dtype)
        if dtype.kind == "c":
            return self._complex(self.uniform, shape, dtype, (low, high), strides)
        working = working_dtype(dtype, "uniform")
        start, end = np.array([low, high]).astype(working)
        bottom, top = np.array([low, high]).astype(dtype)
        unit = self._unit(working)

        def draw(count: int) -> Array:
            values: Array = fused_multiply_add(unit(count), float(end - start), float(start))
            values = cast(values, dtype)
            np.putmask(values, values == top, bottom)
            return values

        return filled(draw, shape, dtype, strides)

    def uniform_where(self, chosen: Array, dtype: DType, low: float, high: float) -> Array:
        """A number in [low, high) where ``chosen``, made from 53 bits, and 1 elsewhere.

        The bounds are rounded to the dtype, or to float32 if that is shorter.
        """
        dtype = np.dtype(dtype)
        working = np.float64 if dtype == np.float64 else np.float32
        start, end = float(working(low)), float(working(high))
        values = np.ones(chosen.shape, dtype)
        values[chosen] = cast(self._doubles(int(chosen.sum())) * (end - start) + start, dtype)
        return values

    def normal(
        self,
        shape: Shape,
        dtype: DType,
        mean: float = 0,
        std: float = 1,
        *,
        strides: Strides = None,
    ) -> Array:
        """``Tensor.normal_(mean, std)`` and ``torch.randn``: normally distributed numbers.

        Sixteen values or more in contiguous memory are made group by group (see
        :mod:`graphnet.runtime.box_muller`); when their number is no multiple of 16, the last
        sixteen are made anew from sixteen further uniforms. Fewer values, or other memory, are
        made in float64 pair by pair, and an odd last number waits in the state for the next such
        draw. Complex types draw the real and imaginary parts in turn, each of variance
        ``std**2 / 2``.

        Raises:
            RuntimeError: ``std`` is negative.
        """
        if not std >= 0.0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
        dtype = np.dtype(dtype)
        if dtype.kind == "c":
            return self._complex(self.normal, shape, dtype, (mean, std / math.sqrt(2.0)), strides)
        working = working_dtype(dtype, "normal")
        count = math.prod(shape)
        if count >= GROUP and is_contiguous(shape, strides):
            values = self._grouped_normals(count, dtype, working, mean, std)
            return values.astype(dtype, copy=False).reshape(shape)
        return placed(cast(self._paired_normals(count, mean, std), dtype), shape, strides)

    def log_normal(
        self,
        shape: Shape,
        dtype: DType,
        mean: float = 1,
        std: float = 2,
        *,
        strides: Strides = None,
    ) -> Array:
        """``Tensor.log_normal_(mean, std)``: the exponential of normal numbers made in pairs."""
        if not std > 0.0:
            raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std}")
        values = np.exp(self._paired_normals(math.prod(shape), mean, std))
        return placed(cast(values, np.dtype(dtype)), shape, strides)

    def exponential(
        self, shape: Shape, dtype: DType, lambd: float = 1, *, strides: Strides = None
    ) -> Array:
        """``Tensor.exponential_(lambd)``: ``-log(1 - u) / lambd`` for 53-bit uniforms u.

        Raises:
            RuntimeError: ``lambd`` is not positive.
        """
        if not lambd > 0.0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
        dtype = np.dtype(dtype)
        log1p = c_log1p if dtype == np.float64 else np.log1p
        return filled(
            lambda count: (-1.0 / lambd) * log1p(-self._doubles(count)), shape, dtype, strides
        )

    def cauchy(
        self,
        shape: Shape,
        dtype: DType,
        median: float = 0,
        sigma: float = 1,
        *,
        strides: Strides = None,
    ) -> Array:
        """``Tensor.cauchy_(median, sigma)``: ``median + sigma * tan(pi (u - 1/2))``."""
        if not sigma > 0.0:
            raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma}")

        def draw(count: int) -> Array:
            tangent = c_library(math.tan, math.pi * (self._doubles(count) - 0.5))
            return fused_multiply_add(tangent, sigma, median)

        return filled(draw, shape, np.dtype(dtype), strides)

    def geometric(self, shape: Shape, dtype: DType, p: float, *, strides: Strides = None) -> Array:
        """``Tensor.geometric_(p)``: trials up to a success, ``ceil(log u / log(1 - p))``."""
        if not 0.0 < p < 1.0:
            raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
        log_failure = math.log1p(-p)
        return filled(
            lambda count: np.ceil(np.log(self._doubles(count)) / log_failure),
            *(shape, np.dtype(dtype), strides),
        )

    def bernoulli(
        self, shape: Shape, dtype: DType, p: float = 0.5, *, strides: Strides = None
    ) -> Array:
        """``Tensor.bernoulli_(p)`` and dropout's mask: one where a 53-bit uniform is below ``p``.

        Raises:
            RuntimeError: ``p`` is outside [0, 1].
        """
        if not 0.0 <= p <= 1.0:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
        # u < p compares integers over 2**53: scaling by a power of two loses nothing.
        threshold = np.uint64(math.ceil(p * 2.0**53))
        return filled(
            lambda count: (self.long_words(count) & _MASK_53) < threshold,
            *(shape, np.dtype(dtype), strides),
        )

    def bernoulli_from(
        self, probabilities: Array, dtype: DType | None = None, *, strides: Strides = None
    ) -> Array:
        """``torch.bernoulli(probabilities)``: one where a uniform is below the probability.

        The uniform has 53 bits when the probabilities are float64, else 24. ``strides`` are those
        of the result; ``torch.bernoulli`` makes a contiguous one.

        Args:
            probabilities: values in [0, 1]; their shape is that of the result.
            dtype: of the result; None is that of ``probabilities``.

        Raises:
            RuntimeError: a probability is outside [0, 1].
        """
        outside = ~((probabilities >= 0) & (probabilities <= 1))
        if outside.any():
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false: bernoulli got the "
                f"probability {probabilities[outside].flat[0]}"
            )
        working = working_dtype(probabilities.dtype, "bernoulli")
        units = placed(self._unit(working)(probabilities.size), probabilities.shape, strides)
        return (units < probabilities.astype(working)).astype(dtype or probabilities.dtype)

    def random_integers(
        self,
        shape: Shape,
        dtype: DType,
        low: int | None = None,
        high: int | None = None,
        *,
        strides: Strides = None,
    ) -> Array:
        """``torch.randint`` and ``Tensor.random_``: uniform integers in [low, high).

        With neither bound they cover all non-negative values of the type (for floating point, up
        to the last of consecutive integers); without ``high`` they go from ``low`` to the same
        end. Each is a word modulo the length of the range, a 64-bit word for ranges of 2**28 and
        more.

        Raises:
            RuntimeError: the range is empty.
        """
        dtype = np.dtype(dtype)
        if low is None and high is None:
            length, start = unbounded_length(dtype), 0
            wide = dtype in (np.int64, np.float64)
        elif low == _INT64_MIN and high is None:
            check_full_range(dtype)
            return filled(
                lambda count: self.long_words(count).view(np.int64), shape, dtype, strides
            )
        else:
            start, end = integer_bounds(dtype, low or 0, high)
            length = end - start
            wide = length >= _WIDE_RANGE
        draw_words = self.long_words if wide else self.words
        offset = np.uint64(start % 2**64)
        return filled(
            lambda count: (draw_words(count) % np.uint64(length) + offset).view(np.int64),
            *(shape, dtype, strides),
        )

    def permutation(self, n: int) -> npt.NDArray[np.int64]:
        """``torch.randperm(n)``: the numbers 0 to n-1 shuffled, as int64 of shape (n,).

        The shuffle of Fisher and Yates: place i changes with a place drawn from i to n-1.
        """
        steps = np.arange(max(n - 1, 0), dtype=np.int64)
        draw_words = self.words if n < _WIDE_PERMUTATION else self.long_words
        left = (n - steps).view(np.uint64)
        return permutation_of_swaps(n, steps + (draw_words(steps.size) % left).view(np.int64))

    def multinomial(
        self,
        probabilities: Array,
        num_samples: int,
        replacement: bool = False,
        *,
        strides: Strides = None,
    ) -> npt.NDArray[np.int64]:
        """``torch.multinomial``: categories drawn in proportion to ``probabilities``.

        Of one sample, or without replacement, the categories with the largest ratio of probability
        to an exponential number; with replacement, where 53-bit uniforms fall in the cumulative
        sum.

        Args:
            probabilities: floating point, shape (categories,) or (rows, categories); not negative,
                each row with a positive sum, which need not be one.
            num_samples: how many to draw of each row.
            replacement: whether a category may be drawn more than once.
            strides: of ``probabilities`` in memory, when not contiguous.

        Returns:
            Indices of categories, int64 of shape (num_samples,) or (rows, num_samples).

        Raises:
            RuntimeError: the arguments are none of these.
        """
        check_multinomial(probabilities, num_samples, replacement)
        if num_samples == 1 or not replacement:
            clocks = self.exponential(probabilities.shape, probabilities.dtype, strides=strides)
            return winners(probabilities, clocks, num_samples)
        shape = (*probabilities.shape[:-1], num_samples)
        return cumulative_search(probabilities, self._doubles(math.prod(shape)).reshape(shape))

    def standard_gamma(self, concentration: Array) -> Array:
        """``torch._standard_gamma``: gamma numbers of rate 1."""
        return self._one_by_one(
            lambda a, unit: rejection.gamma(a, unit, self._standard_normal),
            *(concentration.dtype, concentration),
        )

    def poisson(self, rate: Array) -> Array:
        """``torch.poisson``: how many events there are in a unit of time.

        Raises:
            RuntimeError: a rate is negative.
        """
        if (rate < 0).any():
            raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
        return self._one_by_one(rejection.poisson, rate.dtype, rate.astype(np.float64))

    def binomial(self, count: Array, probability: Array) -> Array:
        """``torch.binomial``: how many trials succeed."""
        wide = count.astype(np.float64), probability.astype(np.float64)
        return self._one_by_one(rejection.binomial, count.dtype, *wide)

    def _one_by_one(self, draw: Callable[..., float], dtype: DType, *parameters: Array) -> Array:
        """Draws that take numbers one after the other, with the parameters at each place."""
        grid = np.broadcast_arrays(*parameters)
        rows = zip(*(array.reshape(-1) for array in grid), strict=True)
        values = [draw(*row, self._one_double) for row in rows]
        return np.array(values, np.float64).astype(dtype).reshape(grid[0].shape)

    def _one_double(self) -> float:
        return float(self._doubles(1)[0])

    def _standard_normal(self) -> float:
        return float(self._paired_normals(1, 0.0, 1.0)[0])

    def _singles(self, count: int) -> Singles:
        """Uniform numbers in [0, 1): the low 24 bits of a word each."""
        low = self.words(count).astype(np.uint32)
        low &= _MASK_24
        units = low.view(np.int32).astype(np.float32)
        units *= np.float32(2.0**-24)
        return units

    def _doubles(self, count: int) -> Doubles:
        """Uniform numbers in [0, 1): the low 53 bits of two words each."""
        return (self.long_words(count) & _MASK_53).astype(np.float64) * 2.0**-53

    def _unit(self, working: np.dtype[Any]) -> Callable[[int], Singles | Doubles]:
        return self._doubles if working == np.float64 else self._singles

    def _grouped_normals(
        self, count: int, dtype: np.dtype[Any], working: np.dtype[Any], mean: float, std: float
    ) -> Array:
        unit = self._unit(working)
        whole = count - count % GROUP
        values = np.empty(count, working)
        for start in range(0, whole, BLOCK):
            block = values[start : min(start + BLOCK, whole)]
            block[...] = unit(block.size)
        normal_groups(values[:whole].reshape(-1, GROUP), mean, std)
        if whole < count:
            # Types narrower than float32 are made through a buffer and draw nothing in vain.
            self.words((count - whole) * (working.itemsize // 4) if dtype == working else 0)
            values[-GROUP:] = normal_groups(unit(GROUP).reshape(1, GROUP), mean, std)[0]
        return values

    def _paired_normals(self, count: int, mean: float, std: float) -> Doubles:
        if count == 0:
            return np.empty(0)
        waiting = [] if self.cached_normal is None else [self.cached_normal]
        pairs = (count - len(waiting) + 1) // 2
        uniforms = self._doubles(2 * pairs)
        radius = np.sqrt(-2.0 * c_log1p(-uniforms[1::2]))
        angle = 2.0 * math.pi * uniforms[0::2]
        values = np.empty(len(waiting) + 2 * pairs)
        values[: len(waiting)] = waiting
        values[len(waiting) :: 2] = radius * c_library(math.cos, angle)
        values[len(waiting) + 1 :: 2] = radius * c_library(math.sin, angle)
        self.cached_normal = float(values[count]) if values.size > count else None
        return fused_multiply_add(values[:count], std, mean)

    def _complex(
        self,
        draw: Callable[..., Array],
        shape: Shape,
        dtype: np.dtype[Any],
        parameters: tuple[float, float],
        strides: Strides,
    ) -> Array:
        """A draw of real and imaginary parts, which lie side by side in memory."""
        inner = None if strides is None else (*(2 * stride for stride in strides), 1)
        part = np.dtype(f"float{4 * dtype.itemsize}")
        parts = draw((*shape, 2), part, *parameters, strides=inner)
        return np.ascontiguousarray(parts).view(dtype).reshape(shape)
