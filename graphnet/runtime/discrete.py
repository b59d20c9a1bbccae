"""What the discrete draws compute once their random words are drawn: pure functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.dtypes.rounding import SIGNIFICAND_BITS, Doubles

Indices = npt.NDArray[np.int64]

#: More categories than this would exceed the integers a float32 can count.
_MOST_CATEGORIES = 2**24


def unbounded_length(dtype: np.dtype[Any]) -> int:
    """How many integers ``Tensor.random_()`` draws from: 0 up to the type's largest.

    For floating point the largest is the last of consecutive integers, 2 to the power of its
    significand's bits.
    """
    bits = SIGNIFICAND_BITS.get(dtype.name)
    if bits is not None:
        return (1 << bits) + 1
    return 2 if dtype == np.bool_ else int(np.iinfo(dtype).max) + 1


def integer_bounds(dtype: np.dtype[Any], low: int, high: int | None) -> tuple[int, int]:
    """The integers ``Tensor.random_(low, high)`` draws from, as (first, one past the last).

    In floating point the bounds move inward to numbers the type can represent, so that rounding
    leads outside only from a bound half-way between two. A ``high`` of None is the type's
    largest, included.

    Raises:
        RuntimeError: the range is empty, or the type cannot hold it.
    """
    start, end = low, min(unbounded_length(dtype), 2**63) if high is None else high
    bits = SIGNIFICAND_BITS.get(dtype.name)
    if start >= end:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={end}"
        )
    if bits is not None:
        start, end = _moved_inward(dtype, bits, start, end, open_end=high is None)
        if start >= end:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, "
                f"but got from={start} >= to={end} ({dtype.name})"
            )
    least, most = _limits(dtype)
    for name, value in (("from", start), ("to - 1", end - 1)):
        if not least <= value <= most:
            raise RuntimeError(
                f"{name} is out of bounds for {dtype.name}: {value} is not in [{least}, {most}]"
            )
    return start, end


def check_full_range(dtype: np.dtype[Any]) -> None:
    """Raise RuntimeError for types ``Tensor.random_(-2**63, None)`` does not fill."""
    if dtype.name not in ("int64", "float64", "float32", "bfloat16"):
        raise RuntimeError(
            "random_ from -2**63 upward handles only int64, double, float and bfloat16, "
            f"not {dtype.name}"
        )


def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    """The least and largest of the 64-bit integers within the range of a type."""
    if dtype == np.bool_:
        return 0, 1
    if dtype == np.float16:
        return -65504, 65504
    if dtype.name in SIGNIFICAND_BITS:
        return -(2**63), 2**63
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def _moved_inward(
    dtype: np.dtype[Any], bits: int, start: int, end: int, *, open_end: bool
) -> tuple[int, int]:
    after_start = _rounded(dtype, start + 1)
    if after_start < start:
        start = after_start + _spacing(start + 1, bits)
    before_end = end if open_end else _rounded(dtype, end - 1)
    if not open_end and before_end >= end:
        end = before_end - _spacing(end - 1, bits)
    return start, end


def _rounded(dtype: np.dtype[Any], value: int) -> int:
    """The value after rounding to ``dtype``; itself when it is too large for the type."""
    with np.errstate(over="ignore"):
        rounded = float(np.array(value, np.int64).astype(dtype))
    return int(rounded) if np.isfinite(rounded) else value


def _spacing(value: int, bits: int) -> int:
    """The distance between floating-point numbers of this many significant bits near a value."""
    return 1 << max(abs(value).bit_length() - bits, 0)


def permutation_of_swaps(n: int, targets: Indices) -> Indices:
    """The numbers 0 to n-1 after swapping places i and ``targets[i]``, for i from 0 to n-2.

    ``targets[i]`` is at least i, so step i is the last to touch place i: it puts there the number
    then found on place ``targets[i]``. That is what the last earlier step with the same target has
    left there, and such a step s leaves the number it found on place s. All steps are followed
    back at once, each round going twice as far.

    >>> import numpy as np
    >>> permutation_of_swaps(4, np.array([2, 3, 2])).tolist()
    [2, 3, 0, 1]
    """
    steps = np.arange(targets.size)
    # The number on place s just before step s, once every chain of moves is followed to its start.
    found = np.arange(n)
    moving = targets != steps
    found[targets[moving]] = steps[moving]  # of several steps with one target, the last counts
    while not np.array_equal(further := found[found], found):
        found = further

    result = np.append(targets, found[n - 1 :])
    by_target = (targets << targets.size.bit_length()) | steps
    by_target.sort()
    step = by_target & ((1 << targets.size.bit_length()) - 1)
    repeated = targets[step[1:]] == targets[step[:-1]]
    result[step[1:][repeated]] = found[step[:-1][repeated]]
    return result


def check_multinomial(probabilities: npt.NDArray[Any], num_samples: int, replacement: bool) -> None:
    """Raise RuntimeError where ``torch.multinomial`` does, in its words."""
    if probabilities.ndim not in (1, 2):
        raise RuntimeError(
            f"prob_dist must be 1 or 2 dim, but got shape {tuple(probabilities.shape)}"
        )
    if probabilities.dtype.name not in SIGNIFICAND_BITS:
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, "
            f"got: {probabilities.dtype.name}"
        )
    categories = probabilities.shape[-1]
    if num_samples <= 0:
        raise RuntimeError(f"cannot sample n_sample <= 0 samples, but got {num_samples}")
    if not replacement and num_samples > categories:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement: "
            f"{num_samples} samples of {categories} categories"
        )
    if categories > _MOST_CATEGORIES:
        raise RuntimeError(f"number of categories cannot exceed 2^24, but got {categories}")
    if not (np.isfinite(probabilities) & (probabilities >= 0)).all():
        raise RuntimeError(
            "invalid multinomial distribution (encountering probability entry < 0, infinity or NaN)"
            if replacement
            else "probability tensor contains either `inf`, `nan` or element < 0"
        )
    if not (probabilities > 0).any(axis=-1).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def winners(probabilities: npt.NDArray[Any], clocks: npt.NDArray[Any], num_samples: int) -> Indices:
    """The categories with the largest ratios of probability to clock, the largest first.

    With exponentially distributed clocks these are draws without replacement: the exponential race,
    or Gumbel-max trick.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratios = probabilities / clocks
    if num_samples == 1:
        order: Indices = np.argmax(ratios, axis=-1, keepdims=True)
    else:
        order = np.argsort(-ratios, axis=-1, kind="stable")[..., :num_samples]
    return order


def cumulative_search(probabilities: npt.NDArray[Any], uniforms: Doubles) -> Indices:
    """For every uniform, the first category whose normalised cumulative sum reaches it.

    The sum is taken from left to right in the type of the probabilities, in float32 for narrower
    ones; its end counts as one.

    Args:
        probabilities: shape (categories,) or (rows, categories).
        uniforms: shape (samples,) or (rows, samples).
    """
    working = np.float64 if probabilities.dtype == np.float64 else np.float32
    sums: npt.NDArray[Any] = np.cumsum(probabilities, axis=-1, dtype=working)
    sums /= sums[..., -1:].copy()
    sums[..., -1] = 1
    found = np.empty(uniforms.shape, np.int64)
    rows = zip(np.atleast_2d(sums), np.atleast_2d(uniforms), np.atleast_2d(found), strict=True)
    for row_sums, row_uniforms, row_found in rows:
        row_found[...] = np.searchsorted(row_sums.astype(np.float64), row_uniforms)
    return found
