"""The Fisher-Snedecor distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.gamma import Gamma
from graphnet.distributions.parameters import ONE, lazy_property
from graphnet.dtypes import finfo
from graphnet.functions.mixing import where

__all__ = ["FisherSnedecor"]


class FisherSnedecor(Univariate):
    """F: the ratio of two chi-squared numbers, each divided by its degrees of freedom.

    >>> import graphnet as torch
    >>> torch.distributions.FisherSnedecor(torch.tensor(1.0), torch.tensor(4.0)).mean
    tensor(2.)
    """

    parameter_names = ("df1", "df2")
    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True
    df1: Tensor
    df2: Tensor

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, df1=df1, df2=df2)

    @lazy_property
    def _gamma1(self) -> Any:
        return Gamma(self.df1 * 0.5, self.df1)

    @lazy_property
    def _gamma2(self) -> Any:
        return Gamma(self.df2 * 0.5, self.df2)

    @property
    def mean(self) -> Tensor:
        """``df2 / (df2 - 2)``; NaN for 2 or less."""
        df2 = where(self.df2 <= 2, math.nan, self.df2)
        mean: Tensor = df2 / (df2 - 2)
        return mean

    @property
    def mode(self) -> Tensor:
        """The most probable value; NaN for ``df1`` of 2 or less."""
        mode: Tensor = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        chosen: Tensor = where(self.df1 <= 2, math.nan, mode)
        return chosen

    @property
    def variance(self) -> Tensor:
        """The variance; NaN for ``df2`` of 4 or less."""
        df2 = where(self.df2 <= 4, math.nan, self.df2)
        variance: Tensor = (
            2 * df2.pow(2) * (self.df1 + df2 - 2) / (self.df1 * (df2 - 2).pow(2) * (df2 - 4))
        )
        return variance

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """The ratio of two gamma numbers."""
        shape = self._extended_shape(sample_shape)
        x1 = self._gamma1.rsample(sample_shape).view(shape)
        x2 = self._gamma2.rsample(sample_shape).view(shape).clamp(min=finfo(self.df1.dtype).tiny)
        sample: Tensor = (x1 / x2).clamp(min=finfo(self.df1.dtype).tiny)
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        ct1, ct2, ct3 = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        t1 = (ct1 + ct2).lgamma() - ct1.lgamma() - ct2.lgamma()
        t2 = ct1 * ct3.log() + (ct1 - 1) * value.log()
        t3 = (ct1 + ct2) * (ct3 * value).log1p()
        density: Tensor = t1 + t2 - t3
        return density
