"""The continuous Bernoulli distribution, of numbers between 0 and 1."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.bernoulli import OfProbability
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import (
    ONE,
    bernoulli_log_prob,
    broadcast_all,
    clamp_probs,
)
from graphnet.functions.mixing import where
from graphnet.functions.pointwise import exp, log, log1p
from graphnet.functions.sampling import rand
from graphnet.grad_mode import no_grad

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(OfProbability, ExponentialFamily):
    """Numbers between 0 and 1 with a density like ``probs**x * (1 - probs)**(1 - x)``.

    ``probs`` is no probability, though: the mean is nearer to 0.5. Between ``lims``, where the
    formulas divide 0 by 0, Taylor's series take their place.

    Source: Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in
    variational autoencoders"; PyTorch's page ``ContinuousBernoulli``.

    >>> import graphnet as torch
    >>> torch.distributions.ContinuousBernoulli(torch.tensor([0.3, 0.5])).mean
    tensor([0.4302, 0.5000])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._lims = lims
        self._set_either(probs, logits, validate_args)
        if probs is not None:
            self.probs = clamp_probs(self.probs)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made._lims = self._lims
        return super().expand(batch_shape, made)

    def _stable(self) -> tuple[Tensor, Tensor]:
        """Where the formulas hold, and the parameter there; elsewhere the lower limit."""
        low, high = self._lims
        outside = (self.probs <= low) | (self.probs > high)
        return outside, where(outside, self.probs, low)

    def _cont_bern_log_norm(self) -> Tensor:
        """The logarithm of what makes the density one."""
        outside, p = self._stable()
        below, above = where(p <= 0.5, p, 0.0), where(p >= 0.5, p, 1.0)
        odds = log((log1p(-p) - log(p)).abs())
        exact = odds - where(p <= 0.5, log1p(-2.0 * below), log(2.0 * above - 1.0))
        squared = (self.probs - 0.5) ** 2
        series = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * squared) * squared
        found: Tensor = where(outside, exact, series)
        return found

    @property
    def mean(self) -> Tensor:
        """The mean."""
        outside, p = self._stable()
        exact = p / (2.0 * p - 1.0) + 1.0 / (log1p(-p) - log(p))
        x = self.probs - 0.5
        found: Tensor = where(outside, exact, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x**2) * x)
        return found

    @property
    def variance(self) -> Tensor:
        """The variance."""
        outside, p = self._stable()
        exact = p * (p - 1.0) / (1.0 - 2.0 * p) ** 2 + 1.0 / (log1p(-p) - log(p)) ** 2
        squared = (self.probs - 0.5) ** 2
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * squared) * squared
        found: Tensor = where(outside, exact, series)
        return found

    @property
    def stddev(self) -> Tensor:
        """Its root."""
        deviation: Tensor = self.variance.sqrt()
        return deviation

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """By the inverse of the distribution function."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """The same, without gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        density: Tensor = bernoulli_log_prob(logits, value) + self._cont_bern_log_norm()
        return density

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        outside, p = self._stable()
        exact = (p**value * (1.0 - p) ** (1.0 - value) + p - 1.0) / (2.0 * p - 1.0)
        inside = where(outside, exact, value)
        found: Tensor = where(value <= 0.0, 0.0, where(value >= 1.0, 1.0, inside))
        return found

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        outside, p = self._stable()
        exact = (log1p(-p + value * (2.0 * p - 1.0)) - log1p(-p)) / (log(p) - log1p(-p))
        found: Tensor = where(outside, exact, value)
        return found

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        without, with_ = log1p(-self.probs), log(self.probs)
        entropy: Tensor = self.mean * (without - with_) - self._cont_bern_log_norm() - without
        return entropy

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        """By the logits, with a series where they are nearly 0."""
        (x,) = natural_params
        low, high = self._lims
        outside = (x <= low - 0.5) | (x > high - 0.5)
        stable = where(outside, x, (low - 0.5) * x.new_ones(x.shape))
        exact = log((exp(stable) - 1.0).abs()) - log(stable.abs())
        series = 0.5 * x + x**2 / 24.0 - x**4 / 2880.0
        found: Tensor = where(outside, exact, series)
        return found
