"""Student's t-distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.chi2 import Chi2
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.parameters import ONE, lazy_property, standard_normal
from graphnet.functions.pointwise import rsqrt
from graphnet.functions.special_functions import digamma, lgamma

__all__ = ["StudentT"]


class StudentT(Univariate):
    """Student's t with ``df`` degrees of freedom, moved and scaled.

    >>> import graphnet as torch
    >>> torch.distributions.StudentT(torch.tensor(4.0)).variance
    tensor(2.)
    """

    parameter_names = ("df", "loc", "scale")
    arg_constraints = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True
    df: Tensor
    loc: Tensor
    scale: Tensor

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self._set(validate_args, df=df, loc=loc, scale=scale)

    @lazy_property
    def _chi2(self) -> Any:
        return Chi2(self.df)

    @property
    def mean(self) -> Tensor:
        """``loc``; NaN for one degree of freedom or fewer."""
        mean: Tensor = self.loc.masked_fill(self.df <= 1, math.nan)
        return mean

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """Infinite for two degrees of freedom or fewer, NaN for one or fewer."""
        variance = self.scale.pow(2) * self.df / (self.df - 2)
        variance = variance.masked_fill(self.df <= 2, math.inf)
        found: Tensor = variance.masked_fill(self.df <= 1, math.nan)
        return found

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """A normal number divided by the root of a chi-squared one."""
        x = standard_normal(self._extended_shape(sample_shape), self.df.dtype)
        z = self._chi2.rsample(sample_shape)
        found: Tensor = self.loc + self.scale * (x * rsqrt(z / self.df))
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        y = (value - self.loc) / self.scale
        z = self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi)
        z = z + lgamma(0.5 * self.df) - lgamma(0.5 * (self.df + 1.0))
        density: Tensor = -0.5 * (self.df + 1.0) * (y**2.0 / self.df).log1p() - z
        return density

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        beta = lgamma(0.5 * self.df) + math.lgamma(0.5) - lgamma(0.5 * (self.df + 1))
        slope = digamma(0.5 * (self.df + 1)) - digamma(0.5 * self.df)
        entropy: Tensor = (
            self.scale.log() + 0.5 * (self.df + 1) * slope + 0.5 * self.df.log() + beta
        )
        return entropy
