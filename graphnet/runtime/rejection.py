"""Draws that reject and try again, one number after the other: gamma, Poisson, binomial.

The methods and the order in which they take numbers are those of PyTorch's CPU kernels, so the same
seed gives the same values: equal to a few ulps, as they are computed in double precision.

Sources: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); Hörmann, "The
transformed rejection method for generating Poisson random variables" (1993) and "The generation of
binomial random variates" (1993).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Uniform = Callable[[], float]
Normal = Callable[[], float]


_THIRD = np.float32(1) / np.float32(3)


def gamma(concentration: Any, uniform: Uniform, normal: Normal) -> float:
    """A gamma number of rate 1; the concentration is a numpy number, and computed with as such."""
    scale, one = 1.0, type(concentration)(1)
    if concentration == 0:
        return 0.0
    if concentration < 1:
        scale = (1 - uniform()) ** float(one / concentration)
        concentration = concentration + one
    d = float(concentration - _THIRD)
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal()
        y = 1 + c * x
        while y <= 0:
            x = normal()
            y = 1 + c * x
        v = y**3
        u = 1 - uniform()
        squared = x * x
        if u < 1 - 0.0331 * squared * squared:
            return scale * d * v
        if math.log(u) < 0.5 * squared + d * (1 - v + math.log(v)):
            return scale * d * v


def poisson(rate: float, uniform: Uniform) -> int:
    """How many events there are in a unit of time."""
    if rate >= 10:
        return _poisson_by_rejection(rate, uniform)
    if rate == 0:
        return 0
    count, product, end = 0, uniform(), math.exp(-rate)
    while product > end:
        count += 1
        product *= uniform()
    return count


def _poisson_by_rejection(rate: float, uniform: Uniform) -> int:
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    quick = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= quick:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        accepted = math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if accepted <= -rate + k * log_rate - math.lgamma(k + 1):
            return k


def binomial(count: float, probability: float, uniform: Uniform) -> float:
    """How many of ``count`` trials succeed."""
    if count <= 0 or probability <= 0:
        return 0.0
    if probability >= 1:
        return count
    if probability > 0.5:
        return count - binomial(count, 1 - probability, uniform)
    if count * probability >= 10:
        return _binomial_by_rejection(count, probability, uniform)
    total, successes, log_failure = 0.0, 0, math.log1p(-probability)
    while True:
        total += math.ceil(math.log(uniform()) / log_failure)
        if total > count:
            return float(successes)
        successes += 1


def _binomial_by_rejection(count: float, probability: float, uniform: Uniform) -> float:
    deviation = math.sqrt(count * probability * (1 - probability))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * probability
    c = count * probability + 0.5
    quick = 0.92 - 4.2 / b
    odds = probability / (1 - probability)
    alpha = (2.83 + 5.1 / b) * deviation
    mode = math.floor((count + 1) * probability)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + c)
        if us >= 0.07 and v <= quick:
            return float(k)
        if k < 0 or k > count:
            continue
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (count - mode + 1)))
            + (count + 1) * math.log((count - mode + 1) / (count - k + 1))
            + (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
            + _stirling(mode)
            + _stirling(count - mode)
            - _stirling(k)
            - _stirling(count - k)
        )
        if math.log(v * alpha / (a / (us * us) + b)) <= bound:
            return float(k)


_STIRLING = (
    0.0810614667953272,
    0.0413406959554092,
    0.0276779256849983,
    0.02079067210376509,
    0.0166446911898211,
    0.0138761288230707,
    0.0118967099458917,
    0.0104112652619720,
    0.00925546218271273,
    0.00833056343336287,
)


def _stirling(k: float) -> float:
    """What Stirling's formula lacks of ``log(k!)``."""
    if k <= 9:
        return _STIRLING[int(k)]
    squared = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / squared) / squared) / (k + 1)
