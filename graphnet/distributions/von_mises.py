"""The von Mises distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Univariate
from graphnet.distributions.parameters import ONE, lazy_property
from graphnet.functions.factories import empty, zeros
from graphnet.functions.mixing import where
from graphnet.functions.pointwise import acos, cos, log
from graphnet.functions.sampling import rand
from graphnet.grad_mode import no_grad
from graphnet.special import i0e, i1e

__all__ = ["VonMises"]


class VonMises(Univariate):
    """Angles around ``loc``, the closer the greater ``concentration`` is: a normal on the circle.

    Samples lie between -pi and pi. Source of the sampling: Best and Fisher 1979, "Efficient
    simulation of the von Mises distribution"; PyTorch's page ``VonMises``.

    >>> import graphnet as torch
    >>> torch.distributions.VonMises(torch.tensor(0.1), torch.tensor(2.0)).variance
    tensor(0.3022)
    """

    parameter_names = ("loc", "concentration")
    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False
    loc: Tensor
    concentration: Tensor

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self._set(validate_args, loc=loc, concentration=concentration)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        bessel = log(i0e(self.concentration)) + self.concentration
        density: Tensor = (
            self.concentration * cos(value - self.loc) - math.log(2 * math.pi) - bessel
        )
        return density

    @lazy_property
    def _proposal_r(self) -> Any:
        """The parameter of the wrapped Cauchy distribution that proposes samples."""
        kappa = self.concentration.to(dtypes.float64)
        tau = 1 + (1 + 4 * kappa**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
        return where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """By rejection, in double precision."""
        with no_grad():
            shape = self._extended_shape(sample_shape)
            found: Tensor = self._accepted(shape).to(self.loc.dtype)
            return found

    def _accepted(self, shape: Any) -> Tensor:
        loc, kappa = self.loc.to(dtypes.float64), self.concentration.to(dtypes.float64)
        angle = empty(shape, dtype=dtypes.float64)
        done = zeros(shape, dtype=dtypes.bool)
        while not done.all():
            first, second, third = rand((3, *shape), dtype=dtypes.float64).unbind()
            z = cos(math.pi * first)
            f = (1 + self._proposal_r * z) / (self._proposal_r + z)
            c = kappa * (self._proposal_r - f)
            accept = (c * (2 - c) - second > 0) | (log(c / second) + 1 - c >= 0)
            angle = where(accept, (third - 0.5).sign() * acos(f), angle)
            done = done | accept
        turned: Tensor = (angle + math.pi + loc) % (2 * math.pi) - math.pi
        return turned

    @property
    def mean(self) -> Tensor:
        """The direction: ``loc``."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @lazy_property
    def variance(self) -> Any:
        """That of directions: 1 minus the length of the mean of the points on the circle."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)
